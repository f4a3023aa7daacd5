/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One pass from left to right, one token at a time: an escape, a set, the opening of a group, a
 * quantifier or a single character. Each token is copied or replaced on its own, so the only state
 * between tokens is how deep in groups we are and whether white space counts there.
 *
 * A (?x) or (?a) further back changes what was read before it; then the pass starts again with the
 * flag set, once for each.
 */
#include "regex/python-syntax.h"

#include "base/text.h"

/* PCRE2's own limits: names in bytes, parentheses within parentheses. */
#define NAME_MAX_BYTES 32
#define DEPTH_MAX      250

/*
 * White space in Python's Unicode tables, which has four control characters more than PCRE2's and
 * U+180E less, and all the rest; for within a set.
 */
#define BLANKS                                                                                   \
	"\\x09-\\x0d\\x1c-\\x20\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{" \
	"202f}"                                                                                  \
	"\\x{205f}\\x{3000}"
#define NO_BLANKS                                                                                \
	"\\x00-\\x08\\x0e-\\x1b\\x21-\\x{84}\\x{86}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}" \
	"\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}"           \
	"\\x{3001}-\\x{10ffff}"

/* The same where all characters are bytes below 0x80. */
#define ASCII_BLANKS    "\\x09-\\x0d\\x1c-\\x20"
#define ASCII_NO_BLANKS "\\x00-\\x08\\x0e-\\x1b\\x21-\\x7f"

#define START_AGAIN 1

struct translator {
	struct kban_text text;
	size_t at; /* next byte of text */
	struct kb_buffer *out;
	struct kb_python_syntax *syntax;
	bool for_ascii;        /* no other texts are searched */
	bool extended;         /* white space and # comments do not count here */
	bool outer[DEPTH_MAX]; /* what extended was outside each open group */
	size_t depth;
	const char *message;
	size_t offset;
};

static int fail_at(struct translator *t, size_t offset, const char *message)
{
	t->message = message;
	t->offset = offset;
	return KBAN_E_SYNTAX;
}

/* The byte @a ahead of the current one, or 0 behind the end. */
static char peek(const struct translator *t, size_t ahead)
{
	if (t->at + ahead >= t->text.len)
		return '\0';
	return t->text.data[t->at + ahead];
}

static bool is_octal(char byte)
{
	return byte >= '0' && byte <= '7';
}

static bool is_letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool is_hex(char byte)
{
	return kb_is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

static bool is_word(char byte)
{
	return is_letter(byte) || kb_is_digit(byte) || byte == '_' || (unsigned char)byte >= 0x80;
}

static void copy(struct translator *t, size_t len)
{
	size_t left = t->text.len - t->at;

	if (len > left)
		len = left;
	kb_buffer_append(t->out, t->text.data + t->at, len);
	t->at += len;
}

/* Copy up to and including the next @a end; to the end of the text if there is none. */
static void copy_through(struct translator *t, char end)
{
	struct kban_text rest = kb_text_slice(t->text, t->at, t->text.len);

	copy(t, kb_text_index(rest, end) + 1);
}

/* \xHH, \uHHHH, \UHHHHHHHH: as many digits as the letter wants, no more and no fewer. */
static int translate_code(struct translator *t)
{
	char letter = peek(t, 1);
	size_t digits = letter == 'x' ? 2 : letter == 'u' ? 4 : 8;

	if (letter == 'x' && peek(t, 2) == '{') {
		t->syntax->beyond_ascii = true;
		copy_through(t, '}');
		return KBAN_OK;
	}
	for (size_t i = 0; i < digits; i++) {
		if (!is_hex(peek(t, 2 + i)))
			return fail_at(t, t->at, "incomplete escape of a character code");
		/* The last two are enough for ASCII. */
		t->syntax->beyond_ascii |= i + 2 < digits && peek(t, 2 + i) != '0';
		t->syntax->beyond_ascii |= i + 2 == digits && peek(t, 2 + i) > '7';
	}
	kb_buffer_printf(t->out, "\\x{%.*s}", (int)digits, t->text.data + t->at + 2);
	t->at += 2 + digits;
	return KBAN_OK;
}

/* @a digits octal digits after the backslash are one byte. */
static int translate_octal(struct translator *t, size_t digits)
{
	unsigned code = 0;

	for (size_t i = 0; i < digits; i++)
		code = code * 8 + (unsigned)(peek(t, 1 + i) - '0');
	if (code > 0377)
		return fail_at(t, t->at, "octal escape outside of range 0-0377");
	t->syntax->beyond_ascii |= code > 0x7f;
	kb_buffer_printf(t->out, "\\x{%02x}", code);
	t->at += 1 + digits;
	return KBAN_OK;
}

/* How many octal digits stand after the backslash, @a max at most. */
static size_t count_octal(const struct translator *t, size_t max)
{
	size_t digits = 0;

	while (digits < max && is_octal(peek(t, 1 + digits)))
		digits++;
	return digits;
}

/* \0 and three octal digits are a character; one or two digits are a backreference. */
static int translate_number(struct translator *t)
{
	size_t digits = 1;

	if (peek(t, 1) == '0' || count_octal(t, 3) == 3)
		return translate_octal(t, count_octal(t, 3));
	if (kb_is_digit(peek(t, 2)))
		digits = 2;
	kb_buffer_printf(t->out, "\\g{%.*s}", (int)digits, t->text.data + t->at + 1);
	t->at += 1 + digits;
	return KBAN_OK;
}

/* \Q…\E of PCRE2: nothing in between means anything. */
static void copy_quoted(struct translator *t)
{
	struct kban_text rest = kb_text_slice(t->text, t->at, t->text.len);

	copy(t, kb_text_find(rest, KB_TEXT("\\E")) + 2);
}

/* Escapes of PCRE2 with an argument, which is not to be taken for something else. */
static void copy_argument(struct translator *t)
{
	char open = peek(t, 2);

	if (open == '{')
		copy_through(t, '}');
	else if (open == '<')
		copy_through(t, '>');
	else
		copy(t, 2);
}

/* Letters behind a backslash that mean the same whether characters are code points or bytes. */
#define ASCII_ESCAPES "abcdefghknrstuvwxzABDEGHKQRSUVWZ"

/* Escapes that mean the same in a set and outside. */
static int translate_common_escape(struct translator *t)
{
	char letter = peek(t, 1);

	t->syntax->beyond_ascii |= is_letter(letter) && strchr(ASCII_ESCAPES, letter) == NULL;
	switch (letter) {
	case 'x':
	case 'u':
	case 'U':
		return translate_code(t);
	case 'v':
		kb_buffer_string(t->out, "\\x0b");
		t->at += 2;
		return KBAN_OK;
	case 'N':
		if (peek(t, 2) == '{')
			return fail_at(t, t->at, "characters cannot be given by their name");
		break;
	case 'Q':
		copy_quoted(t);
		return KBAN_OK;
	case 'c':
		copy(t, 3);
		return KBAN_OK;
	case 'g':
	case 'k':
	case 'o':
	case 'p':
	case 'P':
		copy_argument(t);
		return KBAN_OK;
	default:
		break;
	}
	copy(t, 2);
	return KBAN_OK;
}

/* \s or \S: with flag a PCRE2 has the same few. */
static bool is_blank_escape(const struct translator *t)
{
	return (peek(t, 1) == 's' || peek(t, 1) == 'S') && !t->syntax->ascii;
}

static int translate_escape(struct translator *t)
{
	if (kb_is_digit(peek(t, 1)))
		return translate_number(t);
	if (is_blank_escape(t)) {
		kb_buffer_string(t->out, peek(t, 1) == 's' ? "[" : "[^");
		kb_buffer_string(t->out, t->for_ascii ? ASCII_BLANKS "]" : BLANKS "]");
		t->at += 2;
		return KBAN_OK;
	}
	if (peek(t, 1) == 'Z') {
		kb_buffer_string(t->out, "\\z");
		t->at += 2;
		return KBAN_OK;
	}
	return translate_common_escape(t);
}

static void put_blanks_in_set(struct translator *t, bool is_blank)
{
	if (t->for_ascii)
		kb_buffer_string(t->out, is_blank ? ASCII_BLANKS : ASCII_NO_BLANKS);
	else
		kb_buffer_string(t->out, is_blank ? BLANKS : NO_BLANKS);
}

static int translate_set_escape(struct translator *t)
{
	if (is_octal(peek(t, 1)))
		return translate_octal(t, count_octal(t, 3));
	if (kb_is_digit(peek(t, 1)))
		return fail_at(t, t->at, "no such escape in a set");
	if (is_blank_escape(t)) {
		put_blanks_in_set(t, peek(t, 1) == 's');
		t->at += 2;
		return KBAN_OK;
	}
	return translate_common_escape(t);
}

/* [:, [. and [= are nothing special to Python; PCRE2 would look for [:alpha:]. */
static bool looks_like_posix(const struct translator *t)
{
	char next = peek(t, 1);

	return peek(t, 0) == '[' && (next == ':' || next == '.' || next == '=');
}

static void translate_set_start(struct translator *t)
{
	bool posix = looks_like_posix(t);

	copy(t, 1);
	if (posix)
		kb_buffer_byte(t->out, '\\');
	if (peek(t, 0) == '^')
		copy(t, 1);
	if (peek(t, 0) == ']')
		copy(t, 1);
}

static int translate_set_item(struct translator *t)
{
	if (peek(t, 0) == '\\')
		return translate_set_escape(t);
	if (looks_like_posix(t))
		kb_buffer_byte(t->out, '\\');
	copy(t, 1);
	return KBAN_OK;
}

static int translate_set(struct translator *t)
{
	size_t start = t->at;

	translate_set_start(t);
	while (t->at < t->text.len && peek(t, 0) != ']') {
		int status = translate_set_item(t);

		if (status != KBAN_OK)
			return status;
	}
	if (t->at >= t->text.len)
		return fail_at(t, start, "unterminated character set");
	copy(t, 1);
	return KBAN_OK;
}

/*
 * A repeat count, or else a literal brace, which is escaped because newer PCRE2 take more forms
 * for counts than Python does.
 */
static void translate_brace(struct translator *t)
{
	size_t low = 0, high = 0, end;

	while (kb_is_digit(peek(t, 1 + low)))
		low++;
	end = 1 + low;
	if (peek(t, end) == ',') {
		while (kb_is_digit(peek(t, end + 1 + high)))
			high++;
		end += 1 + high;
	}
	if (peek(t, end) != '}' || end == 1) {
		kb_buffer_byte(t->out, '\\');
		copy(t, 1);
		return;
	}
	copy(t, 1);
	if (low == 0)
		kb_buffer_byte(t->out, '0');
	copy(t, end);
}

static int open_group(struct translator *t)
{
	if (t->depth == DEPTH_MAX)
		return fail_at(t, t->at, "parentheses are too deeply nested");
	t->outer[t->depth++] = t->extended;
	return KBAN_OK;
}

static void close_group(struct translator *t)
{
	if (t->depth > 0)
		t->extended = t->outer[--t->depth];
	copy(t, 1);
}

static bool is_long_name(struct kban_text name)
{
	if (name.len <= NAME_MAX_BYTES || kb_is_digit(name.data[0]))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		if (!is_word(name.data[i]))
			return false;
	}
	return true;
}

/* Position of @a name among the long names, or their count. */
static size_t find_long_name(const struct kb_python_syntax *syntax, struct kban_text name)
{
	size_t i = 0;

	while (i < syntax->long_names.count && !kb_text_is(name, syntax->long_names.items[i]))
		i++;
	return i;
}

enum name_use { NAME_DEFINED, NAME_USED };

/* Write @a name, or what stands for it where PCRE2 would find it too long. */
static int put_name(struct translator *t, struct kban_text name, enum name_use use)
{
	size_t index = find_long_name(t->syntax, name);
	bool known = index < t->syntax->long_names.count;

	if (!is_long_name(name)) {
		kb_buffer_text(t->out, name);
		return KBAN_OK;
	}
	if (use == NAME_USED && !known)
		return fail_at(t, t->at, "unknown group name");
	if (use == NAME_DEFINED && known)
		return fail_at(t, t->at, "two groups have the same name");
	if (!known && kb_string_list_append(&t->syntax->long_names, name) != KBAN_OK)
		return KBAN_E_NOMEM;
	kb_buffer_printf(t->out, "_g%zu", index + 1);
	return KBAN_OK;
}

/* "(?P<" and its like up to @a end: @a lead bytes, the name, @a end. */
static int translate_named(struct translator *t, size_t lead, char end, enum name_use use)
{
	struct kban_text rest, name;
	int status;

	copy(t, lead);
	rest = kb_text_slice(t->text, t->at, t->text.len);
	name = kb_text_slice(rest, 0, kb_text_index(rest, end));
	if (name.len == rest.len)
		return fail_at(t, t->at, "missing terminator of a group name");
	status = put_name(t, name, use);
	if (status != KBAN_OK)
		return status;
	t->at += name.len;
	if (end == ')')
		return KBAN_OK; /* the group's own end, which comes as a token */
	copy(t, 1);
	return KBAN_OK;
}

static int translate_python_group(struct translator *t)
{
	switch (peek(t, 3)) {
	case '<':
		return translate_named(t, 4, '>', NAME_DEFINED);
	case '=':
	case '>':
		return translate_named(t, 4, ')', NAME_USED);
	default:
		return fail_at(t, t->at, "unknown extension after (?P");
	}
}

/* (?(name)…), which PCRE2 could take for one of its own words such as DEFINE or R1. */
static int translate_condition(struct translator *t)
{
	struct kban_text rest = kb_text_slice(t->text, t->at + 3, t->text.len);
	struct kban_text name = kb_text_slice(rest, 0, kb_text_index(rest, ')'));
	bool plain = name.len > 0 && name.len < rest.len && !kb_is_digit(name.data[0]);
	int status;

	for (size_t i = 0; i < name.len; i++)
		plain = plain && is_word(name.data[i]);
	copy(t, 2);
	if (peek(t, 1) == '?')
		return KBAN_OK; /* a look-around as condition: the next token */
	if (!plain) {
		copy_through(t, ')');
		return KBAN_OK;
	}
	kb_buffer_string(t->out, "(<");
	status = put_name(t, name, NAME_USED);
	kb_buffer_string(t->out, ">)");
	t->at += name.len + 2;
	return status;
}

struct flags {
	bool reset;  /* (?^ */
	char on[8];  /* letters before the '-', each once */
	char off[8]; /* letters behind it */
	bool minus;
	size_t len; /* of the letters and signs */
	char end;   /* ')' or ':' */
};

/* Read the letters behind "(?". False where it cannot be flags. */
static bool read_flags(const struct translator *t, struct flags *flags)
{
	char byte;

	for (flags->len = 0; (byte = peek(t, 2 + flags->len)) != ')' && byte != ':'; flags->len++) {
		char *letters = flags->minus ? flags->off : flags->on;
		size_t count = strlen(letters);

		if (byte == '^' && flags->len == 0)
			flags->reset = true;
		else if (byte == '-' && !flags->minus)
			flags->minus = true;
		else if (byte == '\0' || strchr("aiLmsux", byte) == NULL)
			return false;
		else if (strchr(letters, byte) == NULL && count < sizeof(flags->on) - 1)
			letters[count] = byte;
	}
	flags->end = byte;
	return true;
}

static void put_letters(struct translator *t, const char *letters)
{
	for (; *letters != '\0'; letters++) {
		if (*letters != 'u')
			kb_buffer_byte(t->out, *letters);
	}
}

/* Flags for a group, or in PCRE2's way for the rest of one. */
static int translate_local_flags(struct translator *t, const struct flags *flags)
{
	if (strpbrk(flags->on, "a") != NULL || strpbrk(flags->off, "aLu") != NULL)
		return fail_at(t, t->at, "flags a, L and u cannot change within a pattern");
	kb_buffer_string(t->out, flags->reset ? "(?^" : "(?");
	put_letters(t, flags->on);
	if (flags->minus && flags->off[0] != '\0')
		kb_buffer_byte(t->out, '-');
	put_letters(t, flags->off);
	t->at += 2 + flags->len;
	copy(t, 1);
	if (flags->end == ')')
		t->depth--; /* opens no group: the flags are for the rest of the one around them */
	if (flags->reset || strchr(flags->off, 'x') != NULL)
		t->extended = false;
	if (strchr(flags->on, 'x') != NULL && strchr(flags->off, 'x') == NULL)
		t->extended = true;
	return KBAN_OK;
}

/* (?ims): Python's flags are those of the whole pattern, wherever they stand. */
static int translate_global_flags(struct translator *t, const struct flags *flags)
{
	struct kb_python_syntax *syntax = t->syntax;
	bool unicode = strchr(flags->on, 'u') != NULL;
	bool again = (strchr(flags->on, 'x') != NULL && !syntax->extended) ||
		     (strchr(flags->on, 'a') != NULL && !syntax->ascii);

	syntax->caseless |= strchr(flags->on, 'i') != NULL;
	syntax->dotall |= strchr(flags->on, 's') != NULL;
	syntax->multiline |= strchr(flags->on, 'm') != NULL;
	syntax->ascii |= strchr(flags->on, 'a') != NULL;
	if (syntax->ascii && unicode)
		return fail_at(t, t->at, "flags a and u do not go together");
	t->depth--;
	t->at += 2 + flags->len + 1;
	syntax->extended |= strchr(flags->on, 'x') != NULL;
	return again ? START_AGAIN : KBAN_OK;
}

static int translate_flags(struct translator *t)
{
	struct flags flags = { 0 };

	if (kb_is_digit(peek(t, 3)) && (peek(t, 2) == '-' || peek(t, 2) == '+')) {
		copy(t, 3); /* (?-1), a recursion */
		return KBAN_OK;
	}
	if (!read_flags(t, &flags))
		return fail_at(t, t->at, "unknown extension or flag after (?");
	if (strchr(flags.on, 'L') != NULL)
		return fail_at(t, t->at, "flag L is for bytes");
	if (flags.end == ')' && !flags.reset && !flags.minus)
		return translate_global_flags(t, &flags);
	return translate_local_flags(t, &flags);
}

static int translate_extension(struct translator *t)
{
	char kind = peek(t, 2);

	switch (kind) {
	case 'P':
		return translate_python_group(t);
	case '(':
		return translate_condition(t);
	case '\'':
		return translate_named(t, 3, '\'', NAME_DEFINED);
	case '&':
		return translate_named(t, 3, ')', NAME_USED);
	case '<':
		if (peek(t, 3) != '=' && peek(t, 3) != '!')
			return translate_named(t, 3, '>', NAME_DEFINED);
		copy(t, 4);
		return KBAN_OK;
	case ':':
	case '=':
	case '!':
	case '>':
	case '|':
	case 'R':
		copy(t, 3);
		return KBAN_OK;
	default:
		if (!kb_is_digit(kind))
			return translate_flags(t);
		copy(t, 3);
		return KBAN_OK;
	}
}

static int translate_group(struct translator *t)
{
	int status;

	if (peek(t, 1) == '*')
		return fail_at(t, t->at, "nothing to repeat after (");
	if (peek(t, 1) == '?' && peek(t, 2) == '#') {
		copy_through(t, ')');
		return KBAN_OK;
	}
	status = open_group(t);
	if (status != KBAN_OK)
		return status;
	if (peek(t, 1) == '?')
		return translate_extension(t);
	copy(t, 1);
	return KBAN_OK;
}

static int translate_token(struct translator *t)
{
	switch (peek(t, 0)) {
	case '\\':
		return translate_escape(t);
	case '[':
		return translate_set(t);
	case '(':
		return translate_group(t);
	case ')':
		close_group(t);
		return KBAN_OK;
	case '{':
		translate_brace(t);
		return KBAN_OK;
	case '#':
		if (t->extended)
			copy_through(t, '\n');
		else
			copy(t, 1);
		return KBAN_OK;
	default:
		copy(t, 1);
		return KBAN_OK;
	}
}

static void start(struct translator *t)
{
	t->at = 0;
	t->depth = 0;
	t->extended = t->syntax->extended;
	kb_buffer_reset(t->out);
	kb_string_list_clear(&t->syntax->long_names);
}

static int translate_all(struct translator *t)
{
	int status = KBAN_OK;

	start(t);
	while (t->at < t->text.len && status >= KBAN_OK) {
		status = translate_token(t);
		if (status == START_AGAIN)
			start(t);
	}
	return status < KBAN_OK ? status : KBAN_OK;
}

int kb_python_syntax_translate(struct kban_text text, struct kb_buffer *out,
			       struct kb_python_syntax *syntax, const char **message,
			       size_t *offset)
{
	kb_auto_clear(buffer) buffer = { 0 };
	struct translator t = { .text = text, .out = &buffer, .syntax = syntax };
	int status = translate_all(&t);

	syntax->beyond_ascii |= !kb_text_is_ascii(text);
	if (status == KBAN_E_SYNTAX) {
		*message = t.message;
		*offset = t.offset;
	}
	if (status != KBAN_OK)
		return status;
	return buffer.failed ? KBAN_E_NOMEM : kb_buffer_text(out, kb_buffer_content(&buffer));
}

int kb_python_syntax_translate_for_ascii(struct kban_text text, struct kb_buffer *out)
{
	kb_auto_clear(python_syntax) syntax = { 0 };
	struct translator t = { .text = text, .out = out, .syntax = &syntax, .for_ascii = true };
	int status = translate_all(&t);

	return status == KBAN_OK && out->failed ? KBAN_E_NOMEM : status;
}

size_t kb_python_syntax_origin(struct kban_text text, size_t offset)
{
	kb_auto_clear(buffer) buffer = { 0 };
	kb_auto_clear(python_syntax) syntax = { 0 };
	struct translator t = { .text = text, .out = &buffer, .syntax = &syntax };
	int status = translate_all(&t); /* for its flags: (?x) may stand at the end */
	size_t from = 0, written = 0;

	if (buffer.failed || status == KBAN_E_NOMEM)
		return SIZE_MAX;
	start(&t);
	while (t.at < text.len && status == KBAN_OK && buffer.len <= offset) {
		from = t.at;
		written = buffer.len;
		status = translate_token(&t);
	}
	if (buffer.failed || status == KBAN_E_NOMEM)
		return SIZE_MAX;
	if (buffer.len <= offset)
		return t.at;
	return from + (offset - written) < t.at ? from + (offset - written) : t.at;
}

const char *kb_python_syntax_name(const struct kb_python_syntax *syntax, const char *name)
{
	struct kban_text text = kb_text(name);
	long long number;

	if (!kb_text_starts_with(text, "_g") ||
	    !kb_text_number(kb_text_slice(text, 2, text.len), 1,
			    (long long)syntax->long_names.count, &number))
		return name;
	return syntax->long_names.items[number - 1];
}

void kb_python_syntax_clear(struct kb_python_syntax *syntax)
{
	kb_string_list_clear(&syntax->long_names);
	*syntax = (struct kb_python_syntax){ 0 };
}
