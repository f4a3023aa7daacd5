/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The engine that is always there. It looks at every fourth place of the text only: a string of
 * nine bytes has four windows of six bytes that begin one after the other, and wherever it stands,
 * one of them begins at a fourth place. So a string is entered with four of its windows, the rarest
 * it has, and a place costs a look into a table of bits, which few windows pass that are none of a
 * string. Shorter strings have fewer and shorter windows, and need more places to be looked at;
 * each such class has a table, and costs nothing where it is empty.
 *
 * Short strings with a byte beyond ASCII are apart: logs have few of those bytes.
 *
 * Windows are compared with bit 0x20 set in all bytes, which makes letters lower case; what passes
 * is compared as a whole.
 */
#include "regex/prescan-engine.h"

#include "base/text.h"
#include "regex/literal-pieces.h"

#include "regex/prescan-builtin.h"

struct search {
	const struct builtin *builtin;
	struct kban_text block;
	kb_prescan_fn *found;
	void *data;
};

static uint32_t load(const char *bytes)
{
	uint32_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

/* The window at @a bytes, of which WINDOW_BYTES can be read. */
static inline struct window window_at(const struct class *class, const char *bytes)
{
	return (struct window){
		.low = (load(bytes) | FOLD) & class->low_mask,
		.high = (load(bytes + 2) | FOLD) & class->high_mask,
	};
}

static inline uint32_t hash(struct window window)
{
	return (window.low * LOW_FACTOR + window.high * HIGH_FACTOR) >> (32 - BITMAP_BITS);
}

static uint32_t bucket_of(struct window window)
{
	return hash(window) >> (BITMAP_BITS - BUCKET_BITS);
}

/* A mask for the first @a len of four bytes, in the order of this machine. */
static uint32_t mask_of(size_t len)
{
	char bytes[4] = { 0 };

	memset(bytes, 0xff, len);
	return load(bytes);
}

/* The window of @a text at @a at; what is behind its end is zero. */
static struct window window_of(const struct class *class, struct kban_text text, size_t at)
{
	char bytes[WINDOW_BYTES] = { 0 };
	struct kban_text part = kb_text_slice(text, at, at + WINDOW_BYTES);

	if (part.len > 0)
		memcpy(bytes, part.data, part.len);
	return window_at(class, bytes);
}

static int add_entry(struct class *class, const struct kb_literal *string, uint32_t id,
		     size_t offset)
{
	if (kb_array_room(&class->entries, &class->capacity, class->count,
			  sizeof(*class->entries)) < 0)
		return KBAN_E_NOMEM;
	class->entries[class->count++] = (struct entry){
		.window = window_of(class, string->text, offset),
		.id = id,
		.offset = (uint32_t)offset,
	};
	return KBAN_OK;
}

/* Where windows one behind the other are rarest together. */
static size_t best_offset(const struct class *class, struct kban_text text)
{
	size_t span = class->length + class->stride - 1;
	unsigned best_score = 0;
	size_t best = 0;

	for (size_t at = 0; at + span <= text.len; at++) {
		unsigned least = UINT32_MAX;

		for (size_t i = 0; i < class->stride; i++) {
			unsigned score = kb_piece_score(
				kb_text_slice(text, at + i, at + i + class->length), true);

			if (score < least)
				least = score;
		}
		if (least > best_score) {
			best_score = least;
			best = at;
		}
	}
	return best;
}

static int add_string(struct class *class, const struct kb_literal *string, uint32_t id)
{
	size_t first = best_offset(class, string->text);

	for (size_t i = 0; i < class->stride; i++) {
		if (add_entry(class, string, id, first + i) != KBAN_OK)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

static size_t find_high(struct kban_text text)
{
	size_t at = 0;

	while (at < text.len && (unsigned char)text.data[at] < 0x80)
		at++;
	return at;
}

static int add_high(struct builtin *builtin, uint32_t id, size_t offset)
{
	if (kb_array_room(&builtin->highs, &builtin->high_capacity, builtin->high_count,
			  sizeof(*builtin->highs)) < 0)
		return KBAN_E_NOMEM;
	builtin->highs[builtin->high_count++] = (struct high){ id, (uint32_t)offset };
	return KBAN_OK;
}

static int place_string(struct builtin *builtin, uint32_t id)
{
	const struct kb_literal *string = &builtin->strings[id];
	size_t len = string->text.len;
	size_t high = find_high(string->text);

	for (size_t i = LONG; i < SHORT; i++) {
		struct class *class = &builtin->classes[i];

		if (i == MEDIUM && high < len)
			return add_high(builtin, id, high);
		if (len >= class->length + class->stride - 1)
			return add_string(class, string, id);
	}
	return add_string(&builtin->classes[SHORT], string, id);
}

static int by_bucket(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	uint32_t a_bucket = bucket_of(a->window), b_bucket = bucket_of(b->window);

	if (a_bucket != b_bucket)
		return (a_bucket > b_bucket) - (a_bucket < b_bucket);
	if (a->id != b->id)
		return (a->id > b->id) - (a->id < b->id);
	return (a->offset > b->offset) - (a->offset < b->offset);
}

static int build_tables(struct class *class)
{
	size_t at = 0;

	if (class->count == 0)
		return KBAN_OK;
	class->buckets = calloc(BUCKETS + 1, sizeof(*class->buckets));
	class->bitmap = calloc(BITMAP_WORDS, sizeof(*class->bitmap));
	if (class->buckets == NULL || class->bitmap == NULL)
		return KBAN_E_NOMEM;
	qsort(class->entries, class->count, sizeof(*class->entries), by_bucket);
	for (uint32_t bucket = 0; bucket <= BUCKETS; bucket++) {
		while (at < class->count && bucket_of(class->entries[at].window) < bucket)
			at++;
		class->buckets[bucket] = (uint32_t)at;
	}
	for (size_t i = 0; i < class->count; i++) {
		uint32_t bit = hash(class->entries[i].window);

		class->bitmap[bit / 32] |= (uint32_t)1 << (bit % 32);
	}
	return KBAN_OK;
}

static void define_class(struct class *class, size_t length, size_t stride)
{
	class->length = length;
	class->stride = stride;
	class->low_mask = mask_of(length < 4 ? length : 4);
	class->high_mask = length == WINDOW_BYTES ? mask_of(4) : 0;
}

/* The shortest string gives the length of the windows of the last class. */
static void define_classes(struct builtin *builtin, size_t count)
{
	size_t length = 3;

	for (size_t i = 0; i < count; i++) {
		struct kban_text text = builtin->strings[i].text;

		if (text.len < length && find_high(text) == text.len)
			length = text.len;
	}
	define_class(&builtin->classes[LONG], WINDOW_BYTES, 4);
	define_class(&builtin->classes[MEDIUM], 3, 2);
	define_class(&builtin->classes[SHORT], length, 1);
}

static void close_builtin(void *engine)
{
	struct builtin *builtin = engine;

	for (size_t i = 0; i < CLASSES; i++) {
		free(builtin->classes[i].entries);
		free(builtin->classes[i].buckets);
		free(builtin->classes[i].bitmap);
	}
	free(builtin->highs);
	free(builtin);
}

static int fill(struct builtin *builtin, size_t count)
{
	define_classes(builtin, count);
	for (size_t i = 0; i < count; i++) {
		if (place_string(builtin, (uint32_t)i) != KBAN_OK)
			return KBAN_E_NOMEM;
	}
	for (size_t i = 0; i < CLASSES; i++) {
		if (build_tables(&builtin->classes[i]) != KBAN_OK)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

static int open_with(const struct kb_literal *strings, size_t count,
		     kb_prescan_next_marks_fn *next_marks, void **out)
{
	struct builtin *builtin = calloc(1, sizeof(*builtin));

	if (builtin == NULL)
		return KBAN_E_NOMEM;
	builtin->strings = strings;
	builtin->next_marks = next_marks;
	if (fill(builtin, count) != KBAN_OK) {
		close_builtin(builtin);
		return KBAN_E_NOMEM;
	}
	*out = builtin;
	return KBAN_OK;
}

/* The fastest way that this processor knows. */
static kb_prescan_next_marks_fn *fastest_next_marks(void)
{
#ifdef KB_HAS_AVX2
	if (__builtin_cpu_supports("avx2"))
		return kb_prescan_next_marks_avx2;
#endif
	return kb_prescan_next_marks_plainly;
}

static int open_builtin(const struct kb_literal *strings, size_t count, void **out)
{
	return open_with(strings, count, fastest_next_marks(), out);
}

static int open_portable(const struct kb_literal *strings, size_t count, void **out)
{
	return open_with(strings, count, kb_prescan_next_marks_plainly, out);
}

/* True if four bytes differ by more than their case: that is sooner told than the whole. */
static bool differs(const char *left, const char *right)
{
	return ((load(left) ^ load(right)) & ~FOLD) != 0;
}

/* Nonzero: the caller wants no more. */
static int check_string(const struct search *search, uint32_t id, size_t at, size_t offset)
{
	const struct kb_literal *string = &search->builtin->strings[id];
	size_t len = string->text.len;
	struct kban_text part;

	if (at < offset || at - offset + len > search->block.len)
		return 0;
	part = (struct kban_text){ search->block.data + (at - offset), len };
	if (len >= 4 && (differs(part.data, string->text.data) ||
			 differs(part.data + len - 4, string->text.data + len - 4)))
		return 0;
	if (string->caseless ? !kb_text_equal_nocase(part, string->text)
			     : memcmp(part.data, string->text.data, len) != 0)
		return 0;
	return search->found(id, at - offset + len, search->data);
}

/* The strings with this window, which is in the table of bits. */
static int check_window(const struct search *search, const struct class *class, size_t at,
			struct window window)
{
	uint32_t bucket = bucket_of(window);

	for (uint32_t i = class->buckets[bucket]; i < class->buckets[bucket + 1]; i++) {
		const struct entry *entry = &class->entries[i];

		if (entry->window.low == window.low && entry->window.high == window.high &&
		    check_string(search, entry->id, at, entry->offset) != 0)
			return 1;
	}
	return 0;
}

static int check_highs(const struct search *search, size_t at)
{
	for (size_t i = 0; i < search->builtin->high_count; i++) {
		const struct high *high = &search->builtin->highs[i];

		if (check_string(search, high->id, at, high->offset) != 0)
			return 1;
	}
	return 0;
}

/* The places where a window may begin that is one of the class. */
static inline uint32_t marks_of(const struct class *class, const char *text)
{
	uint32_t found = 0;

	for (size_t i = 0; i < STEP; i += class->stride) {
		uint32_t at = hash(window_at(class, text + i));

		found |= (class->bitmap[at / 32] >> (at % 32) & 1) << i;
	}
	return found;
}

static uint32_t marks_beyond_ascii(const char *text)
{
	uint32_t found = 0;

	for (size_t i = 0; i < STEP; i++)
		found |= (uint32_t)((unsigned char)text[i] >> 7) << i;
	return found;
}

size_t kb_prescan_next_marks_plainly(const struct builtin *builtin, const char *text, size_t at,
				     size_t end, struct marks *marks)
{
	for (; at < end; at += STEP) {
		uint32_t all = 0;

		for (size_t i = 0; i < CLASSES; i++) {
			marks->classes[i] = builtin->classes[i].count > 0
						    ? marks_of(&builtin->classes[i], text + at)
						    : 0;
			all |= marks->classes[i];
		}
		marks->highs = builtin->high_count > 0 ? marks_beyond_ascii(text + at) : 0;
		if ((all | marks->highs) != 0)
			break;
	}
	return at;
}

static int check_place(const struct search *search, const struct marks *marks, unsigned place,
		       size_t at, const char *text)
{
	for (size_t i = 0; i < CLASSES; i++) {
		const struct class *class = &search->builtin->classes[i];

		if ((marks->classes[i] >> place & 1) != 0 &&
		    check_window(search, class, at, window_at(class, text)) != 0)
			return 1;
	}
	return (marks->highs >> place & 1) != 0 && check_highs(search, at) != 0;
}

/* A step at byte @a at of the block. The places are taken one after the other, so that lines are.
 */
static int check_marks(const struct search *search, const struct marks *marks, const char *text,
		       size_t at)
{
	uint32_t all = marks->highs;

	for (size_t i = 0; i < CLASSES; i++)
		all |= marks->classes[i];
	for (; all != 0; all &= all - 1) {
		unsigned place = (unsigned)__builtin_ctz(all);

		if (check_place(search, marks, place, at + place, text + place) != 0)
			return 1;
	}
	return 0;
}

/* What is left of the block behind its last whole step: with zeros behind it. */
static void search_end(const struct search *search, size_t at)
{
	const struct builtin *builtin = search->builtin;

	for (; at < search->block.len; at += STEP) {
		char text[STEP + WINDOW_BYTES] = { 0 };
		size_t left = search->block.len - at;
		struct marks marks;

		memcpy(text, search->block.data + at, left < sizeof(text) ? left : sizeof(text));
		if (kb_prescan_next_marks_plainly(builtin, text, 0, STEP, &marks) == 0 &&
		    check_marks(search, &marks, text, at) != 0)
			return;
	}
}

static int search_block(void *engine, struct kban_text block, kb_prescan_fn *found, void *data)
{
	const struct search search = { engine, block, found, data };
	const struct builtin *builtin = engine;
	size_t steps = block.len < STEP + WINDOW_BYTES ? 0 : (block.len - WINDOW_BYTES) / STEP;
	size_t end = steps * STEP;
	struct marks marks;

	for (size_t at = 0;; at += STEP) {
		at = builtin->next_marks(builtin, block.data, at, end, &marks);
		if (at >= end)
			break;
		if (check_marks(&search, &marks, block.data + at, at) != 0)
			return KBAN_OK;
	}
	search_end(&search, end);
	return KBAN_OK;
}

const struct kb_prescan_engine_ops kb_prescan_builtin = {
	.name = "builtin",
	.open = open_builtin,
	.close = close_builtin,
	.block = search_block,
};

const struct kb_prescan_engine_ops kb_prescan_portable = {
	.name = "portable",
	.open = open_portable,
	.close = close_builtin,
	.block = search_block,
};
