/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bans that another program had decided. */
#include <math.h>
#include <string.h>

#include "commands.h"

/* Lines of a ban that are looked at. */
#define LINES_MAX 20

/* Seconds up to which a number is a time: the year 9999. */
#define LATEST 253402300799.0

/* KBAN_TIME_NONE if there is none, or none that makes sense. */
static kban_usec time_in(const json_t *ban, const char *key)
{
	const json_t *value = json_object_get(ban, key);
	double seconds = json_number_value(value);

	if (!json_is_number(value) || !(seconds >= 0 && seconds <= LATEST))
		return KBAN_TIME_NONE;
	return (kban_usec)(seconds * (double)KBAN_SECOND);
}

static size_t lines_in(const json_t *ban, struct kban_text lines[LINES_MAX])
{
	const json_t *list = json_object_get(ban, "lines");
	size_t count = json_array_size(list);
	size_t first = count > LINES_MAX ? count - LINES_MAX : 0;
	size_t taken = 0;

	for (size_t i = first; i < count; i++) {
		const json_t *line = json_array_get(list, i);

		if (json_is_string(line))
			lines[taken++] = (struct kban_text){ json_string_value(line),
							     json_string_length(line) };
	}
	return taken;
}

/* An enum kban_import_result, or a status. */
static int import(struct kban_jail *jail, const json_t *ban, const struct kban_addr *host,
		  const char *source, kban_usec now)
{
	struct kban_text lines[LINES_MAX];
	struct kban_import import = KBAN_IMPORT_INIT;
	json_int_t number = json_integer_value(json_object_get(ban, "number"));

	import.host = *host;
	import.since = time_in(ban, "since");
	import.until = json_is_true(json_object_get(ban, "forever")) ? KBAN_FOREVER
								     : time_in(ban, "until");
	if (number > 0 && number <= INT32_MAX)
		import.number = (unsigned)number;
	import.source = source;
	import.lines = lines;
	import.line_count = lines_in(ban, lines);
	return kban_jail_import(jail, &import, now);
}

/* What came of all of them. */
struct outcome {
	int counts[KBAN_IMPORT_OVER + 1];
	json_t *protected_hosts, *refused;
};

static bool import_all(struct command *command, struct kban_jail *jail, struct outcome *outcome)
{
	const json_t *bans = json_object_get(command->parameters, "bans");
	const char *source = json_string_value(json_object_get(command->parameters, "source"));
	kban_usec now = kban_context_now(command->daemon->ctx);
	struct kban_addr host;
	size_t i;
	json_t *ban;

	json_array_foreach(bans, i, ban)
	{
		json_t *address = json_object_get(ban, "address");
		int result;

		if (!command_address(command, address, &host))
			return false;
		result = import(jail, ban, &host, source, now);
		if (result == KBAN_E_DENIED)
			json_array_append(outcome->protected_hosts, address);
		else if (result < 0)
			json_array_append(outcome->refused, address);
		else
			outcome->counts[result]++;
	}
	return true;
}

static bool are_addresses(struct command *command, const json_t *bans)
{
	struct kban_addr host;
	size_t i;
	json_t *ban;

	json_array_foreach(bans, i, ban)
	{
		if (!command_address(command, json_object_get(ban, "address"), &host))
			return false;
	}
	return true;
}

void command_import_bans(struct command *command)
{
	static const struct {
		enum kban_import_result result;
		const char *key;
	} counted[] = {
		{ KBAN_IMPORT_BANNED, "banned" },
		{ KBAN_IMPORT_CHANGED, "changed" },
		{ KBAN_IMPORT_KNOWN, "known" },
		{ KBAN_IMPORT_OVER, "over" },
	};
	struct kban_jail *jail = command_jail(command, NULL);
	struct outcome outcome = { { 0 }, NULL, NULL };

	if (jail == NULL || !are_addresses(command, json_object_get(command->parameters, "bans")))
		return;
	outcome.protected_hosts = json_array();
	outcome.refused = json_array();
	json_object_set_new(command->reply, "protected", outcome.protected_hosts);
	json_object_set_new(command->reply, "refused", outcome.refused);
	if (!import_all(command, jail, &outcome))
		return;
	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++)
		json_object_set_new(command->reply, counted[i].key,
				    json_integer(outcome.counts[counted[i].result]));
	command_settle(command);
}
