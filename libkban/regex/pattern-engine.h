/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PCRE2, for the files of this folder that are made of it: pattern.c, which compiles,
 * pattern-search.c, which matches, and pattern-trace.c, which tells how. Nobody else includes this.
 */
#ifndef KB_REGEX_PATTERN_ENGINE_H
#define KB_REGEX_PATTERN_ENGINE_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdatomic.h>

#include "base/buffer.h"
#include "regex/pattern.h"
#include "regex/plain-form.h"
#include "regex/python-syntax.h"

struct kb_group_name {
	const char *text; /* in the compiled pattern or in its syntax */
	unsigned group;
};

/* Where in a text a match may begin. */
enum kb_starts {
	KB_STARTS_ONCE,
	KB_STARTS_AT_LINES,
	KB_STARTS_ANYWHERE,
};

/* The pattern once more, each for its purpose. */
enum kb_program {
	KB_PROGRAM_TEXT,    /* with machine code */
	KB_PROGRAM_PLAIN,   /* its form for plain texts, which are searched byte by byte */
	KB_PROGRAM_WITHOUT, /* the same, for plain texts without what is wanted */
	KB_PROGRAM_GUARD,   /* reporting each of its items when that is tried */
	KB_PROGRAMS,
};

/* Programs that are made when a search needs them: NULL before. */
struct kb_late_programs {
	_Atomic(pcre2_code *) codes[KB_PROGRAMS];
	atomic_uint early_searches; /* made before there was one */
};

struct kb_pattern {
	struct kb_buffer text; /* as it was given */
	unsigned flags;
	pcre2_code *code; /* without machine code */
	enum kb_starts starts;
	struct kb_plain_form plain;
	struct kb_late_programs *late;
	struct kb_python_syntax syntax;
	struct kb_group_name *names; /* by group */
	size_t name_count;
	unsigned group_count;
};

struct kb_match {
	pcre2_match_data *data;
	size_t *spans; /* of groups, in the data */
	pcre2_match_context *context;
	pcre2_jit_stack *stack;              /* NULL where there is no JIT */
	unsigned filled;                     /* how many spans of the last match may be asked for */
	enum kb_limit limit;                 /* of the last search */
	struct kb_effort *shared;            /* what several searches share; mostly NULL */
	uint64_t effort;                     /* of the last search, as far as it was counted */
	uint64_t allowance;                  /* what it may be */
	size_t place;                        /* of the last step */
	uint32_t engine_limit;               /* PCRE2's, as it is set */
	const struct kb_search_watch *watch; /* mostly NULL */
};

/*
 * A program of the pattern, made if it was not yet. @a out is NULL if the pattern is too large for
 * it. KBAN_OK or KBAN_E_NOMEM.
 */
int kb_pattern_find_program(const struct kb_pattern *pattern, enum kb_program which,
			    const pcre2_code **out);

/*
 * Compile a pattern once more, without machine code. KBAN_E_LIMIT: with @a more_options it is too
 * large.
 *
 * @param translated  Receives what was compiled: the pattern as PCRE2 spells it.
 */
int kb_pattern_compile_again(const struct kb_pattern *pattern, uint32_t more_options,
			     struct kb_buffer *translated, pcre2_code **out);

/* Run the interpreter within the limits of @a match. Its answer is PCRE2's own. */
int kb_pattern_interpret(const pcre2_code *code, struct kban_text text, size_t start,
			 struct kb_match *match);

#endif /* KB_REGEX_PATTERN_ENGINE_H */
