/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is new in the logs, and who gets it. */
#include "base/text.h"
#include "jail/watch.h"

/* Blocks of one dispatch, so that whoever has the loop gets to serve others in between. */
#define BLOCKS_AT_ONCE 16
/* Lines of a journal or socket in one dispatch. */
#define LINES_AT_ONCE  1000

static int feed_line(void *const *readers, size_t count, const struct kban_line *line,
		     kban_usec now)
{
	for (size_t i = 0; i < count; i++) {
		const struct kb_watched *watched = readers[i];
		int status = watched->jail ? kban_jail_feed(watched->jail, line, now) : 0;

		if (status < 0)
			return status;
	}
	return KBAN_OK;
}

bool kb_watch_is_comment(const struct kban_line *line)
{
	return line->age == KBAN_LINE_REPLAY && line->text.len > 0 && line->text.data[0] == '#';
}

static int feed_lines(const struct kban_block *block, struct kban_line line, kban_usec now)
{
	struct kban_text rest = block->text;
	int status = KBAN_OK;

	for (; status >= 0 && kb_text_next_line(&rest, &line.text); line.number++)
		if (!kb_watch_is_comment(&line))
			status = feed_line(block->readers, block->reader_count, &line, now);
	return status;
}

static int feed_block(struct kban_watch *watch, const struct kban_block *block, kban_usec now)
{
	const struct kban_line line = {
		.source = block->path,
		.number = block->first_line,
		.age = watch->options.replay ? KBAN_LINE_REPLAY
		       : block->catching_up  ? KBAN_LINE_WAITING
					     : KBAN_LINE_FRESH,
	};
	struct kb_watch_scan *scan;

	if (kb_watch_scans_find(&watch->scans, block, &scan) != KBAN_OK)
		return KBAN_E_NOMEM;
	if (scan == NULL)
		return feed_lines(block, line, now);
	return kb_watch_scan_feed(scan, block->text, line, now);
}

static enum kban_line_age age_of(const struct kban_watch *watch,
				 const struct kban_journal_line *line)
{
	if (watch->options.replay)
		return KBAN_LINE_REPLAY;
	return line->catching_up ? KBAN_LINE_WAITING : KBAN_LINE_FRESH;
}

static int read_journal(struct kban_watch *watch, const struct kb_listed_journal *item,
			kban_usec now)
{
	struct kban_journal_line found;
	int more = 1;

	for (size_t i = 0; i < LINES_AT_ONCE && more > 0; i++) {
		struct kban_line line = { .source = item->name };

		more = kban_journal_next(item->journal, &found);
		if (more <= 0)
			break;
		line.text = found.text;
		line.time = found.time;
		line.age = age_of(watch, &found);
		if (feed_line(found.readers, found.reader_count, &line, now) < 0)
			return KBAN_E_NOMEM;
	}
	return more == 0 && kban_journal_next_due(item->journal) == 0 ? 1 : more;
}

static int read_journals(struct kban_watch *watch, kban_usec now)
{
	int any = 0;

	for (size_t i = 0; i < watch->journals.count; i++) {
		int more = read_journal(watch, &watch->journals.items[i], now);

		if (more < 0)
			return more;
		any |= more;
	}
	return any;
}

static int read_socket(struct kb_syslog *syslog, kban_usec now)
{
	struct kban_line line = { .source = kb_syslog_name(syslog), .age = KBAN_LINE_FRESH };
	struct kb_syslog_line found;
	int more = 1;

	for (size_t i = 0; i < LINES_AT_ONCE && more > 0; i++) {
		more = kb_syslog_next(syslog, &found);
		line.text = found.text;
		if (more > 0 && feed_line(found.readers, found.reader_count, &line, now) < 0)
			return KBAN_E_NOMEM;
	}
	return more < 0 ? more : kb_syslog_next_due(syslog) == 0;
}

static int read_sockets(struct kban_watch *watch, kban_usec now)
{
	int any = 0;

	for (size_t i = 0; i < watch->sockets.count; i++) {
		int more = read_socket(watch->sockets.items[i], now);

		if (more < 0)
			return more;
		any |= more;
	}
	return any;
}

static int read_input(struct kban_watch *watch, kban_usec now)
{
	struct kb_input *input = &watch->input;
	struct kban_line line = {
		.source = input->name,
		.age = watch->options.replay ? KBAN_LINE_REPLAY : KBAN_LINE_FRESH,
	};
	int more = 1;

	for (size_t i = 0; i < LINES_AT_ONCE && more > 0; i++) {
		more = kb_input_next(input, &line.text);
		line.number = input->number;
		if (more > 0 && !kb_watch_is_comment(&line) &&
		    feed_line(input->readers.items, input->readers.count, &line, now) < 0)
			return KBAN_E_NOMEM;
	}
	return more;
}

static int read_blocks(struct kban_watch *watch, kban_usec now)
{
	struct kban_block block;
	int more = 1;

	for (size_t i = 0; i < BLOCKS_AT_ONCE && more > 0; i++) {
		more = kban_follow_next(watch->follow, &block);
		if (more > 0 && feed_block(watch, &block, now) < 0)
			return KBAN_E_NOMEM;
	}
	return more;
}

int kb_watch_read(struct kban_watch *watch, kban_usec now)
{
	int files, journals, sockets, input;

	if (kban_follow_dispatch(watch->follow, now) < 0 ||
	    kb_journal_list_dispatch(&watch->journals, now) < 0 ||
	    kb_syslog_list_dispatch(&watch->sockets, now) < 0)
		return KBAN_E_NOMEM;
	files = read_blocks(watch, now);
	if (files < 0)
		return files;
	journals = read_journals(watch, now);
	kb_journal_list_poll(&watch->journals, watch->poll);
	if (journals < 0)
		return journals;
	sockets = read_sockets(watch, now);
	if (sockets < 0)
		return sockets;
	input = read_input(watch, now);
	return input < 0 ? input : files | journals | sockets | input;
}
