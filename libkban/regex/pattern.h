/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One compiled regular expression. Patterns are written in Python's dialect (regex/python-syntax.h
 * says what is translated) and matched by PCRE2, with JIT where there is one, and always within
 * limits: a pattern that runs into one has not matched, and says so.
 *
 * A pattern is immutable and may serve any number of threads; what changes while matching is in a
 * struct kb_match, of which each thread has its own.
 */
#ifndef KB_REGEX_PATTERN_H
#define KB_REGEX_PATTERN_H

#include <stdbool.h>

#include <kban/base.h>

#include "base/error.h"
#include "base/memory.h"

enum kb_pattern_flags {
	KB_PATTERN_MULTILINE = 1, /* ^ and $ at every line, Python's way */
	KB_PATTERN_CASELESS = 2,
	KB_PATTERN_INTERPRETED = 4, /* no machine code: what is left where there is no JIT */
};

struct kb_pattern;

/* A longer text is no pattern. */
#define KB_PATTERN_LENGTH_MAX 65536

/*
 * Compile @a text. KBAN_E_SYNTAX: "Unable to compile regular expression '…': reason at offset N",
 * where N counts bytes of @a text; KBAN_E_LIMIT: too long or too large; KBAN_E_NOMEM.
 */
int kb_pattern_compile(struct kban_text text, unsigned flags, const struct kb_where *where,
		       struct kb_pattern **out, struct kban_error **err);

void kb_pattern_free(struct kb_pattern *pattern);

/* Named groups in the order of their parentheses. */
size_t kb_pattern_name_count(const struct kb_pattern *pattern);
const char *kb_pattern_name(const struct kb_pattern *pattern, size_t index);
unsigned kb_pattern_name_group(const struct kb_pattern *pattern, size_t index);

/* Number of the group called @a name, or 0. */
unsigned kb_pattern_find_group(const struct kb_pattern *pattern, const char *name);

/* Number of groups, named or not, without the whole match. */
unsigned kb_pattern_group_count(const struct kb_pattern *pattern);

/* Result and working memory of a match. */
struct kb_match;

/* Room for any pattern. NULL without memory. */
struct kb_match *kb_match_new(void);
void kb_match_free(struct kb_match *match);

enum kb_match_result {
	KB_MATCH_NONE = 0,
	KB_MATCH_FOUND = 1,
	KB_MATCH_LIMIT = 2, /* gave up at a limit; counts as none */
};

/*
 * Search @a subject, which must be valid UTF-8, from byte @a start on.
 * @return an enum kb_match_result, or KBAN_E_NOMEM.
 */
int kb_pattern_search(const struct kb_pattern *pattern, struct kban_text subject, size_t start,
		      struct kb_match *match);

/* Span of group @a group (0: the whole match) of the last KB_MATCH_FOUND. False: it is unset. */
bool kb_match_group(const struct kb_match *match, unsigned group, size_t *from, size_t *to);

KB_DEFINE_AUTO(pattern)
KB_DEFINE_AUTO(match)

#endif /* KB_REGEX_PATTERN_H */
