/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A few strings, looked for at 32 places at once, with AVX2. A string is known by its mark: four
 * bytes of it, the rarest it has one behind the other, or all that it has. Strings are in eight
 * groups, each a bit. Of each byte of the marks two tables of sixteen tell in which groups a mark
 * has a byte with these lower, or with these upper, four bits; one instruction looks up 32 bytes of
 * text in such a table. A place where all tables agree on a group may be that of one of its
 * strings, which are then compared.
 *
 * A group that has many different marks lets much pass, so groups are made of those that are alike,
 * and for many strings prescan-builtin.c is better.
 */
#include "regex/prescan-engine.h"

#include <immintrin.h>

#include "base/text.h"
#include "regex/literal-pieces.h"

#define AVX2 __attribute__((target("avx2")))

#define STRINGS_MAX 128
#define GROUPS      8
#define MARK_BYTES  4
#define STEP        32

/* Bit 0x20 is what tells a letter's cases apart. */
#define CASE 0x20

struct member {
	uint32_t id;
	uint32_t offset; /* of its mark */
	uint32_t mark;
	uint32_t care; /* bits of the mark that have to be the same */
	/* The same of the last bytes, which are sooner compared than all; care is 0 if it is short.
	 */
	uint32_t tail, tail_care;
	unsigned group;
};

/* Which nibbles the marks of some strings have, a bit for each. */
struct nibbles {
	uint16_t low[MARK_BYTES], high[MARK_BYTES];
};

struct few {
	const struct kb_literal *strings;
	struct member members[STRINGS_MAX]; /* by their groups */
	size_t count;
	size_t first[GROUPS + 1]; /* member of each group */
	uint8_t low[MARK_BYTES][16], high[MARK_BYTES][16];
};

struct search {
	const struct few *few;
	struct kban_text block;
	kb_prescan_fn *found;
	void *data;
};

/* Places of a step, and the groups at each of them. */
struct places {
	uint32_t any;
	uint8_t groups[STEP];
};

static uint32_t load(const char *bytes)
{
	uint32_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

static bool is_letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* Where the bytes of a mark are rarest. */
static size_t best_offset(struct kban_text text)
{
	unsigned best_score = 0;
	size_t best = 0;

	for (size_t at = 0; at + MARK_BYTES <= text.len; at++) {
		unsigned score = kb_piece_score(kb_text_slice(text, at, at + MARK_BYTES), true);

		if (score <= best_score)
			continue;
		best_score = score;
		best = at;
	}
	return best;
}

/* The first bytes of @a text as a mark, and which of its bits have to be the same. */
static void make_mark(struct kban_text text, bool caseless, uint32_t *mark, uint32_t *care)
{
	char bytes[MARK_BYTES] = { 0 };
	char bits[MARK_BYTES] = { 0 };

	for (size_t i = 0; i < text.len && i < MARK_BYTES; i++) {
		bytes[i] = text.data[i];
		bits[i] = (char)(caseless && is_letter(text.data[i]) ? ~CASE : ~0);
	}
	*mark = load(bytes);
	*care = load(bits);
}

static struct member make_member(const struct kb_literal *string, uint32_t id)
{
	struct kban_text text = string->text;
	struct member member = { .id = id, .offset = (uint32_t)best_offset(text) };

	make_mark(kb_text_slice(text, member.offset, text.len), string->caseless, &member.mark,
		  &member.care);
	if (text.len >= MARK_BYTES)
		make_mark(kb_text_slice(text, text.len - MARK_BYTES, text.len), string->caseless,
			  &member.tail, &member.tail_care);
	return member;
}

/* Byte @a i of a mark, in the order of the text. */
static unsigned byte_of(uint32_t word, size_t i)
{
	unsigned char bytes[MARK_BYTES];

	memcpy(bytes, &word, sizeof(bytes));
	return bytes[i];
}

static struct nibbles nibbles_of(const struct member *member)
{
	struct nibbles nibbles;

	for (size_t i = 0; i < MARK_BYTES; i++) {
		unsigned byte = byte_of(member->mark, i);
		unsigned other = byte ^ (~byte_of(member->care, i) & CASE);
		bool is_there = byte_of(member->care, i) != 0;

		nibbles.low[i] = (uint16_t)(is_there ? 1U << (byte & 15) : 0xffff);
		nibbles.high[i] =
			(uint16_t)(is_there ? 1U << (byte >> 4) | 1U << (other >> 4) : 0xffff);
	}
	return nibbles;
}

static struct nibbles join(const struct nibbles *left, const struct nibbles *right)
{
	struct nibbles both;

	for (size_t i = 0; i < MARK_BYTES; i++) {
		both.low[i] = left->low[i] | right->low[i];
		both.high[i] = left->high[i] | right->high[i];
	}
	return both;
}

/* How many marks have such nibbles: of what lets many pass, all members are often looked at. */
static uint64_t cost_of(const struct nibbles *nibbles, size_t members)
{
	uint64_t cost = members;

	for (size_t i = 0; i < MARK_BYTES; i++)
		cost *= (uint64_t)__builtin_popcount(nibbles->low[i]) *
			(uint64_t)__builtin_popcount(nibbles->high[i]);
	return cost;
}

static int by_mark(const void *left, const void *right)
{
	const struct member *a = left, *b = right;
	int order = memcmp(&a->mark, &b->mark, sizeof(a->mark));

	return order != 0 ? order : (a->id > b->id) - (a->id < b->id);
}

/* A run of members that are one group. */
struct run {
	size_t end; /* behind its last member */
	size_t members;
	struct nibbles nibbles;
	uint64_t cost;
};

/* Of the runs of neighbours, join those two of which the costs rise least. */
static void join_cheapest(struct run *runs, size_t count)
{
	uint64_t least = UINT64_MAX;
	size_t best = 0;

	for (size_t i = 0; i + 1 < count; i++) {
		struct nibbles both = join(&runs[i].nibbles, &runs[i + 1].nibbles);
		uint64_t cost = cost_of(&both, runs[i].members + runs[i + 1].members);
		uint64_t rise = cost - runs[i].cost / 2 - runs[i + 1].cost / 2;

		if (rise >= least)
			continue;
		least = rise;
		best = i;
	}
	runs[best].nibbles = join(&runs[best].nibbles, &runs[best + 1].nibbles);
	runs[best].members += runs[best + 1].members;
	runs[best].cost = cost_of(&runs[best].nibbles, runs[best].members);
	runs[best].end = runs[best + 1].end;
	memmove(&runs[best + 1], &runs[best + 2], (count - best - 2) * sizeof(*runs));
}

static void fill_tables(struct few *few, const struct nibbles *nibbles, unsigned group)
{
	for (size_t i = 0; i < MARK_BYTES; i++) {
		for (size_t nibble = 0; nibble < 16; nibble++) {
			few->low[i][nibble] |= (uint8_t)((nibbles->low[i] >> nibble & 1) << group);
			few->high[i][nibble] |=
				(uint8_t)((nibbles->high[i] >> nibble & 1) << group);
		}
	}
}

static void make_groups(struct few *few)
{
	struct run runs[STRINGS_MAX];
	size_t count = few->count;

	qsort(few->members, few->count, sizeof(*few->members), by_mark);
	for (size_t i = 0; i < count; i++) {
		runs[i].end = i + 1;
		runs[i].nibbles = nibbles_of(&few->members[i]);
		runs[i].members = 1;
		runs[i].cost = cost_of(&runs[i].nibbles, 1);
	}
	for (; count > GROUPS; count--)
		join_cheapest(runs, count);
	for (unsigned group = 0; group < GROUPS; group++) {
		few->first[group + 1] = group < count ? runs[group].end : few->count;
		if (group < count)
			fill_tables(few, &runs[group].nibbles, group);
	}
}

static bool suits_few(size_t count)
{
	return count <= STRINGS_MAX && __builtin_cpu_supports("avx2");
}

static int open_few(const struct kb_literal *strings, size_t count, void **out)
{
	struct few *few = calloc(1, sizeof(*few));

	if (few == NULL)
		return KBAN_E_NOMEM;
	few->strings = strings;
	few->count = count;
	for (size_t i = 0; i < count; i++)
		few->members[i] = make_member(&strings[i], (uint32_t)i);
	make_groups(few);
	*out = few;
	return KBAN_OK;
}

static void close_few(void *engine)
{
	free(engine);
}

AVX2 static inline __m256i table(const uint8_t entries[16])
{
	return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)entries));
}

AVX2 static inline __m256i look_up(__m256i low, __m256i high, const char *text)
{
	const __m256i nibble = _mm256_set1_epi8(15);
	__m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)text);
	__m256i upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble);

	return _mm256_and_si256(_mm256_shuffle_epi8(low, _mm256_and_si256(bytes, nibble)),
				_mm256_shuffle_epi8(high, upper));
}

/*
 * Go from @a at on, a whole number of steps from @a end, to the first step with a place. As many
 * bytes as a mark has can be read behind @a end. Returns where it is, or @a end.
 */
AVX2 static size_t next_places(const struct few *few, const char *text, size_t at, size_t end,
			       struct places *places)
{
	const __m256i low[] = { table(few->low[0]), table(few->low[1]), table(few->low[2]),
				table(few->low[3]) };
	const __m256i high[] = { table(few->high[0]), table(few->high[1]), table(few->high[2]),
				 table(few->high[3]) };

	for (; at < end; at += STEP) {
		const char *here = text + at;
		__m256i groups =
			_mm256_and_si256(_mm256_and_si256(look_up(low[0], high[0], here),
							  look_up(low[1], high[1], here + 1)),
					 _mm256_and_si256(look_up(low[2], high[2], here + 2),
							  look_up(low[3], high[3], here + 3)));
		__m256i none = _mm256_cmpeq_epi8(groups, _mm256_setzero_si256());

		places->any = ~(uint32_t)_mm256_movemask_epi8(none);
		if (places->any == 0)
			continue;
		_mm256_storeu_si256((__m256i *)(void *)places->groups, groups);
		break;
	}
	return at;
}

/* Nonzero: the caller wants no more. */
static int check_string(const struct search *search, const struct member *member, size_t at)
{
	const struct kb_literal *string = &search->few->strings[member->id];
	size_t len = string->text.len;
	struct kban_text part;

	if (at < member->offset || at - member->offset + len > search->block.len)
		return 0;
	part = (struct kban_text){ search->block.data + (at - member->offset), len };
	if (member->tail_care != 0 &&
	    ((load(part.data + len - MARK_BYTES) ^ member->tail) & member->tail_care) != 0)
		return 0;
	if (string->caseless ? !kb_text_equal_nocase(part, string->text)
			     : memcmp(part.data, string->text.data, len) != 0)
		return 0;
	return search->found(member->id, at - member->offset + len, search->data);
}

static int check_place(const struct search *search, unsigned groups, size_t at, uint32_t word)
{
	const struct few *few = search->few;

	for (; groups != 0; groups &= groups - 1) {
		size_t group = (size_t)__builtin_ctz(groups);

		for (size_t i = few->first[group]; i < few->first[group + 1]; i++)
			if (((word ^ few->members[i].mark) & few->members[i].care) == 0 &&
			    check_string(search, &few->members[i], at) != 0)
				return 1;
	}
	return 0;
}

/* The places are taken one after the other, so that lines are. */
static int check_places(const struct search *search, const struct places *places, const char *text,
			size_t at)
{
	for (uint32_t any = places->any; any != 0; any &= any - 1) {
		unsigned place = (unsigned)__builtin_ctz(any);

		if (check_place(search, places->groups[place], at + place, load(text + place)) != 0)
			return 1;
	}
	return 0;
}

/* What is left of the block behind its last whole step: with zeros behind it. */
static void search_end(const struct search *search, size_t at)
{
	for (; at < search->block.len; at += STEP) {
		char text[STEP + MARK_BYTES] = { 0 };
		size_t left = search->block.len - at;
		struct places places;

		memcpy(text, search->block.data + at, left < sizeof(text) ? left : sizeof(text));
		if (next_places(search->few, text, 0, STEP, &places) == 0 &&
		    check_places(search, &places, text, at) != 0)
			return;
	}
}

static int search_block(void *engine, struct kban_text block, kb_prescan_fn *found, void *data)
{
	const struct search search = { engine, block, found, data };
	size_t steps = block.len < STEP + MARK_BYTES ? 0 : (block.len - MARK_BYTES) / STEP;
	size_t end = steps * STEP;
	struct places places;

	for (size_t at = 0;; at += STEP) {
		at = next_places(search.few, block.data, at, end, &places);
		if (at >= end)
			break;
		if (check_places(&search, &places, block.data + at, at) != 0)
			return KBAN_OK;
	}
	search_end(&search, end);
	return KBAN_OK;
}

const struct kb_prescan_engine_ops kb_prescan_few = {
	.name = "builtin",
	.suits = suits_few,
	.open = open_few,
	.close = close_few,
	.block = search_block,
};
