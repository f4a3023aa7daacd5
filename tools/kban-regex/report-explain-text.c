/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --explain for people: what became of a line, why, and where in it and in the rules. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kban/explainer.h>
#include <kban/text.h>

#include "cli/colour.h"
#include "cli/columns.h"
#include "kban-regex/marked-line.h"
#include "kban-regex/report.h"

#define LINE_INDENT 4
#define FACT_INDENT 15

/* More groups of one match are not marked. */
#define MARKS_MAX  64
#define LABEL_SIZE 48

struct explain_report {
	struct report base;
	struct page line; /* for lines of the log */
	struct page rule; /* and for rules */
	bool any;
};

/* The marks of one line. */
struct marks {
	struct mark items[MARKS_MAX];
	char labels[MARKS_MAX][LABEL_SIZE];
	size_t count;
};

static const char *const keys[] = { "failregex", "ignoreregex", "prefregex" };

static int start(struct report *base)
{
	struct explain_report *report = (struct explain_report *)base;

	report->line = (struct page){ cli_columns(stdout), LINE_INDENT, cli_colour_wanted(stdout) };
	report->rule = report->line;
	report->rule.indent = FACT_INDENT;
	return 0;
}

static void paint(const struct explain_report *report, enum cli_colour colour)
{
	fputs(cli_colour(report->line.colour, colour), stdout);
}

/* "  NAME         " before what is told under it; "" goes on with what was told. */
static void begin_fact(const struct explain_report *report, const char *name)
{
	paint(report, CLI_BOLD);
	printf("  %-*s", FACT_INDENT - 2, name);
	paint(report, CLI_PLAIN);
}

/* Text that somebody else wrote; with quotes, so that blanks at its ends are seen. */
static int print_text(struct kban_text text, const char *quote)
{
	char *shown = kban_text_printable(text);

	if (shown == NULL)
		return -1;
	printf("%s%s%s", quote, shown, quote);
	free(shown);
	return 0;
}

static struct kban_text text_of(const char *string)
{
	return (struct kban_text){ string, strlen(string) };
}

static void print_time(kban_usec when)
{
	time_t seconds = (time_t)(when / KBAN_SECOND);
	struct tm local;
	char text[64];

	if (localtime_r(&seconds, &local) == NULL)
		return;
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &local);
	fputs(text, stdout);
}

/* "2 of 5, FILE:LINE" */
static int print_place(const struct explain_report *report, enum kban_rule_kind kind, size_t index)
{
	const struct kban_filter *filter = report->base.run->choice.filter;
	size_t count = kban_filter_rule_count(filter, kind);
	unsigned line;
	const char *file = kban_filter_rule_file(filter, kind, index, &line);

	if (count > 1)
		printf("%zu of %zu, ", index + 1, count);
	if (file == NULL)
		return print_text(text_of("command line"), "");
	if (print_text(text_of(file), "") < 0)
		return -1;
	printf(":%u", line);
	return 0;
}

__attribute__((format(printf, 5, 6))) static void add_mark(struct marks *marks,
							   struct kban_span span, char sign,
							   enum cli_colour colour,
							   const char *format, ...)
{
	char *label = marks->labels[marks->count];
	va_list arguments;

	if (marks->count == MARKS_MAX)
		return;
	va_start(arguments, format);
	vsnprintf(label, LABEL_SIZE, format, arguments);
	va_end(arguments);
	marks->items[marks->count++] =
		(struct mark){ .span = span, .label = label, .sign = sign, .colour = colour };
}

static void mark_groups(struct marks *marks, const struct kban_attempt *attempt)
{
	for (size_t i = 0; i < attempt->capture_count; i++) {
		const struct kban_capture *capture = &attempt->captures[i];

		/* It is told what that is, and it is mostly all of the line. */
		if (attempt->kind == KBAN_RULE_PREFIX && strcmp(capture->name, "content") == 0)
			continue;
		add_mark(marks, capture->span, '^', CLI_GREEN, "%s", capture->name);
	}
}

static void mark_stop(struct marks *marks, const struct kban_attempt *attempt)
{
	const struct kban_progress *progress = attempt->progress;
	struct kban_span span = progress->place;

	if (span.to > span.from)
		add_mark(marks, span, '~', CLI_RED, "%s %zu looks from ~ to ^ in vain",
			 keys[attempt->kind], attempt->rule + 1);
	else
		add_mark(marks, span, '^', CLI_RED, "%s %zu stops here", keys[attempt->kind],
			 attempt->rule + 1);
	marks->items[marks->count - 1].tip = '^';
}

/* Did the rule match anything at all before it stopped? */
static bool has_begun(const struct kban_attempt *attempt)
{
	return attempt->progress->place.to > attempt->progress->start;
}

/* The attempt that made the verdict, or the one that came furthest; NULL if there is none. */
static const struct kban_attempt *chosen_attempt(const struct explain_report *report,
						 const struct kban_match *match)
{
	const struct kban_explainer *explainer = report->base.run->explainer;
	const struct kban_attempt *attempt;

	for (size_t i = 0; (attempt = kban_explainer_attempt(explainer, i)) != NULL; i++) {
		bool has_match = attempt->outcome >= KBAN_OUTCOME_MATCH;

		if (attempt->kind == KBAN_RULE_FAIL && has_match &&
		    (match->rule < 0 || (size_t)match->rule == attempt->rule))
			return attempt;
	}
	return kban_explainer_nearest(explainer);
}

static const struct kban_attempt *find_attempt(const struct kban_explainer *explainer,
					       enum kban_rule_kind kind)
{
	const struct kban_attempt *attempt;

	for (size_t i = 0; (attempt = kban_explainer_attempt(explainer, i)) != NULL; i++)
		if (attempt->kind == kind && attempt->outcome >= KBAN_OUTCOME_MATCH)
			return attempt;
	return NULL;
}

/* The line as it is in the log, with marks under it. */
static int print_line(const struct explain_report *report, const struct kban_match *match)
{
	const struct kban_explainer *explainer = report->base.run->explainer;
	const struct kban_date_explanation *date = kban_explainer_date(explainer);
	const struct kban_attempt *prefix = find_attempt(explainer, KBAN_RULE_PREFIX);
	const struct kban_attempt *ignore = find_attempt(explainer, KBAN_RULE_IGNORE);
	const struct kban_attempt *chosen = chosen_attempt(report, match);
	struct marks marks = { .count = 0 };

	if (date->stamp.to > date->stamp.from)
		add_mark(&marks, date->stamp, '-', CLI_DIM, "date");
	if (prefix != NULL)
		mark_groups(&marks, prefix);
	if (chosen != NULL && chosen->progress != NULL && has_begun(chosen))
		mark_stop(&marks, chosen);
	else if (chosen != NULL)
		mark_groups(&marks, chosen);
	if (ignore != NULL)
		add_mark(&marks, ignore->span, '!', CLI_YELLOW, "ignoreregex %zu",
			 ignore->rule + 1);
	return marked_line_print(&report->line, kban_explainer_text(explainer), marks.items,
				 marks.count);
}

static int print_date(const struct explain_report *report, const struct kban_match *match)
{
	const struct kban_date_explanation *date = kban_explainer_date(report->base.run->explainer);
	const char *format = date->format < 0
				     ? NULL
				     : kban_filter_date_format_name(report->base.run->choice.filter,
								    (size_t)date->format);

	begin_fact(report, "date");
	switch (date->finding) {
	case KBAN_DATE_FOUND:
		print_time(match->time);
		break;
	case KBAN_DATE_REMEMBERED:
		fputs(format != NULL ? "there is no such time; " : "none found; ", stdout);
		fputs("counts as written with a line before, ", stdout);
		print_time(match->time);
		break;
	case KBAN_DATE_UNWANTED:
		fputs("none is wanted", stdout);
		break;
	case KBAN_DATE_IMPOSSIBLE:
		fputs("cut out, but there is no such time", stdout);
		break;
	case KBAN_DATE_MISSING:
		fputs("no format of the filter matches", stdout);
		break;
	}
	if (format != NULL) {
		fputs(", by ", stdout);
		if (print_text(text_of(format), "") < 0)
			return -1;
	}
	putchar('\n');
	return 0;
}

static int print_searched(const struct explain_report *report)
{
	struct kban_text searched = kban_explainer_searched(report->base.run->explainer);

	begin_fact(report, "searched");
	if (print_text(searched, "\"") < 0)
		return -1;
	putchar('\n');
	return 0;
}

static int print_content(const struct explain_report *report)
{
	const struct kban_explainer *explainer = report->base.run->explainer;
	const struct kban_attempt *prefix = find_attempt(explainer, KBAN_RULE_PREFIX);
	struct kban_text content = kban_explainer_content(explainer);

	if (prefix == NULL)
		return 0;
	begin_fact(report, "prefregex");
	if (print_place(report, KBAN_RULE_PREFIX, 0) < 0)
		return -1;
	if (content.data == NULL) {
		puts(", matches and leaves all of it");
		return 0;
	}
	puts(", matches and leaves");
	begin_fact(report, "");
	if (print_text(content, "\"") < 0)
		return -1;
	putchar('\n');
	return 0;
}

/* The rule's text; of one that did not match with the piece that failed. */
static int print_rule(const struct explain_report *report, const struct kban_attempt *attempt)
{
	struct kban_text text = text_of(kban_filter_rule_text(report->base.run->choice.filter,
							      attempt->kind, attempt->rule));
	struct marks marks = { .count = 0 };

	if (attempt->progress != NULL)
		add_mark(&marks, attempt->progress->wanted, '^', CLI_RED, "does not match there");
	return marked_line_print(&report->rule, text, marks.items, marks.count);
}

static const char *words_for(const struct kban_attempt *attempt)
{
	switch (attempt->outcome) {
	case KBAN_OUTCOME_NO_MATCH:
		return "does not match";
	case KBAN_OUTCOME_GIVEN_UP:
		return "was given up at a limit of the engine: it takes too long";
	default:
		return "matches";
	}
}

static int print_attempt(const struct explain_report *report, const struct kban_attempt *attempt,
			 const char *more)
{
	begin_fact(report, keys[attempt->kind]);
	if (print_place(report, attempt->kind, attempt->rule) < 0)
		return -1;
	printf(", %s%s\n", words_for(attempt), more);
	return print_rule(report, attempt);
}

/* Other failregex that match; with -v all of them. */
static int print_others(const struct explain_report *report, const struct kban_attempt *chosen)
{
	bool all = report->base.run->arguments->verbosity > 0;
	const struct kban_attempt *attempt;

	for (size_t i = 0;
	     (attempt = kban_explainer_attempt(report->base.run->explainer, i)) != NULL; i++) {
		if (attempt == chosen || attempt->kind != KBAN_RULE_FAIL ||
		    (!all && attempt->outcome == KBAN_OUTCOME_NO_MATCH))
			continue;
		if (print_attempt(report, attempt,
				  attempt->outcome >= KBAN_OUTCOME_MATCH ? ", too" : "") < 0)
			return -1;
	}
	return 0;
}

static int print_rules(const struct explain_report *report, const struct kban_match *match)
{
	const struct kban_explainer *explainer = report->base.run->explainer;
	const struct kban_attempt *chosen = chosen_attempt(report, match);
	const struct kban_attempt *ignore = find_attempt(explainer, KBAN_RULE_IGNORE);
	size_t count = kban_filter_rule_count(report->base.run->choice.filter, KBAN_RULE_FAIL);
	bool is_nearest = chosen != NULL && chosen->progress != NULL &&
			  chosen->kind == KBAN_RULE_FAIL && count > 1;

	if (is_nearest && !has_begun(chosen)) {
		begin_fact(report, keys[KBAN_RULE_FAIL]);
		printf("none of the %zu so much as begins to match\n", count);
		return print_others(report, NULL);
	}
	if (chosen != NULL &&
	    print_attempt(report, chosen, is_nearest ? "; none does, this came furthest" : "") < 0)
		return -1;
	if (print_others(report, chosen) < 0)
		return -1;
	return ignore != NULL ? print_attempt(report, ignore, " and takes it away") : 0;
}

static int print_session(const struct explain_report *report)
{
	static const struct {
		unsigned flag;
		const char *words;
	} news[] = {
		{ KBAN_SESSION_OPENED, "begins" },
		{ KBAN_SESSION_WAS_PENDING, "a failure before waited for this" },
		{ KBAN_SESSION_FACTS, "this tells facts only, no failure" },
		{ KBAN_SESSION_GAINED, "access was gained, what waited is forgiven" },
		{ KBAN_SESSION_SEVERAL_USERS, "several users were seen, so all counts" },
		{ KBAN_SESSION_CLOSED, "ends" },
	};
	const struct kban_session_explanation *session =
		kban_explainer_session(report->base.run->explainer);
	const char *separator = " ";

	if (session == NULL)
		return 0;
	begin_fact(report, "session");
	if (print_text(session->key, "\"") < 0)
		return -1;
	if (!(session->flags & KBAN_SESSION_OPENED))
		printf("%sgoes on", separator);
	for (size_t i = 0; i < sizeof(news) / sizeof(news[0]); i++) {
		if (!(session->flags & news[i].flag))
			continue;
		printf("%s%s", i == 0 ? separator : "; ", news[i].words);
	}
	putchar('\n');
	return 0;
}

/* Why a match is no failure. */
static const char *reason_of(const struct kban_attempt *attempt)
{
	if (attempt == NULL)
		return "";
	switch (attempt->outcome) {
	case KBAN_OUTCOME_PENDING:
		return ": a failure, but nothing says whose; another line of the session may";
	case KBAN_OUTCOME_NOFAIL:
		return ": the line tells facts only (<F-NOFAIL>)";
	case KBAN_OUTCOME_NOBODY:
		return ": the match does not say whose failure it is";
	case KBAN_OUTCOME_NO_ADDRESS:
		return ": the host name has no address";
	default:
		return "";
	}
}

/* "line 3: missed" */
static int print_verdict(const struct explain_report *report, const struct judged *judged)
{
	static const struct {
		const char *name;
		enum cli_colour colour;
	} verdicts[] = {
		[KBAN_MISSED] = { "missed", CLI_YELLOW },
		[KBAN_FAILURE] = { "failure", CLI_RED },
		[KBAN_NOFAIL] = { "no failure", CLI_GREEN },
		[KBAN_IGNORED] = { "ignored", CLI_GREEN },
	};
	const struct kban_match *match = judged->match;

	paint(report, CLI_BOLD);
	printf("line %" PRIu64 ": ", judged->number);
	paint(report, verdicts[match->verdict].colour);
	fputs(verdicts[match->verdict].name, stdout);
	paint(report, CLI_PLAIN);
	if (match->verdict != KBAN_FAILURE) {
		puts(reason_of(chosen_attempt(report, match)));
		return 0;
	}
	fputs(" of ", stdout);
	if (print_text(match->id, "") < 0)
		return -1;
	if (match->user.len > 0) {
		fputs(", user ", stdout);
		if (print_text(match->user, "") < 0)
			return -1;
	}
	if (match->attempts > 1)
		printf(", %u lines", match->attempts);
	putchar('\n');
	return 0;
}

static int line(struct report *base, const struct judged *judged)
{
	struct explain_report *report = (struct explain_report *)base;

	if (!line_choice_has(&report->base.run->arguments->explain, judged->number,
			     judged->match->verdict))
		return 0;
	if (report->any)
		putchar('\n');
	report->any = true;
	if (print_verdict(report, judged) < 0 || print_line(report, judged->match) < 0 ||
	    print_date(report, judged->match) < 0 || print_searched(report) < 0 ||
	    print_content(report) < 0 || print_rules(report, judged->match) < 0)
		return -1;
	return print_session(report);
}

static int finish(struct report *base)
{
	const struct run *run = base->run;

	printf("\nLines: %" PRIu64 " lines, %" PRIu64 " failures, %" PRIu64 " no failure, %" PRIu64
	       " ignored, %" PRIu64 " missed\n",
	       run->lines, run->verdicts[KBAN_FAILURE], run->verdicts[KBAN_NOFAIL],
	       run->verdicts[KBAN_IGNORED], run->verdicts[KBAN_MISSED]);
	return 0;
}

const struct report_ops report_explain_text = {
	.size = sizeof(struct explain_report),
	.start = start,
	.line = line,
	.finish = finish,
};
