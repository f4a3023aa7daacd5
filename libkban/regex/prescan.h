/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Many strings looked for in a block of many lines at once. Immutable but for its working memory:
 * one thread at a time. A search allocates at most what later ones use again.
 */
#ifndef KB_REGEX_PRESCAN_H
#define KB_REGEX_PRESCAN_H

#include <kban/base.h>

#include "base/memory.h"
#include "regex/literal.h"

enum kb_prescan_engine {
	KB_PRESCAN_BEST,      /* of those there are */
	KB_PRESCAN_FEW,       /* ours for a few strings, with vector instructions */
	KB_PRESCAN_PAIR,      /* ours, with that one for short strings */
	KB_PRESCAN_BUILTIN,   /* ours, with vector instructions where the processor has them */
	KB_PRESCAN_PORTABLE,  /* ours, without them */
	KB_PRESCAN_HYPERSCAN, /* libhs, Hyperscan or Vectorscan */
};

/* More strings, or more bytes of them, are not taken. */
#define KB_PRESCAN_STRINGS_MAX 65536
#define KB_PRESCAN_BYTES_MAX   ((size_t)1 << 20)
/* Nor is a longer block searched. */
#define KB_PRESCAN_BLOCK_MAX   ((size_t)1 << 30)

struct kb_prescan;

/*
 * @param strings  Copied. Equal ones may occur, and each is reported.
 *
 * KBAN_OK, KBAN_E_NOTFOUND: the engine is not built in, or not for this processor or so many,
 * KBAN_E_LIMIT: too many strings, KBAN_E_INVAL: one that is empty or has a line feed, KBAN_E_NOMEM.
 */
int kb_prescan_new(const struct kb_literal *strings, size_t count, enum kb_prescan_engine engine,
		   struct kb_prescan **out);

void kb_prescan_free(struct kb_prescan *prescan);

/* "hyperscan", "builtin" or "portable": for messages. */
const char *kb_prescan_engine_name(const struct kb_prescan *prescan);

/*
 * A string was found.
 *
 * @param id   Its index.
 * @param end  Where in the block it ends: behind its last byte.
 *
 * @return zero to go on; with anything else the search ends.
 */
typedef int kb_prescan_fn(size_t id, size_t end, void *data);

/*
 * Tell @a found of every place where a string is, each once. As no string has a line feed, all that
 * is found in a line comes before what is found in the next; within a line the order is any.
 *
 * @return KBAN_OK, KBAN_E_LIMIT for a block that is too long, or KBAN_E_NOMEM.
 */
int kb_prescan_block(struct kb_prescan *prescan, struct kban_text block, kb_prescan_fn *found,
		     void *data);

KB_DEFINE_AUTO(prescan)

#endif /* KB_REGEX_PRESCAN_H */
