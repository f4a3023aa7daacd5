/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filter/filter-tags.h"

#include <stdint.h>

#include "base/string-list.h"
#include "base/text.h"

/*
 * An address is told by its shape alone: ranges are not checked here, because text of that shape
 * that is no address is still the failure's id.
 */
#define IP4    "(?:::f{4,6}:)?(?P<ip4>\\d{1,3}(?:\\.\\d{1,3}){3})"
/* Up to seven times digits and one or two colons, or a colon; then digits, or the end of "::". */
#define IP6    "(?P<ip6>(?:[0-9a-fA-F]{1,4}::?|:){1,7}(?:[0-9a-fA-F]{1,4}|(?<=:):))"
#define DNS    "(?P<dns>[\\w.^-]*\\w)"
#define CIDR   "(?P<cidr>\\d+)"
#define ADDR   "\\[?(?:" IP4 "|" IP6 ")\\]?"
#define HOST   "(?:" ADDR "|" DNS ")"
#define SUBNET "\\[?(?:" IP4 "|" IP6 ")(?:/" CIDR ")?\\]?"

struct tag {
	const char *name;
	const char *pattern;
};

static const struct tag tags[] = {
	{ "IP4", IP4 },
	{ "F-IP4/", IP4 },
	{ "IP6", IP6 },
	{ "F-IP6/", IP6 },
	{ "DNS", DNS },
	{ "F-DNS/", DNS },
	{ "ADDR", ADDR },
	{ "F-ADDR/", ADDR },
	{ "CIDR", CIDR },
	{ "F-CIDR/", CIDR },
	{ "SUBNET", SUBNET },
	{ "F-SUBNET/", SUBNET },
	{ "F-ID/", "(?P<fid>\\S+)" },
	{ "F-PORT/", "(?P<fport>\\w+)" },
};

/* What one pass over a pattern knows. */
struct expansion {
	struct kb_buffer *out;
	struct kb_string_list
		open; /* names of <F-NAME> seen so far; closing does not remove them */
	bool addresses_only;
	unsigned skiplines;
};

/* Python's \w: ASCII letters, digits, '_', and whatever letters are beyond ASCII. */
static bool is_word_byte(char byte)
{
	unsigned char c = (unsigned char)byte;

	return c >= 0x80 || c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

/*
 * Length of a tag at the start of @a text, '<' and '>' included, or 0. A tag is a run of word
 * characters and '-', with a slash in front or behind.
 */
static size_t tag_length(struct kban_text text)
{
	size_t at = 1;
	size_t name;

	if (at < text.len && text.data[at] == '/')
		at++;
	name = at;
	while (at < text.len && (is_word_byte(text.data[at]) || text.data[at] == '-'))
		at++;
	if (at == name)
		return 0;
	if (at < text.len && text.data[at] == '/')
		at++;
	return at < text.len && text.data[at] == '>' ? at + 1 : 0;
}

static const char *find_pattern(struct kban_text name, bool addresses_only)
{
	if (kb_text_is(name, "HOST"))
		return addresses_only ? ADDR : HOST;
	for (size_t i = 0; i < kb_array_size(tags); i++)
		if (kb_text_is(name, tags[i].name))
			return tags[i].pattern;
	return NULL;
}

/* True for what may follow "F-" in a tag of one's own. */
static bool is_custom_name(struct kban_text name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '_' && c != '-')
			return false;
	}
	return name.len > 0;
}

int kb_filter_tags_group(struct kban_text name, struct kb_buffer *out)
{
	if (kb_text_is_nocase(name, "id"))
		return kb_buffer_string(out, "fid");
	if (kb_text_is_nocase(name, "port"))
		return kb_buffer_string(out, "fport");
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		kb_buffer_byte(out, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
	}
	return out->failed ? KBAN_E_NOMEM : KBAN_OK;
}

static int open_group(struct expansion *expansion, struct kban_text name)
{
	if (kb_string_list_append(&expansion->open, name) != KBAN_OK)
		return KBAN_E_NOMEM;
	kb_buffer_string(expansion->out, "(?P<");
	kb_filter_tags_group(name, expansion->out);
	return kb_buffer_byte(expansion->out, '>');
}

static bool is_open(const struct expansion *expansion, struct kban_text name)
{
	for (size_t i = 0; i < expansion->open.count; i++)
		if (kb_text_is(name, expansion->open.items[i]))
			return true;
	return false;
}

/* <F-NAME> and </F-NAME>; a closing tag that nothing opened is plain text. */
static int replace_custom(struct expansion *expansion, struct kban_text tag, struct kban_text name)
{
	bool closes = kb_text_starts_with(name, "/");

	if (closes)
		name = kb_text_slice(name, 1, name.len);
	if (!kb_text_starts_with(name, "F-"))
		return kb_buffer_text(expansion->out, tag);
	name = kb_text_slice(name, 2, name.len);
	if (!is_custom_name(name))
		return kb_buffer_text(expansion->out, tag);
	if (!closes)
		return open_group(expansion, name);
	if (is_open(expansion, name))
		return kb_buffer_byte(expansion->out, ')');
	return kb_buffer_text(expansion->out, tag);
}

static int replace_tag(struct expansion *expansion, struct kban_text tag)
{
	struct kban_text name = kb_text_slice(tag, 1, tag.len - 1);
	const char *pattern = find_pattern(name, expansion->addresses_only);

	if (pattern != NULL)
		return kb_buffer_string(expansion->out, pattern);
	if (kb_text_is(name, "SKIPLINES"))
		return kb_buffer_printf(expansion->out, "\\n(?P<skiplines%u>(?:.*\\n)*?)",
					expansion->skiplines++);
	return replace_custom(expansion, tag, name);
}

/* Copy text up to the next tag, or replace the tag at the start of @a rest. */
static int expand_next(struct expansion *expansion, struct kban_text rest, size_t *taken)
{
	size_t plain = kb_text_index(rest, '<');
	size_t len;

	*taken = plain;
	if (plain > 0)
		return kb_buffer_text(expansion->out, kb_text_slice(rest, 0, plain));
	len = tag_length(rest);
	*taken = len > 0 ? len : 1;
	if (len > 0)
		return replace_tag(expansion, kb_text_slice(rest, 0, len));
	return kb_buffer_text(expansion->out, kb_text_slice(rest, 0, 1));
}

int kb_filter_tags_expand(struct kban_text text, bool addresses_only, struct kb_buffer *out)
{
	struct expansion expansion = { .out = out, .addresses_only = addresses_only };
	int status = KBAN_OK;
	size_t taken = 0;

	for (size_t at = 0; status == KBAN_OK && at < text.len; at += taken)
		status = expand_next(&expansion, kb_text_slice(text, at, text.len), &taken);
	kb_string_list_clear(&expansion.open);
	return out->failed ? KBAN_E_NOMEM : status;
}

int kb_filter_tags_origin(struct kban_text text, bool addresses_only, size_t offset, size_t *from,
			  size_t *to)
{
	kb_auto_clear(buffer) out = { 0 };
	struct expansion expansion = { .out = &out, .addresses_only = addresses_only };
	size_t written = 0;
	size_t taken = 0;
	size_t at = 0;
	int status = KBAN_OK;

	while (status == KBAN_OK && at + taken < text.len && out.len <= offset) {
		at += taken;
		written = out.len;
		status = expand_next(&expansion, kb_text_slice(text, at, text.len), &taken);
	}
	kb_string_list_clear(&expansion.open);
	if (out.failed || status != KBAN_OK)
		return KBAN_E_NOMEM;
	*from = out.len <= offset ? text.len : at;
	*to = out.len <= offset ? text.len : at + taken;
	/* Text that was only copied. */
	if (out.len > offset && taken == out.len - written &&
	    memcmp(out.data + written, text.data + at, taken) == 0) {
		*from = at + (offset - written);
		*to = *from + 1;
	}
	return KBAN_OK;
}
