/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is new in the logs, and who gets it: a slice at a time, so that whoever has the loop can do
 * other things in between. A slice ends when a block of a file was read, or as much of something
 * else, or when what was read has taken long. Sources take turns.
 */
#include "base/text.h"
#include "jail/watch.h"

/* No more is read when it was as much; a block of a file that has more to read is larger. */
#define SLICE_BYTES (KB_WATCH_BLOCK_BYTES / 2)
/* Or when it took as long. */
#define SLICE_TIME  (KBAN_SECOND / 100)

struct slice {
	const struct kban_context *ctx; /* has the clock; NULL: it may take any time */
	kban_usec begun;
	size_t bytes;
};

/* A replay must not depend on how fast it is. */
static struct slice begin_slice(const struct kban_watch *watch)
{
	if (watch->options.replay)
		return (struct slice){ 0 };
	return (struct slice){ .ctx = watch->ctx, .begun = kban_context_now(watch->ctx) };
}

static bool is_over(const struct slice *slice)
{
	kban_usec taken = slice->ctx != NULL ? kban_context_now(slice->ctx) - slice->begun : 0;

	/* Below zero it is a clock that was set back. */
	return slice->bytes >= SLICE_BYTES || taken >= SLICE_TIME || taken < 0;
}

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
			struct slice *slice, kban_usec now)
{
	struct kban_journal_line found;
	int more;

	do {
		struct kban_line line = { .source = item->name };

		more = kban_journal_next(item->journal, &found);
		if (more <= 0)
			break;
		line.text = found.text;
		line.time = found.time;
		line.age = age_of(watch, &found);
		slice->bytes += line.text.len;
		if (feed_line(found.readers, found.reader_count, &line, now) < 0)
			return KBAN_E_NOMEM;
	} while (!is_over(slice));
	return more == 0 && kban_journal_next_due(item->journal) == 0 ? 1 : more;
}

static int read_socket(struct kb_syslog *syslog, struct slice *slice, kban_usec now)
{
	struct kban_line line = { .source = kb_syslog_name(syslog), .age = KBAN_LINE_FRESH };
	struct kb_syslog_line found;
	int more;

	do {
		more = kb_syslog_next(syslog, &found);
		if (more <= 0)
			break;
		line.text = found.text;
		slice->bytes += line.text.len;
		if (feed_line(found.readers, found.reader_count, &line, now) < 0)
			return KBAN_E_NOMEM;
	} while (!is_over(slice));
	return more == 0 ? kb_syslog_next_due(syslog) == 0 : more;
}

static int read_input(struct kban_watch *watch, struct slice *slice, kban_usec now)
{
	struct kb_input *input = &watch->input;
	struct kban_line line = {
		.source = input->name,
		.age = watch->options.replay ? KBAN_LINE_REPLAY : KBAN_LINE_FRESH,
	};
	int more;

	do {
		more = kb_input_next(input, &line.text);
		line.number = input->number;
		if (more <= 0)
			break;
		slice->bytes += line.text.len;
		if (!kb_watch_is_comment(&line) &&
		    feed_line(input->readers.items, input->readers.count, &line, now) < 0)
			return KBAN_E_NOMEM;
	} while (!is_over(slice));
	return more;
}

/* Files take turns among each other, too. */
static int read_files(struct kban_watch *watch, struct slice *slice, kban_usec now)
{
	struct kban_block block;
	int more;

	do {
		more = kban_follow_next(watch->follow, &block);
		if (more <= 0)
			break;
		slice->bytes += block.text.len;
		if (feed_block(watch, &block, now) < 0)
			return KBAN_E_NOMEM;
	} while (!is_over(slice));
	return more;
}

/* The files, then each journal, then each socket, and then the input. */
static size_t source_count(const struct kban_watch *watch)
{
	return 1 + watch->journals.count + watch->sockets.count + 1;
}

static int read_source(struct kban_watch *watch, size_t index, struct slice *slice, kban_usec now)
{
	if (index == 0)
		return read_files(watch, slice, now);
	index--;
	if (index < watch->journals.count)
		return read_journal(watch, &watch->journals.items[index], slice, now);
	index -= watch->journals.count;
	if (index < watch->sockets.count)
		return read_socket(watch->sockets.items[index], slice, now);
	return read_input(watch, slice, now);
}

/* Whoever was not asked before the slice was over is the first in the next one. */
static int read_slice(struct kban_watch *watch, kban_usec now)
{
	struct slice slice = begin_slice(watch);
	size_t count = source_count(watch);
	size_t asked = 0;
	int any = 0;

	do {
		int more = read_source(watch, watch->next_source++ % count, &slice, now);

		if (more < 0)
			return more;
		any |= more;
		asked++;
	} while (asked < count && !is_over(&slice));
	return any | (asked < count);
}

static int read_logs(struct kban_watch *watch, kban_usec now)
{
	int more;

	if (kban_follow_dispatch(watch->follow, now) < 0 ||
	    kb_journal_list_dispatch(&watch->journals, now) < 0 ||
	    kb_syslog_list_dispatch(&watch->sockets, now) < 0)
		return KBAN_E_NOMEM;
	more = read_slice(watch, now);
	kb_journal_list_poll(&watch->journals, watch->poll);
	return more;
}

/*
 * When memory ran out within a block, some of its lines were counted and some not. Nothing of it is
 * saved any more: whoever starts anew from what was saved reads those lines again, all of them.
 */
int kban_watch_read(struct kban_watch *watch, kban_usec now, struct kban_error **err)
{
	int more = watch->is_spoilt ? KBAN_E_NOMEM : read_logs(watch, now);

	watch->is_unsettled = true;
	watch->is_spoilt |= more < 0;
	return more < 0 ? kb_fail_memory(err) : more;
}
