/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/watch-scan.h"

#include "base/text.h"
#include "jail/watch.h"

/* Lines of a log after which it is worth choosing what to look for in it. */
#define SCAN_AFTER 2000

static struct kb_watch_scan *find(const struct kb_watch_scans *scans, const char *path)
{
	for (size_t i = 0; i < scans->count; i++)
		if (strcmp(scans->items[i].path, path) == 0)
			return &scans->items[i];
	return NULL;
}

/* NULL without memory. */
static struct kb_watch_scan *add(struct kb_watch_scans *scans, const char *path)
{
	struct kb_watch_scan *scan;
	char *copy;

	if (kb_array_room(&scans->items, &scans->capacity, scans->count, sizeof(*scans->items)) < 0)
		return NULL;
	copy = strdup(path);
	if (copy == NULL)
		return NULL;
	scan = &scans->items[scans->count++];
	*scan = (struct kb_watch_scan){ .path = copy };
	return scan;
}

static int add_jail(struct kb_watch_scan *scan, struct kban_jail *jail)
{
	struct kban_matcher *matcher;

	if (jail == NULL || jail->parts.filter == NULL)
		return KBAN_OK;
	matcher = kb_jail_matcher(jail, scan->path);
	if (matcher == NULL || kban_scanner_add(scan->scanner, matcher) != KBAN_OK)
		return KBAN_E_NOMEM;
	scan->jails[scan->jail_count++] = jail;
	return KBAN_OK;
}

static void close_scanner(struct kb_watch_scan *scan)
{
	kban_scanner_free(scan->scanner);
	scan->scanner = NULL;
	free(scan->readers);
	scan->readers = NULL;
	free(scan->jails);
	scan->jails = NULL;
	scan->jail_count = 0;
}

/* A file that has two names has the readers of both, as long as it has them. */
static bool has_readers(const struct kb_watch_scan *scan, const struct kban_block *block)
{
	return scan->reader_count == block->reader_count &&
	       memcmp(scan->readers, block->readers,
		      block->reader_count * sizeof(*block->readers)) == 0;
}

static int open_scanner(struct kb_watch_scan *scan, const struct kban_block *block)
{
	size_t size = block->reader_count * sizeof(*block->readers);
	int status = kban_scanner_new(&scan->scanner);

	if (status != KBAN_OK)
		return status;
	scan->jails = calloc(block->reader_count + 1, sizeof(*scan->jails));
	scan->readers = malloc(size + 1);
	if (scan->jails == NULL || scan->readers == NULL)
		return KBAN_E_NOMEM;
	memcpy(scan->readers, block->readers, size);
	scan->reader_count = block->reader_count;
	for (size_t i = 0; status == KBAN_OK && i < block->reader_count; i++) {
		const struct kb_watched *watched = block->readers[i];

		status = add_jail(scan, watched->jail);
	}
	return status;
}

static uint64_t count_lines(struct kban_text text)
{
	struct kban_text line;
	uint64_t count = 0;

	while (kb_text_next_line(&text, &line))
		count++;
	return count;
}

int kb_watch_scans_find(struct kb_watch_scans *scans, const struct kban_block *block,
			struct kb_watch_scan **out)
{
	struct kb_watch_scan *scan = find(scans, block->path);
	int status = KBAN_OK;

	*out = NULL;
	if (scan == NULL)
		scan = add(scans, block->path);
	if (scan == NULL)
		return KBAN_E_NOMEM;
	if (scan->scanner != NULL && !has_readers(scan, block))
		close_scanner(scan);
	if (scan->scanner == NULL) {
		scan->lines += count_lines(block->text);
		if (scan->lines < SCAN_AFTER)
			return KBAN_OK;
		status = open_scanner(scan, block);
	}
	*out = scan;
	return status;
}

static int show(struct kb_watch_scan *scan, const struct kban_line *line, kban_usec now)
{
	size_t i;

	for (i = kban_scanner_awake(scan->scanner, 0); i < scan->jail_count;
	     i = kban_scanner_awake(scan->scanner, i + 1)) {
		struct kban_match match;
		int verdict = kban_scanner_try(scan->scanner, i, KBAN_TIME_NONE, now, &match);
		int status = kb_jail_take(scan->jails[i], line, verdict, &match, now);

		if (status < 0)
			return status;
	}
	return KBAN_OK;
}

static int is_comment(struct kban_text line, void *data)
{
	const struct kban_line *like = data;
	struct kban_line whole = *like;

	whole.text = line;
	return kb_watch_is_comment(&whole);
}

int kb_watch_scan_feed(struct kb_watch_scan *scan, struct kban_text block, struct kban_line line,
		       kban_usec now)
{
	uint64_t first = line.number;
	struct kban_scan_line found;
	int status;
	int more = 1;

	scan->line = line;
	kban_scanner_leave_out(scan->scanner, is_comment, &scan->line);
	status = kban_scanner_block(scan->scanner, block, now);
	while (status == KBAN_OK && (more = kban_scanner_next(scan->scanner, &found)) > 0) {
		line.text = found.text;
		line.number = first + found.index;
		if (!kb_watch_is_comment(&line))
			status = show(scan, &line, now);
	}
	return more < 0 ? more : status;
}

const struct kb_watch_scan *kb_watch_scans_of(const struct kb_watch_scans *scans, const char *path)
{
	return find(scans, path);
}

void kb_watch_scans_clear(struct kb_watch_scans *scans)
{
	for (size_t i = 0; i < scans->count; i++) {
		free(scans->items[i].path);
		close_scanner(&scans->items[i]);
	}
	free(scans->items);
	*scans = (struct kb_watch_scans){ 0 };
}
