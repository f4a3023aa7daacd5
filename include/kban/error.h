/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/error.h
 * Why a call failed, in one line for a person.
 */
#ifndef KBAN_ERROR_H
#define KBAN_ERROR_H

#include <kban/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The reason of a failure. Calls that take a struct kban_error ** write it on failure only; the
 * caller owns what was written and releases it with kban_error_free(). Passing NULL is allowed
 * and costs nothing.
 */
struct kban_error;

/**
 * The reason as one line without line feed or full stop, the place first where there is one:
 * "filter.d/sshd.conf:42: no <HOST> in '^Failed password'". Control bytes in it are escaped.
 *
 * @return Valid as long as @a error. For NULL: "out of memory", which is the one failure that
 *         cannot be written down.
 */
KBAN_API const char *kban_error_text(const struct kban_error *error);

/** The status that came with the reason; KBAN_E_NOMEM for NULL. */
KBAN_API enum kban_status kban_error_status(const struct kban_error *error);

/** File the reason is about, or NULL where it is about none. Valid as long as @a error. */
KBAN_API const char *kban_error_file(const struct kban_error *error);

/** Line in that file, from 1; 0 where it is about none. */
KBAN_API unsigned kban_error_line(const struct kban_error *error);

/** NULL is allowed. */
KBAN_API void kban_error_free(struct kban_error *error);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_ERROR_H */
