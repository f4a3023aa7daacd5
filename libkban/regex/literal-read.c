/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A pattern as PCRE2 reads it, from left to right. Each part becomes a struct kb_content, and what
 * need not be known exactly becomes "anything". Whatever is read, more than the pattern matches may
 * be allowed for, never less; so an assertion is nothing, and a reference to a group is anything. A
 * form that is not known here ends it all: the pattern may then be anything.
 */
#include "regex/literal-read.h"

#include "base/text.h"

/* As many groups within groups as regex/python-syntax.c lets through. */
#define DEPTH_MAX 250

/* A set of more characters than this is as good as anything, unless little else is known. */
#define SET_MAX      4
#define WIDE_SET_MAX 10

#define UNBOUNDED SIZE_MAX

struct reader {
	struct kban_text text;
	size_t at;
	struct kb_piece_room *room;
	bool caseless, extended; /* here */
	bool quoted;             /* behind \Q */
	bool doubtful;           /* then it is over */
	unsigned depth;
};

/* A part of a branch. */
struct item {
	bool is_byte; /* then only byte is set */
	char byte;
	struct kb_content content;
};

static void doubt(struct reader *reader)
{
	reader->doubtful = true;
	reader->at = reader->text.len;
}

static bool at_end(const struct reader *reader)
{
	return reader->at >= reader->text.len;
}

/* The byte @a ahead of the current one, or 0 behind the end. */
static char peek(const struct reader *reader, size_t ahead)
{
	return reader->at + ahead < reader->text.len ? reader->text.data[reader->at + ahead] : '\0';
}

static bool starts_with(const struct reader *reader, const char *prefix)
{
	return kb_text_starts_with(kb_text_slice(reader->text, reader->at, reader->text.len),
				   prefix);
}

static bool take(struct reader *reader, const char *prefix)
{
	if (!starts_with(reader, prefix))
		return false;
	reader->at += strlen(prefix);
	return true;
}

/* Go behind the next @a end. */
static void skip_through(struct reader *reader, char end)
{
	struct kban_text rest = kb_text_slice(reader->text, reader->at, reader->text.len);
	size_t len = kb_text_index(rest, end);

	if (len == rest.len)
		doubt(reader);
	else
		reader->at += len + 1;
}

static bool is_alphanumeric(char c)
{
	return kb_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
	return kb_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* A character that stands in a line as it stands in a pattern, in any encoding that matters. */
static bool is_printable(char c)
{
	return (c >= ' ' && c < 0x7f) || c == '\t';
}

/* Behind the rest of a character of several bytes. */
static void skip_continuation(struct reader *reader)
{
	while (((unsigned char)peek(reader, 0) & 0xc0) == 0x80)
		reader->at++;
}

static struct item any_item(void)
{
	return (struct item){ .content = kb_content_any() };
}

static struct item nothing_item(void)
{
	return (struct item){ .content = kb_content_empty() };
}

static struct item byte_item(char byte)
{
	if (!is_printable(byte))
		return any_item();
	return (struct item){ .is_byte = true, .byte = byte };
}

/* White space and remarks where they do not count, remarks in parentheses, empty quotes. */
static void skip_blanks(struct reader *reader)
{
	size_t start;

	do {
		start = reader->at;
		if (reader->quoted) {
			reader->quoted = !take(reader, "\\E");
			continue;
		}
		if (take(reader, "\\Q"))
			reader->quoted = true;
		else if (take(reader, "\\E"))
			continue;
		else if (starts_with(reader, "(?#"))
			skip_through(reader, ')');
		else if (!reader->extended || at_end(reader))
			break;
		else if (strchr(" \t\n\v\f\r", peek(reader, 0)) != NULL && peek(reader, 0) != '\0')
			reader->at++;
		else if (take(reader, "#"))
			reader->at += kb_text_index(
				kb_text_slice(reader->text, reader->at, reader->text.len), '\n');
	} while (reader->at != start);
}

/* The code of "\xHH" or "\x{H…}", behind the x. */
static struct item read_code(struct reader *reader)
{
	bool braces = take(reader, "{");
	unsigned code = 0;
	size_t digits = 0;

	while (is_hex(peek(reader, 0)) && (braces || digits < 2)) {
		char c = peek(reader, 0);

		code = code * 16 + (unsigned)(kb_is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
		if (code > 0x10ffff)
			doubt(reader);
		reader->at++;
		digits++;
	}
	if (braces && !take(reader, "}"))
		doubt(reader);
	return code < 0x80 ? byte_item((char)code) : any_item();
}

/* What stands behind an escape that takes an argument: "{…}", "<…>", "'…'", a number, a letter. */
static void skip_argument(struct reader *reader)
{
	if (take(reader, "{")) {
		skip_through(reader, '}');
	} else if (take(reader, "<")) {
		skip_through(reader, '>');
	} else if (take(reader, "'")) {
		skip_through(reader, '\'');
	} else if (peek(reader, 0) == '-' || peek(reader, 0) == '+' ||
		   kb_is_digit(peek(reader, 0))) {
		reader->at++;
		while (kb_is_digit(peek(reader, 0)))
			reader->at++;
	} else {
		reader->at++;
	}
}

/* The control character of an escape, or NUL. */
static char control_of(char letter)
{
	static const struct {
		char letter, control;
	} table[] = { { 'a', '\a' }, { 'e', 033 },  { 'f', '\f' },
		      { 'n', '\n' }, { 'r', '\r' }, { 't', '\t' } };

	for (size_t i = 0; i < kb_array_size(table); i++) {
		if (table[i].letter == letter)
			return table[i].control;
	}
	return '\0';
}

/* An escape that is the same in a set and outside, behind its @a letter. */
static struct item read_escape_of(struct reader *reader, char letter)
{
	if (letter == 'x')
		return read_code(reader);
	if (control_of(letter) != '\0')
		return byte_item(control_of(letter));
	if (letter == '\0' || strchr("dDhHNsSvVwW", letter) != NULL)
		return any_item();
	if (letter == 'c') {
		reader->at++;
		return any_item();
	}
	if (letter == 'p' || letter == 'P' || letter == 'o') {
		skip_argument(reader);
		return any_item();
	}
	if ((unsigned char)letter >= 0x80) {
		skip_continuation(reader);
		return any_item();
	}
	if (is_alphanumeric(letter))
		doubt(reader);
	return byte_item(letter);
}

static struct item read_escape(struct reader *reader)
{
	char letter = peek(reader, 1);

	reader->at += 2;
	if (letter == 'd' && reader->room->is_wide)
		return (struct item){ .content = kb_content_digits(reader->room) };
	if (reader->at > reader->text.len || letter == '\0') {
		doubt(reader);
		return any_item();
	}
	if (strchr("AbBGKzZ", letter) != NULL)
		return nothing_item();
	if (strchr("CRX", letter) != NULL)
		return any_item();
	if (letter == 'g' || letter == 'k') {
		skip_argument(reader);
		return any_item();
	}
	if (kb_is_digit(letter)) {
		while (kb_is_digit(peek(reader, 0)))
			reader->at++;
		return any_item();
	}
	return read_escape_of(reader, letter);
}

/* The characters of a set, as long as they are few. */
struct set {
	char bytes[WIDE_SET_MAX];
	size_t count, max;
	bool many;
};

static void add_range(struct set *set, char from, char to)
{
	for (int c = from; c <= to && !set->many; c++) {
		set->many = set->count == set->max;
		if (!set->many && memchr(set->bytes, c, set->count) == NULL)
			set->bytes[set->count++] = (char)c;
	}
}

/* One character of a set, or something that stands for many. */
static struct item read_set_char(struct reader *reader)
{
	char c = peek(reader, 0);

	reader->at++;
	if (c == '[' && peek(reader, 0) != '\0' && strchr(":.=", peek(reader, 0)) != NULL) {
		doubt(reader);
		return any_item();
	}
	if ((unsigned char)c >= 0x80) {
		skip_continuation(reader);
		return any_item();
	}
	if (c != '\\')
		return byte_item(c);
	c = peek(reader, 0);
	reader->at++;
	if (c == 'Q' || c == 'E' || at_end(reader))
		doubt(reader);
	if (c == 'b')
		return any_item(); /* a backspace */
	if (kb_is_digit(c)) {
		while (kb_is_digit(peek(reader, 0)))
			reader->at++;
		return any_item();
	}
	return read_escape_of(reader, c);
}

static void read_set_member(struct reader *reader, struct set *set)
{
	struct item first = read_set_char(reader);
	struct item last = first;

	if (peek(reader, 0) == '-' && peek(reader, 1) != ']') {
		reader->at++;
		last = read_set_char(reader);
	}
	if (!first.is_byte || !last.is_byte)
		set->many = true;
	else
		add_range(set, first.byte, last.byte);
}

static struct item read_set(struct reader *reader)
{
	struct set set = { .max = reader->room->is_wide ? WIDE_SET_MAX : SET_MAX };

	reader->at++;
	set.many = take(reader, "^");
	do {
		read_set_member(reader, &set);
	} while (!at_end(reader) && peek(reader, 0) != ']');
	reader->at++;
	if (set.many || set.count == 0 || reader->doubtful)
		return any_item();
	if (set.count == 1)
		return byte_item(set.bytes[0]);
	return (struct item){
		.content = kb_content_bytes(
			reader->room, (struct kban_text){ set.bytes, set.count }, reader->caseless),
	};
}

static struct kb_content read_alternatives(struct reader *reader);

/* What is between the parentheses, up to and with the closing one. Flags end with it. */
static struct kb_content read_group_content(struct reader *reader)
{
	struct kb_content content;
	bool caseless = reader->caseless;
	bool extended = reader->extended;

	content = read_alternatives(reader);
	if (!take(reader, ")"))
		doubt(reader);
	reader->caseless = caseless;
	reader->extended = extended;
	return content;
}

static struct item group_item(struct reader *reader)
{
	return (struct item){ .content = read_group_content(reader) };
}

static struct item assertion_item(struct reader *reader)
{
	read_group_content(reader);
	return nothing_item();
}

/* "(?(condition)yes|no)", behind "(?". The other branch may be missing, and then is empty. */
static struct item read_conditional(struct reader *reader)
{
	struct kb_content empty = kb_content_empty();
	struct kb_content content;

	if (take(reader, "(?=") || take(reader, "(?!") || take(reader, "(?<=") ||
	    take(reader, "(?<!"))
		assertion_item(reader);
	else if (peek(reader, 1) == '?' || peek(reader, 1) == '*')
		doubt(reader);
	else
		skip_through(reader, ')');
	content = read_group_content(reader);
	return (struct item){ .content = kb_content_either(reader->room, &empty, &content) };
}

/* "imsx-imsx)" or the same with ":", behind "(?". */
static struct item read_flags(struct reader *reader)
{
	bool on = true;
	bool caseless = reader->caseless;
	bool extended = reader->extended;
	struct item group;

	if (take(reader, "^"))
		caseless = extended = false;
	for (; peek(reader, 0) != ')' && peek(reader, 0) != ':'; reader->at++) {
		switch (peek(reader, 0)) {
		case '-':
			on = false;
			break;
		case 'i':
			caseless = on;
			break;
		case 'x':
			extended = on;
			break;
		case 'm':
		case 's':
			break;
		default:
			doubt(reader);
			return any_item();
		}
		if (peek(reader, 0) == 'x' && peek(reader, 1) == 'x')
			doubt(reader);
	}
	if (take(reader, ")")) {
		reader->caseless = caseless;
		reader->extended = extended;
		return nothing_item();
	}
	reader->at++;
	on = reader->caseless;
	reader->caseless = caseless;
	caseless = on;
	on = reader->extended;
	reader->extended = extended;
	group = group_item(reader);
	reader->caseless = caseless;
	reader->extended = on;
	return group;
}

/* "(?…" that is none of the simple ones: names, references, flags. */
static struct item read_special_group(struct reader *reader)
{
	char next = peek(reader, 0);

	if (take(reader, "P<") || take(reader, "<")) {
		skip_through(reader, '>');
		return group_item(reader);
	}
	if (take(reader, "'")) {
		skip_through(reader, '\'');
		return group_item(reader);
	}
	if (next == 'P' || next == 'R' || next == '&' || next == '+' || kb_is_digit(next) ||
	    (next == '-' && kb_is_digit(peek(reader, 1)))) {
		skip_through(reader, ')');
		return any_item();
	}
	if (next == '(')
		return read_conditional(reader);
	return read_flags(reader);
}

static struct item read_group(struct reader *reader)
{
	static const char *const assertions[] = { "?=", "?!", "?<=", "?<!" };

	reader->at++;
	if (peek(reader, 0) == '*') {
		doubt(reader);
		return any_item();
	}
	for (size_t i = 0; i < kb_array_size(assertions); i++) {
		if (take(reader, assertions[i]))
			return assertion_item(reader);
	}
	if (take(reader, "?:") || take(reader, "?>") || take(reader, "?|"))
		return group_item(reader);
	if (take(reader, "?"))
		return read_special_group(reader);
	return group_item(reader);
}

static struct item read_item(struct reader *reader)
{
	char c = peek(reader, 0);

	if ((unsigned char)c >= 0x80) {
		/* White space where it does not count has a few beyond ASCII. */
		if (reader->extended)
			doubt(reader);
		reader->at++;
		skip_continuation(reader);
		return any_item();
	}
	if (!reader->quoted) {
		if (c == '\\')
			return read_escape(reader);
		if (c == '[')
			return read_set(reader);
		if (c == '(')
			return read_group(reader);
	}
	reader->at++;
	if (reader->quoted)
		return byte_item(c);
	if (c == '.')
		return any_item();
	if (c == '^' || c == '$')
		return nothing_item();
	if (c == '*' || c == '+' || c == '?' || c == '{')
		doubt(reader); /* of nothing, or a brace that an older PCRE2 reads otherwise */
	return byte_item(c);
}

static size_t read_number(struct reader *reader, size_t otherwise)
{
	size_t number = 0;

	if (!kb_is_digit(peek(reader, 0)))
		return otherwise;
	for (; kb_is_digit(peek(reader, 0)); reader->at++) {
		number = number * 10 + (size_t)(peek(reader, 0) - '0');
		if (number > 65535) {
			doubt(reader);
			break;
		}
	}
	return number;
}

/* True if there is one. */
static bool read_quantifier(struct reader *reader, size_t *min, size_t *max)
{
	*min = 0;
	*max = UNBOUNDED;
	if (reader->quoted)
		return false;
	if (take(reader, "+")) {
		*min = 1;
	} else if (take(reader, "?")) {
		*max = 1;
	} else if (take(reader, "{")) {
		if (!kb_is_digit(peek(reader, 0)))
			doubt(reader);
		*min = read_number(reader, 0);
		*max = take(reader, ",") ? read_number(reader, UNBOUNDED) : *min;
		if (!take(reader, "}"))
			doubt(reader);
	} else if (!take(reader, "*")) {
		return false;
	}
	if (!take(reader, "?"))
		take(reader, "+");
	return true;
}

/* What was read of a branch: @a content, and behind it letters that are not yet in it. */
struct branch {
	struct kb_content content;
	char run[KB_LITERAL_LENGTH_MAX];
	size_t length;
	bool caseless; /* the run */
};

static void append(struct reader *reader, struct branch *branch, const struct kb_content *content)
{
	branch->content = kb_content_join(reader->room, &branch->content, content);
}

static void end_run(struct reader *reader, struct branch *branch)
{
	struct kb_content content;

	if (branch->length == 0)
		return;
	content = kb_content_string(reader->room, (struct kban_text){ branch->run, branch->length },
				    branch->caseless);
	append(reader, branch, &content);
	branch->length = 0;
}

static void append_byte(struct reader *reader, struct branch *branch, char byte)
{
	if (branch->length == sizeof(branch->run) || branch->caseless != reader->caseless)
		end_run(reader, branch);
	branch->caseless = reader->caseless;
	branch->run[branch->length++] = byte;
}

static void read_part(struct reader *reader, struct branch *branch)
{
	bool caseless = reader->caseless;
	struct item item = read_item(reader);
	size_t min, max;
	bool is_repeated;

	skip_blanks(reader);
	is_repeated = read_quantifier(reader, &min, &max);
	if (item.is_byte && !is_repeated) {
		append_byte(reader, branch, item.byte);
		return;
	}
	if (item.is_byte)
		item.content = kb_content_string(reader->room, (struct kban_text){ &item.byte, 1 },
						 caseless);
	if (is_repeated)
		item.content = kb_content_repeat(reader->room, &item.content, min, max);
	end_run(reader, branch);
	append(reader, branch, &item.content);
}

static bool at_branch_end(const struct reader *reader)
{
	if (at_end(reader) || reader->room->status != KBAN_OK)
		return true;
	return !reader->quoted && (peek(reader, 0) == '|' || peek(reader, 0) == ')');
}

static struct kb_content read_branch(struct reader *reader)
{
	struct branch branch = { .content = kb_content_empty() };

	skip_blanks(reader);
	while (!at_branch_end(reader)) {
		read_part(reader, &branch);
		skip_blanks(reader);
	}
	end_run(reader, &branch);
	return branch.content;
}

static struct kb_content read_alternatives(struct reader *reader)
{
	struct kb_content all, branch;

	if (++reader->depth > DEPTH_MAX + 1)
		doubt(reader);
	all = read_branch(reader);
	while (take(reader, "|")) {
		branch = read_branch(reader);
		all = kb_content_either(reader->room, &all, &branch);
	}
	reader->depth--;
	return all;
}

int kb_literal_read(struct kban_text pattern, const struct kb_python_syntax *syntax,
		    struct kb_piece_room *room, struct kb_content *out)
{
	struct reader reader = {
		.text = pattern,
		.room = room,
		.caseless = syntax->caseless,
		.extended = syntax->extended,
	};

	*out = read_alternatives(&reader);
	if (room->status != KBAN_OK)
		return room->status;
	if (reader.doubtful || !at_end(&reader))
		return KBAN_E_SYNTAX;
	kb_content_finish(out);
	return KBAN_OK;
}
