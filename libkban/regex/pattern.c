/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The only file that knows PCRE2. */
#include "regex/pattern.h"

#include <assert.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/buffer.h"
#include "base/text.h"
#include "regex/python-syntax.h"

/*
 * What one search may cost. The match limit bounds backtracking (some 10 ms with JIT), the other
 * two the memory of the interpreter.
 */
#define MATCH_LIMIT    1000000
#define DEPTH_LIMIT    100000
#define HEAP_LIMIT_KIB 16384

#define JIT_STACK_START ((size_t)32 * 1024)
#define JIT_STACK_MAX   ((size_t)1024 * 1024)

/* Groups that a new match has room for; more are added when a pattern has them. */
#define FIRST_GROUPS 32

/* As much of a pattern as a message shows. */
#define SHOWN_BYTES 200

struct name {
	const char *text; /* in the compiled pattern or in its syntax */
	unsigned group;
};

struct kb_pattern {
	pcre2_code *code;
	bool has_machine_code;
	struct kb_python_syntax syntax;
	struct name *names; /* by group */
	size_t name_count;
	unsigned group_count;
};

struct kb_match {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack; /* NULL where there is no JIT */
	unsigned filled;        /* how many spans of the last match may be asked for */
};

/* The beginning of a long text, not cut within a character. */
static struct kban_text shorten(struct kban_text text)
{
	size_t len = SHOWN_BYTES;

	if (text.len <= SHOWN_BYTES)
		return text;
	while (len > 0 && ((unsigned char)text.data[len] & 0xc0) == 0x80)
		len--;
	return kb_text_slice(text, 0, len);
}

static int fail_compile(struct kban_error **err, const struct kb_where *where,
			struct kban_text text, const char *reason, size_t offset)
{
	struct kban_text shown = shorten(text);

	return kb_fail(err, KBAN_E_SYNTAX, where,
		       "Unable to compile regular expression '%.*s%s': %s at offset %zu",
		       (int)shown.len, shown.data ? shown.data : "",
		       text.len > SHOWN_BYTES ? "..." : "", reason, offset);
}

static int fail_pcre2(struct kban_error **err, const struct kb_where *where, struct kban_text text,
		      int error, size_t offset)
{
	char reason[256] = "";

	switch (error) {
	case PCRE2_ERROR_HEAP_FAILED:
		return kb_fail_memory(err);
	case PCRE2_ERROR_PATTERN_TOO_LARGE:
	case PCRE2_ERROR_PATTERN_TOO_COMPLICATED:
	case PCRE2_ERROR_PATTERN_STRING_TOO_LONG:
		return kb_fail(err, KBAN_E_LIMIT, where, "regular expression is too large");
	default:
		pcre2_get_error_message(error, (PCRE2_UCHAR *)reason, sizeof(reason));
		return fail_compile(err, where, text, reason,
				    kb_python_syntax_origin(text, offset));
	}
}

static uint32_t compile_options(unsigned flags, const struct kb_python_syntax *syntax)
{
	/* Python's multi-line ^ matches behind a final line feed, too: ALT_CIRCUMFLEX. */
	uint32_t options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_ALT_CIRCUMFLEX;

	if (!syntax->ascii)
		options |= PCRE2_UCP;
	if (syntax->caseless || (flags & KB_PATTERN_CASELESS))
		options |= PCRE2_CASELESS;
	if (syntax->multiline || (flags & KB_PATTERN_MULTILINE))
		options |= PCRE2_MULTILINE;
	if (syntax->dotall)
		options |= PCRE2_DOTALL;
	if (syntax->extended)
		options |= PCRE2_EXTENDED;
	return options;
}

/* NULL without memory, or with @a error set. */
static pcre2_code *compile_code(struct kban_text text, uint32_t options, int *error, size_t *offset)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_code *code;

	*error = PCRE2_ERROR_HEAP_FAILED;
	if (context == NULL)
		return NULL;
	pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	code = pcre2_compile((PCRE2_SPTR)(text.data ? text.data : ""), text.len, options, error,
			     offset, context);
	pcre2_compile_context_free(context);
	return code;
}

static int translate_and_compile(struct kb_pattern *pattern, struct kban_text text, unsigned flags,
				 const struct kb_where *where, struct kban_error **err)
{
	kb_auto_clear(buffer) translated = { 0 };
	const char *message = NULL;
	size_t offset = 0;
	int error = 0;
	int status =
		kb_python_syntax_translate(text, &translated, &pattern->syntax, &message, &offset);

	if (status == KBAN_E_SYNTAX)
		return fail_compile(err, where, text, message, offset);
	if (status != KBAN_OK)
		return kb_fail_memory(err);
	pattern->code = compile_code(kb_buffer_content(&translated),
				     compile_options(flags, &pattern->syntax), &error, &offset);
	if (pattern->code == NULL)
		return fail_pcre2(err, where, text, error, offset);
	/* Without JIT, here or anywhere, the interpreter gives the same answers. */
	if (!(flags & KB_PATTERN_INTERPRETED))
		pattern->has_machine_code =
			pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE) == 0;
	return KBAN_OK;
}

static uint32_t pattern_info(const struct kb_pattern *pattern, uint32_t what)
{
	uint32_t value = 0;

	pcre2_pattern_info(pattern->code, what, &value);
	return value;
}

static int by_group(const void *left, const void *right)
{
	const struct name *a = left, *b = right;

	return (a->group > b->group) - (a->group < b->group);
}

/* PCRE2 lists names by the alphabet: the number in two bytes, the name, a NUL. */
static int list_names(struct kb_pattern *pattern)
{
	size_t size = pattern_info(pattern, PCRE2_INFO_NAMEENTRYSIZE);
	size_t count = pattern_info(pattern, PCRE2_INFO_NAMECOUNT);
	PCRE2_SPTR entry = NULL;

	pattern->group_count = pattern_info(pattern, PCRE2_INFO_CAPTURECOUNT);
	if (count == 0)
		return KBAN_OK;
	pattern->names = calloc(count, sizeof(*pattern->names));
	if (pattern->names == NULL)
		return KBAN_E_NOMEM;
	pattern->name_count = count;
	pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMETABLE, &entry);
	for (size_t i = 0; i < count; i++, entry += size) {
		pattern->names[i].group = (unsigned)entry[0] << 8 | entry[1];
		pattern->names[i].text =
			kb_python_syntax_name(&pattern->syntax, (const char *)entry + 2);
	}
	qsort(pattern->names, count, sizeof(*pattern->names), by_group);
	return KBAN_OK;
}

int kb_pattern_compile(struct kban_text text, unsigned flags, const struct kb_where *where,
		       struct kb_pattern **out, struct kban_error **err)
{
	kb_auto(pattern) pattern = NULL;
	int status;

	if (text.len > KB_PATTERN_LENGTH_MAX)
		return kb_fail(err, KBAN_E_LIMIT, where,
			       "regular expression is longer than %d bytes", KB_PATTERN_LENGTH_MAX);
	pattern = calloc(1, sizeof(*pattern));
	if (pattern == NULL)
		return kb_fail_memory(err);
	status = translate_and_compile(pattern, text, flags, where, err);
	if (status != KBAN_OK)
		return status;
	if (list_names(pattern) != KBAN_OK)
		return kb_fail_memory(err);

	*out = kb_steal(pattern);
	return KBAN_OK;
}

void kb_pattern_free(struct kb_pattern *pattern)
{
	if (pattern == NULL)
		return;
	pcre2_code_free(pattern->code);
	kb_python_syntax_clear(&pattern->syntax);
	free(pattern->names);
	free(pattern);
}

size_t kb_pattern_name_count(const struct kb_pattern *pattern)
{
	return pattern->name_count;
}

const char *kb_pattern_name(const struct kb_pattern *pattern, size_t index)
{
	assert(index < pattern->name_count);
	return pattern->names[index].text;
}

unsigned kb_pattern_name_group(const struct kb_pattern *pattern, size_t index)
{
	assert(index < pattern->name_count);
	return pattern->names[index].group;
}

unsigned kb_pattern_find_group(const struct kb_pattern *pattern, const char *name)
{
	for (size_t i = 0; i < pattern->name_count; i++) {
		if (strcmp(pattern->names[i].text, name) == 0)
			return pattern->names[i].group;
	}
	return 0;
}

unsigned kb_pattern_group_count(const struct kb_pattern *pattern)
{
	return pattern->group_count;
}

struct kb_match *kb_match_new(void)
{
	kb_auto(match) match = calloc(1, sizeof(*match));

	if (match == NULL)
		return NULL;
	match->data = pcre2_match_data_create(FIRST_GROUPS, NULL);
	match->context = pcre2_match_context_create(NULL);
	if (match->data == NULL || match->context == NULL)
		return NULL;
	pcre2_set_match_limit(match->context, MATCH_LIMIT);
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

static int make_room(struct kb_match *match, unsigned spans)
{
	pcre2_match_data *data;

	if (pcre2_get_ovector_count(match->data) >= spans)
		return KBAN_OK;
	data = pcre2_match_data_create(spans, NULL);
	if (data == NULL)
		return KBAN_E_NOMEM;
	pcre2_match_data_free(match->data);
	match->data = data;
	return KBAN_OK;
}

static int interpret(const struct kb_pattern *pattern, PCRE2_SPTR subject, size_t len, size_t start,
		     struct kb_match *match)
{
	return pcre2_match(pattern->code, subject, len, start, PCRE2_NO_JIT | PCRE2_NO_UTF_CHECK,
			   match->data, match->context);
}

/*
 * pcre2_match() finds out each time what we know: that there is machine code, and that the text
 * needs no check. For a rule that fails at its first letter that is a good part of its cost.
 */
static int run(const struct kb_pattern *pattern, struct kban_text text, size_t start,
	       struct kb_match *match)
{
	PCRE2_SPTR subject = (PCRE2_SPTR)(text.data ? text.data : "");
	int found;

	if (!pattern->has_machine_code)
		return interpret(pattern, subject, text.len, start, match);
	found = pcre2_jit_match(pattern->code, subject, text.len, start, 0, match->data,
				match->context);
	if (found == PCRE2_ERROR_JIT_STACKLIMIT)
		found = interpret(pattern, subject, text.len, start, match);
	return found;
}

int kb_pattern_search(const struct kb_pattern *pattern, struct kban_text subject, size_t start,
		      struct kb_match *match)
{
	int found;

	assert(start <= subject.len);
	match->filled = 0;
	if (make_room(match, pattern->group_count + 1) != KBAN_OK)
		return KBAN_E_NOMEM;
	found = run(pattern, subject, start, match);
	if (found > 0) {
		match->filled = (unsigned)found;
		return KB_MATCH_FOUND;
	}
	if (found == PCRE2_ERROR_NOMEMORY)
		return KBAN_E_NOMEM;
	return found == PCRE2_ERROR_NOMATCH ? KB_MATCH_NONE : KB_MATCH_LIMIT;
}

bool kb_match_group(const struct kb_match *match, unsigned group, size_t *from, size_t *to)
{
	const size_t *spans = pcre2_get_ovector_pointer(match->data);

	if (group >= match->filled || spans[2 * (size_t)group] == PCRE2_UNSET)
		return false;
	*from = spans[2 * (size_t)group];
	*to = spans[2 * (size_t)group + 1];
	return true;
}
