/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 *   sum     = product { ("+" | "-" | nothing, if a digit follows) product }
 *   product = factor { ("*" | "/") factor }
 *   factor  = ("-" | "+") factor | value [unit]
 *   value   = number | "(" sum ")"
 *
 * White space may stand between any two of these. A unit multiplies what stands before it.
 */
#include <kban/duration.h>

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/text.h"

#define MAX_DEPTH   32
#define MAX_SECONDS 9007199254740992.0 /* 2^53: whole seconds are exact up to there */

#define DAY  INT64_C(86400)
#define YEAR 31557600.0 /* 365.25 days */

static const struct unit {
	const char *names; /* separated by blanks */
	double seconds;
} units[] = {
	{ "s ss se sec second seconds", 1 },   { "m mm mi min minute minutes", 60 },
	{ "h hh ho hou hour hours", 3600 },    { "d dd da day days", DAY },
	{ "w ww we wee week weeks", 7 * DAY }, { "mo mon month months", YEAR / 12 },
	{ "y yy ye yea year years", YEAR },
};

struct parser {
	struct kban_text rest;
	unsigned depth;
};

static bool parse_sum(struct parser *parser, double *out);
static bool parse_factor(struct parser *parser, double *out);

static bool is_letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* The next byte that is not white space, or NUL at the end. */
static char peek(struct parser *parser)
{
	parser->rest = kb_text_trim(parser->rest);
	if (parser->rest.len == 0)
		return '\0';
	return parser->rest.data[0];
}

static void skip(struct parser *parser, size_t len)
{
	parser->rest = kb_text_slice(parser->rest, len, parser->rest.len);
}

/* Digits with at most one point. "007" is refused: some would take it for octal. */
static bool parse_number(struct parser *parser, double *out)
{
	const struct kban_text text = parser->rest;
	double value = 0;
	double scale = 1;
	bool fraction = false;
	size_t digits = 0;
	size_t i;

	for (i = 0; i < text.len && (kb_is_digit(text.data[i]) || text.data[i] == '.'); i++) {
		if (text.data[i] == '.') {
			if (fraction)
				return false;
			fraction = true;
			continue;
		}
		digits++;
		/* What a double cannot hold of a fraction does not matter. */
		if (fraction && value >= MAX_SECONDS / 10)
			continue;
		value = value * 10 + (text.data[i] - '0');
		scale *= fraction ? 10 : 1;
	}
	if (digits == 0 || (!fraction && text.data[0] == '0' && value > 0))
		return false;
	skip(parser, i);
	*out = value / scale;
	return true;
}

static bool parse_unit(struct parser *parser, double *seconds)
{
	struct kban_text word = parser->rest;
	struct kban_text names;
	struct kban_text name;
	size_t i;

	word.len = 0;
	while (word.len < parser->rest.len && is_letter(word.data[word.len]))
		word.len++;
	for (i = 0; i < kb_array_size(units); i++) {
		names = kb_text(units[i].names);
		while (kb_text_next_word(&names, " ", &name)) {
			if (!kb_text_equal_nocase(name, word))
				continue;
			skip(parser, word.len);
			*seconds = units[i].seconds;
			return true;
		}
	}
	return false;
}

/* A number or a sum in parentheses, with its unit. */
static bool parse_value(struct parser *parser, double *out)
{
	double unit = 1;

	if (peek(parser) == '(') {
		skip(parser, 1);
		if (!parse_sum(parser, out) || peek(parser) != ')')
			return false;
		skip(parser, 1);
	} else if (!parse_number(parser, out)) {
		return false;
	}
	if (is_letter(peek(parser)) && !parse_unit(parser, &unit))
		return false;
	*out *= unit;
	return true;
}

static bool parse_signed(struct parser *parser, double *out)
{
	char sign = peek(parser);

	if (sign != '-' && sign != '+')
		return parse_value(parser, out);
	skip(parser, 1);
	if (!parse_factor(parser, out))
		return false;
	if (sign == '-')
		*out = -*out;
	return true;
}

/* All recursion goes through here. */
static bool parse_factor(struct parser *parser, double *out)
{
	bool parsed;

	if (parser->depth == MAX_DEPTH)
		return false;
	parser->depth++;
	parsed = parse_signed(parser, out);
	parser->depth--;
	return parsed;
}

static bool parse_product(struct parser *parser, double *out)
{
	double factor;
	char sign;

	if (!parse_factor(parser, out))
		return false;
	for (sign = peek(parser); sign == '*' || sign == '/'; sign = peek(parser)) {
		skip(parser, 1);
		if (!parse_factor(parser, &factor))
			return false;
		if (sign == '/' && factor == 0)
			return false;
		*out = sign == '*' ? *out * factor : *out / factor;
	}
	return true;
}

static bool parse_sum(struct parser *parser, double *out)
{
	double product;
	char next;

	if (!parse_product(parser, out))
		return false;
	for (next = peek(parser); next == '+' || next == '-' || kb_is_digit(next);
	     next = peek(parser)) {
		if (!kb_is_digit(next))
			skip(parser, 1);
		if (!parse_product(parser, &product))
			return false;
		*out += next == '-' ? -product : product;
	}
	return true;
}

int kban_duration_parse(struct kban_text text, double *seconds)
{
	struct parser parser = { text, 0 };
	double sum;

	if (!parse_sum(&parser, &sum) || peek(&parser) != '\0' || parser.rest.len > 0)
		return KBAN_E_SYNTAX;
	if (!isfinite(sum) || fabs(sum) > MAX_SECONDS)
		return KBAN_E_SYNTAX;
	*seconds = sum;
	return KBAN_OK;
}

/* How exact a span is printed; the first row that is not longer than the span. */
static const struct scale {
	int64_t from; /* seconds */
	int64_t step; /* seconds to round to, a half to the even number */
	struct {
		int64_t steps;
		char letter;
	} groups[3];
} scales[] = {
	{ 365 * DAY, DAY, { { 365, 'y' }, { 7, 'w' }, { 1, 'd' } } },
	{ 7 * DAY, 3600, { { 168, 'w' }, { 24, 'd' }, { 1, 'h' } } },
	{ DAY, 60, { { 1440, 'd' }, { 60, 'h' }, { 1, 'm' } } },
	{ 3595, 10, { { 360, 'h' }, { 6, 'm' } } },
	{ 0, 1, { { 60, 'm' }, { 1, 's' } } },
};

static uint64_t divide_rounded(uint64_t dividend, uint64_t divisor)
{
	uint64_t whole = dividend / divisor;
	uint64_t twice = dividend % divisor * 2;

	return whole + (twice > divisor || (twice == divisor && whole % 2 == 1));
}

static void print_groups(const struct scale *scale, uint64_t steps, char *buffer)
{
	const char *gap = "";
	size_t len = 0;
	size_t i;

	for (i = 0; i < kb_array_size(scale->groups) && scale->groups[i].steps > 0; i++) {
		uint64_t size = (uint64_t)scale->groups[i].steps;

		if (steps < size)
			continue;
		len += (size_t)sprintf(buffer + len, "%s%" PRIu64 "%c", gap, steps / size,
				       scale->groups[i].letter);
		gap = " ";
		steps %= size;
	}
	if (len == 0)
		memcpy(buffer, "0", sizeof("0"));
}

const char *kban_duration_print(kban_usec span, char *buffer)
{
	const uint64_t second = (uint64_t)KBAN_SECOND;
	uint64_t length = span < 0 ? -(uint64_t)span : (uint64_t)span;
	const struct scale *scale = scales;
	char *start = buffer;

	if (span == KBAN_FOREVER)
		return memcpy(buffer, "permanent", sizeof("permanent"));
	while (length < (uint64_t)scale->from * second)
		scale++;
	length = divide_rounded(length, (uint64_t)scale->step * second);
	if (span < 0 && length > 0)
		*start++ = '-';
	print_groups(scale, length, start);
	return buffer;
}
