/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "regex/literal-pieces.h"

#include <assert.h>
#include <stdalign.h>

#include "base/text.h"

/* What the sets of one pattern may need; hardly any takes a tenth of it. */
#define ROOM_MAX   ((size_t)4 << 20)
#define CHUNK_SIZE ((size_t)8 << 10)

/* No more strings are made of two sets, each followed by each. */
#define JOINED_MAX      32
#define WIDE_JOINED_MAX 100

struct kb_piece_chunk {
	struct kb_piece_chunk *next;
	size_t used, size;
	alignas(max_align_t) char bytes[];
};

static const struct kb_piece empty_piece = { .text = { "", 0 } };
static const struct kb_pieces empty_pieces = { &empty_piece, 1, 0 };

static struct kb_piece_chunk *add_chunk(struct kb_piece_room *room, size_t size)
{
	struct kb_piece_chunk *chunk;

	if (size < CHUNK_SIZE)
		size = CHUNK_SIZE;
	if (room->used + size > ROOM_MAX) {
		room->status = KBAN_E_LIMIT;
		return NULL;
	}
	chunk = malloc(sizeof(*chunk) + size);
	if (chunk == NULL) {
		room->status = KBAN_E_NOMEM;
		return NULL;
	}
	*chunk = (struct kb_piece_chunk){ .next = room->chunks, .size = size };
	room->chunks = chunk;
	room->used += size;
	return chunk;
}

void *kb_piece_room_take(struct kb_piece_room *room, size_t size)
{
	struct kb_piece_chunk *chunk = room->chunks;
	void *taken;

	size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (chunk == NULL || chunk->size - chunk->used < size)
		chunk = add_chunk(room, size);
	if (chunk == NULL)
		return NULL;
	taken = chunk->bytes + chunk->used;
	chunk->used += size;
	return taken;
}

void kb_piece_room_clear(struct kb_piece_room *room)
{
	struct kb_piece_chunk *chunk = room->chunks;

	while (chunk != NULL) {
		struct kb_piece_chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
	*room = (struct kb_piece_room){ 0 };
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/*
 * What a byte is worth, in eighths of a halving. Letters of words follow from each other, so they
 * are worth less than their share of a log; signs and capitals tell more.
 */
static unsigned byte_score(char c, bool caseless)
{
	if (c == ' ')
		return 10;
	if (strchr("etaoinsr", c) != NULL)
		return 18;
	if (c >= 'a' && c <= 'z')
		return caseless ? 22 : 24;
	if (c >= '0' && c <= '9')
		return 20;
	if (strchr(".:-[]", c) != NULL)
		return 18;
	return 36;
}

unsigned kb_piece_score(struct kban_text text, bool caseless)
{
	unsigned score = 0;

	for (size_t i = 0; i < text.len; i++)
		score += byte_score(text.data[i], caseless);
	return score;
}

unsigned kb_pieces_score(struct kb_pieces pieces)
{
	unsigned least = UINT32_MAX;
	unsigned lost = 0;

	for (size_t i = 0; i < pieces.count; i++) {
		unsigned score = kb_piece_score(pieces.items[i].text, pieces.items[i].caseless);

		if (score < least)
			least = score;
	}
	for (size_t count = pieces.count; count > 1; count = (count + 1) / 2)
		lost += 8;
	return pieces.count > 0 && least > lost ? least - lost : 0;
}

struct kb_content kb_content_empty(void)
{
	return (struct kb_content){ .exact = true, .head = empty_pieces, .tail = empty_pieces };
}

struct kb_content kb_content_any(void)
{
	return (struct kb_content){ .head = empty_pieces, .tail = empty_pieces };
}

static struct kb_content exact_content(struct kb_pieces pieces)
{
	return (struct kb_content){ .exact = true, .head = pieces, .tail = empty_pieces };
}

/* One piece of @a text. */
static void make_piece(struct kb_piece *piece, char *bytes, struct kban_text text, bool caseless)
{
	bool has_letters = false;

	*piece = (struct kb_piece){ .text = { bytes, text.len } };
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		bytes[i] = caseless ? lower(c) : c;
		has_letters = has_letters || is_letter(c);
		piece->folds = piece->folds || (caseless && strchr("kKsS", c) != NULL && c != '\0');
	}
	piece->caseless = caseless && has_letters;
}

/* @a count strings, all as long as another, one behind the other in @a text. */
static struct kb_content make_content(struct kb_piece_room *room, struct kban_text text,
				      size_t count, bool caseless)
{
	struct kb_piece *items = kb_piece_room_take(room, count * sizeof(*items));
	char *bytes = kb_piece_room_take(room, text.len);
	size_t len = text.len / count;

	if (items == NULL || bytes == NULL)
		return kb_content_any();
	for (size_t i = 0; i < count; i++)
		make_piece(&items[i], bytes + i * len, kb_text_slice(text, i * len, (i + 1) * len),
			   caseless);
	return exact_content((struct kb_pieces){ items, count, 0 });
}

struct kb_content kb_content_bytes(struct kb_piece_room *room, struct kban_text bytes,
				   bool caseless)
{
	return make_content(room, bytes, bytes.len, caseless);
}

struct kb_content kb_content_digits(struct kb_piece_room *room)
{
	struct kb_content content = make_content(room, KB_TEXT("0123456789"), 10, false);

	/* They were made here. */
	for (size_t i = 0; content.exact && i < content.head.count; i++)
		((struct kb_piece *)(uintptr_t)content.head.items)[i].has_digits = true;
	return content;
}

struct kb_content kb_content_string(struct kb_piece_room *room, struct kban_text text,
				    bool caseless)
{
	return make_content(room, text, 1, caseless);
}

static bool is_empty(struct kb_pieces pieces)
{
	return pieces.count == 1 && pieces.items[0].text.len == 0;
}

static size_t longest(struct kb_pieces pieces)
{
	size_t len = 0;

	for (size_t i = 0; i < pieces.count; i++) {
		if (pieces.items[i].text.len > len)
			len = pieces.items[i].text.len;
	}
	return len;
}

/* Where only one of the two knows its case, neither does. */
static void join_two(struct kb_piece *out, char *bytes, const struct kb_piece *left,
		     const struct kb_piece *right)
{
	size_t len = left->text.len + right->text.len;

	memcpy(bytes, left->text.data, left->text.len);
	memcpy(bytes + left->text.len, right->text.data, right->text.len);
	out->text = (struct kban_text){ bytes, len };
	out->caseless = left->caseless || right->caseless;
	out->folds = left->folds || right->folds;
	out->has_digits = left->has_digits || right->has_digits;
	out->digits = left->digits;
	for (size_t i = 0; out->caseless && i < len; i++)
		bytes[i] = lower(bytes[i]);
}

/* Each of the one followed by each of the other. False: they would be too many, or too long. */
static bool join_pieces(struct kb_piece_room *room, struct kb_pieces left, struct kb_pieces right,
			struct kb_pieces *out)
{
	size_t count = left.count * right.count;
	size_t len = longest(left) + longest(right);
	struct kb_piece *items;
	char *bytes;

	if (is_empty(left) || is_empty(right)) {
		*out = is_empty(left) ? right : left;
		return true;
	}
	if (count > (room->is_wide ? WIDE_JOINED_MAX : JOINED_MAX) || len > KB_LITERAL_LENGTH_MAX)
		return false;
	items = kb_piece_room_take(room, count * sizeof(*items));
	bytes = kb_piece_room_take(room, count * len);
	if (items == NULL || bytes == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		join_two(&items[i], bytes + i * len, &left.items[i / right.count],
			 &right.items[i % right.count]);
	*out = (struct kb_pieces){ items, count, 0 };
	return true;
}

static bool has_piece(const struct kb_piece *items, size_t count, const struct kb_piece *piece)
{
	for (size_t i = 0; i < count; i++) {
		if (items[i].caseless == piece->caseless && items[i].folds == piece->folds &&
		    items[i].has_digits == piece->has_digits && items[i].digits == piece->digits &&
		    kb_text_equal(items[i].text, piece->text))
			return true;
	}
	return false;
}

/* Those of both. False: they would be too many. */
static bool unite_pieces(struct kb_piece_room *room, struct kb_pieces left, struct kb_pieces right,
			 struct kb_pieces *out)
{
	struct kb_piece *items;
	size_t count = left.count;

	items = kb_piece_room_take(room, (left.count + right.count) * sizeof(*items));
	if (items == NULL)
		return false;
	memcpy(items, left.items, left.count * sizeof(*items));
	for (size_t i = 0; i < right.count; i++) {
		if (!has_piece(items, count, &right.items[i]))
			items[count++] = right.items[i];
	}
	*out = (struct kb_pieces){ items, count, 0 };
	return count <= KB_LITERAL_STRINGS_MAX;
}

static bool has_short(struct kb_pieces pieces)
{
	for (size_t i = 0; i < pieces.count; i++)
		if (pieces.items[i].text.len < KB_PIECE_LENGTH_MIN)
			return true;
	return false;
}

/* Note that a string of @a pieces is needed, where that says something. */
static void add_factor(struct kb_content *content, struct kb_pieces pieces)
{
	size_t at = content->factor_count;

	if (pieces.score == 0)
		pieces.score = kb_pieces_score(pieces);
	if (pieces.score == 0 || has_short(pieces))
		return;
	while (at > 0 && content->factors[at - 1].score < pieces.score)
		at--;
	if (at == KB_LITERAL_FACTORS_MAX)
		return;
	if (content->factor_count < KB_LITERAL_FACTORS_MAX)
		content->factor_count++;
	for (size_t i = content->factor_count - 1; i > at; i--)
		content->factors[i] = content->factors[i - 1];
	content->factors[at] = pieces;
}

static void add_factors(struct kb_content *content, const struct kb_content *from)
{
	for (size_t i = 0; i < from->factor_count; i++)
		add_factor(content, from->factors[i]);
}

/* What they end with, all but their first byte; each once. False: there is one that has no other.
 */
static bool shorten(struct kb_piece_room *room, struct kb_pieces *pieces)
{
	struct kb_piece *items = kb_piece_room_take(room, pieces->count * sizeof(*items));
	size_t count = 0;

	for (size_t i = 0; items != NULL && i < pieces->count; i++) {
		struct kb_piece piece = pieces->items[i];

		if (piece.text.len < 2)
			return false;
		piece.digits = kb_is_digit(piece.text.data[0]) ? piece.digits + 1 : 0;
		piece.text = kb_text_slice(piece.text, 1, piece.text.len);
		if (!has_piece(items, count, &piece))
			items[count++] = piece;
	}
	*pieces = (struct kb_pieces){ items, count, 0 };
	return items != NULL;
}

/* The same of what is left of @a left when it is made shorter, where sets are large. */
static bool join_ends(struct kb_piece_room *room, struct kb_pieces left, struct kb_pieces right,
		      struct kb_pieces *out)
{
	if (!room->is_wide || left.count < 2)
		return false;
	while (shorten(room, &left))
		if (join_pieces(room, left, right, out))
			return true;
	return false;
}

struct kb_content kb_content_join(struct kb_piece_room *room, const struct kb_content *left,
				  const struct kb_content *right)
{
	struct kb_content out = { .head = left->head, .tail = right->tail };
	struct kb_pieces between;

	if (left->exact && right->exact) {
		if (join_pieces(room, left->head, right->head, &between))
			return exact_content(between);
		out.tail = right->head;
		return out;
	}
	add_factors(&out, left);
	add_factors(&out, right);
	if (left->exact) {
		/* Too much to be told together: what lies behind the head is a factor. */
		if (!join_pieces(room, left->head, right->head, &out.head))
			add_factor(&out, right->head);
	} else if (right->exact) {
		if (join_pieces(room, left->tail, right->head, &out.tail))
			return out;
		add_factor(&out, left->tail);
		if (!join_ends(room, left->tail, right->head, &out.tail))
			out.tail = right->head;
	} else if (join_pieces(room, left->tail, right->head, &between)) {
		add_factor(&out, between);
	} else {
		add_factor(&out, left->tail);
		add_factor(&out, right->head);
	}
	return out;
}

/* The best that is known, as one factor. */
static struct kb_pieces best_of(const struct kb_content *content)
{
	struct kb_content all = *content;

	kb_content_finish(&all);
	return all.factor_count > 0 ? all.factors[0] : empty_pieces;
}

struct kb_content kb_content_either(struct kb_piece_room *room, const struct kb_content *left,
				    const struct kb_content *right)
{
	struct kb_content out = kb_content_any();
	struct kb_pieces left_tail = left->exact ? left->head : left->tail;
	struct kb_pieces right_tail = right->exact ? right->head : right->tail;
	struct kb_pieces factor;

	if (left->exact && right->exact && unite_pieces(room, left->head, right->head, &factor))
		return exact_content(factor);
	if (!unite_pieces(room, left->head, right->head, &out.head))
		out.head = empty_pieces;
	if (!unite_pieces(room, left_tail, right_tail, &out.tail))
		out.tail = empty_pieces;
	if (unite_pieces(room, best_of(left), best_of(right), &factor))
		add_factor(&out, factor);
	return out;
}

/* How many digits the shortest of @a pieces is; 0: one is something else. */
static size_t count_digits(struct kb_pieces pieces)
{
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < pieces.count; i++) {
		struct kban_text text = pieces.items[i].text;

		for (size_t j = 0; j < text.len; j++)
			if (!kb_is_digit(text.data[j]))
				return 0;
		if (text.len < least)
			least = text.len;
	}
	return least;
}

/* @a pieces with @a digits before each. */
static struct kb_pieces put_behind(struct kb_piece_room *room, struct kb_pieces pieces,
				   size_t digits)
{
	struct kb_piece *items;

	if (digits == 0)
		return pieces;
	items = kb_piece_room_take(room, pieces.count * sizeof(*items));
	for (size_t i = 0; items != NULL && i < pieces.count; i++) {
		items[i] = pieces.items[i];
		items[i].digits = digits;
	}
	return items != NULL ? (struct kb_pieces){ items, pieces.count, 0 } : pieces;
}

/* Exactly @a times, as far as that can be told. */
static struct kb_content repeat_exactly(struct kb_piece_room *room,
					const struct kb_content *content, size_t times)
{
	struct kb_content out = *content;
	size_t told = 1;

	for (; told < times && told < KB_LITERAL_LENGTH_MAX; told++) {
		struct kb_content more = kb_content_join(room, &out, content);

		if (!more.exact)
			break;
		out = more;
	}
	if (told < times && out.exact) {
		size_t digits = count_digits(content->head);

		out.exact = false;
		out.tail = put_behind(room, out.head, (times - told) * digits);
	}
	return out;
}

struct kb_content kb_content_repeat(struct kb_piece_room *room, const struct kb_content *content,
				    size_t min, size_t max)
{
	struct kb_content out;

	if (max == 0)
		return kb_content_empty();
	if (min == 0) {
		out = kb_content_empty();
		return max == 1 ? kb_content_either(room, &out, content) : kb_content_any();
	}
	out = repeat_exactly(room, content, min);
	if (max > min && out.exact) {
		out.exact = false;
		out.tail = out.head;
	}
	return out;
}

void kb_content_finish(struct kb_content *content)
{
	add_factor(content, content->head);
	if (!content->exact)
		add_factor(content, content->tail);
	content->exact = false;
	content->head = empty_pieces;
	content->tail = empty_pieces;
}
