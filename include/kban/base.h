/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/base.h
 * What every other header of kban needs: statuses, time, text.
 */
#ifndef KBAN_BASE_H
#define KBAN_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KBAN_API        __attribute__((visibility("default")))
#define KBAN_MUST_CHECK __attribute__((warn_unused_result))

/**
 * What a call answers. Zero, or a count, is success; a failure is negative. A status is what a
 * program acts on; the text of a struct kban_error is what a person reads.
 */
enum kban_status {
	KBAN_OK = 0,
	KBAN_E_NOMEM = -1,    /**< out of memory */
	KBAN_E_INVAL = -2,    /**< an argument makes no sense; a bug in the caller */
	KBAN_E_NOTFOUND = -3, /**< no such file, section, host or set */
	KBAN_E_SYNTAX = -4,   /**< a file, a pattern or a message is malformed */
	KBAN_E_LIMIT = -5,    /**< a configured limit was reached */
	KBAN_E_DENIED = -6,   /**< the kernel refused; usually CAP_NET_ADMIN is missing */
	KBAN_E_SYSTEM = -7    /**< a system call failed; the error text has its name and errno */
};

/** Microseconds: a span of time, or a time since 1970-01-01 00:00:00 UTC. */
typedef int64_t kban_usec;

#define KBAN_SECOND    ((kban_usec)1000000)
/** No time is known. */
#define KBAN_TIME_NONE INT64_MIN
/** A ban of this length does not end. */
#define KBAN_FOREVER   INT64_MAX

/** Bytes that belong to somebody else. Not NUL-terminated, and may hold NUL. */
struct kban_text {
	const char *data;
	size_t len;
};

#ifdef __cplusplus
}
#endif

#endif /* KBAN_BASE_H */
