/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fail2ban's database: who is banned until when, how often before, and for which lines. */
#include "import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kban/cleanup.h>
#include <kban/fail2ban-database.h>
#include <kban/text.h>

/* Lines of a ban that are taken over, the newest of them, and bytes of each. */
#define LINES_MAX 10
#define LINE_MAX  1000

/* Append @a text as it may be sent, cut at a limit: without NUL, which ends a message. */
static void append_line(json_t *lines, struct kban_text text)
{
	struct kban_text clean = { NULL, 0 };

	if (text.len > LINE_MAX)
		text.len = LINE_MAX;
	if (text.len == 0 || kban_text_utf8(text, &clean) < 0)
		return;
	for (size_t i = 0; i < clean.len; i++)
		if (clean.data[i] == '\0')
			((char *)(uintptr_t)clean.data)[i] = ' ';
	json_array_append_new(lines, json_stringn(clean.data, clean.len));
	free((char *)(uintptr_t)clean.data);
}

static struct kban_text text_of(const json_t *string)
{
	return (struct kban_text){ json_string_value(string), json_string_length(string) };
}

/* A line is a string, or what stands before, in and behind its date. */
static void append_match(json_t *lines, const json_t *match)
{
	char joined[LINE_MAX];
	size_t len = 0;

	if (json_is_string(match)) {
		append_line(lines, text_of(match));
		return;
	}
	for (size_t i = 0; i < json_array_size(match) && i < 3; i++) {
		struct kban_text part = text_of(json_array_get(match, i));
		size_t room = LINE_MAX - len;

		if (part.data == NULL)
			continue;
		memcpy(joined + len, part.data, part.len < room ? part.len : room);
		len += part.len < room ? part.len : room;
	}
	append_line(lines, (struct kban_text){ joined, len });
}

/* The log lines in what fail2ban keeps of a ban; NULL if there are none. */
static json_t *lines_in(const char *data)
{
	json_t *kept = json_loads(data, JSON_ALLOW_NUL, NULL);
	const json_t *matches = json_object_get(kept, "matches");
	size_t count = json_array_size(matches);
	json_t *lines = count > 0 ? json_array() : NULL;

	for (size_t i = count > LINES_MAX ? count - LINES_MAX : 0; i < count; i++)
		append_match(lines, json_array_get(matches, i));
	json_decref(kept);
	return lines;
}

static bool read_host(const char *text, struct kban_addr *host)
{
	return kban_addr_parse((struct kban_text){ text, strlen(text) }, host) == KBAN_OK;
}

/* An end of before the beginning, or in the future of a ban that another one followed, is none. */
static void tidy_end(const struct kban_fail2ban_ban *ban, struct import_ban *out, kban_usec now)
{
	if (!ban->is_last && (out->until == KBAN_TIME_NONE || out->until > now))
		out->until = out->since < now ? out->since : now;
}

static int take_ban(const struct kban_fail2ban_ban *ban, void *data)
{
	struct import_plan *plan = data;
	struct import_ban taken = { .since = ban->since,
				    .until = ban->until,
				    .number = ban->number };
	struct import_jail *jail;

	jail = import_jail(plan, ban->jail);
	if (jail == NULL) {
		plan->beyond++;
		return 0;
	}
	if (ban->since == KBAN_TIME_NONE || !read_host(ban->host, &taken.host)) {
		jail->no_addresses++;
		return 0;
	}
	tidy_end(ban, &taken, plan->now);
	taken.lines = jail->is_known && !plan->dry_run ? lines_in(ban->data) : NULL;
	return import_add(plan, jail, &taken) ? 0 : 1;
}

void import_database(struct import_plan *plan, const char *path, bool is_wanted)
{
	kban_auto(error) err = NULL;
	int status = kban_fail2ban_each_ban(path, take_ban, plan, &err);

	if (status < 0 && (status != KBAN_E_NOTFOUND || is_wanted))
		import_problem(plan, "%s", kban_error_text(err));
}
