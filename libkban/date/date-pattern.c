/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "date/date-pattern.h"

#include "base/buffer.h"
#include "base/text.h"

#define LINE_BEGIN_PREFIX "{^LN-BEG}"
#define UNBOUND_PREFIX    "{UNB}"

/*
 * Not within a word. Said like this, and not as (?=^|\b|\W), PCRE2 looks past it for the characters
 * that a match can begin with, and skips all others: lines without a stamp take a third of the
 * time.
 */
#define BOUND            "(?!(?<=\\w)\\w)"
#define LINE_BEGIN_BOUND "^\\W{0,2}"

#define EPOCH      "[0-9]{10,11}\\b(?:\\.[0-9]{3,6})?"
#define LONG_EPOCH "[0-9]{10,11}(?:[0-9]{3}(?:\\.[0-9]{1,6}|[0-9]{3})?)?"
#define TAI64N     "@[0-9a-f]{24}"

/* Where a number is a time: "1138049999", "[1138049999]", "audit(1138049999.123:4)". */
#define EPOCH_PLACE "(?=[0-9])(?:^|(?<=^\\[)|(?<=\\baudit\\())"

/* Years up to this one are accepted however old the clock is, so that logs can be replayed. */
#define LAST_YEAR_AT_LEAST 2029
/* Clocks of other hosts may be ahead. */
#define YEARS_AHEAD        3

#define MONTHS "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
#define MONTH_NAMES                                                                     \
	"january|february|march|april|may|june|july|august|september|october|november|" \
	"december"
#define WEEKDAYS      "mon|tue|wed|thu|fri|sat|sun"
#define WEEKDAY_NAMES "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
#define ZONE_LETTERS  "[A-Z](?:[A-Z]{2,4})?"
#define ZONE_OFFSET   "[+-][01][0-9](?::?[0-9]{2})?"

struct token {
	const char *spelling; /* behind the % */
	const char *regex;    /* NULL: years of the allowed decades */
	const char *name;
	bool has_words; /* then case does not matter, in the whole pattern */
};

static const struct token tokens[] = {
	{ "ExY", NULL, "ExYear", false },
	{ "Exy", "(?P<y>[0-9]{2})", "ExYear2", false },
	{ "Exm", "(?P<m>0[1-9]|1[0-2])", "ExMonth", false },
	{ "Exd", "(?P<d>0[1-9]|[12][0-9]|3[01])", "ExDay", false },
	{ "ExH", "(?P<H>[01][0-9]|2[0-3])", "Ex24hour", false },
	{ "ExM", "(?P<M>[0-5][0-9])", "ExMinute", false },
	{ "ExS", "(?P<S>[0-5][0-9]|6[01])", "ExSecond", false },
	{ "Exk", "(?P<H> ?(?:[01]?[0-9]|2[0-3]))", "Ex%k", false },
	{ "Exl", "(?P<I> ?(?:1[0-2]|[0-9]))", "Ex%l", false },
	{ "Exz", "(?P<z>(?:" ZONE_LETTERS ")?" ZONE_OFFSET "|" ZONE_LETTERS ")", "ExZone offset",
	  false },
	{ "ExZ", "(?P<Z>" ZONE_LETTERS ")", "ExZone name", false },
	{ "Y", "(?P<Y>[0-9]{4})", "Year", false },
	{ "y", "(?P<y>[0-9]{2})", "Year2", false },
	{ "m", "(?P<m>0?[1-9]|1[0-2])", "Month", false },
	{ "d", "(?P<d>[12][0-9]|[0 ]?[1-9]|3[01])", "Day", false },
	{ "H", "(?P<H>[01]?[0-9]|2[0-3])", "24hour", false },
	{ "I", "(?P<I>1[0-2]|0[1-9]|[1-9])", "12hour", false },
	{ "M", "(?P<M>[0-5]?[0-9])", "Minute", false },
	{ "S", "(?P<S>[0-5]?[0-9]|6[01])", "Second", false },
	{ "f", "(?P<f>[0-9]{1,6})", "Microseconds", false },
	{ "k", "(?P<H> ?[0-2]?[0-9])", "%k", false },
	{ "l", "(?P<I> ?1?[0-9])", "%l", false },
	{ "b", "(?P<b>" MONTHS ")", "MON", true },
	{ "B", "(?P<B>" MONTH_NAMES ")", "MONTH", true },
	{ "a", "(?P<a>" WEEKDAYS ")", "DAY", true },
	{ "A", "(?P<A>" WEEKDAY_NAMES ")", "DAYNAME", true },
	{ "p", "(?P<p>am|pm)", "AMPM", true },
	{ "j",
	  "(?P<j>36[0-6]|3[0-5][0-9]|[12][0-9]{2}|0[1-9][0-9]|00[1-9]|[1-9][0-9]|0[1-9]|[1-9])",
	  "Yearday", false },
	{ "U", "(?P<U>5[0-3]|[0-4][0-9]|[0-9])", "Yearweek", false },
	{ "W", "(?P<W>5[0-3]|[0-4][0-9]|[0-9])", "Yearweek", false },
	{ "w", "(?P<w>[0-6])", "Weekday", false },
	{ "u", "(?P<u>[1-7])", "%u", false },
	{ "V", "(?P<V>5[0-3]|0[1-9]|[1-4][0-9]|[0-9])", "%V", false },
	{ "G", "(?P<G>[0-9]{4})", "%G", false },
	{ "z", "(?P<z>Z|UTC|GMT|" ZONE_OFFSET ")", "Zone offset", false },
	{ "Z", "(?P<Z>Z|[A-Z]{3,5})", "Zone name", false },
	{ "c",
	  "(?P<a>" WEEKDAYS ")\\s+(?P<b>" MONTHS ")\\s+(?P<d>3[01]|[12][0-9]|[0 ]?[1-9])\\s+"
	  "(?P<H>2[0-3]|[01]?[0-9]):(?P<M>[0-5]?[0-9]):(?P<S>6[01]|[0-5]?[0-9])\\s+(?P<Y>[0-9]{4})",
	  "%c", true },
	{ "x", "(?P<m>1[0-2]|0?[1-9])/(?P<d>3[01]|[12][0-9]|[0 ]?[1-9])/(?P<y>[0-9]{2})", "%x",
	  false },
	{ "X", "(?P<H>2[0-3]|[01]?[0-9]):(?P<M>[0-5]?[0-9]):(?P<S>6[01]|[0-5]?[0-9])", "%X",
	  false },
	{ "%", "%", "%", false },
};

/* Formats that are a word and not a pattern. */
struct keyword {
	const char *word;
	enum kb_date_kind kind;
	const char *name;
	const char *regex;            /* anywhere in a line */
	const char *line_begin_regex; /* after {^LN-BEG} or ^ */
};

static const struct keyword keywords[] = {
	{ "EPOCH", KB_DATE_BY_EPOCH, "Epoch", EPOCH_PLACE "(" EPOCH ")" BOUND,
	  LINE_BEGIN_BOUND "(" EPOCH ")" BOUND },
	{ "LEPOCH", KB_DATE_BY_LONG_EPOCH, "LongEpoch", EPOCH_PLACE "(" LONG_EPOCH ")" BOUND,
	  LINE_BEGIN_BOUND "(" LONG_EPOCH ")" BOUND },
	{ "TAI64N", KB_DATE_BY_TAI64N, "TAI64N", "(" TAI64N ")" BOUND,
	  LINE_BEGIN_BOUND "(" TAI64N ")" BOUND },
};

/* Words within a pattern. */
struct placeholder {
	const char *word;
	enum kb_date_kind kind;
	const char *regex;
};

#define NUMBER_GROUP "_epoch"

static const struct placeholder placeholders[] = {
	{ "{EPOCH}", KB_DATE_BY_EPOCH, "(?P<" NUMBER_GROUP ">" EPOCH ")" },
	{ "{LEPOCH}", KB_DATE_BY_LONG_EPOCH, "(?P<" NUMBER_GROUP ">" LONG_EPOCH ")" },
};

/* What becomes of a pattern on the way to its regular expression. */
struct draft {
	struct kban_text text; /* without prefix and flags */
	struct kban_text flags;
	int year;
	bool unbound;    /* {UNB} */
	bool line_begin; /* {^LN-BEG} */
	bool has_words;
	struct kb_buffer body; /* the expanded text */
	size_t last_token;     /* bytes of a token that it ends with */
	struct kb_buffer name;
	struct kb_buffer regex;
};

static void draft_clear(struct draft *draft)
{
	kb_buffer_clear(&draft->body);
	kb_buffer_clear(&draft->name);
	kb_buffer_clear(&draft->regex);
}

static int fail_text(struct kban_error **err, int status, const struct kb_where *where,
		     struct kban_text text, const char *reason)
{
	return kb_fail(err, status, where,
		       "Failed to set datepattern '%.*s' (may be an invalid format or unescaped "
		       "percent char): %s",
		       (int)text.len, text.data, reason);
}

/* Take @a prefix off @a text. */
static bool take_prefix(struct kban_text *text, const char *prefix)
{
	if (!kb_text_starts_with(*text, prefix))
		return false;
	*text = kb_text_slice(*text, strlen(prefix), text->len);
	return true;
}

/* Length of a group of flags at the beginning, such as (?i). */
static size_t flags_length(struct kban_text text)
{
	size_t i = 2;

	if (!kb_text_starts_with(text, "(?"))
		return 0;
	while (i < text.len && text.data[i] >= 'a' && text.data[i] <= 'z')
		i++;
	return i > 2 && i < text.len && text.data[i] == ')' ? i + 1 : 0;
}

/* Decades of a century in one branch: "20[0-2][0-9]". */
static void put_years(struct kb_buffer *out, int first, int last)
{
	const char *separator = "(?P<Y>";

	for (int century = first / 100; century <= last / 100; century++) {
		int low = century == first / 100 ? first / 10 % 10 : 0;
		int high = century == last / 100 ? last / 10 % 10 : 9;

		kb_buffer_printf(out, "%s%02d[%d-%d][0-9]", separator, century, low, high);
		separator = "|";
	}
	kb_buffer_byte(out, ')');
}

/* From 2000, or from last year where the clock is that old, to some years from now. */
static void put_allowed_years(struct kb_buffer *out, int year)
{
	int first = year - 1 < 2000 ? year - 1 : 2000;
	int last = year + YEARS_AHEAD;

	if (first < 1970)
		first = 1970;
	if (last < LAST_YEAR_AT_LEAST)
		last = LAST_YEAR_AT_LEAST;
	if (last > 9999)
		last = 9999;
	put_years(out, first, last);
}

/* The token that @a text, which stands behind a %, begins with; NULL: none. */
static const struct token *find_token(struct kban_text text)
{
	for (size_t i = 0; i < kb_array_size(tokens); i++) {
		if (kb_text_starts_with(text, tokens[i].spelling))
			return &tokens[i];
	}
	return NULL;
}

/* Write body and name: the text with each token replaced. False: there is no such token. */
static bool expand_tokens(struct draft *draft)
{
	struct kban_text rest = draft->text;

	while (rest.len > 0) {
		size_t plain = kb_text_index(rest, '%');
		const struct token *token;
		size_t before;

		kb_buffer_append(&draft->body, rest.data, plain);
		kb_buffer_append(&draft->name, rest.data, plain);
		if (plain > 0)
			draft->last_token = 0;
		if (plain == rest.len)
			break;
		rest = kb_text_slice(rest, plain + 1, rest.len);
		token = find_token(rest);
		if (token == NULL)
			return false;
		before = draft->body.len;
		if (token->regex == NULL)
			put_allowed_years(&draft->body, draft->year);
		else
			kb_buffer_string(&draft->body, token->regex);
		draft->last_token = draft->body.len - before;
		kb_buffer_string(&draft->name, token->name);
		draft->has_words = draft->has_words || token->has_words;
		rest = kb_text_slice(rest, strlen(token->spelling), rest.len);
	}
	return true;
}

/* Where @a text has @a word in any case, or its length. */
static size_t find_nocase(struct kban_text text, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= text.len; i++) {
		if (kb_text_is_nocase(kb_text_slice(text, i, i + len), word))
			return i;
	}
	return text.len;
}

/* The placeholder in a text without tokens, or NULL. */
static const struct placeholder *find_placeholder(struct kban_text text, size_t *at)
{
	if (kb_text_index(text, '%') < text.len)
		return NULL;
	for (size_t i = 0; i < kb_array_size(placeholders); i++) {
		*at = find_nocase(text, placeholders[i].word);
		if (*at < text.len)
			return &placeholders[i];
	}
	return NULL;
}

static void expand_placeholder(struct draft *draft, const struct placeholder *placeholder,
			       size_t at)
{
	struct kban_text text = draft->text;

	kb_buffer_append(&draft->body, text.data, at);
	kb_buffer_string(&draft->body, placeholder->regex);
	kb_buffer_text(&draft->body, kb_text_slice(text, at + strlen(placeholder->word), text.len));
	kb_buffer_text(&draft->name, text);
}

/* True if the byte at @a at has an odd number of backslashes before it. */
static bool is_escaped(struct kban_text text, size_t at)
{
	size_t count = 0;

	while (count < at && text.data[at - 1 - count] == '\\')
		count++;
	return count % 2 == 1;
}

static size_t skip_parentheses(struct kban_text text)
{
	size_t i = 0;

	while (i < text.len && text.data[i] == '(')
		i++;
	return i;
}

/* The text says itself where it begins: "^", "(^", "(?:^". */
static bool has_begin(struct kban_text text)
{
	size_t parentheses = skip_parentheses(text);
	struct kban_text inner = kb_text_slice(text, parentheses, text.len);

	return kb_text_starts_with(inner, "^") ||
	       (parentheses > 0 && kb_text_starts_with(inner, "?:^"));
}

static bool ends_with_unescaped(struct kban_text text, const char *end)
{
	return kb_text_ends_with(text, end) && !is_escaped(text, text.len - strlen(end));
}

static bool has_line_end(struct kban_text text)
{
	return ends_with_unescaped(text, "$") || ends_with_unescaped(text, "$)");
}

/* The text says itself where it ends. */
static bool has_end(struct kban_text text)
{
	return has_line_end(text) || ends_with_unescaped(text, "\\b") ||
	       ends_with_unescaped(text, "\\s");
}

/* Take "**" out behind the parentheses that open @a body: no bound is wanted there. */
static bool take_begin_mark(struct kb_buffer *body)
{
	struct kban_text text = kb_buffer_content(body);
	size_t at = skip_parentheses(text);

	if (body->data == NULL || !kb_text_starts_with(kb_text_slice(text, at, text.len), "**"))
		return false;
	memmove(body->data + at, body->data + at + 2, body->len - at - 1);
	body->len -= 2;
	return true;
}

/* The same before the parentheses that close it. */
static bool take_end_mark(struct kb_buffer *body)
{
	size_t at = body->len;

	while (at > 0 && body->data[at - 1] == ')')
		at--;
	if (at < 2 || body->data[at - 1] != '*' || body->data[at - 2] != '*' ||
	    is_escaped(kb_buffer_content(body), at - 2))
		return false;
	memmove(body->data + at - 2, body->data + at, body->len - at + 1);
	body->len -= 2;
	return true;
}

/* As fail2ban looks for one: a parenthesis in a set counts, too. */
static bool has_own_group(struct kban_text text)
{
	for (size_t i = 0; i < text.len; i++) {
		bool escaped = i > 0 && text.data[i - 1] == '\\';
		bool special = i + 1 < text.len && text.data[i + 1] == '?';

		if (text.data[i] == '(' && !escaped && !special)
			return true;
	}
	return false;
}

/* Append the body, as one group unless it has its own; anchors stay outside. */
static void put_body(struct kb_buffer *out, struct kban_text body)
{
	size_t from = kb_text_starts_with(body, "^") ? 1 : 0;
	size_t to = ends_with_unescaped(body, "$") && body.len > from ? body.len - 1 : body.len;

	if (has_own_group(body)) {
		kb_buffer_text(out, body);
		return;
	}
	kb_buffer_append(out, body.data, from);
	kb_buffer_byte(out, '(');
	kb_buffer_text(out, kb_text_slice(body, from, to));
	kb_buffer_byte(out, ')');
	kb_buffer_text(out, kb_text_slice(body, to, body.len));
}

static bool starts_with_anchor(struct kban_text text, const char *anchor)
{
	return take_prefix(&text, anchor) && !kb_text_starts_with(text, "|");
}

/* Can match at the beginning of a line only, as far as one can tell by the first bytes. */
static bool is_at_line_begin(struct kban_text body)
{
	if (kb_text_starts_with(body, "^"))
		return true;
	return has_own_group(body) &&
	       (starts_with_anchor(body, "(^") || starts_with_anchor(body, "(?:^"));
}

/* Behind the set that begins at @a at; 0: there is something in it that is better not read. */
static size_t set_end(struct kban_text text, size_t at)
{
	at += kb_text_starts_with(kb_text_slice(text, at + 1, text.len), "^") ? 2 : 1;
	for (size_t first = at; at < text.len; at++) {
		char c = text.data[at];

		if (c == ']' && at > first)
			return at + 1;
		if (c == '[' || c == '(' || c == ')')
			return 0;
		at += c == '\\';
	}
	return 0;
}

/* Behind what stands at @a at: a character, an escape or a set. 0: something else. */
static size_t unit_end(struct kban_text text, size_t at)
{
	char c = text.data[at];

	if (c == '[')
		return set_end(text, at);
	if (c == '\\' && at + 1 < text.len && text.data[at + 1] != 'Q')
		return at + 2;
	return c == '\\' || c == '(' || c == ')' || c == '|' ? 0 : at + 1;
}

/* "(?x" and its like, which change how it goes on. */
static bool has_flags(struct kban_text text, size_t at)
{
	return at + 2 < text.len && text.data[at + 1] == '?' &&
	       strchr(":P=!<>", text.data[at + 2]) == NULL;
}

/* Behind the parenthesis that closes the one before @a at, in which there may be others. 0: none.
 */
static size_t group_end(struct kban_text text, size_t at)
{
	for (unsigned depth = 1; at < text.len;) {
		char c = text.data[at];
		size_t end = c == '(' || c == ')' || c == '|' ? at + 1 : unit_end(text, at);

		if (end == 0 || (c == '(' && has_flags(text, at)))
			return 0;
		depth = c == '(' ? depth + 1 : c == ')' ? depth - 1 : depth;
		at = end;
		if (depth == 0)
			return at;
	}
	return 0;
}

/*
 * True of "^…\[(…)…": the first group begins behind a bracket, once. What is before it must be read
 * without doubt.
 */
static bool is_after_bracket(struct kban_text body)
{
	static const char opening[] = "\\[(";
	size_t at = kb_text_starts_with(body, "^") ? 1 : 0;

	while (at < body.len && !kb_text_starts_with(kb_text_slice(body, at, body.len), opening)) {
		at = unit_end(body, at);
		if (at == 0)
			return false;
	}
	at += strlen(opening);
	if (at >= body.len || body.data[at] == '?' || body.data[at] == '*')
		return false;
	at = group_end(body, at);
	return at > 0 && (at == body.len || strchr("?*+{", body.data[at]) == NULL);
}

/* Behind what stands at @a at, also a group. 0: there is something that is better not read. */
static size_t part_end(struct kban_text text, size_t at)
{
	if (text.data[at] != '(')
		return unit_end(text, at);
	return has_flags(text, at) ? 0 : group_end(text, at + 1);
}

/*
 * Whatever the line, the match ends with what the last token stands for. Each token but %% ends
 * with a letter or a digit.
 */
static bool ends_with_token(const struct draft *draft)
{
	struct kban_text body = kb_buffer_content(&draft->body);
	size_t begin = body.len - draft->last_token;
	size_t at = 0;

	if (draft->flags.len > 0 || draft->last_token <= strlen("%"))
		return false;
	while (at < begin) {
		at = part_end(body, at);
		if (at == 0)
			return false;
	}
	return at == begin;
}

/* Groups of its own may leave out any part of what the body matches. */
static enum kb_date_cut cut_of(const struct draft *draft, bool is_bound)
{
	struct kban_text body = kb_buffer_content(&draft->body);
	bool ends_word = is_bound && ends_with_token(draft);

	if (has_own_group(body))
		return draft->flags.len == 0 && is_after_bracket(body) ? KB_DATE_CUT_AFTER_BRACKET
								       : KB_DATE_CUT_ANYWHERE;
	if (kb_text_starts_with(body, "^"))
		return KB_DATE_CUT_FIRST;
	if (draft->line_begin)
		return ends_word ? KB_DATE_CUT_MARKED_WORDS : KB_DATE_CUT_AFTER_MARKS;
	return ends_word ? KB_DATE_CUT_WORDS : KB_DATE_CUT_ANYWHERE;
}

/* From the expanded text to the regular expression. */
static void build_regex(struct draft *draft, struct kb_date_pattern *pattern)
{
	bool begins = take_begin_mark(&draft->body) || draft->unbound ||
		      has_begin(kb_buffer_content(&draft->body));
	bool ends = take_end_mark(&draft->body) || draft->unbound ||
		    has_end(kb_buffer_content(&draft->body));
	struct kban_text body = kb_buffer_content(&draft->body);

	draft->line_begin = draft->line_begin && !begins;
	if (draft->has_words)
		kb_buffer_string(&draft->regex, "(?iu)");
	kb_buffer_text(&draft->regex, draft->flags);
	if (!begins)
		kb_buffer_string(&draft->regex, draft->line_begin ? LINE_BEGIN_BOUND : BOUND);
	put_body(&draft->regex, body);
	if (!ends)
		kb_buffer_string(&draft->regex, BOUND);
	pattern->line_begin = draft->line_begin || is_at_line_begin(body);
	pattern->anchored = pattern->line_begin || has_line_end(body);
	pattern->cut = cut_of(draft, !ends);
}

static void start_draft(struct draft *draft, struct kban_text text)
{
	size_t flags;

	draft->unbound = take_prefix(&text, UNBOUND_PREFIX);
	draft->line_begin = take_prefix(&text, LINE_BEGIN_PREFIX) && !draft->unbound;
	flags = flags_length(text);
	draft->flags = kb_text_slice(text, 0, flags);
	draft->text = kb_text_slice(text, flags, text.len);
}

static int take_draft(struct draft *draft, struct kb_date_pattern *pattern)
{
	kb_auto_clear(buffer) name = { 0 };

	kb_buffer_string(&name, draft->line_begin ? LINE_BEGIN_PREFIX : "");
	kb_buffer_text(&name, draft->flags);
	kb_buffer_text(&name, kb_buffer_content(&draft->name));
	if (draft->body.failed || draft->name.failed || draft->regex.failed)
		return KBAN_E_NOMEM;
	pattern->name = kb_buffer_take(&name);
	pattern->regex = kb_buffer_take(&draft->regex);
	return pattern->name && pattern->regex ? KBAN_OK : KBAN_E_NOMEM;
}

static int make_from_text(struct kb_date_pattern *pattern, struct kban_text text, int year,
			  const struct kb_where *where, struct kban_error **err)
{
	__attribute__((cleanup(draft_clear))) struct draft draft = { .year = year };
	const struct placeholder *placeholder;
	size_t at;

	start_draft(&draft, kb_text_is_nocase(text, "{NONE}") ? KB_TEXT("{UNB}^") : text);
	placeholder = find_placeholder(draft.text, &at);
	if (placeholder != NULL) {
		pattern->kind = placeholder->kind;
		expand_placeholder(&draft, placeholder, at);
	} else if (!expand_tokens(&draft)) {
		return fail_text(err, KBAN_E_SYNTAX, where, text,
				 "a % is followed by nothing it could stand for");
	}
	build_regex(&draft, pattern);
	return take_draft(&draft, pattern) == KBAN_OK ? KBAN_OK : kb_fail_memory(err);
}

/* The keyword that @a text is, in any case, and whether the beginning of a line is wanted. */
static const struct keyword *find_keyword(struct kban_text text, bool *line_begin)
{
	*line_begin = take_prefix(&text, LINE_BEGIN_PREFIX) || take_prefix(&text, "^");
	for (size_t i = 0; i < kb_array_size(keywords); i++) {
		if (kb_text_is_nocase(text, keywords[i].word))
			return &keywords[i];
	}
	return NULL;
}

static int make_from_keyword(struct kb_date_pattern *pattern, const struct keyword *keyword,
			     bool line_begin, struct kban_error **err)
{
	kb_auto_clear(buffer) name = { 0 };

	kb_buffer_printf(&name, "%s%s", line_begin ? LINE_BEGIN_PREFIX : "", keyword->name);
	pattern->name = kb_buffer_take(&name);
	pattern->regex = strdup(line_begin ? keyword->line_begin_regex : keyword->regex);
	pattern->kind = keyword->kind;
	pattern->line_begin = line_begin;
	pattern->anchored = line_begin;
	pattern->cut = line_begin ? KB_DATE_CUT_MARKED_WORDS : KB_DATE_CUT_WORDS;
	return pattern->name && pattern->regex ? KBAN_OK : kb_fail_memory(err);
}

static int compile(struct kb_date_pattern *pattern, const struct kb_where *where,
		   struct kban_error **err)
{
	kban_auto(error) reason = NULL;
	int status =
		kb_pattern_compile(kb_text(pattern->regex), 0, NULL, &pattern->compiled, &reason);

	if (status == KBAN_E_NOMEM)
		return kb_fail_memory(err);
	if (status != KBAN_OK)
		return fail_text(err, status, where, kb_text(pattern->text),
				 kban_error_text(reason));
	pattern->number_group = kb_pattern_find_group(pattern->compiled, NUMBER_GROUP);
	if (pattern->number_group == 0)
		pattern->number_group = 1;
	pattern->capture_count = kb_date_fields_captures(pattern->compiled, pattern->captures);
	return KBAN_OK;
}

int kb_date_pattern_new(struct kban_text text, int year, const struct kb_where *where,
			struct kb_date_pattern **out, struct kban_error **err)
{
	kb_auto(date_pattern) pattern = calloc(1, sizeof(*pattern));
	const struct keyword *keyword;
	bool line_begin;
	int status;

	if (pattern == NULL)
		return kb_fail_memory(err);
	pattern->weight = 1;
	pattern->text = kb_text_copy(text);
	if (pattern->text == NULL)
		return kb_fail_memory(err);
	keyword = find_keyword(text, &line_begin);
	status = keyword ? make_from_keyword(pattern, keyword, line_begin, err)
			 : make_from_text(pattern, text, year, where, err);
	if (status == KBAN_OK)
		status = compile(pattern, where, err);
	if (status != KBAN_OK)
		return status;

	*out = kb_steal(pattern);
	return KBAN_OK;
}

void kb_date_pattern_free(struct kb_date_pattern *pattern)
{
	if (pattern == NULL)
		return;
	kb_pattern_free(pattern->compiled);
	free(pattern->name);
	free(pattern->text);
	free(pattern->regex);
	free(pattern);
}
