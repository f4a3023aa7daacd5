/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Searching, within limits that hold whatever pattern and text are.
 *
 * PCRE2's own limit does not: it counts how often a match goes on into something, but not how long
 * it goes through a text there and back, and it counts anew from each place where a match may
 * begin. With "\s*.*x$" and a text of 64 KiB it lets pass what takes seconds. So a search is made
 * in two ways. First as usual, but with a limit that is the lower the longer the text is: where it
 * holds, and that is nearly always, nothing else has happened. Where it does not, the search is
 * made again with a copy of the pattern, the guard, that calls back before each item; there each
 * step is counted, and the way through the text between two of them. That is some ten times slower
 * for each step, but their sum is bounded exactly.
 */
#include "regex/pattern.h"

#include <assert.h>
#include <stdatomic.h>

#include "base/text.h"
#include "regex/pattern-engine.h"

/* PCRE2's limit where effort is not bounded by our own. The others bound its memory. */
#define MATCH_LIMIT    1000000
#define DEPTH_LIMIT    100000
#define HEAP_LIMIT_KIB 16384

#define JIT_STACK_START ((size_t)32 * 1024)
#define JIT_STACK_MAX   ((size_t)1024 * 1024)

/* Groups that a new match has room for; more are added when a pattern has them. */
#define FIRST_GROUPS 32

/* Bytes that an unguarded search may go through, one way and another: some 2 ms. */
#define UNGUARDED_BYTES 3000000

/*
 * The same from each place where it may begin; most of them lead nowhere. In longer texts there are
 * too many of them.
 */
#define UNGUARDED_BYTES_ANYWHERE 100000
#define UNGUARDED_LENGTH_MAX     1500

/*
 * So many searches are left to the interpreter before machine code is made, which takes as long as
 * dozens of them: of a short log most rules are asked a few times, or never.
 */
#define EARLY_SEARCHES 32

/* The interpreter counts more, and takes longer for it. */
#define EARLY_SHARE 4

/* More lines than that are not in most texts of several lines. */
#define LINES 8

/* What an unguarded search that came to its limit counts for. */
#define UNGUARDED_EFFORT 150000

/* Bytes gone through in the time of a step. */
#define BYTES_PER_STEP 8

struct kb_match *kb_match_new(void)
{
	kb_auto(match) match = calloc(1, sizeof(*match));

	if (match == NULL)
		return NULL;
	match->data = pcre2_match_data_create(FIRST_GROUPS, NULL);
	match->context = pcre2_match_context_create(NULL);
	if (match->data == NULL || match->context == NULL)
		return NULL;
	match->spans = pcre2_get_ovector_pointer(match->data);
	pcre2_set_depth_limit(match->context, DEPTH_LIMIT);
	pcre2_set_heap_limit(match->context, HEAP_LIMIT_KIB);
	match->stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX, NULL);
	if (match->stack != NULL)
		pcre2_jit_stack_assign(match->context, NULL, match->stack);
	return kb_steal(match);
}

void kb_match_free(struct kb_match *match)
{
	if (match == NULL)
		return;
	pcre2_match_data_free(match->data);
	pcre2_match_context_free(match->context);
	pcre2_jit_stack_free(match->stack);
	free(match);
}

void kb_match_watch(struct kb_match *match, const struct kb_search_watch *watch)
{
	match->watch = watch;
}

void kb_match_share(struct kb_match *match, struct kb_effort *effort)
{
	match->shared = effort;
}

uint64_t kb_match_effort(const struct kb_match *match)
{
	return match->effort;
}

static int make_room(struct kb_match *match, unsigned spans)
{
	pcre2_match_data *data;

	if (spans <= FIRST_GROUPS || pcre2_get_ovector_count(match->data) >= spans)
		return KBAN_OK;
	data = pcre2_match_data_create(spans, NULL);
	if (data == NULL)
		return KBAN_E_NOMEM;
	pcre2_match_data_free(match->data);
	match->data = data;
	match->spans = pcre2_get_ovector_pointer(data);
	return KBAN_OK;
}

static int interpret(const pcre2_code *code, struct kban_text text, size_t start,
		     struct kb_match *match)
{
	PCRE2_SPTR subject = (PCRE2_SPTR)(text.data ? text.data : "");

	return pcre2_match(code, subject, text.len, start, PCRE2_NO_JIT | PCRE2_NO_UTF_CHECK,
			   match->data, match->context);
}

static void set_limit(struct kb_match *match, uint32_t limit)
{
	if (match->engine_limit == limit)
		return;
	pcre2_set_match_limit(match->context, limit);
	match->engine_limit = limit;
}

int kb_pattern_interpret(const pcre2_code *code, struct kban_text text, size_t start,
			 struct kb_match *match)
{
	set_limit(match, MATCH_LIMIT);
	return interpret(code, text, start, match);
}

/*
 * pcre2_match() finds out each time what we know: that there is machine code, and that the text
 * needs no check. For a rule that fails at its first letter that is a good part of its cost.
 */
static int run_machine_code(const pcre2_code *code, struct kban_text text, size_t start,
			    struct kb_match *match)
{
	PCRE2_SPTR subject = (PCRE2_SPTR)(text.data ? text.data : "");

	return pcre2_jit_match(code, subject, text.len, start, 0, match->data, match->context);
}

/* An item of the guard is about to be tried. */
static int count_step(pcre2_callout_block *block, void *data)
{
	struct kb_match *match = data;
	size_t at = block->current_position;
	size_t way = at > match->place ? at - match->place : match->place - at;

	match->place = at;
	match->effort += 1 + way / BYTES_PER_STEP;
	return match->effort > match->allowance ? PCRE2_ERROR_MATCHLIMIT : 0;
}

static int run_guard(const pcre2_code *guard, struct kban_text text, size_t start,
		     struct kb_match *match)
{
	int found = PCRE2_ERROR_JIT_STACKLIMIT;

	set_limit(match, UINT32_MAX);
	pcre2_set_callout(match->context, count_step, match);
	match->place = start;
	if (match->limit != KB_LIMIT_STACK)
		found = run_machine_code(guard, text, start, match);
	if (found == PCRE2_ERROR_JIT_STACKLIMIT || found == PCRE2_ERROR_JIT_BADOPTION) {
		match->place = start;
		found = interpret(guard, text, start, match);
	}
	pcre2_set_callout(match->context, NULL, NULL);
	return found;
}

/* PCRE2's limit for an unguarded search; 0: there should be none. */
static uint32_t unguarded_limit(const struct kb_pattern *pattern, size_t len)
{
	uint32_t bytes = UNGUARDED_BYTES;

	if (pattern->starts == KB_STARTS_ANYWHERE) {
		if (len > UNGUARDED_LENGTH_MAX)
			return 0;
		bytes = UNGUARDED_BYTES_ANYWHERE;
	}
	if (pattern->starts == KB_STARTS_AT_LINES)
		bytes /= LINES;
	if (len >= bytes)
		return 0;
	bytes /= (uint32_t)len + 1;
	return bytes < MATCH_LIMIT ? bytes : MATCH_LIMIT;
}

/* A pattern that speaks of ASCII alone has a form for plain texts. */
static enum kb_program program_for(const struct kb_pattern *pattern, const struct kb_subject *in)
{
	const struct kban_text wanted = pattern->plain.wanted;

	if (!in->is_plain || pattern->syntax.beyond_ascii)
		return KB_PROGRAM_TEXT;
	if (wanted.len > 0 && kb_text_find(in->text, wanted) == in->text.len)
		return KB_PROGRAM_WITHOUT;
	return KB_PROGRAM_PLAIN;
}

/* The form's last group was found, which goes on to the end of the line. */
static void take_rest(const struct kb_pattern *pattern, struct kban_text text,
		      struct kb_match *match)
{
	size_t *group = &match->spans[2 * (size_t)pattern->group_count];
	size_t end = text.len;

	if (end > group[0] && text.data[end - 1] == '\n')
		end--;
	group[1] = end;
	match->spans[1] = end;
}

/* As the first of few: false where that gives no answer, or there are machine code or many. */
static bool search_early(const struct kb_pattern *pattern, const struct kb_subject *in,
			 enum kb_program program, uint32_t limit, struct kb_match *match,
			 int *found)
{
	struct kb_late_programs *late = pattern->late;

	if ((pattern->flags & KB_PATTERN_AT_ONCE) ||
	    atomic_load_explicit(&late->codes[program], memory_order_relaxed) != NULL ||
	    atomic_fetch_add_explicit(&late->early_searches, 1, memory_order_relaxed) >=
		    EARLY_SEARCHES)
		return false;
	set_limit(match, limit / EARLY_SHARE);
	*found = interpret(pattern->code, in->text, in->start, match);
	return *found > 0 || *found == PCRE2_ERROR_NOMATCH;
}

/* PCRE2_ERROR_MATCHLIMIT: it has to be guarded. */
static int run_unguarded(const struct kb_pattern *pattern, const struct kb_subject *in,
			 struct kb_match *match)
{
	uint32_t limit = unguarded_limit(pattern, in->text.len);
	enum kb_program program = program_for(pattern, in);
	const pcre2_code *code;
	int found;

	if (limit == 0)
		return PCRE2_ERROR_MATCHLIMIT;
	if (search_early(pattern, in, program, limit, match, &found))
		return found;
	found = PCRE2_ERROR_JIT_BADOPTION;
	if (kb_pattern_find_program(pattern, program, &code) != KBAN_OK)
		return PCRE2_ERROR_NOMEMORY;
	if (code == NULL) {
		code = pattern->code;
		program = KB_PROGRAM_TEXT;
	}
	set_limit(match, limit);
	if (!(pattern->flags & KB_PATTERN_INTERPRETED))
		found = run_machine_code(code, in->text, in->start, match);
	if (found == PCRE2_ERROR_JIT_BADOPTION) /* there is none */
		found = interpret(code, in->text, in->start, match);
	if (found == PCRE2_ERROR_JIT_STACKLIMIT) {
		match->limit = KB_LIMIT_STACK;
		found = PCRE2_ERROR_MATCHLIMIT;
	}
	if (found == PCRE2_ERROR_MATCHLIMIT)
		match->effort = UNGUARDED_EFFORT;
	if (found > 0 && program != KB_PROGRAM_TEXT && pattern->plain.rest != 0)
		take_rest(pattern, in->text, match);
	return found;
}

static int run(const struct kb_pattern *pattern, const struct kb_subject *in,
	       struct kb_match *match)
{
	const pcre2_code *guard = NULL;
	int found = run_unguarded(pattern, in, match);

	if (found != PCRE2_ERROR_MATCHLIMIT)
		return found;
	if (kb_pattern_find_program(pattern, KB_PROGRAM_GUARD, &guard) != KBAN_OK)
		return PCRE2_ERROR_NOMEMORY;
	if (guard == NULL)
		return PCRE2_ERROR_MATCHLIMIT;
	return run_guard(guard, in->text, in->start, match);
}

/* How much effort the search may take: less where others have left little. */
static uint64_t allow(const struct kb_match *match)
{
	const struct kb_effort *shared = match->shared;
	uint64_t left;

	if (shared == NULL)
		return KB_SEARCH_EFFORT_MAX;
	left = shared->spent < KB_SHARED_EFFORT_MAX ? KB_SHARED_EFFORT_MAX - shared->spent : 0;
	return left < KB_SEARCH_EFFORT_MAX ? left : KB_SEARCH_EFFORT_MAX;
}

/* Which limit the engine's answer is about. */
static enum kb_limit limit_of(int answer)
{
	switch (answer) {
	case PCRE2_ERROR_DEPTHLIMIT:
		return KB_LIMIT_DEPTH;
	case PCRE2_ERROR_HEAPLIMIT:
		return KB_LIMIT_MEMORY;
	default:
		return KB_LIMIT_EFFORT;
	}
}

static int search(const struct kb_pattern *pattern, const struct kb_subject *in,
		  struct kb_match *match)
{
	int found = PCRE2_ERROR_MATCHLIMIT;

	assert(in->start <= in->text.len);
	assert(!in->is_plain || kb_subject_is_plain(in->text));
	match->filled = 0;
	match->limit = KB_LIMIT_NONE;
	match->effort = 0;
	match->allowance = allow(match);
	if (make_room(match, pattern->group_count + 1) != KBAN_OK)
		return KBAN_E_NOMEM;
	if (match->allowance > 0)
		found = run(pattern, in, match);
	if (match->shared != NULL)
		match->shared->spent += match->effort;
	if (found > 0) {
		match->filled = (unsigned)found;
		return KB_MATCH_FOUND;
	}
	if (found == PCRE2_ERROR_NOMEMORY)
		return KBAN_E_NOMEM;
	if (found == PCRE2_ERROR_NOMATCH)
		return KB_MATCH_NONE;
	match->limit = limit_of(found);
	return KB_MATCH_LIMIT;
}

static int search_watched(const struct kb_pattern *pattern, const struct kb_subject *in,
			  struct kb_match *match)
{
	const struct kb_search_watch *watch = match->watch;
	struct kb_search seen = { .pattern = pattern, .subject = in->text, .start = in->start };

	watch->before(watch->data);
	seen.result = search(pattern, in, match);
	seen.limit = match->limit;
	watch->after(&seen, watch->data);
	return seen.result;
}

int kb_pattern_search_in(const struct kb_pattern *pattern, const struct kb_subject *in,
			 struct kb_match *match)
{
	if (match->watch != NULL)
		return search_watched(pattern, in, match);
	return search(pattern, in, match);
}

int kb_pattern_search(const struct kb_pattern *pattern, struct kban_text subject, size_t start,
		      struct kb_match *match)
{
	const struct kb_subject in = { .text = subject, .start = start };

	return kb_pattern_search_in(pattern, &in, match);
}

struct kb_spans kb_match_spans(const struct kb_match *match)
{
	_Static_assert(PCRE2_UNSET == SIZE_MAX, "as the header says");
	return (struct kb_spans){ match->spans, match->filled };
}

bool kb_match_group(const struct kb_match *match, unsigned group, size_t *from, size_t *to)
{
	const size_t *spans = match->spans;

	if (group >= match->filled || spans[2 * (size_t)group] == PCRE2_UNSET)
		return false;
	*from = spans[2 * (size_t)group];
	*to = spans[2 * (size_t)group + 1];
	return true;
}
