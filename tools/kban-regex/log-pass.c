/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/log-pass.h"

#include <string.h>

#include <kban/cleanup.h>

#include "cli/options.h"
#include "kban-regex/log-choice.h"
#include "kban-regex/log-crew.h"
#include "kban-regex/log-journal.h"
#include "kban-regex/log-reader.h"

struct pass {
	struct session *session;
	struct judged judged; /* the line at hand */
	struct kban_line_feed feed;
	uint64_t taken; /* bytes of the log that were read, up to that line or behind it */
};

static void show_progress(struct pass *pass)
{
	progress_show(&pass->session->progress, pass->taken, pass->session->run.lines);
}

/* Judge the next line, unless it is none. */
static int pass_line(struct pass *pass, struct kban_text line)
{
	int status = 0;

	pass->judged.number++;
	pass->judged.line = line;
	if (!log_line_is_skipped(line, &pass->feed))
		status = session_judge(pass->session, &pass->judged);
	show_progress(pass);
	return status;
}

/* Whether nothing is told of lines that were missed but how many there are. */
static bool may_pass_over(const struct pass *pass)
{
	struct report *report = pass->session->report;

	return report->ops->pass != NULL && report->ops->pass(report, 0);
}

static void pass_over(struct pass *pass, uint64_t lines)
{
	struct run *run = &pass->session->run;
	struct report *report = pass->session->report;

	report->ops->pass(report, lines);
	pass->judged.number += lines;
	run->lines += lines;
	run->verdicts[KBAN_MISSED] += lines;
	show_progress(pass);
}

static uint64_t count_lines(struct kban_text lines)
{
	uint64_t count = lines.len > 0 && lines.data[lines.len - 1] != '\n';

	for (size_t i = 0; i < lines.len; i++)
		count += lines.data[i] == '\n';
	return count;
}

static int no_memory(void)
{
	return message_print("%s", kban_error_text(NULL));
}

/* The block that the scanner has begun, line by line. */
static int pass_each(struct pass *pass)
{
	struct kban_scanner *scanner = pass->session->run.scan.scanner;
	struct kban_scan_line line;
	int status = 0;
	int more = 1;

	pass->judged.scanned = &line;
	while (status == 0 && (more = kban_scanner_line(scanner, &line)) > 0)
		status = pass_line(pass, line.text);
	pass->judged.scanned = NULL;
	return more < 0 ? no_memory() : status;
}

/* The same, but lines that no rule can match are only counted. */
static int pass_candidates(struct pass *pass, struct kban_text block)
{
	struct kban_scanner *scanner = pass->session->run.scan.scanner;
	struct kban_scan_line line;
	uint64_t next = 0; /* line of the block … */
	size_t at = 0;     /* … that begins here */
	int status = 0;
	int more = 1;

	pass->judged.scanned = &line;
	while (status == 0 && (more = kban_scanner_next(scanner, &line)) > 0) {
		pass_over(pass, line.index - next);
		status = pass_line(pass, line.text);
		next = line.index + 1;
		at = (size_t)(line.text.data - block.data) + line.text.len;
		at += at < block.len;
	}
	pass->judged.scanned = NULL;
	if (more < 0)
		return no_memory();
	if (status == 0)
		pass_over(pass, count_lines((struct kban_text){ block.data + at, block.len - at }));
	return status;
}

static int pass_block(struct pass *pass, struct kban_text block, bool is_plain)
{
	return is_plain && may_pass_over(pass) ? pass_candidates(pass, block) : pass_each(pass);
}

/* One line, or a block of lines: 1, 0 at the end, or less after a message. */
static int pass_some(struct pass *pass, struct log_reader *reader, bool is_scanned, int *status)
{
	const struct run *run = &pass->session->run;
	struct kban_text text;
	int got =
		is_scanned ? log_reader_next_block(reader, &text) : log_reader_next(reader, &text);

	if (got < 0)
		log_reader_complain(reader);
	if (got <= 0)
		return got;
	pass->taken = log_reader_taken(reader);
	if (!is_scanned)
		*status = pass_line(pass, text);
	else if (kban_scanner_block(run->scan.scanner, text, kban_context_now(run->ctx)) != KBAN_OK)
		*status = no_memory();
	else
		*status = pass_block(pass, text, log_lines_are_plain(text));
	return 1;
}

static int pass_piece(struct pass *pass, struct log_piece *piece)
{
	const struct run *run = &pass->session->run;
	struct kban_scanner *scanner = run->scan.scanner;
	kban_usec now = kban_context_now(run->ctx);
	int begun = piece->found == KBAN_OK ? kban_scanner_block_ahead(scanner, piece->ahead, now)
					    : kban_scanner_block(scanner, piece->block.text, now);

	if (begun != KBAN_OK)
		return no_memory();
	pass->taken = piece->block.taken;
	return pass_block(pass, piece->block.text, piece->is_plain);
}

/* What is left of the log, by several threads. */
static int pass_by_crew(struct pass *pass, struct log_reader *reader)
{
	const struct run *run = &pass->session->run;
	struct log_crew *crew = log_crew_new(reader, run->scan.scanner, run->arguments->jobs);
	struct log_piece *piece;
	int status = 0;
	int got = 0;

	if (crew == NULL)
		return no_memory();
	while (status == 0 && (got = log_crew_next(crew, &piece)) > 0)
		status = pass_piece(pass, piece);
	log_crew_free(crew);
	if (got >= 0)
		return status;
	log_reader_complain(reader);
	return CLI_EXIT_TROUBLE;
}

static int pass_lines(struct session *session, struct log_reader *reader, const char *log)
{
	struct pass pass = {
		.session = session,
		.judged = { .log = log, .time = KBAN_TIME_NONE },
		.feed = reader->feed,
	};
	struct run *run = &session->run;
	bool is_scanned;
	int status = 0;
	int got;

	do {
		is_scanned = log_scan_is_due(&run->scan, run->lines, &reader->feed);
		got = pass_some(&pass, reader, is_scanned, &status);
		/* The first block has told the scanner what to look for. */
		if (got > 0 && status == 0 && is_scanned && run->arguments->jobs > 1 &&
		    log_crew_pays(reader))
			return pass_by_crew(&pass, reader);
	} while (got > 0 && status == 0);
	return got < 0 ? CLI_EXIT_TROUBLE : status;
}

static int pass_journal(struct session *session, const char *log)
{
	kban_auto(journal) journal =
		log_journal_open(session->run.ctx, log, session->run.choice.filter);
	struct judged judged = { .log = log };
	struct kban_journal_line line;
	int status = 0;
	int got;

	if (journal == NULL)
		return CLI_EXIT_TROUBLE;
	while (status == 0 && (got = kban_journal_next(journal, &line)) != 0) {
		if (got < 0)
			return no_memory();
		judged.number++;
		judged.line = line.text;
		judged.time = line.time;
		status = session_judge(session, &judged);
		progress_show(&session->progress, 0, session->run.lines);
	}
	return status;
}

static int open_log(const struct session *session, struct log_reader *reader, const char *log)
{
	struct kban_line_feed feed;

	if (log_choose(log) != LOG_FILE)
		return log_reader_open_text(reader, log);
	kban_filter_line_feed(session->run.choice.filter, &feed);
	return log_reader_open(reader, log, &feed);
}

int log_pass(struct session *session, const char *log)
{
	struct log_reader reader = { .bytes = { .fd = -1 } };
	int status = CLI_EXIT_TROUBLE;

	if (log_choose(log) == LOG_JOURNAL)
		return pass_journal(session, log);
	if (open_log(session, &reader, log) == 0)
		status = pass_lines(session, &reader, log);
	progress_next_log(&session->progress, log_reader_taken(&reader));
	log_reader_close(&reader);
	return status;
}
