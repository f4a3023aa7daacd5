/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How far a file was read, and by what to know it again. A mark is a struct kban_follow_position of
 * which the part about the older file is not used.
 *
 * Only bytes that were read are hashed: they do not change while lines are appended. So a file of
 * which nothing was read has nothing to be known by but its inode, and nothing to lose either.
 */
#ifndef KB_SOURCE_FILE_MARK_H
#define KB_SOURCE_FILE_MARK_H

#include <stdbool.h>
#include <sys/types.h>

#include <kban/follow.h>

#include "source/file-facts.h"

#define KB_MARK_HEAD 256 /* bytes at the start that are hashed, at most */
#define KB_MARK_TAIL 64  /* bytes before the offset that are hashed, at most */

enum kb_mark_verdict {
	KB_MARK_SAME,    /* what was read is still there */
	KB_MARK_OTHER,   /* the file was truncated or written anew */
	KB_MARK_UNKNOWN, /* it cannot be read now; errno says why */
};

/*
 * True if @a facts may be those of the marked file: same inode, and born at the same time. The
 * device is not compared: after a boot it may have another number.
 */
bool kb_mark_may_be(const struct kban_follow_position *mark, const struct kb_file_facts *facts);

uint64_t kb_mark_hash(const void *data, size_t len);

enum kb_mark_verdict kb_mark_check(const struct kban_follow_position *mark, int fd);
enum kb_mark_verdict kb_mark_check_head(const struct kban_follow_position *mark, int fd);

/* Hash what is before mark->offset. KBAN_OK, or KBAN_E_SYSTEM with errno set. */
int kb_mark_refresh(struct kban_follow_position *mark, int fd);

/* The same for the head alone, which no longer changes once it is long enough. */
int kb_mark_refresh_head(struct kban_follow_position *mark, int fd);

/* The mark of the older file in @a position; its inode is 0 if there is none. */
struct kban_follow_position kb_mark_of_old(const struct kban_follow_position *position);

/* False for numbers that no follower writes, as in a damaged state file. */
bool kb_mark_is_valid(const struct kban_follow_position *position);

/* pread(2) until @a len bytes or the end of the file. Bytes read, or -1 with errno set. */
ssize_t kb_read_at(int fd, void *data, size_t len, uint64_t offset);

#endif /* KB_SOURCE_FILE_MARK_H */
