/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/report-text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <kban/text.h>

#include "cli/colour.h"
#include "kban-regex/debuggex.h"
#include "kban-regex/python-text.h"

void text_print(const char *text)
{
	char *shown = kban_text_printable((struct kban_text){ text, strlen(text) });

	fputs(shown != NULL ? shown : "(out of memory)", stdout);
	free(shown);
}

static bool is_set(const struct kban_hit *hit, const char *name)
{
	/* Mostly the first letter tells. */
	for (size_t i = 0; i < hit->field_count; i++)
		if (hit->fields[i].name[0] == name[0] && strcmp(hit->fields[i].name, name) == 0)
			return hit->fields[i].value.len > 0;
	return false;
}

/* Print an entry of a list: what @a print writes of @a hit. */
static int keep_written(struct line_list *list, const struct text_report *report,
			const struct kban_hit *hit,
			void (*print)(const struct text_report *report, const struct kban_hit *hit,
				      FILE *out))
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int status = -1;

	if (out == NULL)
		return -1;
	print(report, hit, out);
	if (fclose(out) == 0)
		status = line_list_keep(list, (struct kban_text){ text, len });
	free(text);
	return status;
}

static void print_groups(const struct text_report *report, const struct kban_hit *hit, FILE *out)
{
	(void)report;
	fputs("    {", out);
	for (size_t i = 0; i < hit->field_count; i++) {
		fprintf(out, "%s'%s': ", i > 0 ? ", " : "", hit->fields[i].name);
		python_print_text(hit->fields[i].value, out);
	}
	fputs("}", out);
}

static int note_prefix(struct text_report *report, const struct kban_hit *hit)
{
	const struct kban_text more = { "...", 3 };

	report->prefix_count++;
	if (report->base.run->arguments->verbosity == 0)
		return 0;
	if (line_list_count(&report->prefixes))
		return keep_written(&report->prefixes, report, hit, print_groups);
	return report->prefixes.count == report->prefixes.max
		       ? line_list_keep(&report->prefixes, more)
		       : 0;
}

/* When it happened, in local time; now, where that is not known. */
static void print_when(const struct text_report *report, kban_usec when, FILE *out)
{
	struct tm local;
	time_t seconds;
	char text[64];

	if (when == KBAN_TIME_NONE)
		when = kban_context_now(report->base.run->ctx);
	seconds = (time_t)(when / KBAN_SECOND);
	if (localtime_r(&seconds, &local) != NULL &&
	    strftime(text, sizeof(text), "%a %b %d %H:%M:%S %Y", &local) > 0)
		fputs(text, out);
}

static void print_failure(const struct text_report *report, const struct kban_hit *hit, FILE *out)
{
	fputs("    ", out);
	if (hit->id.data != NULL)
		fwrite(hit->id.data, 1, hit->id.len, out);
	else
		fputs("None", out);
	fputs("  ", out);
	print_when(report, hit->time, out);
	if (report->failures > 1)
		fputs(" (multiple regex matched)", out);
}

/* One failure: of a name with several addresses there is one for each. */
static int note_failure(struct text_report *report, const struct kban_hit *hit)
{
	struct rule_hits *hits = &report->hits[hit->rule];
	bool is_quiet = is_set(hit, "nofail");
	int status = 0;

	hits->count++;
	if (report->base.run->arguments->verbosity > 0)
		status = keep_written(&hits->shown, report, hit, print_failure);
	report->is_quiet = report->is_quiet || is_quiet;
	report->failures += !is_quiet;
	return status;
}

static int note_failures(struct text_report *report, const struct kban_hit *hit)
{
	struct kban_hit one = *hit;
	char text[KBAN_ADDR_TEXT_SIZE];
	int status = 0;

	/* As in a jail, nothing comes of what a session is told only. */
	if (hit->verdict == KBAN_NOFAIL && report->base.run->arguments->matcher_flags == 0 &&
	    is_set(hit, "nofail"))
		return 0;
	if (hit->address_count < 2)
		return note_failure(report, hit);
	for (size_t i = 0; status == 0 && i < hit->address_count; i++) {
		kban_addr_print(&hit->addresses[i], text);
		one.id = (struct kban_text){ text, strlen(text) };
		status = note_failure(report, &one);
	}
	return status;
}

/* While a line is judged. */
static void note_hit(const struct kban_hit *hit, void *data)
{
	struct text_report *report = data;
	int status = hit->kind == KBAN_RULE_PREFIX ? note_prefix(report, hit)
						   : note_failures(report, hit);

	if (status < 0)
		report->trouble = errno;
}

static void set_lists(struct text_report *report)
{
	const struct arguments *arguments = report->base.run->arguments;

	report->lists[LINE_MATCHED].wish = arguments->matched;
	report->lists[LINE_IGNORED].wish = arguments->ignored;
	report->lists[LINE_MISSED].wish = arguments->missed;
	for (size_t i = 0; i < LINE_KINDS; i++)
		report->lists[i].max = arguments->list_max;
	report->prefixes.max = arguments->list_max + 1;
}

static int start(struct report *base)
{
	struct text_report *report = (struct text_report *)base;
	const struct kban_filter *filter = base->run->choice.filter;
	size_t count = kban_filter_rule_count(filter, KBAN_RULE_FAIL);

	report->hits = calloc(count, sizeof(*report->hits));
	if (report->hits == NULL ||
	    recent_lines_init(&report->recent, kban_filter_max_lines(filter)) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		report->hits[i].shown.wish = LIST_ALL;
	report->colour = cli_colour_wanted(stdout);
	set_lists(report);
	clock_gettime(CLOCK_MONOTONIC, &report->started);
	kban_matcher_observe(base->run->matcher, note_hit, report);
	text_header(report);
	return 0;
}

static enum line_kind kind_of(const struct text_report *report, const struct kban_match *match)
{
	if (match->verdict == KBAN_IGNORED || report->is_quiet)
		return LINE_IGNORED;
	return report->failures > 0 ? LINE_MATCHED : LINE_MISSED;
}

/* An entry for each rule that the line may be tried with elsewhere. */
static int keep_debuggex(struct text_report *report, enum line_kind kind, struct kban_text line)
{
	enum kban_rule_kind rules = kind == LINE_IGNORED ? KBAN_RULE_IGNORE : KBAN_RULE_FAIL;
	const struct kban_filter *filter = report->base.run->choice.filter;
	size_t count = kban_filter_rule_count(filter, rules);
	int status = 0;

	for (size_t i = 0; status == 0 && i < count; i++) {
		char *entry = debuggex_entry(filter, rules, i, line);

		if (entry == NULL)
			return -1;
		status = line_list_keep(&report->lists[kind],
					(struct kban_text){ entry, strlen(entry) });
		free(entry);
	}
	return status;
}

static int add_line(struct text_report *report, enum line_kind kind, struct kban_text line)
{
	if (!report->base.run->arguments->debuggex)
		return line_list_add(&report->lists[kind], line);
	return line_list_count(&report->lists[kind]) ? keep_debuggex(report, kind, line) : 0;
}

/* The oldest of the recent lines was missed for good. */
static int settle_oldest(struct text_report *report)
{
	int status = add_line(report, LINE_MISSED, report->recent.lines[0]);

	recent_lines_drop(&report->recent, 0);
	return status;
}

static int add_missed(struct text_report *report, struct kban_text line)
{
	struct recent_lines *recent = &report->recent;

	if (recent->max == 1)
		return add_line(report, LINE_MISSED, line);
	if (recent_lines_is_full(recent) && settle_oldest(report) < 0)
		return -1;
	return recent_lines_add(recent, line);
}

/* Lines before this one that were missed, and belong to the match after all. */
static int add_earlier(struct text_report *report)
{
	const struct kban_matcher *matcher = report->base.run->matcher;
	struct kban_text line;

	for (size_t i = 0; (line = kban_matcher_line(matcher, i)).data != NULL; i++) {
		if (!recent_lines_take(&report->recent, line))
			continue;
		report->counts[LINE_MISSED]--;
		report->counts[LINE_MATCHED]++;
		if (add_line(report, LINE_MATCHED, line) < 0)
			return -1;
	}
	return 0;
}

/* Bring what was noted of the line into the lists, and begin anew. */
static int settle(struct text_report *report, const struct judged *judged)
{
	enum line_kind kind = kind_of(report, judged->match);

	report->counts[kind]++;
	if (kind == LINE_MISSED)
		return add_missed(report, judged->line);
	if (judged->match->verdict == KBAN_FAILURE && add_earlier(report) < 0)
		return -1;
	return add_line(report, kind, judged->line);
}

static int line(struct report *base, const struct judged *judged)
{
	struct text_report *report = (struct text_report *)base;
	int status = settle(report, judged);

	report->failures = 0;
	report->is_quiet = false;
	if (report->trouble == 0)
		return status;
	errno = report->trouble;
	return -1;
}

static bool pass(struct report *base, uint64_t lines)
{
	struct text_report *report = (struct text_report *)base;

	if (report->recent.max > 1 || !line_list_is_over(&report->lists[LINE_MISSED]))
		return false;
	report->counts[LINE_MISSED] += lines;
	report->lists[LINE_MISSED].count += lines;
	return true;
}

static int finish(struct report *base)
{
	struct text_report *report = (struct text_report *)base;

	while (report->recent.count > 0)
		if (settle_oldest(report) < 0)
			return -1;
	return text_results(report);
}

static void clear(struct report *base)
{
	struct text_report *report = (struct text_report *)base;
	size_t count = kban_filter_rule_count(base->run->choice.filter, KBAN_RULE_FAIL);

	kban_matcher_observe(base->run->matcher, NULL, NULL);
	for (size_t i = 0; i < LINE_KINDS; i++)
		line_list_close(&report->lists[i]);
	for (size_t i = 0; report->hits != NULL && i < count; i++)
		line_list_close(&report->hits[i].shown);
	free(report->hits);
	line_list_close(&report->prefixes);
	recent_lines_clear(&report->recent);
}

const struct report_ops report_text = {
	.size = sizeof(struct text_report),
	.start = start,
	.line = line,
	.finish = finish,
	.pass = pass,
	.clear = clear,
};
