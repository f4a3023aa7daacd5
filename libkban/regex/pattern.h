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
#include <stdint.h>

#include <kban/base.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

enum kb_pattern_flags {
	KB_PATTERN_MULTILINE = 1, /* ^ and $ at every line, Python's way */
	KB_PATTERN_CASELESS = 2,
	KB_PATTERN_INTERPRETED = 4, /* no machine code: what is left where there is no JIT */
	KB_PATTERN_AT_ONCE = 8,     /* machine code for the first search already, not after some */
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

/* The text that was compiled, and the flags. */
struct kban_text kb_pattern_text(const struct kb_pattern *pattern);
unsigned kb_pattern_flags(const struct kb_pattern *pattern);

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

/* What a search ran into. */
enum kb_limit {
	KB_LIMIT_NONE,
	KB_LIMIT_EFFORT, /* it tried too many ways */
	KB_LIMIT_DEPTH,  /* they were nested too deeply */
	KB_LIMIT_MEMORY, /* or needed too much memory */
	KB_LIMIT_STACK,  /* the machine code's stack was too small; the interpreter went on */
};

/*
 * Search @a subject, which must be valid UTF-8, from byte @a start on. The first few searches of a
 * pattern are interpreted, as machine code costs as much as dozens of them; the result is the same.
 * @return an enum kb_match_result, or KBAN_E_NOMEM.
 */
int kb_pattern_search(const struct kb_pattern *pattern, struct kban_text subject, size_t start,
		      struct kb_match *match);

/* What is searched, and what is known of it. */
struct kb_subject {
	struct kban_text text; /* valid UTF-8 */
	size_t start;
	/*
	 * All of it is ASCII, and none but its last byte is a line feed. That makes the search a
	 * faster one with the same result.
	 */
	bool is_plain;
};

int kb_pattern_search_in(const struct kb_pattern *pattern, const struct kb_subject *in,
			 struct kb_match *match);

/* Whether a text is plain as struct kb_subject means it. */
static inline bool kb_subject_is_plain(struct kban_text text)
{
	return kb_text_index(text, '\n') + 1 >= text.len && kb_text_is_ascii(text);
}

/* Span of group @a group (0: the whole match) of the last KB_MATCH_FOUND. False: it is unset. */
bool kb_match_group(const struct kb_match *match, unsigned group, size_t *from, size_t *to);

/* All groups of the last KB_MATCH_FOUND, for who asks for many of them; valid until the next
 * search. */
struct kb_spans {
	const size_t *ends; /* from and to of each; SIZE_MAX: unset */
	unsigned count;     /* groups from here on are unset, too */
};

struct kb_spans kb_match_spans(const struct kb_match *match);

/*
 * Effort is counted in steps: a step is one try of one piece of a pattern at one place, some 8 ns
 * with machine code, 18 ns without. A search has an upper bound that depends on neither pattern nor
 * text, and so have all searches that share an effort, such as those for one line of a log.
 */
#define KB_SEARCH_EFFORT_MAX 700000
#define KB_SHARED_EFFORT_MAX 4000000

struct kb_effort {
	uint64_t spent;
};

/* From now on searches that use @a match add to @a effort, and give up when it is all spent. It is
 * not copied; NULL ends it. */
void kb_match_share(struct kb_match *match, struct kb_effort *effort);

/* What the last search cost, as far as it was counted: 0 for one that went well at once. */
uint64_t kb_match_effort(const struct kb_match *match);

/* A search that was made. */
struct kb_search {
	const struct kb_pattern *pattern;
	struct kban_text subject;
	size_t start;
	int result; /* of kb_pattern_search() */
	enum kb_limit limit;
};

/* Who sees every search that uses a match, to measure it. */
struct kb_search_watch {
	void (*before)(void *data);
	void (*after)(const struct kb_search *search, void *data);
	void *data;
};

/* From now on @a watch sees the searches that use @a match; NULL ends it. It is not copied. */
void kb_match_watch(struct kb_match *match, const struct kb_search_watch *watch);

KB_DEFINE_AUTO(pattern)
KB_DEFINE_AUTO(match)

#endif /* KB_REGEX_PATTERN_H */
