/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/duration.h
 * Spans of time as people write them: 10m, 1d12h, "1 week", 5*60.
 */
#ifndef KBAN_DURATION_H
#define KBAN_DURATION_H

#include <kban/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Read a span of time.
 *
 * Numbers, each with a unit or without (seconds), joined by blanks (which add) or by + - * / and
 * parentheses. Units, in any case: s sec second(s), m min minute(s), h hour(s), d day(s),
 * w week(s), mo month(s) (365.25 d / 12), y year(s) (365.25 d), and their abbreviations. The
 * grammar is that of jail.conf(5); as there, "1h30" is an hour and 30 seconds. Nothing is
 * evaluated but arithmetic.
 *
 * @param seconds  Written on success only. May be negative.
 *
 * @return KBAN_OK, or KBAN_E_SYNTAX (also for a division by zero or a result beyond 2^53).
 */
KBAN_API KBAN_MUST_CHECK int kban_duration_parse(struct kban_text text, double *seconds);

/** Bytes that hold any printed span, with its NUL. */
#define KBAN_DURATION_TEXT_SIZE 48

/**
 * Write a span as a person would: at most three units, rounded, "1w 5d 3h", "59m 50s", "0".
 * KBAN_FOREVER is "permanent".
 *
 * @param buffer  KBAN_DURATION_TEXT_SIZE bytes.
 *
 * @return @a buffer.
 */
KBAN_API const char *kban_duration_print(kban_usec span, char *buffer);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_DURATION_H */
