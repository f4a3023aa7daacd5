/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One open file and how far it was read, whatever its name is by now. Several paths may hold the
 * same file: links, or patterns that also fit the names of renamed files. Then it is read once.
 */
#ifndef KB_SOURCE_FOLLOW_FILE_H
#define KB_SOURCE_FOLLOW_FILE_H

#include <stdbool.h>

#include <kban/follow.h>

#include "base/memory.h"
#include "source/file-facts.h"
#include "source/file-mark.h"
#include "source/notify.h"
#include "source/path-log.h"

/* Where blocks are read into: one for all files, because a page that is new costs a fault. */
struct kb_read_buffer {
	char *data;
	size_t block_size; /* more than max_line */
	size_t max_line;
	bool last_line_counts; /* without a line feed, at the end of a path's newest file */
};

/* KBAN_OK or KBAN_E_NOMEM. */
int kb_read_buffer_init(struct kb_read_buffer *buffer, size_t block_size, size_t max_line);
void kb_read_buffer_clear(struct kb_read_buffer *buffer);

struct kb_follow_file {
	unsigned holders; /* paths that hold it */
	int fd;
	struct kb_watch *watch; /* NULL: not to be had, or */
	bool polled;            /* nobody wants it */
	struct kban_follow_position mark;
	uint64_t size;       /* at the last look */
	uint64_t scanned;    /* no line feed from mark.offset up to here; 0: not known */
	uint64_t first_line; /* of the block that was read last */
	bool deleted;        /* has no name any more */
	bool ready;          /* may have lines that were not read */
	kb_trouble trouble;
	kban_usec quiet_since; /* when it was last seen growing; KBAN_TIME_NONE: not known */
	uint64_t bytes, reads, truncated; /* see struct kban_follow_state */
};

/*
 * Open what @a name is in @a directory (an absolute name needs none) with @a flags beside those
 * that every file is opened with. KBAN_E_SYSTEM leaves errno; KBAN_E_NOTFOUND: no regular file.
 */
int kb_follow_file_open(int directory, const char *name, int flags, int *fd,
			struct kb_file_facts *facts);

/* Takes ownership of @a fd if it succeeds. NULL: no memory. One holder. */
struct kb_follow_file *kb_follow_file_take(int fd, const struct kb_file_facts *facts);
void kb_follow_file_release(struct kb_follow_file *file, struct kb_notify *notify);

bool kb_follow_file_is(const struct kb_follow_file *file, const struct kb_file_facts *facts);

/* Go on where @a mark says; it was checked. */
void kb_follow_file_resume(struct kb_follow_file *file, const struct kban_follow_position *mark);

/* Go on at the first byte. */
void kb_follow_file_restart(struct kb_follow_file *file);

/* Go on behind the last line feed there is. KBAN_OK, or KBAN_E_SYSTEM with errno set. */
int kb_follow_file_seek_end(struct kb_follow_file *file, const struct kb_read_buffer *buffer);

/*
 * See whether what was read is still there and whether there is more. On KB_MARK_OTHER and
 * KB_MARK_UNKNOWN, with errno set, it is not ready.
 */
enum kb_mark_verdict kb_follow_file_look(struct kb_follow_file *file, kban_usec now);

/* True if an unterminated line was at the end of the file when it was last looked at. */
bool kb_follow_file_has_rest(const struct kb_follow_file *file);

enum kb_read {
	KB_READ_LINES,    /* a block was read */
	KB_READ_NOTHING,  /* no whole line up to the end of the file; it is not ready any more */
	KB_READ_ON,       /* only the middle of a long line; there is more */
	KB_READ_REPLACED, /* what was read before is not there any more */
	KB_READ_FAILED,   /* errno says why; it is not ready any more */
};

/*
 * Read the next whole lines, at most a block. On KB_READ_LINES they are in @a lines, within the
 * buffer, and the mark has moved behind them.
 */
enum kb_read kb_follow_file_read(struct kb_follow_file *file, const struct kb_read_buffer *buffer,
				 bool is_newest, struct kban_text *lines);

KB_DEFINE_AUTO_CLEAR(read_buffer)

#endif /* KB_SOURCE_FOLLOW_FILE_H */
