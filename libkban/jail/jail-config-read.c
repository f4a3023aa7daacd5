/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The filter comes first, because the jail may refer to its options; then the jail's settings; then
 * the filter again with what the jail has, which gives the patterns. Reading goes on behind each
 * mistake, so that all are told.
 */
#include "base/text.h"
#include "conf/blank.h"
#include "conf/conf-table.h"
#include "conf/shell-words.h"
#include "jail/ignore-entries.h"
#include "jail/jail-config.h"
#include "jail/journal-backend.h"
#include "jail/own-bans.h"
#include "jail/setting.h"
#include "source/journal-reader.h"

struct reading {
	const struct kb_jail_origin *origin;
	struct kban_jail_config *jail;
	struct kb_options variables; /* the origin's, and what is known of the filter */
	struct kb_options visible;   /* options of the jail that filters may see */
};

/* Takes over @a error. */
static int complain(const struct reading *reading, struct kban_error *error)
{
	return kb_problem_list_take(reading->origin->problems, KB_PROBLEM_ERROR,
				    reading->jail->name, error);
}

static int keep(struct reading *reading, enum kban_setting setting, struct kb_value *value)
{
	const struct kb_setting *rule = &kb_settings[setting];
	int status = KBAN_OK;

	if (rule->type != KB_SETTING_VARIABLE)
		status = kb_options_set(&reading->visible, rule->name, value);
	if (status != KBAN_OK)
		return status;
	return kb_options_take(&reading->jail->options, kb_text(rule->name), value);
}

/* What the caller says instead of the jail. KBAN_E_NOTFOUND: nothing. */
static int fetch_given(const struct reading *reading, enum kban_setting setting,
		       struct kb_value *value)
{
	const struct kb_jail_origin *origin = reading->origin;
	const struct kb_value *given =
		kb_options_find(origin->arguments, kb_settings[setting].name);

	if (setting == KBAN_SETTING_BACKEND && origin->backend != NULL)
		return kb_value_init(value, kb_text(origin->backend), NULL);
	return given != NULL ? kb_value_copy(value, given) : KBAN_E_NOTFOUND;
}

/* The option of a setting with its references resolved. */
static int fetch(struct reading *reading, enum kban_setting setting)
{
	const char *name = kb_settings[setting].name;
	kb_auto_clear(value) value = { 0 };
	struct kban_error *error = NULL;
	int status = fetch_given(reading, setting, &value);

	if (status == KBAN_E_NOTFOUND)
		status = kb_conf_get(reading->origin->conf, reading->jail->name, name,
				     &reading->variables, &value, &error);
	if (status == KBAN_OK)
		return keep(reading, setting, &value);
	if (status == KBAN_E_NOMEM || status == KBAN_E_NOTFOUND)
		return status == KBAN_E_NOMEM ? status : KBAN_OK;
	/* Whoever refers to a variable fails by it, and nobody else. */
	if (kb_settings[setting].type != KB_SETTING_VARIABLE)
		return complain(reading, error);
	kban_error_free(error);
	return KBAN_OK;
}

static bool refers_to_known(const struct kb_options *options)
{
	for (size_t i = 0; options != NULL && i < options->count; i++) {
		if (strcasestr(options->items[i].value.text, "%(known/") != NULL)
			return true;
	}
	return false;
}

static const char *backend_of(const struct kban_jail_config *jail)
{
	const char *text = kban_jail_config_text(jail, KBAN_SETTING_BACKEND);

	return text != NULL ? text : "auto";
}

/* @param backend  Decides the kind of log that the filter is for. */
static struct kb_filter_request request_filter(const struct reading *reading, const char *backend)
{
	const struct kb_value *filter = kb_jail_config_value(reading->jail, KBAN_SETTING_FILTER);
	struct kb_filter_request request = {
		.config_dir = reading->origin->config_dir,
		.filter = filter != NULL ? filter->text : "",
		.jail = &reading->visible,
		.arguments = reading->origin->arguments,
		.backend = backend,
	};

	if (filter != NULL)
		request.where = *kb_value_where(filter);
	return request;
}

static int set_all(struct kb_options *to, const struct kb_options *from)
{
	int status = KBAN_OK;

	for (size_t i = 0; i < from->count && status == KBAN_OK; i++)
		status = kb_options_set(to, from->items[i].name, &from->items[i].value);
	return status;
}

/* Make the filter's options known, if the jail refers to any. */
static int learn_filter(struct reading *reading)
{
	const struct kb_conf *conf = reading->origin->conf;
	const struct kb_filter_request request = request_filter(reading, backend_of(reading->jail));
	int status;

	if (!refers_to_known(kb_conf_section_options(conf, reading->jail->name)) &&
	    !refers_to_known(kb_conf_section_options(conf, KB_CONF_DEFAULT)))
		return KBAN_OK;
	status = kb_filter_known_load(&request, &reading->jail->known);
	return status == KBAN_OK ? set_all(&reading->variables, &reading->jail->known.options)
				 : status;
}

static int fetch_settings(struct reading *reading)
{
	static const enum kban_setting first[] = { KBAN_SETTING_ENABLED, KBAN_SETTING_BACKEND,
						   KBAN_SETTING_FILTER };
	int status = set_all(&reading->variables, reading->origin->variables);

	for (size_t i = 0; i < kb_array_size(first) && status == KBAN_OK; i++)
		status = fetch(reading, first[i]);
	if (status == KBAN_OK)
		status = learn_filter(reading);
	for (int i = 0; i < KBAN_SETTING_COUNT && status == KBAN_OK; i++) {
		if (i != KBAN_SETTING_ENABLED && i != KBAN_SETTING_BACKEND &&
		    i != KBAN_SETTING_FILTER)
			status = fetch(reading, (enum kban_setting)i);
	}
	return status;
}

/* The patterns. @a others may be NULL. */
static int load_filter(const struct reading *reading, const char *backend,
		       struct kb_problem_list *others)
{
	struct kb_filter_request request = request_filter(reading, backend);
	struct kban_error *error = NULL;
	int status;

	request.problems = others;
	kb_filter_source_free(kb_steal(reading->jail->filter));
	status = kb_filter_source_load(&request, &reading->jail->filter, &error);
	if (status == KBAN_OK || status == KBAN_E_NOMEM)
		return status;
	return complain(reading, error);
}

/* The patterns, and all that is wrong in the filter's files. */
static int read_filter(const struct reading *reading)
{
	kb_auto_clear(problem_list) others = { 0 };
	int status = load_filter(reading, backend_of(reading->jail), &others);

	for (size_t i = 0; i < others.count && status == KBAN_OK; i++)
		status = kb_problem_list_take(reading->origin->problems, others.items[i].severity,
					      reading->jail->name, kb_steal(others.items[i].error));
	return status;
}

static int warn(const struct reading *reading, const struct kb_where *where, const char *problem,
		const char *what)
{
	return kb_problem_list_add(reading->origin->problems, KB_PROBLEM_WARNING,
				   reading->jail->name, where, "jail '%s' %s%.*s",
				   reading->jail->name, problem, KB_QUOTE_MAX, what);
}

/* Where the jail as a whole is written: at its filter, or, in want of that, anywhere. */
static const struct kb_where *place_of(const struct reading *reading)
{
	const struct kb_value *value = kb_jail_config_value(reading->jail, KBAN_SETTING_FILTER);

	if (value == NULL)
		value = kb_jail_config_value(reading->jail, KBAN_SETTING_ENABLED);
	return value != NULL ? kb_value_where(value) : NULL;
}

static int check_rules(const struct reading *reading)
{
	const struct kb_filter_source *filter = reading->jail->filter;

	if (filter == NULL || filter->failregex.count > 0 ||
	    kb_own_bans_wanted(reading->jail, NULL))
		return KBAN_OK;
	return warn(reading, place_of(reading),
		    "has no failregex: hosts can be banned by hand only", "");
}

/* A maxretry of 0 for all jails is meant for their logs. */
static int check_bans_counted(const struct reading *reading)
{
	const struct kb_value *value = kb_jail_config_value(reading->jail, KBAN_SETTING_MAXRETRY);

	if (value == NULL || reading->jail->numbers[KBAN_SETTING_MAXRETRY] > 0 ||
	    !kb_own_bans_wanted(reading->jail, NULL))
		return KBAN_OK;
	return kb_problem_list_add(
		reading->origin->problems, KB_PROBLEM_WARNING, reading->jail->name,
		kb_value_where(value),
		"maxretry: jail '%s' counts bans, and with '%.*s' bans at once whom "
		"any other jail bans; give it a maxretry of its own",
		reading->jail->name, KB_QUOTE_MAX, value->text);
}

/* fail2ban refuses to start without logs; here the jail waits for them, and this says so. */
static int warn_without_logs(const struct reading *reading)
{
	const struct kb_log_paths *patterns = &reading->jail->patterns;
	const struct kban_jail_config *jail = reading->jail;

	if (kb_own_bans_wanted(jail, NULL))
		return KBAN_OK;
	if (patterns->count == 0)
		return warn(reading, place_of(reading), "has no logpath: it reads nothing", "");
	return kb_problem_list_add(reading->origin->problems,
				   jail->numbers[KBAN_SETTING_SKIP_IF_NOLOGS] != 0
					   ? KB_PROBLEM_WARNING
					   : KB_PROBLEM_WAITING,
				   jail->name, &patterns->items[0].where,
				   "logpath: jail '%s' has no log yet: no file is called %.*s",
				   jail->name, KB_QUOTE_MAX, patterns->items[0].path);
}

static bool may_use_journal(const struct kban_jail_config *jail)
{
	return kb_journal_is_supported() &&
	       strncasecmp(backend_of(jail), "auto", strlen("auto")) == 0 &&
	       jail->numbers[KBAN_SETTING_SYSTEMD_IF_NOLOGS] != 0 && jail->filter != NULL &&
	       jail->filter->journalmatch.count > 0;
}

/* The journal's lines begin in a way of their own, so the filter is read for them. */
static int use_journal(const struct reading *reading)
{
	kb_log_paths_clear(&reading->jail->patterns);
	kb_log_paths_clear(&reading->jail->logs);
	reading->jail->log_kind = KBAN_LOG_JOURNAL;
	return load_filter(reading, "systemd", NULL);
}

static int check_journal(const struct reading *reading)
{
	kb_auto_clear(journal_backend) backend = { 0 };
	struct kban_error *error = NULL;
	int status =
		kb_journal_backend_parse(kb_jail_config_journal(reading->jail), &backend, &error);

	reading->jail->log_kind = KBAN_LOG_JOURNAL;
	if (status == KBAN_OK || status == KBAN_E_NOMEM)
		return status;
	return complain(reading, error);
}

static int find_logs(const struct reading *reading)
{
	const struct kb_value *value = kb_jail_config_value(reading->jail, KBAN_SETTING_LOGPATH);
	struct kban_jail_config *jail = reading->jail;
	struct kban_error *error = NULL;
	int status = KBAN_OK;

	if (kb_jail_config_journal(jail) != NULL)
		return check_journal(reading);
	if (value != NULL)
		status = kb_log_paths_parse(value, &jail->patterns, &error);
	if (status == KBAN_OK)
		status = kb_log_paths_expand(&jail->patterns, jail->name, reading->origin->problems,
					     &jail->logs, &error);
	if (status == KBAN_E_NOMEM)
		return status;
	if (status != KBAN_OK)
		return complain(reading, error);
	if (jail->logs.count > 0)
		return KBAN_OK;
	return may_use_journal(jail) ? use_journal(reading) : warn_without_logs(reading);
}

/* The journal would refuse such words later. */
static int check_match(const struct reading *reading, const struct kb_rule_text *line,
		       const struct kb_string_list *words)
{
	kb_auto_clear(journal_match) match = { 0 };
	kban_auto(error) error = NULL;
	int status = kb_journal_match_add(&match, (const char *const *)words->items, &error);

	if (status == KBAN_OK || status == KBAN_E_NOMEM)
		return status;
	return kb_problem_list_add(reading->origin->problems, KB_PROBLEM_ERROR, reading->jail->name,
				   &line->where, "journalmatch: %s", kban_error_text(error));
}

/* What is written for the journal is looked at where that is read. */
static int check_matches(const struct reading *reading)
{
	const struct kban_jail_config *jail = reading->jail;
	int status = KBAN_OK;

	if (jail->log_kind != KBAN_LOG_JOURNAL)
		return KBAN_OK;
	if (jail->match_count == 0)
		return warn(reading, place_of(reading),
			    "has no journalmatch: its filter sees every entry of the journal", "");
	for (size_t i = 0; i < jail->match_count && status == KBAN_OK; i++)
		status = check_match(reading, &jail->filter->journalmatch.items[i],
				     &jail->matches[i]);
	return status;
}

static int split_matches(struct kban_jail_config *jail)
{
	const struct kb_rule_list *lines;
	int status = KBAN_OK;

	if (jail->filter == NULL || jail->filter->journalmatch.count == 0)
		return KBAN_OK;
	lines = &jail->filter->journalmatch;
	jail->matches = calloc(lines->count, sizeof(*jail->matches));
	if (jail->matches == NULL)
		return KBAN_E_NOMEM;
	/* That they can be split is known since the filter was read. */
	for (; jail->match_count < lines->count && status == KBAN_OK; jail->match_count++)
		status = kb_shell_words_split(kb_text(lines->items[jail->match_count].text),
					      &jail->matches[jail->match_count]);
	return status;
}

static int read_ignored(const struct reading *reading)
{
	const struct kb_value *value = kb_jail_config_value(reading->jail, KBAN_SETTING_IGNOREIP);

	return value == NULL
		       ? KBAN_OK
		       : kb_ignore_entries_read(value, reading->jail->name,
						reading->origin->problems, &reading->jail->ignore);
}

static int read_all(struct reading *reading)
{
	int status = fetch_settings(reading);

	if (status == KBAN_OK)
		status = kb_jail_values_read(reading->origin, reading->jail);
	if (status == KBAN_OK)
		status = read_filter(reading);
	if (status == KBAN_OK)
		status = find_logs(reading);
	if (status == KBAN_OK)
		status = check_rules(reading);
	if (status == KBAN_OK)
		status = check_bans_counted(reading);
	if (status == KBAN_OK)
		status = split_matches(reading->jail);
	if (status == KBAN_OK)
		status = check_matches(reading);
	if (status == KBAN_OK)
		status = read_ignored(reading);
	return status == KBAN_OK ? kb_jail_actions_read(reading->origin, reading->jail) : status;
}

int kb_jail_config_read(const struct kb_jail_origin *origin, const char *name,
			struct kban_jail_config **out)
{
	struct kban_jail_config *jail = calloc(1, sizeof(*jail));
	struct reading reading = { .origin = origin, .jail = jail };
	int status = KBAN_E_NOMEM;

	if (jail != NULL)
		jail->name = strdup(name);
	if (jail != NULL && jail->name != NULL)
		status = read_all(&reading);
	kb_options_clear(&reading.variables);
	kb_options_clear(&reading.visible);
	if (status == KBAN_OK)
		*out = jail;
	else
		kb_jail_config_free(jail);
	return status;
}
