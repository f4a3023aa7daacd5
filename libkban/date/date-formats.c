/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "date/date-formats.h"

#include <assert.h>

#include "base/buffer.h"
#include "base/text.h"
#include "date/date-calendar.h"
#include "date/date-pattern.h"

#define LINE_BEGIN "{^LN-BEG}"
#define ANY_DATE   "{DATE}"

/* A format at the beginning of a line counts more than the same anywhere. */
#define LINE_BEGIN_WEIGHT 100

struct kb_date_formats {
	struct kb_date_pattern *items[KB_DATE_FORMATS_MAX];
	size_t count;
};

/* What formats are being made of. */
struct source {
	int year;
	const struct kb_where *where;
	struct kban_error **err;
};

/* In the order in which they are tried. */
static const char *const default_texts[] = {
	"%ExY(?P<_sep>[-/.])%m(?P=_sep)%d(?:T|  ?)%H:%M:%S(?:[.,]%f)?(?:\\s*%z)?",
	"(?:%a )?%b %d %k:%M:%S(?:\\.%f)?(?: %ExY)?",
	"(?:%a )?%b %d %ExY %k:%M:%S(?:\\.%f)?",
	"%d(?P<_sep>[-/])%m(?P=_sep)(?:%ExY|%Exy) %k:%M:%S",
	"%d(?P<_sep>[-/])%b(?P=_sep)%ExY[ :]?%H:%M:%S(?:\\.%f)?(?: %z)?",
	"%m/%d/%ExY:%H:%M:%S",
	"%m-%d-%ExY %k:%M:%S(?:\\.%f)?",
	"Epoch",
	"{^LN-BEG}%H:%M:%S",
	"^<%m/%d/%Exy@%H:%M:%S>",
	"%Exy%Exm%Exd  ?%H:%M:%S",
	"%b %d, %ExY %I:%M:%S %p",
	"^%b-%d-%Exy %k:%M:%S",
	"%ExY%Exm%Exd(?:-|T|  ?)%ExH:?%ExM:?%ExS(?:[.,]%f)?(?:\\s*%z)?",
	"(?:%Z )?(?:%a )?%b %d %k:%M:%S(?:\\.%f)?(?: %ExY)?",
	"(?:%z )?(?:%a )?%b %d %k:%M:%S(?:\\.%f)?(?: %ExY)?",
	"TAI64N",
};

static bool is_at_line_begin(const char *text)
{
	return kb_text_starts_with(kb_text(text), LINE_BEGIN) || text[0] == '^';
}

/* The format that is called so, or NULL. */
static struct kb_date_pattern *find_name(const struct kb_date_formats *formats, const char *name)
{
	for (size_t i = 0; i < formats->count; i++) {
		if (strcmp(formats->items[i]->name, name) == 0)
			return formats->items[i];
	}
	return NULL;
}

enum if_known { SKIP_IF_KNOWN, FAIL_IF_KNOWN };

static int add(struct kb_date_formats *formats, struct kban_text text, unsigned weight,
	       enum if_known if_known, const struct source *source)
{
	kb_auto(date_pattern) pattern = NULL;
	int status = kb_date_pattern_new(text, source->year, source->where, &pattern, source->err);
	struct kb_date_pattern *known;

	if (status != KBAN_OK)
		return status;
	known = find_name(formats, pattern->name);
	if (known != NULL) {
		/* It counts as much as the default that it stands for. */
		if (if_known == SKIP_IF_KNOWN && weight > known->weight)
			known->weight = weight;
		if (if_known == SKIP_IF_KNOWN)
			return KBAN_OK;
		return kb_fail(source->err, KBAN_E_SYNTAX, source->where,
			       "There is already a template with name %s", pattern->name);
	}
	if (formats->count == KB_DATE_FORMATS_MAX)
		return kb_fail(source->err, KBAN_E_LIMIT, source->where,
			       "datepattern has more than %d formats", KB_DATE_FORMATS_MAX);
	pattern->weight = weight;
	formats->items[formats->count++] = kb_steal(pattern);
	return KBAN_OK;
}

static int add_default(struct kb_date_formats *formats, struct kban_text text, unsigned weight,
		       const struct source *source)
{
	size_t count = formats->count;
	int status = add(formats, text, weight, SKIP_IF_KNOWN, source);

	if (formats->count > count) {
		struct kb_date_pattern *added = formats->items[count];

		added->is_default = true;
		/* They end with letters or digits, and something else is behind. */
		if (added->cut == KB_DATE_CUT_ANYWHERE)
			added->cut = KB_DATE_CUT_WORDS;
		if (added->cut == KB_DATE_CUT_AFTER_MARKS)
			added->cut = KB_DATE_CUT_MARKED_WORDS;
	}
	return status;
}

/* The default formats that can be anywhere, at the beginning of a line. */
static int add_line_begin_variants(struct kb_date_formats *formats, const struct source *source)
{
	int status = KBAN_OK;

	for (size_t i = 0; i < kb_array_size(default_texts) && status == KBAN_OK; i++) {
		kb_auto_clear(buffer) text = { 0 };

		if (is_at_line_begin(default_texts[i]))
			continue;
		if (kb_buffer_printf(&text, "%s%s", LINE_BEGIN, default_texts[i]) != KBAN_OK)
			return kb_fail_memory(source->err);
		status = add_default(formats, kb_buffer_content(&text), LINE_BEGIN_WEIGHT, source);
	}
	return status;
}

enum which_defaults { ALL_DEFAULTS, DEFAULTS_AT_LINE_BEGIN };

static int add_defaults(struct kb_date_formats *formats, enum which_defaults which,
			const struct source *source)
{
	int status = add_line_begin_variants(formats, source);

	for (size_t i = 0; i < kb_array_size(default_texts) && status == KBAN_OK; i++) {
		if (which == ALL_DEFAULTS || is_at_line_begin(default_texts[i]))
			status = add_default(formats, kb_text(default_texts[i]), 1, source);
	}
	return status;
}

static size_t find_any_date(struct kban_text text)
{
	size_t len = strlen(ANY_DATE);

	for (size_t i = 0; i + len <= text.len; i++) {
		if (kb_text_is_nocase(kb_text_slice(text, i, i + len), ANY_DATE))
			return i;
	}
	return text.len;
}

/* Write @a text with each {DATE} replaced. */
static int replace_any_date(struct kb_buffer *out, struct kban_text text, const char *date)
{
	while (text.len > 0) {
		size_t at = find_any_date(text);

		kb_buffer_append(out, text.data, at);
		if (at < text.len)
			kb_buffer_string(out, date);
		text = kb_text_slice(text, at + strlen(ANY_DATE), text.len);
	}
	return out->failed ? KBAN_E_NOMEM : KBAN_OK;
}

/* A line with {DATE}: one format for each default, without the bound of its own. */
static int add_any_date(struct kb_date_formats *formats, struct kban_text line,
			const struct source *source)
{
	int status = KBAN_OK;

	for (size_t i = 0; i < kb_array_size(default_texts) && status == KBAN_OK; i++) {
		kb_auto_clear(buffer) text = { 0 };
		const char *date = default_texts[i];

		if (kb_text_starts_with(kb_text(date), LINE_BEGIN))
			date += strlen(LINE_BEGIN);
		if (replace_any_date(&text, line, date) != KBAN_OK)
			return kb_fail_memory(source->err);
		status = add(formats, kb_buffer_content(&text), 1, SKIP_IF_KNOWN, source);
	}
	return status;
}

static int add_line(struct kb_date_formats *formats, struct kban_text line,
		    const struct source *source)
{
	if (line.len == 0 || kb_text_is_nocase(line, "{DEFAULT}"))
		return KBAN_OK;
	if (kb_text_is_nocase(line, LINE_BEGIN))
		return add_defaults(formats, DEFAULTS_AT_LINE_BEGIN, source);
	if (find_any_date(line) < line.len)
		return add_any_date(formats, line, source);
	return add(formats, line, 1, FAIL_IF_KNOWN, source);
}

int kb_date_formats_new(const struct kb_date_line *lines, size_t count, kban_usec now,
			struct kb_date_formats **out, struct kban_error **err)
{
	kb_auto(date_formats) formats = calloc(1, sizeof(*formats));
	struct source source = { .year = kb_date_calendar_year(now), .err = err };
	int status = KBAN_OK;

	if (formats == NULL)
		return kb_fail_memory(err);
	for (size_t i = 0; i < count && status == KBAN_OK; i++) {
		source.where = &lines[i].where;
		status = add_line(formats, kb_text_trim(lines[i].text), &source);
	}
	source.where = NULL;
	if (status == KBAN_OK && formats->count == 0)
		status = add_defaults(formats, ALL_DEFAULTS, &source);
	if (status != KBAN_OK)
		return status;

	*out = kb_steal(formats);
	return KBAN_OK;
}

void kb_date_formats_free(struct kb_date_formats *formats)
{
	if (formats == NULL)
		return;
	for (size_t i = 0; i < formats->count; i++)
		kb_date_pattern_free(formats->items[i]);
	free(formats);
}

static bool is_same(const struct kb_date_pattern *pattern, const struct kb_date_pattern *other)
{
	return strcmp(pattern->text, other->text) == 0 &&
	       strcmp(pattern->regex, other->regex) == 0 && pattern->weight == other->weight &&
	       pattern->is_default == other->is_default;
}

bool kb_date_formats_equal(const struct kb_date_formats *formats,
			   const struct kb_date_formats *other)
{
	size_t i = 0;

	if (formats->count != other->count)
		return false;
	while (i < formats->count && is_same(formats->items[i], other->items[i]))
		i++;
	return i == formats->count;
}

size_t kb_date_formats_count(const struct kb_date_formats *formats)
{
	return formats->count;
}

unsigned kb_date_formats_cuts(const struct kb_date_formats *formats)
{
	unsigned cuts = KB_DATE_CUT_FIRST;

	for (size_t i = 0; i < formats->count; i++)
		cuts |= (unsigned)formats->items[i]->cut;
	return cuts;
}

const struct kb_date_pattern *kb_date_formats_item(const struct kb_date_formats *formats,
						   size_t index)
{
	assert(index < formats->count);
	return formats->items[index];
}

const char *kb_date_formats_name(const struct kb_date_formats *formats, size_t index)
{
	return kb_date_formats_item(formats, index)->name;
}

unsigned kb_date_formats_weight(const struct kb_date_formats *formats, size_t index)
{
	return kb_date_formats_item(formats, index)->weight;
}

const char *kb_date_formats_pattern(const struct kb_date_formats *formats, size_t index)
{
	return kb_date_formats_item(formats, index)->text;
}

const char *kb_date_formats_regex(const struct kb_date_formats *formats, size_t index)
{
	return kb_date_formats_item(formats, index)->regex;
}
