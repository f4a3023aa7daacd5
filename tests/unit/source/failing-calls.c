/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See tests/support/failing-alloc.c for how the linker does it. With 64-bit offsets, which meson
 * asks for everywhere, glibc calls its functions so.
 */
#include "failing-calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file-stamps.h"
#include "log-dir.h"

static struct {
	unsigned nth;
	unsigned count;
	int error_number;
} calls[FAILING_CALL_COUNT];

static unsigned longest_read;
static bool has_coarse_clock;

void failing_calls_set(enum failing_call call, unsigned nth, int error_number)
{
	calls[call].nth = nth;
	calls[call].count = 0;
	calls[call].error_number = error_number;
}

void failing_calls_shorten(unsigned len)
{
	longest_read = len;
}

void failing_calls_coarsen(bool coarse)
{
	has_coarse_clock = coarse;
}

void failing_calls_stop(void)
{
	memset(calls, 0, sizeof(calls));
	longest_read = 0;
	has_coarse_clock = false;
}

static bool fails(enum failing_call call)
{
	if (calls[call].nth == 0 || ++calls[call].count % calls[call].nth != 0)
		return false;
	errno = calls[call].error_number;
	return true;
}

/* The linker makes these names. NOLINTBEGIN(bugprone-reserved-identifier) */
int __real_inotify_init1(int flags);
int __real_inotify_add_watch(int fd, const char *path, uint32_t mask);
int __real_open64(const char *path, int flags, ...);
int __real_openat64(int directory, const char *path, int flags, ...);
ssize_t __real_pread64(int fd, void *data, size_t len, off_t offset);
int __real_statx(int directory, const char *path, int flags, unsigned mask, struct statx *out);

int __wrap_inotify_init1(int flags);
int __wrap_inotify_add_watch(int fd, const char *path, uint32_t mask);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_openat64(int directory, const char *path, int flags, ...);
ssize_t __wrap_pread64(int fd, void *data, size_t len, off_t offset);
int __wrap_statx(int directory, const char *path, int flags, unsigned mask, struct statx *out);

int __wrap_inotify_init1(int flags)
{
	return fails(FAILING_INOTIFY_INIT) ? -1 : __real_inotify_init1(flags);
}

int __wrap_inotify_add_watch(int fd, const char *path, uint32_t mask)
{
	return fails(FAILING_INOTIFY_WATCH) ? -1 : __real_inotify_add_watch(fd, path, mask);
}

static mode_t mode_of(int flags, va_list arguments)
{
	return flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
}

int __wrap_open64(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_of(flags, arguments);
	va_end(arguments);
	/* What creates files is the test itself. */
	if (!(flags & O_CREAT) && fails(FAILING_OPEN))
		return -1;
	return __real_open64(path, flags, mode);
}

int __wrap_openat64(int directory, const char *path, int flags, ...)
{
	return fails(FAILING_OPEN) ? -1 : __real_openat64(directory, path, flags);
}

ssize_t __wrap_pread64(int fd, void *data, size_t len, off_t offset)
{
	if (fails(FAILING_READ))
		return -1;
	if (longest_read > 0 && len > longest_read)
		len = longest_read;
	return __real_pread64(fd, data, len, offset);
}

static void coarsen(struct statx_timestamp *time)
{
	time->tv_nsec -= time->tv_nsec % LOG_CLOCK_STEP;
}

int __wrap_statx(int directory, const char *path, int flags, unsigned mask, struct statx *out)
{
	int status = fails(FAILING_STAT) ? -1 : __real_statx(directory, path, flags, mask, out);

	if (status == 0)
		file_stamps_apply(out);
	if (status == 0 && has_coarse_clock) {
		coarsen(&out->stx_btime);
		coarsen(&out->stx_ctime);
		coarsen(&out->stx_mtime);
	}
	return status;
}
/* NOLINTEND(bugprone-reserved-identifier) */
