/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <kban/config.h>

#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/context.h"
#include "base/decoder.h"
#include "base/options.h"
#include "base/text.h"
#include "conf/blank.h"
#include "conf/conf-table.h"
#include "date/date-zone.h"
#include "filter/filter.h"
#include "jail/jail-config.h"
#include "jail/option-names.h"
#include "jail/service-config.h"
#include "jail/setting.h"

/* What %(fail2ban_version)s stands for: programs that filters and actions talk to ask for it. */
#define FAIL2BAN_VERSION "1.1.0"

#define KBAN_DIR     "/etc/kban"
#define FAIL2BAN_DIR "/etc/fail2ban"

/* Bytes of a jail's name at most. */
#define NAME_MAX_LENGTH 100

struct kban_config {
	atomic_uint references;
	char *dir;
	struct kb_conf *conf; /* of the jails; places point into it */
	struct kb_service_config service;
	struct kb_options variables;  /* that every jail may refer to */
	struct kb_named_options only; /* the one jail that was asked for; name NULL: all */
	const char *backend;          /* instead of that of jails; or NULL */
	struct kban_jail_config **jails;
	size_t jail_count;
	size_t jail_capacity;
	struct kb_problem_list problems;
};

const char *kban_config_default_dir(void)
{
	struct stat about;

	return stat(KBAN_DIR, &about) == 0 && S_ISDIR(about.st_mode) ? KBAN_DIR : FAIL2BAN_DIR;
}

static int set_variable(struct kban_config *config, const char *name, const char *text)
{
	kb_auto_clear(value) value = { 0 };
	int status = kb_value_init(&value, kb_text(text), NULL);

	return status == KBAN_OK ? kb_options_take(&config->variables, kb_text(name), &value)
				 : status;
}

static int set_variables(struct kban_config *config)
{
	int status = set_variable(config, "fail2ban_version", FAIL2BAN_VERSION);

	return status == KBAN_OK ? set_variable(config, "fail2ban_confpath", config->dir) : status;
}

static void log_files(const struct kban_context *ctx, const struct kb_conf *conf)
{
	for (size_t i = 0; i < kb_conf_file_count(conf); i++)
		kb_log(ctx, KBAN_DEBUG, "config", "read '%s'", kb_conf_file(conf, i));
}

/* What is wrong in [DEFAULT] or [INCLUDES] is wrong for all jails. */
static bool concerns_all(const char *subject)
{
	return strcmp(subject, KB_CONF_DEFAULT) == 0 || strcmp(subject, "INCLUDES") == 0;
}

/* A file, or a part of it, that belongs to no section is lost; the jails of the others are whole.
 */
static int take_problem(struct kban_config *config, struct kb_problem *problem)
{
	enum kb_severity severity = problem->severity;
	const char *subject = problem->subject;

	if (subject == NULL && severity == KB_PROBLEM_ERROR)
		severity = KB_PROBLEM_PART;
	if (subject != NULL && concerns_all(subject))
		subject = NULL;
	return kb_problem_list_take(&config->problems, severity, subject, kb_steal(problem->error));
}

static int take_problems(struct kban_config *config, struct kb_problem_list *problems)
{
	int status = KBAN_OK;

	for (size_t i = 0; i < problems->count && status == KBAN_OK; i++)
		status = take_problem(config, &problems->items[i]);
	return status;
}

static int load_jail_files(struct kban_config *config, struct kban_error **err)
{
	kb_auto_clear(problem_list) problems = { 0 };
	int status = kb_conf_load(config->dir, "jail", &problems, &config->conf, err);

	if (status != KBAN_OK)
		return status;
	return take_problems(config, &problems) == KBAN_OK ? KBAN_OK : kb_fail_memory(err);
}

/* Whether the section is a jail to be run. What cannot be resolved is told when it is read as one.
 */
static int check_enabled(struct kban_config *config, const char *section, bool *enabled)
{
	const struct kb_options *own = kb_conf_section_options(config->conf, section);
	kb_auto_clear(value) value = { 0 };
	int status =
		kb_conf_get(config->conf, section, "enabled", &config->variables, &value, NULL);

	*enabled = status == KBAN_E_SYNTAX || status == KBAN_E_LIMIT;
	if (status != KBAN_OK)
		return status == KBAN_E_NOMEM ? status : KBAN_OK;
	*enabled = kb_value_bool(&value);
	if (kb_value_is_bool(&value) || own == NULL || kb_options_find(own, "enabled") == NULL)
		return KBAN_OK;
	return kb_problem_list_add(&config->problems, KB_PROBLEM_WARNING, section,
				   kb_value_where(&value),
				   "enabled must be yes or no, not '%.*s', which counts as no%s",
				   KB_QUOTE_MAX, value.text, kb_value_comment_hint(&value));
}

/* A name becomes part of the names of sets, and of lines that other programs take apart. */
static int check_name(struct kban_config *config, const char *name)
{
	const struct kb_value *value = kb_conf_raw(config->conf, name, "enabled");

	if (strpbrk(name, "/ \t\n\v\f\r") == NULL && strlen(name) <= NAME_MAX_LENGTH)
		return KBAN_OK;
	return kb_problem_list_add(&config->problems, KB_PROBLEM_ERROR, name,
				   value != NULL ? kb_value_where(value) : NULL,
				   "jail '%.*s' must have a name of at most %d bytes without blank "
				   "and '/'",
				   KB_QUOTE_MAX, name, NAME_MAX_LENGTH);
}

static int add_jail(struct kban_config *config, const char *name)
{
	const struct kb_jail_origin origin = {
		.config_dir = config->dir,
		.conf = config->conf,
		.variables = &config->variables,
		.arguments = &config->only.options,
		.backend = config->backend,
		.problems = &config->problems,
	};
	int status;

	if (kb_array_room(&config->jails, &config->jail_capacity, config->jail_count,
			  sizeof(struct kban_jail_config *)) < 0)
		return KBAN_E_NOMEM;
	status = check_name(config, name);
	if (status == KBAN_OK)
		status = kb_option_names_check(config->conf, name, name, &config->problems);
	if (status == KBAN_OK)
		status = kb_jail_config_read(&origin, name, &config->jails[config->jail_count]);
	if (status == KBAN_OK)
		config->jail_count++;
	return status;
}

static int read_jails(struct kban_config *config)
{
	const char *only = config->only.name;
	int status = kb_option_names_check(config->conf, KB_CONF_DEFAULT, NULL, &config->problems);
	const char *section;

	for (size_t i = 0; status == KBAN_OK; i++) {
		bool wanted = false;

		section = kb_conf_section(config->conf, i);
		if (section == NULL)
			break;
		if (only == NULL)
			status = check_enabled(config, section, &wanted);
		else
			wanted = strcmp(section, only) == 0;
		if (status == KBAN_OK && wanted)
			status = add_jail(config, section);
	}
	return status;
}

/* A zone or an encoding that there is not was told when the jail was read. */
static void set_log_settings(const struct kban_jail_config *jail,
			     struct kb_jail_parts_request *request)
{
	const char *zone = kban_jail_config_text(jail, KBAN_SETTING_LOGTIMEZONE);
	const char *encoding = kban_jail_config_text(jail, KBAN_SETTING_LOGENCODING);
	kb_auto(decoder) decoder = NULL;
	int minutes;

	if (zone != NULL && kb_date_zone_parse(kb_blank_trim(kb_text(zone)), &minutes))
		request->time_zone = zone;
	if (encoding != NULL && kb_decoder_new(encoding, &decoder) == KBAN_OK)
		request->encoding = encoding;
}

/* What the actions of a jail see of its options: those that are no mere variables. */
static int visible_options(const struct kban_jail_config *jail, struct kb_options *out)
{
	int status = KBAN_OK;

	for (int i = 0; i < KBAN_SETTING_COUNT && status == KBAN_OK; i++) {
		const struct kb_value *value = kb_jail_config_value(jail, (enum kban_setting)i);

		if (value != NULL && kb_settings[i].type != KB_SETTING_VARIABLE)
			status = kb_options_set(out, kb_settings[i].name, value);
	}
	return status;
}

static int compile_jail(struct kban_context *ctx, struct kban_config *config,
			struct kban_jail_config *jail)
{
	kb_auto_clear(options) options = { 0 };
	struct kb_jail_parts_request request = {
		.ctx = ctx,
		.config_dir = config->dir,
		.jail = jail->name,
		.source = jail->filter,
		.usedns = kban_jail_config_usedns(jail),
		.actions = jail->actions.items,
		.action_names = jail->action_names.items,
		.action_count = jail->actions.count,
		.options = &options,
		.language = config->service.packet_filter == KBAN_PACKET_FILTER_NFT
				    ? KBAN_RULES_NFT
				    : KBAN_RULES_IPTABLES,
	};

	set_log_settings(jail, &request);
	if (visible_options(jail, &options) != KBAN_OK)
		return KBAN_E_NOMEM;
	return kb_jail_parts_make(&request, &config->problems, &jail->parts);
}

int kban_jail_config_compile(const struct kban_jail_config *jail, struct kban_context *ctx,
			     const struct kban_filter_options *options, struct kban_filter **out,
			     struct kban_error **err)
{
	struct kb_jail_parts_request own = { 0 };
	struct kban_filter_options full = KBAN_FILTER_OPTIONS_INIT;
	int status;

	if (jail->filter == NULL)
		return kb_fail(err, KBAN_E_NOTFOUND, NULL,
			       "the filter of jail '%.*s' cannot be read", KB_QUOTE_MAX,
			       jail->name);
	kb_options_complete(&full, sizeof(full), options);
	if (full.usedns == KBAN_USEDNS_DEFAULT)
		full.usedns = kban_jail_config_usedns(jail);
	set_log_settings(jail, &own);
	if (full.time_zone == NULL)
		full.time_zone = own.time_zone;
	if (full.encoding == NULL)
		full.encoding = own.encoding;
	status = kb_filter_compile(ctx, jail->filter, &full, out, err);
	if (status == KBAN_OK && kb_filter_log_unsafe_rules(*out) != KBAN_OK) {
		*out = kban_filter_unref(*out);
		return kb_fail_memory(err);
	}
	return status;
}

static int compile_jails(struct kban_context *ctx, struct kban_config *config)
{
	int status = KBAN_OK;

	for (size_t i = 0; status == KBAN_OK && i < config->jail_count; i++)
		status = compile_jail(ctx, config, config->jails[i]);
	return status;
}

/* What is wrong in a section that is not run costs nobody anything. */
static void judge(struct kban_config *config)
{
	for (size_t i = 0; i < config->problems.count; i++) {
		struct kb_problem *problem = &config->problems.items[i];

		if (problem->subject != NULL &&
		    kban_config_find_jail(config, problem->subject) == NULL)
			problem->severity = KB_PROBLEM_WARNING;
	}
	for (size_t i = 0; i < config->jail_count; i++)
		config->jails[i]->is_usable =
			kb_problem_list_errors(&config->problems, config->jails[i]->name) == 0;
}

static struct kban_config *new_config(const char *dir)
{
	kban_auto(config) config = calloc(1, sizeof(*config));

	if (config == NULL)
		return NULL;
	atomic_init(&config->references, 1);
	config->dir = strdup(dir);
	if (config->dir == NULL || set_variables(config) != KBAN_OK)
		return NULL;
	return kb_steal(config);
}

/* Take NAME[option=value …] apart; references of the jail see the options. */
static int set_only(struct kban_config *config, const char *only, struct kban_error **err)
{
	kb_auto_clear(value) value = { 0 };
	int status;

	if (only == NULL)
		return KBAN_OK;
	status = kb_value_init(&value, kb_text(only), NULL);
	if (status == KBAN_OK) {
		status = kb_named_options_parse(&value, &config->only, err);
		if (status != KBAN_OK)
			return status;
	}
	for (size_t i = 0; status == KBAN_OK && i < config->only.options.count; i++)
		status = kb_options_set(&config->variables, config->only.options.items[i].name,
					&config->only.options.items[i].value);
	return status == KBAN_OK ? KBAN_OK : kb_fail_memory(err);
}

/* What is read, of which directory. */
struct wish {
	const char *dir;
	const char *only;    /* this jail; NULL: all that are enabled */
	const char *backend; /* or NULL */
	bool is_text;        /* its filter and its actions are not made */
};

/* What is wrong with the service concerns no jail, and so is told behind what does. */
static int tell_of_service(struct kban_config *config, struct kb_problem_list *problems)
{
	int status = KBAN_OK;

	for (size_t i = 0; i < problems->count && status == KBAN_OK; i++)
		status = kb_problem_list_take(&config->problems, problems->items[i].severity, NULL,
					      kb_steal(problems->items[i].error));
	return status;
}

static int load(struct kban_context *ctx, const struct wish *wish, struct kban_config **out,
		struct kban_error **err)
{
	const char *dir = wish->dir;
	kb_auto_clear(problem_list) of_service = { 0 };
	kban_auto(config) config = new_config(dir != NULL ? dir : kban_config_default_dir());
	int status;

	if (config == NULL)
		return kb_fail_memory(err);
	config->backend = wish->backend;
	status = set_only(config, wish->only, err);
	if (status == KBAN_OK)
		status = load_jail_files(config, err);
	if (status != KBAN_OK)
		return status;
	status = read_jails(config);
	if (status != KBAN_OK)
		return kb_fail_memory(err);
	if (wish->only != NULL && config->jail_count == 0)
		return kb_fail(err, KBAN_E_NOTFOUND, NULL, "no jail '%.*s' in '%s'", KB_QUOTE_MAX,
			       config->only.name, config->dir);
	if (kb_service_config_read(config->dir, &config->service, &of_service) != KBAN_OK)
		return kb_fail_memory(err);
	if (!wish->is_text && compile_jails(ctx, config) != KBAN_OK)
		return kb_fail_memory(err);
	judge(config);
	if (tell_of_service(config, &of_service) != KBAN_OK)
		return kb_fail_memory(err);
	log_files(ctx, config->conf);
	if (config->service.conf != NULL)
		log_files(ctx, config->service.conf);
	*out = kb_steal(config);
	return KBAN_OK;
}

int kban_config_load(struct kban_context *ctx, const char *dir, struct kban_config **out,
		     struct kban_error **err)
{
	const struct wish wish = { .dir = dir };

	return load(ctx, &wish, out, err);
}

int kban_config_load_jail(struct kban_context *ctx, const char *dir, const char *jail,
			  struct kban_config **out, struct kban_error **err)
{
	const struct wish wish = { .dir = dir, .only = jail };

	return load(ctx, &wish, out, err);
}

int kban_config_load_jail_for_log(struct kban_context *ctx, const char *dir, const char *jail,
				  enum kban_log_kind kind, struct kban_config **out,
				  struct kban_error **err)
{
	const struct wish wish = {
		.dir = dir,
		.only = jail,
		.backend = kind == KBAN_LOG_JOURNAL ? "systemd" : "polling",
		.is_text = true,
	};

	return load(ctx, &wish, out, err);
}

struct kban_config *kban_config_ref(struct kban_config *config)
{
	atomic_fetch_add_explicit(&config->references, 1, memory_order_relaxed);
	return config;
}

struct kban_config *kban_config_unref(struct kban_config *config)
{
	if (config == NULL || atomic_fetch_sub(&config->references, 1) != 1)
		return NULL;
	for (size_t i = 0; i < config->jail_count; i++)
		kb_jail_config_free(config->jails[i]);
	free(config->jails);
	kb_problem_list_clear(&config->problems);
	kb_service_config_clear(&config->service);
	kb_options_clear(&config->variables);
	kb_named_options_clear(&config->only);
	kb_conf_free(config->conf);
	free(config->dir);
	free(config);
	return NULL;
}

const char *kban_config_dir(const struct kban_config *config)
{
	return config->dir;
}

size_t kban_config_problem_count(const struct kban_config *config)
{
	return config->problems.count;
}

const char *kban_config_problem_text(const struct kban_config *config, size_t index)
{
	return kban_error_text(config->problems.items[index].error);
}

const char *kban_config_problem_jail(const struct kban_config *config, size_t index)
{
	return config->problems.items[index].subject;
}

int kban_config_problem_is_error(const struct kban_config *config, size_t index)
{
	return config->problems.items[index].severity >= KB_PROBLEM_PART;
}

int kban_config_problem_is_waiting(const struct kban_config *config, size_t index)
{
	return config->problems.items[index].severity == KB_PROBLEM_WAITING;
}

const char *kban_config_log_level(const struct kban_config *config)
{
	return kb_service_config_text(&config->service, "loglevel");
}

const char *kban_config_log_target(const struct kban_config *config)
{
	return kb_service_config_text(&config->service, "logtarget");
}

enum kban_packet_filter kban_config_packet_filter(const struct kban_config *config)
{
	return config->service.packet_filter;
}

const char *kban_config_syslog_socket(const struct kban_config *config)
{
	return kb_service_config_text(&config->service, "syslogsocket");
}

const char *kban_config_socket(const struct kban_config *config)
{
	return kb_service_config_text(&config->service, "socket");
}

const char *kban_config_pid_file(const struct kban_config *config)
{
	return kb_service_config_text(&config->service, "pidfile");
}

const char *kban_config_allow_ipv6(const struct kban_config *config)
{
	return kb_service_config_text(&config->service, "allowipv6");
}

const char *kban_config_database(const struct kban_config *config)
{
	return kb_service_config_text(&config->service, "dbfile");
}

kban_usec kban_config_purge_age(const struct kban_config *config)
{
	return config->service.purge_age;
}

unsigned kban_config_max_stored_matches(const struct kban_config *config)
{
	return config->service.max_stored_matches;
}

size_t kban_config_jail_count(const struct kban_config *config)
{
	return config->jail_count;
}

const char *kban_config_jail_name(const struct kban_config *config, size_t index)
{
	return config->jails[index]->name;
}

const struct kban_jail_config *kban_config_jail(const struct kban_config *config, size_t index)
{
	return config->jails[index];
}

const struct kban_jail_config *kban_config_find_jail(const struct kban_config *config,
						     const char *name)
{
	for (size_t i = 0; i < config->jail_count; i++) {
		if (strcmp(config->jails[i]->name, name) == 0)
			return config->jails[i];
	}
	return NULL;
}
