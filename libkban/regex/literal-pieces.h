/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sets of short strings, and what they say of the texts that a part of a pattern matches. For the
 * files that find literals.
 */
#ifndef KB_REGEX_LITERAL_PIECES_H
#define KB_REGEX_LITERAL_PIECES_H

#include "regex/literal.h"

/* What is shorter is in nearly every line, and no factor. */
#define KB_PIECE_LENGTH_MIN 3

struct kb_piece {
	struct kban_text text; /* lower case if caseless */
	bool caseless;
	bool folds;      /* caseless, and K or S in it may be U+212A or U+017F in the text */
	bool has_digits; /* for which there may be others, beyond ASCII */
	size_t digits;   /* before it, at least */
};

/* Immutable; in the memory of a struct kb_piece_room. */
struct kb_pieces {
	const struct kb_piece *items;
	size_t count;
	unsigned score; /* of a factor */
};

/* Memory of many sets, given back as a whole. */
struct kb_piece_room {
	struct kb_piece_chunk *chunks;
	bool is_wide; /* larger sets are told one by one */
	size_t used;  /* of all */
	int status;   /* KBAN_E_NOMEM or KBAN_E_LIMIT: sets made since are not to be trusted */
};

/*
 * What is known of all texts that a part of a pattern matches. Each begins with one of head, ends
 * with one of tail (the two may overlap), and has a string of each factor in it. If it is exact,
 * each is one of head, and the rest is empty.
 */
struct kb_content {
	bool exact;
	struct kb_pieces head, tail;
	struct kb_pieces factors[KB_LITERAL_FACTORS_MAX];
	size_t factor_count;
};

/* Memory from @a room, or NULL and its status is set. */
void *kb_piece_room_take(struct kb_piece_room *room, size_t size);
void kb_piece_room_clear(struct kb_piece_room *room);

/* How rare a string, or any of a set, is by its look: eight for each halving. */
unsigned kb_piece_score(struct kban_text text, bool caseless);
unsigned kb_pieces_score(struct kb_pieces pieces);

/* The content of nothing, of anything, of one of some bytes, of a digit, or of one string. */
struct kb_content kb_content_empty(void);
struct kb_content kb_content_any(void);
struct kb_content kb_content_bytes(struct kb_piece_room *room, struct kban_text bytes,
				   bool caseless);
struct kb_content kb_content_digits(struct kb_piece_room *room);
struct kb_content kb_content_string(struct kb_piece_room *room, struct kban_text text,
				    bool caseless);

/* One after the other, one or the other, and @a content between @a min and @a max times. */
struct kb_content kb_content_join(struct kb_piece_room *room, const struct kb_content *left,
				  const struct kb_content *right);
struct kb_content kb_content_either(struct kb_piece_room *room, const struct kb_content *left,
				    const struct kb_content *right);
struct kb_content kb_content_repeat(struct kb_piece_room *room, const struct kb_content *content,
				    size_t min, size_t max);

/* Head and tail become factors, too; the rarest first. */
void kb_content_finish(struct kb_content *content);

KB_DEFINE_AUTO_CLEAR(piece_room)

#endif /* KB_REGEX_LITERAL_PIECES_H */
