/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which lines of a log are looked at, and what rules wait for; in the words of kban-regex. */
#include <stdlib.h>
#include <string.h>

#include "commands.h"

/* NULL without memory. */
static json_t *text_value(const char *text)
{
	struct kban_text clean = { NULL, 0 };
	json_t *value;

	if (kban_text_utf8((struct kban_text){ text, strlen(text) }, &clean) < 0)
		return NULL;
	value = json_stringn(clean.data ? clean.data : "", clean.len);
	free((char *)(uintptr_t)clean.data);
	return value;
}

json_t *commands_describe_scan(const struct kban_watch *watch, const char *log)
{
	const struct kban_scanner *scanner = kban_watch_scanner(watch, log);
	struct kban_scan_count count;
	json_t *dropped;
	const char *text;

	if (scanner == NULL)
		return NULL;
	dropped = json_array();
	for (size_t i = 0; (text = kban_scanner_dropped(scanner, i)) != NULL; i++)
		json_array_append_new(dropped, text_value(text));
	kban_scanner_count(scanner, &count);
	return json_pack("{s: s, s: I, s: I, s: I, s: I, s: I, s: I, s: o}", "engine", count.engine,
			 "lines", (json_int_t)count.lines, "candidates",
			 (json_int_t)count.candidates, "attempts", (json_int_t)count.tried, "texts",
			 (json_int_t)count.literals, "waiting", (json_int_t)count.triggered,
			 "always", (json_int_t)count.always, "dropped", dropped);
}

/* Texts of which the rule needs one; null: it is tried on every line. */
static json_t *needs_of(const struct kban_scanner *scanner, size_t filter, enum kban_rule_kind kind,
			size_t rule)
{
	json_t *texts = json_array();
	const char *text;

	for (size_t i = 0; (text = kban_scanner_trigger(scanner, filter, kind, rule, i)) != NULL;
	     i++)
		json_array_append_new(texts, text_value(text));
	if (json_array_size(texts) > 0)
		return texts;
	json_decref(texts);
	return json_null();
}

static json_t *describe_rules(const struct kban_scanner *scanner, size_t filter)
{
	static const struct {
		enum kban_rule_kind kind;
		const char *name;
	} kinds[] = {
		{ KBAN_RULE_FAIL, "failregex" },
		{ KBAN_RULE_IGNORE, "ignoreregex" },
	};
	json_t *rules = json_array();

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		for (size_t i = 0; i < kban_scanner_rule_count(scanner, filter, kinds[k].kind); i++)
			json_array_append_new(
				rules, json_pack("{s: s, s: I, s: o}", "kind", kinds[k].name,
						 "index", (json_int_t)i, "needs",
						 needs_of(scanner, filter, kinds[k].kind, i)));
	return rules;
}

json_t *commands_describe_scans(const struct kban_watch *watch, size_t jail)
{
	json_t *scans = json_array();
	const char *log;

	for (size_t i = 0; (log = kban_watch_jail_file(watch, jail, i)) != NULL; i++) {
		int filter = kban_watch_scan_filter(watch, log, jail);
		json_t *scan;

		if (filter < 0)
			continue;
		scan = json_object();
		json_object_set_new(scan, "path", text_value(log));
		json_object_set_new(scan, "rules",
				    describe_rules(kban_watch_scanner(watch, log), (size_t)filter));
		json_array_append_new(scans, scan);
	}
	return scans;
}
