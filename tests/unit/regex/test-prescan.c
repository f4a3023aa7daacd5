/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One contract, every engine: whatever is found is what a search for one string at a time finds. */
#include "kban-test.h"

#include "failing-alloc.h"

#include "base/buffer.h"
#include "base/text.h"
#include "regex/prescan.h"

#define STRINGS_MAX 300

static const enum kb_prescan_engine engines[] = { KB_PRESCAN_BEST,     KB_PRESCAN_FEW,
						  KB_PRESCAN_PAIR,     KB_PRESCAN_BUILTIN,
						  KB_PRESCAN_PORTABLE, KB_PRESCAN_HYPERSCAN };

struct hit {
	size_t id, end;
};

struct hits {
	struct hit *items;
	size_t count, capacity;
	struct kban_text block;
	size_t line_start; /* of the line that the last one was in */
	size_t max;        /* then it is enough */
};

static int note(size_t id, size_t end, void *data)
{
	struct hits *hits = data;
	size_t start = end;

	while (start > 0 && hits->block.data[start - 1] != '\n')
		start--;
	assert_true(start >= hits->line_start);
	hits->line_start = start;
	assert_int_equal(
		kb_array_room(&hits->items, &hits->capacity, hits->count, sizeof(struct hit)), 0);
	hits->items[hits->count++] = (struct hit){ id, end };
	return hits->count == hits->max;
}

static int by_end(const void *left, const void *right)
{
	const struct hit *a = left, *b = right;

	if (a->end != b->end)
		return (a->end > b->end) - (a->end < b->end);
	return (a->id > b->id) - (a->id < b->id);
}

/* What there is to find, by the end. */
static void search_plainly(const struct kb_literal *strings, size_t count, struct hits *hits)
{
	for (size_t end = 1; end <= hits->block.len; end++) {
		for (size_t id = 0; id < count; id++) {
			size_t len = strings[id].text.len;
			struct kban_text part;

			if (len > end)
				continue;
			part = kb_text_slice(hits->block, end - len, end);
			if (strings[id].caseless ? kb_text_equal_nocase(part, strings[id].text)
						 : kb_text_equal(part, strings[id].text))
				note(id, end, hits);
		}
	}
}

static bool may_be_absent(enum kb_prescan_engine engine)
{
	return engine == KB_PRESCAN_HYPERSCAN || engine == KB_PRESCAN_FEW ||
	       engine == KB_PRESCAN_PAIR;
}

static void compare(const struct kb_literal *strings, size_t count, struct kban_text block,
		    enum kb_prescan_engine engine)
{
	kb_auto(prescan) prescan = NULL;
	struct hits expected = { .block = block };
	struct hits hits = { .block = block };
	int status = kb_prescan_new(strings, count, engine, &prescan);

	if (status == KBAN_E_NOTFOUND && may_be_absent(engine))
		return;
	assert_int_equal(status, KBAN_OK);
	search_plainly(strings, count, &expected);
	assert_int_equal(kb_prescan_block(prescan, block, note, &hits), KBAN_OK);
	if (hits.count > 0)
		qsort(hits.items, hits.count, sizeof(struct hit), by_end);
	assert_int_equal(hits.count, expected.count);
	for (size_t i = 0; i < hits.count; i++) {
		assert_int_equal(hits.items[i].id, expected.items[i].id);
		assert_int_equal(hits.items[i].end, expected.items[i].end);
	}
	free(hits.items);
	free(expected.items);
}

struct story {
	const char *block;
	struct kb_literal strings[8];
};

#define STRING(text)                    \
	{                               \
		KB_TEXT(text), false, 0 \
	}
#define CASELESS(text)                 \
	{                              \
		KB_TEXT(text), true, 0 \
	}

static void find(void **state)
{
	for (const struct story *row = *state; row->block != NULL; row++) {
		size_t count = 0;

		while (row->strings[count].text.len > 0)
			count++;
		for (size_t i = 0; i < kb_array_size(engines); i++)
			compare(row->strings, count, kb_text(row->block), engines[i]);
	}
}

static const struct story contract[] = {
	{ "", { STRING("a") } },
	{ "a", { STRING("a"), CASELESS("A") } },
	{ "some text", { { { NULL, 0 }, false, 0 } } },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	  { STRING("a"), STRING("aa"), STRING("aaaa"), STRING("aaaaaaa"), STRING("aaaaaaaaaaa") } },
	{ "Failed password\nfAILED pASSWORD\nFAILED PASSWORD",
	  { CASELESS("failed password"), STRING("Failed password"), STRING("FAILED"),
	    CASELESS("PASS") } },
	{ "Failed pass\nword for Failed password\n",
	  { STRING("Failed password"), STRING("word") } },
	{ "kelvin \xe2\x84\xaa and long \xc5\xbf in it, as often \xe2\x84\xaa\xc5\xbf as it is",
	  { STRING("\xe2\x84\xaa"), STRING("\xc5\xbf"), STRING("g \xc5\xbf"),
	    STRING("often \xe2\x84\xaa\xc5\xbf as"), STRING("\xbf") } },
	{ "x[A]`{a}@y\x7f_", { STRING("[A]`"), STRING("{a}@"), CASELESS("[a]`"), STRING("_") } },
	{ "same same same", { STRING("same"), STRING("same"), CASELESS("same") } },
	{ "at the very end of it", { STRING("of it"), STRING("end of it"), STRING("t") } },
	{ NULL, { { { NULL, 0 }, false, 0 } } },
};

static unsigned dice(uint32_t *seed, unsigned sides)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 12) % sides;
}

static void make_text(uint32_t *seed, struct kb_buffer *out, size_t len, const char *letters)
{
	size_t count = strlen(letters);

	for (size_t i = 0; i < len; i++)
		kb_buffer_byte(out, letters[dice(seed, (unsigned)count)]);
}

/* Strings of random letters, some of them parts of the block. */
static size_t make_strings(uint32_t *seed, struct kban_text block, struct kb_buffer *room,
			   struct kb_literal *strings)
{
	size_t count = 1 + dice(seed, dice(seed, 2) ? STRINGS_MAX : 60);
	size_t at = 0;

	/* It must not move. */
	assert_int_equal(kb_buffer_reserve(room, count * 40), KBAN_OK);
	for (size_t i = 0; i < count; i++, at = room->len) {
		size_t len = 1 + dice(seed, dice(seed, 4) == 0 ? 4 : 30);
		size_t from = dice(seed, (unsigned)block.len);
		struct kban_text part = kb_text_slice(block, from, from + len);

		if (dice(seed, 2) == 0 && part.len > 0 && memchr(part.data, '\n', part.len) == NULL)
			kb_buffer_text(room, part);
		else
			make_text(seed, room, len, "abAB \x80");
		strings[i] = (struct kb_literal){
			.text = { room->data + at, room->len - at },
			.caseless = dice(seed, 3) == 0,
		};
	}
	return count;
}

static void random_strings_are_found(void **state)
{
	struct kb_literal strings[STRINGS_MAX];
	uint32_t seed = 1;

	(void)state;
	for (size_t i = 0; i < 500; i++) {
		kb_auto_clear(buffer) block = { 0 };
		kb_auto_clear(buffer) room = { 0 };
		size_t count;

		make_text(&seed, &block, 1 + dice(&seed, 300),
			  dice(&seed, 2) ? "abAB\n" : "abcdefghij klABCDE\xc5\x80\n");
		count = make_strings(&seed, kb_buffer_content(&block), &room, strings);
		compare(strings, count, kb_buffer_content(&block),
			engines[i % kb_array_size(engines)]);
	}
}

static void a_search_ends_when_it_is_enough(void **state)
{
	static const struct kb_literal strings[] = { STRING("o"), STRING("line number") };

	(void)state;
	for (size_t i = 0; i < kb_array_size(engines); i++) {
		kb_auto(prescan) prescan = NULL;
		struct hits hits = { .block = KB_TEXT("o line number o and o and o"), .max = 2 };

		if (kb_prescan_new(strings, 2, engines[i], &prescan) == KBAN_E_NOTFOUND)
			continue;
		assert_int_equal(kb_prescan_block(prescan, hits.block, note, &hits), KBAN_OK);
		assert_int_equal(hits.count, 2);
		free(hits.items);
	}
}

static void what_cannot_be_is_refused(void **state)
{
	static const struct kb_literal empty = { { "", 0 }, false, 0 };
	static const struct kb_literal lines = STRING("a\nb");
	static const struct kb_literal plain = STRING("a");
	kb_auto(prescan) prescan = NULL;

	(void)state;
	assert_int_equal(kb_prescan_new(&empty, 1, KB_PRESCAN_BEST, &prescan), KBAN_E_INVAL);
	assert_int_equal(kb_prescan_new(&lines, 1, KB_PRESCAN_BEST, &prescan), KBAN_E_INVAL);
	assert_int_equal(
		kb_prescan_new(&plain, KB_PRESCAN_STRINGS_MAX + 1, KB_PRESCAN_BEST, &prescan),
		KBAN_E_LIMIT);
	assert_int_equal(kb_prescan_new(&plain, 1, KB_PRESCAN_BUILTIN, &prescan), KBAN_OK);
	assert_string_equal(kb_prescan_engine_name(prescan), "builtin");
	assert_int_equal(kb_prescan_block(prescan,
					  (struct kban_text){ "a", KB_PRESCAN_BLOCK_MAX + 1 }, note,
					  NULL),
			 KBAN_E_LIMIT);
}

static int count_hit(size_t id, size_t end, void *data)
{
	(void)id;
	(void)end;
	++*(size_t *)data;
	return 0;
}

static int make(void *data)
{
	static const struct kb_literal strings[] = { STRING("abc"), STRING("abcdef"),
						     STRING("abcdefghijk"), STRING("\xc5\xbf") };
	kb_auto(prescan) prescan = NULL;
	struct hits hits = { .block = KB_TEXT("abcdefghijk") };
	int status = kb_prescan_new(strings, kb_array_size(strings),
				    *(enum kb_prescan_engine *)data, &prescan);

	if (status == KBAN_OK)
		status = kb_prescan_block(prescan, hits.block, count_hit, &hits.count);
	if (status == KBAN_OK)
		assert_int_equal(hits.count, 3);
	return status;
}

static void every_allocation_may_fail(void **state)
{
	static const struct kb_literal plain = STRING("a");

	(void)state;
	for (size_t i = 0; i < kb_array_size(engines); i++) {
		enum kb_prescan_engine engine = engines[i];
		kb_auto(prescan) prescan = NULL;

		if (kb_prescan_new(&plain, 1, engine, &prescan) == KBAN_OK)
			assert_every_allocation_may_fail(make, &engine);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(find, contract),
		cmocka_unit_test(random_strings_are_found),
		cmocka_unit_test(a_search_ends_when_it_is_enough),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("prescan", tests, NULL, NULL);
}
