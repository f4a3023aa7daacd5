/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/file-facts.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <kban/base.h>

static uint64_t nanoseconds(const struct statx_timestamp *time)
{
	return (uint64_t)time->tv_sec * UINT64_C(1000000000) + time->tv_nsec;
}

static int ask(int directory, const char *name, int flags, struct kb_file_facts *out)
{
	struct statx stat = { 0 };

	if (statx(directory, name, flags, STATX_BASIC_STATS | STATX_BTIME, &stat) != 0)
		return KBAN_E_SYSTEM;
	*out = (struct kb_file_facts){
		.device = makedev(stat.stx_dev_major, stat.stx_dev_minor),
		.inode = stat.stx_ino,
		.size = stat.stx_size,
		.changed = nanoseconds(&stat.stx_ctime),
		.modified = nanoseconds(&stat.stx_mtime),
		.born = stat.stx_mask & STATX_BTIME ? nanoseconds(&stat.stx_btime) : 0,
		.mode = stat.stx_mode,
		.links = stat.stx_nlink,
	};
	return KBAN_OK;
}

int kb_file_facts_of_path(const char *path, struct kb_file_facts *out)
{
	return ask(AT_FDCWD, path, 0, out);
}

int kb_file_facts_of_descriptor(int fd, struct kb_file_facts *out)
{
	return ask(fd, "", AT_EMPTY_PATH, out);
}

int kb_file_facts_at(int directory, const char *name, struct kb_file_facts *out)
{
	return ask(directory, name, AT_SYMLINK_NOFOLLOW, out);
}

bool kb_file_facts_is_regular(const struct kb_file_facts *facts)
{
	return S_ISREG(facts->mode);
}

bool kb_file_facts_is_same_file(const struct kb_file_facts *left, const struct kb_file_facts *right)
{
	return left->device == right->device && left->inode == right->inode;
}
