/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What literal-read.c finds is true of the text that a pattern searches. Here it is made true of
 * the line in the log, which has a stamp somewhere, and what is not worth a search is left out.
 */
#include "regex/literal.h"

#include "base/text.h"
#include "regex/literal-pieces.h"
#include "regex/literal-read.h"
#include "regex/pattern.h"

/* What K and S may be in the text, without regard to case. */
#define KELVIN_SIGN "\xe2\x84\xaa"
#define LONG_S      "\xc5\xbf"

/* A factor that is being made, with room for what replaces its strings. */
struct draft {
	struct kb_piece items[2 * KB_LITERAL_STRINGS_MAX + 2];
	size_t count;
};

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || kb_is_digit(c) || c == '_';
}

/* May a stamp have stood before byte @a at of @a text? */
static bool may_cut_at(struct kban_text text, size_t at, unsigned cuts)
{
	char before = text.data[at - 1];
	bool at_begin = at <= 2 && !is_word(text.data[0]) && !is_word(before);
	bool at_word_end = !is_word(text.data[at]);

	if ((cuts & KB_LITERAL_CUT_AT_BEGIN) && at_begin)
		return true;
	if ((cuts & KB_LITERAL_CUT_AT_WORD_END) && at_word_end)
		return true;
	if ((cuts & KB_LITERAL_CUT_AT_BEGIN_AND_WORD_END) && at_begin && at_word_end)
		return true;
	if ((cuts & KB_LITERAL_CUT_AFTER_BRACKET) && before == '[')
		return true;
	return (cuts & KB_LITERAL_CUT_ANYWHERE) != 0;
}

static struct kb_piece part_of(const struct kb_piece *piece, size_t from, size_t to)
{
	struct kb_piece part = *piece;

	part.text = kb_text_slice(piece->text, from, to);
	if (from > 0)
		part.digits = 0;
	return part;
}

static unsigned score_of(const struct kb_piece *items, size_t count)
{
	return kb_pieces_score((struct kb_pieces){ items, count, 0 });
}

/* The string that cannot be cut, or the two one of which is not; as many as are written to @a out.
 */
static size_t keep_better(struct kb_piece out[2], size_t count, const struct kb_piece *others,
			  size_t other_count)
{
	if (count > 0 && score_of(out, count) >= score_of(others, other_count))
		return count;
	memcpy(out, others, other_count * sizeof(*others));
	return other_count;
}

/*
 * What to look for in place of @a piece. Between two neighbouring places where it may be cut, @a
 * from and @a to, lies a part that is whole in any case; and if it is cut, then either what lies
 * before the second or what lies behind the first is whole.
 */
static size_t survivors(const struct kb_piece *piece, unsigned cuts, struct kb_piece out[2])
{
	size_t len = piece->text.len;
	size_t from = 0;
	size_t count = 0;

	for (size_t to = 1; to <= len; to++) {
		struct kb_piece single = part_of(piece, from, to);
		struct kb_piece both[] = { part_of(piece, 0, to), part_of(piece, from, len) };

		if (to < len && !may_cut_at(piece->text, to, cuts))
			continue;
		count = keep_better(out, count, &single, 1);
		if (from > 0 && to < len)
			count = keep_better(out, count, both, 2);
		from = to;
	}
	return count;
}

static bool contains(const struct kb_piece *piece, const struct kb_piece *part)
{
	if (part->digits > 0)
		return piece->digits >= part->digits && piece->caseless == part->caseless &&
		       kb_text_equal(piece->text, part->text);
	if (!part->caseless)
		return !piece->caseless &&
		       kb_text_find(piece->text, part->text) + part->text.len <= piece->text.len;
	for (size_t at = 0; at + part->text.len <= piece->text.len; at++) {
		if (kb_text_equal_nocase(kb_text_slice(piece->text, at, at + part->text.len),
					 part->text))
			return true;
	}
	return false;
}

/* Add @a piece, unless what is there finds it, too; what it finds itself is dropped. */
static void add_piece(struct draft *draft, const struct kb_piece *piece)
{
	size_t kept = 0;

	for (size_t i = 0; i < draft->count; i++) {
		if (contains(piece, &draft->items[i]))
			return;
	}
	for (size_t i = 0; i < draft->count; i++) {
		if (!contains(&draft->items[i], piece))
			draft->items[kept++] = draft->items[i];
	}
	draft->items[kept++] = *piece;
	draft->count = kept;
}

static bool has_letter(const struct kb_piece *piece, char letter)
{
	return piece->folds && memchr(piece->text.data, letter, piece->text.len) != NULL;
}

/* Where K or S may be another character, that one is looked for, too. */
static void add_folds(struct draft *draft, struct kb_pieces pieces)
{
	static const struct kb_piece kelvin_sign = { .text = KB_TEXT(KELVIN_SIGN) };
	static const struct kb_piece long_s = { .text = KB_TEXT(LONG_S) };
	bool has_k = false, has_s = false;

	for (size_t i = 0; i < pieces.count; i++) {
		has_k = has_k || has_letter(&pieces.items[i], 'k');
		has_s = has_s || has_letter(&pieces.items[i], 's');
	}
	if (has_k)
		add_piece(draft, &kelvin_sign);
	if (has_s)
		add_piece(draft, &long_s);
}

/* May a stamp have stood between @a piece and the digits before it, or between those? */
static bool may_part_digits(const struct kb_piece *piece, unsigned cuts)
{
	return (cuts & KB_LITERAL_CUT_ANYWHERE) != 0 || !is_word(piece->text.data[0]);
}

/* Replace strings that may span a cut. False: the factor is not worth a search. */
static bool cut_pieces(struct draft *draft, const struct draft *whole, unsigned cuts)
{
	draft->count = 0;
	for (size_t i = 0; i < whole->count; i++) {
		struct kb_piece piece = whole->items[i];
		struct kb_piece parts[2];
		size_t count;

		if (may_part_digits(&piece, cuts))
			piece.digits = 0;
		count = survivors(&piece, cuts, parts);

		for (size_t j = 0; j < count; j++) {
			if (parts[j].text.len < KB_PIECE_LENGTH_MIN)
				return false;
			add_piece(draft, &parts[j]);
		}
	}
	return draft->count > 0 && draft->count <= KB_LITERAL_STRINGS_MAX;
}

static bool make_draft(struct draft *draft, struct kb_pieces pieces, unsigned cuts)
{
	struct draft whole = { .count = 0 };

	for (size_t i = 0; i < pieces.count; i++) {
		if (pieces.items[i].text.len < KB_PIECE_LENGTH_MIN)
			return false;
		add_piece(&whole, &pieces.items[i]);
	}
	return cut_pieces(draft, &whole, cuts);
}

static int copy_pieces(struct kb_literals *out, const struct draft *draft, unsigned score)
{
	struct kb_literal_factor *factor = &out->factors[out->count];
	struct kb_literal *items = calloc(draft->count, sizeof(*items));

	if (items == NULL)
		return KBAN_E_NOMEM;
	factor->items = items;
	factor->count = 0;
	factor->score = score;
	out->count++;
	for (; factor->count < draft->count; factor->count++, items++) {
		items->text = draft->items[factor->count].text;
		items->text.data = kb_text_copy(items->text);
		items->caseless = draft->items[factor->count].caseless;
		items->digits = draft->items[factor->count].digits;
		if (items->text.data == NULL)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

static bool has_digits(struct kb_pieces pieces)
{
	for (size_t i = 0; i < pieces.count; i++)
		if (pieces.items[i].has_digits)
			return true;
	return false;
}

static int add_factor(struct kb_literals *out, struct kb_pieces pieces, unsigned cuts)
{
	struct draft draft;
	unsigned score;

	if (!make_draft(&draft, pieces, cuts))
		return KBAN_OK;
	score = score_of(draft.items, draft.count);
	if (score == 0)
		return KBAN_OK;
	add_folds(&draft, pieces);
	out->factors[out->count].or_beyond_ascii = has_digits(pieces);
	return copy_pieces(out, &draft, score);
}

bool kb_literal_has_digits(const struct kb_literal *literal, struct kban_text text, size_t at)
{
	size_t count = 0;

	while (count < literal->digits && count < at && kb_is_digit(text.data[at - count - 1]))
		count++;
	return count == literal->digits;
}

static bool is_at(const struct kb_literal *literal, struct kban_text text, size_t at)
{
	struct kban_text part = kb_text_slice(text, at, at + literal->text.len);

	return (literal->caseless ? kb_text_equal_nocase(part, literal->text)
				  : kb_text_equal(part, literal->text)) &&
	       kb_literal_has_digits(literal, text, at);
}

static bool is_in(const struct kb_literal *literal, struct kban_text text)
{
	size_t len = literal->text.len;

	if (!literal->caseless && literal->digits == 0)
		return kb_text_find(text, literal->text) + len <= text.len;
	for (size_t at = 0; at + len <= text.len; at++) {
		if (is_at(literal, text, at))
			return true;
	}
	return false;
}

/* True if whatever has @a literal in it has a string of @a factor in it, too. */
static bool is_found_by(const struct kb_literal *literal, const struct kb_literal_factor *factor)
{
	for (size_t i = 0; i < factor->count; i++) {
		const struct kb_literal *other = &factor->items[i];

		if ((other->caseless || !literal->caseless) && is_in(other, literal->text))
			return true;
	}
	return false;
}

/* True if @a factor says no more than the ones before it. */
static bool is_implied(const struct kb_literals *literals, const struct kb_literal_factor *factor)
{
	for (const struct kb_literal_factor *other = literals->factors; other < factor; other++) {
		size_t i = 0;

		if (other->or_beyond_ascii && !factor->or_beyond_ascii)
			continue;
		while (i < other->count && is_found_by(&other->items[i], factor))
			i++;
		if (i == other->count)
			return true;
	}
	return false;
}

/* The rarest first; of equal ones, the one found first. */
static void sort_factors(struct kb_literals *literals)
{
	for (size_t i = 1; i < literals->count; i++) {
		struct kb_literal_factor factor = literals->factors[i];
		size_t at = i;

		for (; at > 0 && literals->factors[at - 1].score < factor.score; at--)
			literals->factors[at] = literals->factors[at - 1];
		literals->factors[at] = factor;
	}
}

void kb_literal_factor_clear(struct kb_literal_factor *factor)
{
	for (size_t i = 0; i < factor->count; i++)
		free((char *)(uintptr_t)factor->items[i].text.data);
	free(factor->items);
	*factor = (struct kb_literal_factor){ 0 };
}

static void drop_implied(struct kb_literals *literals)
{
	size_t count = literals->count;

	literals->count = 0;
	for (size_t i = 0; i < count; i++) {
		struct kb_literal_factor factor = literals->factors[i];

		literals->factors[literals->count] = factor;
		if (is_implied(literals, &literals->factors[literals->count]))
			kb_literal_factor_clear(&factor);
		else
			literals->count++;
	}
}

static int add_factors(struct kb_literals *out, const struct kb_content *content, unsigned cuts)
{
	for (size_t i = 0; i < content->factor_count; i++) {
		if (add_factor(out, content->factors[i], cuts) != KBAN_OK) {
			kb_literals_clear(out);
			return KBAN_E_NOMEM;
		}
	}
	sort_factors(out);
	drop_implied(out);
	return KBAN_OK;
}

static int find_with(struct kb_piece_room *room, struct kban_text translated,
		     const struct kb_python_syntax *syntax, unsigned cuts, struct kb_literals *out)
{
	struct kb_content content;
	int status = kb_literal_read(translated, syntax, room, &content);

	if (status != KBAN_OK)
		return status == KBAN_E_NOMEM ? status : KBAN_OK;
	return add_factors(out, &content, cuts);
}

int kb_literals_find(struct kban_text pattern, unsigned flags, unsigned cuts,
		     struct kb_literals *out)
{
	kb_auto_clear(buffer) translated = { 0 };
	kb_auto_clear(python_syntax) syntax = { 0 };
	kb_auto_clear(piece_room) room = { 0 };
	kb_auto_clear(piece_room) wide_room = { .is_wide = true };
	const char *message;
	size_t offset;
	int status = kb_python_syntax_translate(pattern, &translated, &syntax, &message, &offset);

	*out = (struct kb_literals){ 0 };
	if (status != KBAN_OK)
		return status == KBAN_E_NOMEM ? status : KBAN_OK;
	syntax.caseless = syntax.caseless || (flags & KB_PATTERN_CASELESS);
	status = find_with(&room, kb_buffer_content(&translated), &syntax, cuts, out);
	if (status == KBAN_OK && out->count == 0 && room.status == KBAN_OK)
		status = find_with(&wide_room, kb_buffer_content(&translated), &syntax, cuts, out);
	return status;
}

void kb_literals_clear(struct kb_literals *literals)
{
	for (size_t i = 0; i < literals->count; i++)
		kb_literal_factor_clear(&literals->factors[i]);
	*literals = (struct kb_literals){ 0 };
}

bool kb_literal_factor_in(const struct kb_literal_factor *factor, struct kban_text text)
{
	if (factor->or_beyond_ascii && !kb_text_is_ascii(text))
		return true;
	for (size_t i = 0; i < factor->count; i++) {
		if (is_in(&factor->items[i], text))
			return true;
	}
	return false;
}

bool kb_literals_in(const struct kb_literals *literals, struct kban_text text)
{
	for (size_t i = 0; i < literals->count; i++) {
		if (!kb_literal_factor_in(&literals->factors[i], text))
			return false;
	}
	return true;
}

size_t kb_literal_factor_measure(const struct kb_literal_factor *factor, struct kban_text sample)
{
	struct kban_text line;
	size_t lines = 0;

	while (kb_text_next_line(&sample, &line))
		lines += kb_literal_factor_in(factor, line);
	return lines;
}
