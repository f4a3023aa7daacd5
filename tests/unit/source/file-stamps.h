/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Stamps of files by a clock of the test's own. The one of the system would have to be waited for
 * where two things are to happen one after the other, and a history of many steps has no time.
 */
#ifndef KBAN_FILE_STAMPS_H
#define KBAN_FILE_STAMPS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

enum file_event {
	FILE_IS_BORN,
	FILE_IS_WRITTEN,
	FILE_IS_MOVED, /* renamed or deleted */
};

/* Forget all files, and stamp those of log-dir.h from now on. */
void file_stamps_start(void);
void file_stamps_stop(void);
bool file_stamps_are_on(void);

/* Something happens to the file of this inode. Nothing is noted unless stamps are on. */
void file_stamps_note(uint64_t inode, enum file_event event);

/* Go on to the next multiple of @a step, in nanoseconds. */
void file_stamps_tick(uint64_t step);

/* Replace the times by those that were noted, if the file is known. */
void file_stamps_apply(struct statx *out);

#endif /* KBAN_FILE_STAMPS_H */
