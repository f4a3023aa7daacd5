/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/file-mark.h"

#include <errno.h>
#include <unistd.h>

#include "base/hash.h"

static uint64_t min(uint64_t left, uint64_t right)
{
	return left < right ? left : right;
}

bool kb_mark_may_be(const struct kban_follow_position *mark, const struct kb_file_facts *facts)
{
	return mark->inode == facts->inode &&
	       (mark->born == 0 || facts->born == 0 || mark->born == facts->born);
}

/* The key is public, because marks outlive the process. Nobody gains by a collision: who can write
 * a file anew with the same hashes can as well append to it. */
uint64_t kb_mark_hash(const void *data, size_t len)
{
	static const struct kb_hash_key key = { { UINT64_C(0x6b62616e), UINT64_C(0x6d61726b) } };

	return kb_hash(&key, data, len);
}

ssize_t kb_read_at(int fd, void *data, size_t len, uint64_t offset)
{
	size_t done = 0;

	while (done < len) {
		ssize_t got = pread(fd, (char *)data + done, len - done, (off_t)(offset + done));

		if (got == 0)
			break;
		if (got > 0)
			done += (size_t)got;
		else if (errno != EINTR)
			return -1;
	}
	return (ssize_t)done;
}

static enum kb_mark_verdict check_bytes(int fd, uint64_t offset, uint32_t len, uint64_t hash)
{
	char bytes[KB_MARK_HEAD];
	ssize_t got = kb_read_at(fd, bytes, len, offset);

	if (got < 0)
		return KB_MARK_UNKNOWN;
	if (got < (ssize_t)len || kb_mark_hash(bytes, len) != hash)
		return KB_MARK_OTHER;
	return KB_MARK_SAME;
}

enum kb_mark_verdict kb_mark_check_head(const struct kban_follow_position *mark, int fd)
{
	return mark->head_len == 0 ? KB_MARK_SAME
				   : check_bytes(fd, 0, mark->head_len, mark->head_hash);
}

enum kb_mark_verdict kb_mark_check(const struct kban_follow_position *mark, int fd)
{
	enum kb_mark_verdict head = kb_mark_check_head(mark, fd);

	if (head != KB_MARK_SAME || mark->tail_len == 0)
		return head;
	return check_bytes(fd, mark->offset - mark->tail_len, mark->tail_len, mark->tail_hash);
}

static int hash_at(int fd, uint64_t offset, uint32_t len, uint64_t *hash)
{
	char bytes[KB_MARK_HEAD];
	ssize_t got = kb_read_at(fd, bytes, len, offset);

	if (got < 0)
		return KBAN_E_SYSTEM;
	/* A file that shrank meanwhile is found out by a hash of what is not there. */
	*hash = kb_mark_hash(bytes, (size_t)got);
	return KBAN_OK;
}

int kb_mark_refresh_head(struct kban_follow_position *mark, int fd)
{
	uint32_t len = (uint32_t)min(mark->offset, KB_MARK_HEAD);

	if (len == mark->head_len)
		return KBAN_OK;
	if (hash_at(fd, 0, len, &mark->head_hash) < 0)
		return KBAN_E_SYSTEM;
	mark->head_len = len;
	return KBAN_OK;
}

int kb_mark_refresh(struct kban_follow_position *mark, int fd)
{
	uint32_t len = (uint32_t)min(mark->offset, KB_MARK_TAIL);

	if (hash_at(fd, mark->offset - len, len, &mark->tail_hash) < 0)
		return KBAN_E_SYSTEM;
	mark->tail_len = len;
	return kb_mark_refresh_head(mark, fd);
}

struct kban_follow_position kb_mark_of_old(const struct kban_follow_position *position)
{
	return (struct kban_follow_position){
		.inode = position->old_inode,
		.born = position->old_born,
		.offset = position->old_offset,
		.tail_hash = position->old_tail_hash,
		.tail_len = (uint32_t)min(position->old_offset, KB_MARK_TAIL),
	};
}

bool kb_mark_is_valid(const struct kban_follow_position *position)
{
	return position->offset <= INT64_MAX && position->old_offset <= INT64_MAX &&
	       position->head_len <= min(position->offset, KB_MARK_HEAD) &&
	       position->tail_len == min(position->offset, KB_MARK_TAIL);
}
