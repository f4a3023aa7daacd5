/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables of prescan-builtin.c, for it and for what goes through a text with vectors. */
#ifndef KB_REGEX_PRESCAN_BUILTIN_H
#define KB_REGEX_PRESCAN_BUILTIN_H

#include "regex/prescan.h"

#define BITMAP_BITS  16
#define BUCKET_BITS  12
#define BUCKETS      (1U << BUCKET_BITS)
#define BITMAP_WORDS ((1U << BITMAP_BITS) / 32)

/* Of the hash of a window, which is the upper bits of a sum of products. */
#define LOW_FACTOR  0x9e3779b1U
#define HIGH_FACTOR 0x85ebca77U

/* Set in all bytes of a window. */
#define FOLD 0x20202020U

/* Places that are looked at together. */
#define STEP         32
/* The longest window. */
#define WINDOW_BYTES 6

/* Its first four bytes, and the four from the third on; both without what does not belong to it. */
struct window {
	uint32_t low, high;
};

/* A window of a string. */
struct entry {
	struct window window;
	uint32_t id;
	uint32_t offset; /* of the window in the string */
};

/* Strings with windows of the same length, and how far apart the places are where one begins. */
struct class
{
	size_t length, stride;
	uint32_t low_mask, high_mask;
	struct entry *entries;
	size_t count, capacity;
	uint32_t *buckets; /* first entry of each, and one more */
	uint32_t *bitmap;
};

enum { LONG, MEDIUM, SHORT, CLASSES };

/* A short string that is known by a byte beyond ASCII. */
struct high {
	uint32_t id;
	uint32_t offset; /* of the first such byte */
};

/* The places of a step at which something may be known, a bit for each. */
struct marks {
	uint32_t classes[CLASSES];
	uint32_t highs;
};

struct builtin;

/*
 * Go from @a at on, a whole number of steps from @a end, to the first step that has marks. As many
 * bytes as a window has can be read behind @a end. Returns where it is, or @a end.
 */
typedef size_t kb_prescan_next_marks_fn(const struct builtin *builtin, const char *text, size_t at,
					size_t end, struct marks *marks);

struct builtin {
	const struct kb_literal *strings;
	struct class classes[CLASSES];
	struct high *highs;
	size_t high_count, high_capacity;
	kb_prescan_next_marks_fn *next_marks;
};

kb_prescan_next_marks_fn kb_prescan_next_marks_plainly;
kb_prescan_next_marks_fn kb_prescan_next_marks_avx2; /* where it is built, and the processor can */

#endif /* KB_REGEX_PRESCAN_BUILTIN_H */
