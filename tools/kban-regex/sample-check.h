/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a filter made of a sample, compared with what is expected of it. */
#ifndef KBAN_REGEX_SAMPLE_CHECK_H
#define KBAN_REGEX_SAMPLE_CHECK_H

#include <jansson.h>

#include <kban/matcher.h>

/*
 * @param expected  The object of failJSON; NULL: no failure.
 * @param failures  How many rules gave a failure.
 * @param out       Receives an array of objects with "what", "expected" and "got", empty if all is
 *                  as expected; owned by the caller.
 *
 * @return 0; 1 if @a expected is broken, and then @a out says what of it; -1 without memory.
 */
int sample_check(const struct kban_matcher *matcher, const struct kban_match *match,
		 unsigned failures, json_t *expected, json_t **out);

#endif /* KBAN_REGEX_SAMPLE_CHECK_H */
