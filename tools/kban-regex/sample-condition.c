/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A descent over this grammar, which evaluates while it reads:
 *
 *   either   = both { "or" both }
 *   both     = one { "and" one }
 *   one      = "not" one | "(" either ")" | value [ ("==" | "!=") value | ("in" | "not in") list ]
 *   list     = "(" value { "," value } ")" | "[" value { "," value } "]"
 *   value    = string | "None" | "name" | "opts.get(" string [ "," value ] ")" | "opts[" string "]"
 *
 * What does not fit sets 'failed', and nothing is read after that.
 */
#include "kban-regex/sample-condition.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include <kban/base.h>

/* Parentheses and "not" within each other. */
#define DEPTH_MAX 20
/* Bytes of the name of an option that is asked for, with NUL. */
#define KEY_SIZE  64

struct parser {
	const char *rest;
	const char *name;
	const json_t *options;
	int depth;
	bool failed;
};

static bool either(struct parser *parser);

static void skip_blanks(struct parser *parser)
{
	while (*parser->rest == ' ' || *parser->rest == '\t')
		parser->rest++;
}

/* Step over @a token if it comes next. A word must end there. */
static bool accept(struct parser *parser, const char *token)
{
	size_t len = strlen(token);
	unsigned char behind;

	skip_blanks(parser);
	if (parser->failed || strncmp(parser->rest, token, len) != 0)
		return false;
	behind = (unsigned char)parser->rest[len];
	if (isalpha((unsigned char)token[0]) && (isalnum(behind) || behind == '_'))
		return false;
	parser->rest += len;
	return true;
}

static void expect(struct parser *parser, const char *token)
{
	if (!accept(parser, token))
		parser->failed = true;
}

/* A literal in either kind of quotes; escapes are not understood. */
static struct kban_text string(struct parser *parser)
{
	struct kban_text text = { NULL, 0 };
	char quote;

	skip_blanks(parser);
	quote = *parser->rest;
	if (!parser->failed && (quote == '\'' || quote == '"')) {
		text.data = parser->rest + 1;
		text.len = strcspn(text.data, quote == '"' ? "\"\\" : "'\\");
	}
	if (text.data == NULL || text.data[text.len] != quote) {
		parser->failed = true;
		return (struct kban_text){ NULL, 0 };
	}
	parser->rest = text.data + text.len + 1;
	return text;
}

/* None is a text without data. */
static struct kban_text option(struct parser *parser, struct kban_text key)
{
	char name[KEY_SIZE];
	const json_t *found;

	if (key.len >= sizeof(name)) {
		parser->failed = true;
		return (struct kban_text){ NULL, 0 };
	}
	memcpy(name, key.data != NULL ? key.data : "", key.len);
	name[key.len] = '\0';
	found = json_object_get(parser->options, name);
	return (struct kban_text){ json_string_value(found), json_string_length(found) };
}

static struct kban_text value(struct parser *parser)
{
	struct kban_text found = { NULL, 0 };
	struct kban_text otherwise = { NULL, 0 };

	if (accept(parser, "None"))
		return found;
	if (accept(parser, "name"))
		return (struct kban_text){ parser->name, strlen(parser->name) };
	if (accept(parser, "opts.get")) {
		expect(parser, "(");
		found = option(parser, string(parser));
		if (accept(parser, ","))
			otherwise = value(parser);
		expect(parser, ")");
		return found.data != NULL ? found : otherwise;
	}
	if (accept(parser, "opts[")) {
		found = option(parser, string(parser));
		expect(parser, "]");
		/* Python would end there. */
		parser->failed |= found.data == NULL;
		return found;
	}
	return string(parser);
}

static bool is_same(struct kban_text left, struct kban_text right)
{
	if (left.data == NULL || right.data == NULL)
		return left.data == right.data;
	return left.len == right.len && memcmp(left.data, right.data, left.len) == 0;
}

/* One value in parentheses is no list in Python. */
static bool is_in_list(struct parser *parser, struct kban_text wanted)
{
	bool is_tuple = !accept(parser, "[");
	bool found = false;
	unsigned count = 0;

	if (is_tuple)
		expect(parser, "(");
	do {
		found |= is_same(value(parser), wanted);
		count++;
	} while (accept(parser, ","));
	expect(parser, is_tuple ? ")" : "]");
	parser->failed |= is_tuple && count == 1;
	return found;
}

static bool comparison(struct parser *parser)
{
	struct kban_text left = value(parser);

	if (accept(parser, "=="))
		return is_same(left, value(parser));
	if (accept(parser, "!="))
		return !is_same(left, value(parser));
	if (accept(parser, "in"))
		return is_in_list(parser, left);
	if (accept(parser, "not")) {
		expect(parser, "in");
		return !is_in_list(parser, left);
	}
	return left.len > 0;
}

static bool one(struct parser *parser)
{
	bool result;

	if (++parser->depth > DEPTH_MAX)
		parser->failed = true;
	if (parser->failed)
		return false;
	if (accept(parser, "not")) {
		result = !one(parser);
	} else if (accept(parser, "(")) {
		result = either(parser);
		expect(parser, ")");
	} else {
		result = comparison(parser);
	}
	parser->depth--;
	return result;
}

static bool both(struct parser *parser)
{
	bool result = one(parser);

	while (accept(parser, "and"))
		result &= one(parser);
	return result;
}

static bool either(struct parser *parser)
{
	bool result = both(parser);

	while (accept(parser, "or"))
		result |= both(parser);
	return result;
}

enum condition condition_evaluate(const char *text, const char *name, const json_t *options)
{
	struct parser parser = { .rest = text, .name = name, .options = options };
	bool result = either(&parser);

	skip_blanks(&parser);
	if (parser.failed || *parser.rest != '\0')
		return CONDITION_UNKNOWN;
	return result ? CONDITION_TRUE : CONDITION_FALSE;
}
