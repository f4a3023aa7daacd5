/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "file-stamps.h"

#include "kban-test.h"

#define MAX_FILES 40000
/* About what writing a line takes: some hundred changes have the same stamp if it is coarse. */
#define PER_EVENT 20000
#define BEGIN     UINT64_C(1767225600000000000)

struct stamps {
	uint64_t inode, born, modified, changed;
};

static struct stamps files[MAX_FILES];
static unsigned count;
static uint64_t now; /* 0: stamps are off */

void file_stamps_start(void)
{
	count = 0;
	now = BEGIN;
}

void file_stamps_stop(void)
{
	now = 0;
}

bool file_stamps_are_on(void)
{
	return now > 0;
}

/* The newest with this number: file systems give numbers of deleted files to new ones. */
static struct stamps *find(uint64_t inode)
{
	for (unsigned i = count; i-- > 0;)
		if (files[i].inode == inode)
			return &files[i];
	return NULL;
}

void file_stamps_note(uint64_t inode, enum file_event event)
{
	struct stamps *file;

	if (now == 0)
		return;
	now += PER_EVENT;
	if (event == FILE_IS_BORN) {
		assert_true(count < MAX_FILES);
		files[count++] = (struct stamps){ inode, now, now, now };
		return;
	}
	file = find(inode);
	assert_non_null(file);
	file->changed = now;
	if (event == FILE_IS_WRITTEN)
		file->modified = now;
}

void file_stamps_tick(uint64_t step)
{
	now += step - now % step;
}

static struct statx_timestamp as_timestamp(uint64_t nanoseconds)
{
	return (struct statx_timestamp){
		.tv_sec = (int64_t)(nanoseconds / 1000000000),
		.tv_nsec = (uint32_t)(nanoseconds % 1000000000),
	};
}

void file_stamps_apply(struct statx *out)
{
	const struct stamps *file = now > 0 ? find(out->stx_ino) : NULL;

	if (file == NULL)
		return;
	if (out->stx_mask & STATX_BTIME)
		out->stx_btime = as_timestamp(file->born);
	out->stx_mtime = as_timestamp(file->modified);
	out->stx_ctime = as_timestamp(file->changed);
}
