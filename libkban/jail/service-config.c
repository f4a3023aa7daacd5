/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/service-config.h"

#include "base/text.h"

#define DAY (86400 * KBAN_SECOND)

static const char *const names[] = {
	"loglevel",  "logtarget", "syslogsocket", "socket",       "pidfile",
	"allowipv6", "dbfile",    "dbpurgeage",   "dbmaxmatches",
};

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

static int read_numbers(struct kb_service_config *service, struct kb_problem_list *problems)
{
	static int (*const readers[])(struct kb_service_config *, struct kban_error **) = {
		read_purge_age,
		read_max_matches,
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
	for (size_t i = 0; i < kb_array_size(names) && status == KBAN_OK; i++)
		status = read_text(service, names[i], problems);
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
