/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/service-config.h"

#include <stdio.h>
#include <string.h>

#include <kban/text.h>

#include "base/text.h"
#include "conf/conf-table.h"
#include "conf/option-check.h"
#include "jail/log-target.h"

#define DAY (86400 * KBAN_SECOND)

static const char *const names[] = {
	"loglevel", "logtarget",  "syslogsocket", "socket",       "pidfile", "allowipv6",
	"dbfile",   "dbpurgeage", "dbmaxmatches", "packetfilter", NULL,
};
#define NAME_COUNT (kb_array_size(names) - 1)

/* What fail2ban reads besides, and kban has no use for: how much memory a thread has. */
static const char *const thread_names[] = { "stacksize", NULL };

static const struct {
	const char *name;
	const char *const *options;
} sections[] = {
	{ KB_CONF_DEFAULT, names },
	{ "Definition", names },
	{ "Thread", thread_names },
};

/* The options that a section may have, or NULL. */
static const char *const *options_of(const char *section)
{
	for (size_t i = 0; i < kb_array_size(sections); i++)
		if (strcmp(sections[i].name, section) == 0)
			return sections[i].options;
	return NULL;
}

static int check_names(const struct kb_conf *conf, const char *section,
		       struct kb_problem_list *problems)
{
	const struct kb_options *options = kb_conf_section_options(conf, section);
	const char *const *known = options_of(section);
	char place[KB_QUOTE_MAX + 3];
	int status = KBAN_OK;

	snprintf(place, sizeof(place), "[%.*s]", KB_QUOTE_MAX, section);
	for (size_t i = 0; options != NULL && i < options->count && status == KBAN_OK; i++) {
		const struct kb_option_check check = {
			.conf = conf,
			.name = options->items[i].name,
			.place = place,
			.where = kb_value_where(&options->items[i].value),
			.known = known != NULL ? known : names,
		};

		if (known == NULL)
			return kb_problem_list_add(
				problems, KB_PROBLEM_WARNING, NULL, check.where,
				"section %s means nothing; write these options under [Definition]",
				place);
		status = kb_option_check(&check, NULL, problems);
	}
	return status;
}

static int check_sections(const struct kb_conf *conf, struct kb_problem_list *problems)
{
	int status = check_names(conf, KB_CONF_DEFAULT, problems);
	const char *section;

	for (size_t i = 0; status == KBAN_OK && (section = kb_conf_section(conf, i)) != NULL; i++)
		status = check_names(conf, section, problems);
	return status;
}

static int read_text(struct kb_service_config *service, const char *name,
		     struct kb_problem_list *problems)
{
	kb_auto_clear(value) value = { 0 };
	struct kban_error *error = NULL;
	int status = kb_conf_get(service->conf, "Definition", name, NULL, &value, &error);

	if (status == KBAN_E_NOTFOUND)
		return KBAN_OK;
	if (status == KBAN_OK)
		return kb_options_take(&service->texts, kb_text(name), &value);
	if (status == KBAN_E_NOMEM)
		return status;
	return kb_problem_list_take(problems, KB_PROBLEM_ERROR, NULL, error);
}

static int read_purge_age(struct kb_service_config *service, struct kban_error **error)
{
	const struct kb_value *value = kb_options_find(&service->texts, "dbpurgeage");
	kban_usec age;
	int status;

	if (value == NULL)
		return KBAN_OK;
	status = kb_value_duration(value, "dbpurgeage", &age, error);
	if (status == KBAN_OK)
		service->purge_age = age < 0 ? 0 : age;
	return status;
}

static int read_max_matches(struct kb_service_config *service, struct kban_error **error)
{
	const struct kb_value *value = kb_options_find(&service->texts, "dbmaxmatches");
	long long number;
	int status;

	if (value == NULL)
		return KBAN_OK;
	status = kb_value_int(value, "dbmaxmatches", &number, error);
	if (status == KBAN_OK)
		service->max_stored_matches = number < 0 ? 0 : (unsigned)number;
	return status;
}

static int read_packet_filter(struct kb_service_config *service, struct kban_error **error)
{
	static const struct {
		const char *name;
		enum kban_packet_filter filter;
	} filters[] = {
		{ "auto", KBAN_PACKET_FILTER_AUTO },
		{ "ipset", KBAN_PACKET_FILTER_IPSET },
		{ "nft", KBAN_PACKET_FILTER_NFT },
	};
	const struct kb_value *value = kb_options_find(&service->texts, "packetfilter");
	struct kban_text text = kb_text_trim(kb_text(value != NULL ? value->text : "auto"));

	for (size_t i = 0; i < kb_array_size(filters); i++) {
		if (!kb_text_is_nocase(text, filters[i].name))
			continue;
		service->packet_filter = filters[i].filter;
		return KBAN_OK;
	}
	return kb_fail(error, KBAN_E_SYNTAX, kb_value_where(value),
		       "packetfilter: '%.*s' is none of auto, ipset and nft", (int)text.len,
		       text.data);
}

static bool is_level(struct kban_text text)
{
	kb_autofree char *copy = kb_text_copy(text);

	return copy != NULL && kban_log_level_parse(copy) >= 0;
}

/* Words of which an option must be one; a level may be a number, too. */
static const struct choice {
	const char *name;
	const char *const *words;
	bool (*is_other)(struct kban_text text);
	enum kb_severity severity;
} choices[] = {
	{ "loglevel", kb_log_level_names, is_level, KB_PROBLEM_ERROR },
	{ "allowipv6",
	  (const char *const[]){ "auto", "yes", "no", "true", "false", "on", "off", "1", "0",
				 NULL },
	  NULL, KB_PROBLEM_WARNING },
};

static int check_choice(const struct kb_service_config *service, const struct choice *choice,
			struct kb_problem_list *problems)
{
	const struct kb_value *value = kb_options_find(&service->texts, choice->name);
	struct kban_text text = kb_text_trim(kb_text(value != NULL ? value->text : ""));
	const char *meant;

	if (value == NULL || (choice->is_other != NULL && choice->is_other(text)))
		return KBAN_OK;
	for (size_t i = 0; choice->words[i] != NULL; i++)
		if (kb_text_is_nocase(text, choice->words[i]))
			return KBAN_OK;
	meant = kban_text_nearest(value->text, choice->words);
	return kb_problem_list_add(problems, choice->severity, NULL, kb_value_where(value),
				   "%s: '%.*s' is no value for it; is '%s' meant?%s", choice->name,
				   KB_QUOTE_MAX, value->text,
				   meant != NULL ? meant : choice->words[0],
				   kb_value_comment_hint(value));
}

static int check_choices(const struct kb_service_config *service, struct kb_problem_list *problems)
{
	int status = KBAN_OK;

	for (size_t i = 0; i < kb_array_size(choices) && status == KBAN_OK; i++)
		status = check_choice(service, &choices[i], problems);
	return status;
}

static int check_log_target(const struct kb_service_config *service,
			    struct kb_problem_list *problems)
{
	const struct kb_value *value = kb_options_find(&service->texts, "logtarget");
	kban_auto(log_target) target = NULL;
	struct kban_error *error = NULL;
	const char *problem;
	int status = KBAN_OK;

	if (value == NULL)
		return KBAN_OK;
	if (kb_log_target_read(value, &target, &error) != KBAN_OK)
		return kb_problem_list_take(problems, KB_PROBLEM_ERROR, NULL, error);
	for (size_t i = 0; status == KBAN_OK; i++) {
		problem = kban_log_target_problem(target, i);
		if (problem == NULL)
			break;
		status = kb_problem_list_add(problems, KB_PROBLEM_WARNING, NULL,
					     kb_value_where(value), "logtarget: %s", problem);
	}
	return status;
}

static int check_syslog_socket(const struct kb_service_config *service,
			       struct kb_problem_list *problems)
{
	const struct kb_value *value = kb_options_find(&service->texts, "syslogsocket");

	if (value == NULL || value->text[0] == '/' ||
	    kb_text_is_nocase(kb_text_trim(kb_text(value->text)), "auto"))
		return KBAN_OK;
	return kb_problem_list_add(problems, KB_PROBLEM_ERROR, NULL, kb_value_where(value),
				   "syslogsocket must be auto or an absolute path, not '%.*s'",
				   KB_QUOTE_MAX, value->text);
}

static int check_log(const struct kb_service_config *service, struct kb_problem_list *problems)
{
	int status = check_log_target(service, problems);

	return status == KBAN_OK ? check_syslog_socket(service, problems) : status;
}

static int read_numbers(struct kb_service_config *service, struct kb_problem_list *problems)
{
	static int (*const readers[])(struct kb_service_config *, struct kban_error **) = {
		read_purge_age,
		read_max_matches,
		read_packet_filter,
	};
	int status = KBAN_OK;

	for (size_t i = 0; i < kb_array_size(readers) && status == KBAN_OK; i++) {
		struct kban_error *error = NULL;

		if (readers[i](service, &error) != KBAN_OK)
			status = kb_problem_list_take(problems, KB_PROBLEM_ERROR, NULL, error);
	}
	return status;
}

int kb_service_config_read(const char *dir, struct kb_service_config *service,
			   struct kb_problem_list *problems)
{
	kb_auto_clear(problem_list) found = { 0 };
	int status = kb_conf_load(dir, "fail2ban", &found, &service->conf, NULL);

	service->purge_age = DAY;
	service->max_stored_matches = 10;
	if (status != KBAN_OK)
		return status == KBAN_E_NOTFOUND ? KBAN_OK : status;
	for (size_t i = 0; i < found.count && status == KBAN_OK; i++)
		status = kb_problem_list_take(problems, found.items[i].severity, NULL,
					      kb_steal(found.items[i].error));
	for (size_t i = 0; i < NAME_COUNT && status == KBAN_OK; i++)
		status = read_text(service, names[i], problems);
	if (status == KBAN_OK)
		status = check_sections(service->conf, problems);
	if (status == KBAN_OK)
		status = check_choices(service, problems);
	if (status == KBAN_OK)
		status = check_log(service, problems);
	return status == KBAN_OK ? read_numbers(service, problems) : status;
}

const char *kb_service_config_text(const struct kb_service_config *service, const char *option)
{
	const struct kb_value *value = kb_options_find(&service->texts, option);

	return value != NULL ? value->text : NULL;
}

void kb_service_config_clear(struct kb_service_config *service)
{
	kb_options_clear(&service->texts);
	kb_conf_free(service->conf);
	*service = (struct kb_service_config){ 0 };
}
