/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kban/message.h>

/* Bytes of bans in one request; the rest of it is small. */
#define BATCH_MAX (KBAN_MESSAGE_MAX - 4096)

void import_problem(struct import_plan *plan, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	json_array_append_new(plan->problems, json_string(text));
}

static struct import_jail *add_jail(struct import_plan *plan, const char *name)
{
	struct import_jail *jail = &plan->jails[plan->jail_count];

	*jail = (struct import_jail){
		.name = strdup(name),
		.batch = json_array(),
		.seen = json_object(),
		.protected_hosts = json_array(),
		.refused = json_array(),
	};
	plan->jail_count++;
	return jail->name != NULL && jail->batch != NULL && jail->seen != NULL &&
			       jail->protected_hosts != NULL && jail->refused != NULL
		       ? jail
		       : NULL;
}

struct import_jail *import_jail(struct import_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->jail_count; i++)
		if (strcmp(plan->jails[i].name, name) == 0)
			return &plan->jails[i];
	return plan->jail_count < IMPORT_JAILS_MAX ? add_jail(plan, name) : NULL;
}

struct import_jail *import_jail_of_action(struct import_plan *plan, const char *name)
{
	struct import_jail *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < plan->jail_count; i++) {
		struct import_jail *jail = &plan->jails[i];
		size_t len = strlen(jail->name);

		if (!jail->is_known || len < longest || strncmp(jail->name, name, len) != 0 ||
		    (name[len] != '\0' && name[len] != '-'))
			continue;
		best = jail;
		longest = len;
	}
	return best;
}

static bool note_jail(struct import_plan *plan, const json_t *shown)
{
	struct import_jail *jail;
	const json_t *sets = json_object_get(shown, "sets");

	if (!is_true(shown, "running"))
		return true;
	jail = import_jail(plan, string_of(shown, "name"));
	if (jail == NULL)
		return false;
	jail->is_known = true;
	for (size_t i = 0; i < json_array_size(sets); i++) {
		const char *set = json_string_value(json_array_get(sets, i));

		if (set != NULL)
			json_object_set_new(plan->sets, set, json_true());
	}
	return true;
}

static kban_usec clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (kban_usec)now.tv_sec * KBAN_SECOND + now.tv_nsec / 1000;
}

int import_plan_open(struct import_plan *plan, const struct options *options, bool dry_run)
{
	struct options asked = *options;
	const json_t *jails;
	json_t *reply;
	int status;
	bool good = true;

	*plan = (struct import_plan){
		.options = options,
		.now = clock_now(),
		.dry_run = dry_run,
		.jails = calloc(IMPORT_JAILS_MAX + 1, sizeof(*plan->jails)),
		.sets = json_object(),
		.problems = json_array(),
		.removed = json_array(),
	};
	if (plan->jails == NULL)
		return out_of_memory();
	asked.json = false; /* the answer is not what is printed */
	status = call(&asked, "Status", json_object(), &reply);
	if (reply == NULL)
		return status;
	jails = json_object_get(reply, "jails");
	for (size_t i = 0; i < json_array_size(jails) && good; i++)
		good = note_jail(plan, json_array_get(jails, i));
	json_decref(reply);
	return good ? EXIT_GOOD : out_of_memory();
}

void import_plan_clear(struct import_plan *plan)
{
	for (size_t i = 0; i < plan->jail_count; i++) {
		struct import_jail *jail = &plan->jails[i];

		free(jail->name);
		json_decref(jail->batch);
		json_decref(jail->seen);
		json_decref(jail->protected_hosts);
		json_decref(jail->refused);
	}
	free(plan->jails);
	json_decref(plan->sets);
	json_decref(plan->problems);
	json_decref(plan->removed);
}

static void add_reply(struct import_jail *jail, const json_t *reply)
{
	jail->banned += number_of(reply, "banned");
	jail->changed += number_of(reply, "changed");
	jail->known += number_of(reply, "known");
	jail->over += number_of(reply, "over");
	json_array_extend(jail->protected_hosts, json_object_get(reply, "protected"));
	json_array_extend(jail->refused, json_object_get(reply, "refused"));
}

static bool send_batch(struct import_plan *plan, struct import_jail *jail)
{
	struct options asked = *plan->options;
	json_t *batch = jail->batch;
	json_t *reply;

	if (json_array_size(batch) == 0 || plan->dry_run || !jail->is_known)
		return true;
	jail->batch = json_array();
	jail->batch_bytes = 0;
	asked.json = false;
	plan->status = call(
		&asked, "ImportBans",
		json_pack("{s:s,s:s,s:o}", "jail", jail->name, "source", "fail2ban", "bans", batch),
		&reply);
	if (reply == NULL)
		return false;
	add_reply(jail, reply);
	json_decref(reply);
	return true;
}

bool import_finish(struct import_plan *plan)
{
	for (size_t i = 0; i < plan->jail_count; i++)
		if (!send_batch(plan, &plan->jails[i]))
			return false;
	return true;
}

static void set_time(json_t *object, const char *key, kban_usec time)
{
	if (time != KBAN_TIME_NONE)
		json_object_set_new(object, key, json_real((double)time / (double)KBAN_SECOND));
}

/* The ban as a request has it; NULL without memory. */
static json_t *written(struct import_ban *ban)
{
	char text[KBAN_ADDR_TEXT_SIZE];
	json_t *object = json_pack("{s:s}", "address", kban_addr_print(&ban->host, text));

	set_time(object, "since", ban->since);
	if (ban->until == KBAN_FOREVER)
		json_object_set_new(object, "forever", json_true());
	else
		set_time(object, "until", ban->until);
	if (ban->number > 1)
		json_object_set_new(object, "number", json_integer((json_int_t)ban->number));
	if (json_array_size(ban->lines) > 0)
		json_object_set(object, "lines", ban->lines);
	json_decref(ban->lines);
	ban->lines = NULL;
	return object;
}

static bool append(struct import_plan *plan, struct import_jail *jail, json_t *object)
{
	size_t bytes = json_dumpb(object, NULL, 0, JSON_COMPACT) + 1;

	if (jail->batch_bytes + bytes > BATCH_MAX && !send_batch(plan, jail)) {
		json_decref(object);
		return false;
	}
	jail->batch_bytes += bytes;
	if (json_array_append_new(jail->batch, object) == 0)
		return true;
	plan->status = out_of_memory();
	return false;
}

bool import_add(struct import_plan *plan, struct import_jail *jail, struct import_ban *ban)
{
	bool is_past = ban->until != KBAN_TIME_NONE && ban->until <= plan->now;
	char text[KBAN_ADDR_TEXT_SIZE];
	json_t *object = written(ban);

	jail->past += is_past;
	jail->in_force += !is_past;
	if (!is_past)
		json_object_set_new(jail->seen, kban_addr_print(&ban->host, text), json_true());
	if (plan->dry_run || !jail->is_known) {
		json_decref(object);
		return true;
	}
	if (object == NULL) {
		plan->status = out_of_memory();
		return false;
	}
	return append(plan, jail, object);
}
