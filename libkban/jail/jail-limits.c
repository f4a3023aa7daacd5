/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rules that were given up on a line because they would have taken too long. An attacker may write
 * such lines, so it is told at once and then once a minute, whatever comes.
 */
#include <inttypes.h>

#include "base/buffer.h"
#include "jail/jail.h"

#define TELL_EVERY (60 * KBAN_SECOND)

struct rule {
	enum kban_rule_kind kind;
	size_t index;
	uint64_t limits;
};

/* The rule that was given up most often. */
static struct rule find_worst(const struct kban_filter *filter, const struct kban_matcher *matcher)
{
	struct rule worst = { 0 };

	for (int kind = KBAN_RULE_FAIL; kind <= KBAN_RULE_PREFIX; kind++) {
		struct rule rule = { .kind = (enum kban_rule_kind)kind };
		size_t count = kban_filter_rule_count(filter, rule.kind);

		for (; rule.index < count; rule.index++) {
			rule.limits = kban_matcher_limit_hits(matcher, rule.kind, rule.index);
			if (rule.limits > worst.limits)
				worst = rule;
		}
	}
	return worst;
}

static void tell(const struct kban_jail *jail, const struct kb_jail_source *source, uint64_t limits)
{
	static const char *const keys[] = {
		[KBAN_RULE_FAIL] = "failregex",
		[KBAN_RULE_IGNORE] = "ignoreregex",
		[KBAN_RULE_PREFIX] = "prefregex",
	};
	const struct kban_filter *filter = jail->parts.filter;
	struct rule rule = find_worst(filter, source->matcher);
	unsigned line = 0;
	const char *file = kban_filter_rule_file(filter, rule.kind, rule.index, &line);
	kb_auto_clear(buffer) place = { 0 };

	if (file != NULL)
		kb_buffer_printf(&place, " (%s:%u)", file, line);
	kb_log(jail->ctx, KBAN_WARNING, KB_TOPIC_FILTER,
	       "[%s] %s %zu%s takes too long on lines of %s; searches that were given up, as no "
	       "match: %" PRIu64,
	       jail->options.name, keys[rule.kind], rule.index + 1, place.len > 0 ? place.data : "",
	       source->name, limits);
}

void kb_jail_note_limits(struct kban_jail *jail, struct kb_jail_source *source, kban_usec now)
{
	uint64_t limits = kban_matcher_limit_total(source->matcher);

	if (limits == source->limits_told)
		return;
	if (source->warned_limits != KBAN_TIME_NONE && now - source->warned_limits < TELL_EVERY)
		return;
	tell(jail, source, limits - source->limits_told);
	source->warned_limits = now;
	source->limits_told = limits;
}
