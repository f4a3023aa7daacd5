/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "regex/pattern.h"

#include <assert.h>
#include <stdatomic.h>

#include "base/buffer.h"
#include "base/text.h"
#include "regex/pattern-engine.h"

/* As much of a pattern as a message shows. */
#define SHOWN_BYTES 200

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
	size_t origin;

	switch (error) {
	case PCRE2_ERROR_HEAP_FAILED:
		return kb_fail_memory(err);
	case PCRE2_ERROR_PATTERN_TOO_LARGE:
	case PCRE2_ERROR_PATTERN_TOO_COMPLICATED:
	case PCRE2_ERROR_PATTERN_STRING_TOO_LONG:
		return kb_fail(err, KBAN_E_LIMIT, where, "regular expression is too large");
	default:
		origin = kb_python_syntax_origin(text, offset);
		if (origin == SIZE_MAX)
			return kb_fail_memory(err);
		pcre2_get_error_message(error, (PCRE2_UCHAR *)reason, sizeof(reason));
		return fail_compile(err, where, text, reason, origin);
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

static enum kb_starts find_starts(const pcre2_code *code)
{
	uint32_t options = 0;
	uint32_t kind = 0;

	pcre2_pattern_info(code, PCRE2_INFO_ALLOPTIONS, &options);
	pcre2_pattern_info(code, PCRE2_INFO_FIRSTCODETYPE, &kind);
	if (options & PCRE2_ANCHORED)
		return KB_STARTS_ONCE;
	return kind == 2 ? KB_STARTS_AT_LINES : KB_STARTS_ANYWHERE;
}

static int translate_and_compile(struct kb_pattern *pattern, const struct kb_where *where,
				 struct kban_error **err)
{
	kb_auto_clear(buffer) translated = { 0 };
	struct kban_text text = kb_pattern_text(pattern);
	const char *message = NULL;
	size_t offset = 0;
	int error = 0;
	int status =
		kb_python_syntax_translate(text, &translated, &pattern->syntax, &message, &offset);

	if (status == KBAN_E_SYNTAX)
		return fail_compile(err, where, text, message, offset);
	if (status != KBAN_OK)
		return kb_fail_memory(err);
	pattern->code =
		compile_code(kb_buffer_content(&translated),
			     compile_options(pattern->flags, &pattern->syntax), &error, &offset);
	if (pattern->code == NULL)
		return fail_pcre2(err, where, text, error, offset);
	pattern->starts = find_starts(pattern->code);
	kb_plain_form_find(text, &pattern->syntax,
			   (compile_options(pattern->flags, &pattern->syntax) & PCRE2_CASELESS) !=
				   0,
			   &pattern->plain);
	return KBAN_OK;
}

int kb_pattern_compile_again(const struct kb_pattern *pattern, uint32_t more_options,
			     struct kb_buffer *translated, pcre2_code **out)
{
	kb_auto_clear(python_syntax) syntax = { 0 };
	const char *message;
	size_t offset;
	int error;

	if (kb_python_syntax_translate(kb_pattern_text(pattern), translated, &syntax, &message,
				       &offset) != KBAN_OK)
		return KBAN_E_NOMEM;
	*out = compile_code(kb_buffer_content(translated),
			    compile_options(pattern->flags, &syntax) | more_options, &error,
			    &offset);
	if (*out != NULL)
		return KBAN_OK;
	return error == PCRE2_ERROR_HEAP_FAILED ? KBAN_E_NOMEM : KBAN_E_LIMIT;
}

static uint32_t code_info(const pcre2_code *code, uint32_t what)
{
	uint32_t value = 0;

	pcre2_pattern_info(code, what, &value);
	return value;
}

/*
 * A match that begins at a line can only begin with a plain text: behind its line feed there is
 * nothing, and that is too short.
 */
static uint32_t plain_options(const struct kb_pattern *pattern)
{
	uint32_t options = compile_options(pattern->flags, &pattern->syntax);

	if (pattern->starts == KB_STARTS_AT_LINES &&
	    code_info(pattern->code, PCRE2_INFO_MINLENGTH) > 0)
		options |= PCRE2_ANCHORED;
	return options & ~(uint32_t)(PCRE2_UTF | PCRE2_UCP);
}

static int compile_plain(const struct kb_pattern *pattern, bool has_wanted, pcre2_code **out)
{
	kb_auto_clear(buffer) form = { 0 };
	kb_auto_clear(buffer) translated = { 0 };
	size_t offset;
	int error;

	if (kb_plain_form_write(kb_pattern_text(pattern), &pattern->plain, has_wanted, &form) !=
		    KBAN_OK ||
	    kb_python_syntax_translate_for_ascii(kb_buffer_content(&form), &translated) != KBAN_OK)
		return KBAN_E_NOMEM;
	*out = compile_code(kb_buffer_content(&translated), plain_options(pattern), &error,
			    &offset);
	if (*out != NULL)
		return KBAN_OK;
	return error == PCRE2_ERROR_HEAP_FAILED ? KBAN_E_NOMEM : KBAN_E_LIMIT;
}

static int make_program(const struct kb_pattern *pattern, enum kb_program which, pcre2_code **out)
{
	kb_auto_clear(buffer) translated = { 0 };

	switch (which) {
	case KB_PROGRAM_GUARD:
		return kb_pattern_compile_again(pattern, PCRE2_AUTO_CALLOUT, &translated, out);
	case KB_PROGRAM_PLAIN:
	case KB_PROGRAM_WITHOUT:
		return compile_plain(pattern, which == KB_PROGRAM_PLAIN, out);
	default:
		*out = pcre2_code_copy(pattern->code);
		return *out != NULL ? KBAN_OK : KBAN_E_NOMEM;
	}
}

int kb_pattern_find_program(const struct kb_pattern *pattern, enum kb_program which,
			    const pcre2_code **out)
{
	_Atomic(pcre2_code *) *place = &pattern->late->codes[which];
	pcre2_code *code = atomic_load_explicit(place, memory_order_acquire);
	pcre2_code *other = NULL;
	int status;

	*out = code;
	if (code != NULL)
		return KBAN_OK;
	status = make_program(pattern, which, &code);
	if (status != KBAN_OK)
		return status == KBAN_E_NOMEM ? status : KBAN_OK;
	/* Without JIT, here or anywhere, the interpreter gives the same answers. */
	if (!(pattern->flags & KB_PATTERN_INTERPRETED))
		pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	*out = code;
	/* Another thread may have been faster. */
	if (!atomic_compare_exchange_strong(place, &other, code)) {
		pcre2_code_free(code);
		*out = other;
	}
	return KBAN_OK;
}

static int by_group(const void *left, const void *right)
{
	const struct kb_group_name *a = left, *b = right;

	return (a->group > b->group) - (a->group < b->group);
}

/* PCRE2 lists names by the alphabet: the number in two bytes, the name, a NUL. */
static int list_names(struct kb_pattern *pattern)
{
	size_t size = code_info(pattern->code, PCRE2_INFO_NAMEENTRYSIZE);
	size_t count = code_info(pattern->code, PCRE2_INFO_NAMECOUNT);
	PCRE2_SPTR entry = NULL;

	pattern->group_count = code_info(pattern->code, PCRE2_INFO_CAPTURECOUNT);
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
	pattern->flags = flags;
	pattern->late = calloc(1, sizeof(*pattern->late));
	if (pattern->late == NULL || kb_buffer_text(&pattern->text, text) != KBAN_OK)
		return kb_fail_memory(err);
	status = translate_and_compile(pattern, where, err);
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
	for (size_t i = 0; pattern->late != NULL && i < KB_PROGRAMS; i++)
		pcre2_code_free(atomic_load(&pattern->late->codes[i]));
	free(pattern->late);
	kb_python_syntax_clear(&pattern->syntax);
	kb_buffer_clear(&pattern->text);
	free(pattern->names);
	free(pattern);
}

struct kban_text kb_pattern_text(const struct kb_pattern *pattern)
{
	return kb_buffer_content(&pattern->text);
}

unsigned kb_pattern_flags(const struct kb_pattern *pattern)
{
	return pattern->flags;
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
