/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What became of a log that was rotated: the files beside it that have its name and a suffix, as
 * "maillog.1", "maillog-20261124" or, for "mail.log", "mail-20261124.log". Compressed ones are of
 * no use.
 */
#ifndef KB_SOURCE_FOLLOW_ROTATE_H
#define KB_SOURCE_FOLLOW_ROTATE_H

#include <stdbool.h>

#include <kban/follow.h>

#include "base/memory.h"
#include "source/file-facts.h"

struct kb_sibling {
	char *name;
	struct kb_file_facts facts;
	bool is_generation; /* by its name */
	bool has_number;
	uint64_t number; /* of the suffix: a count, or a date */
};

struct kb_sibling_list {
	int directory; /* to open them in; -1 before the scan */
	struct kb_sibling *items;
	size_t count;
	size_t capacity;
	bool counts_up; /* higher counts are newer */
};

/*
 * Find the regular files beside @a place that may be generations of it, and the one with
 * @a inode, whatever its name, oldest first. KBAN_OK, KBAN_E_NOMEM or KBAN_E_SYSTEM with errno set.
 */
int kb_sibling_list_scan(const char *place, uint64_t inode, struct kb_sibling_list *out);
void kb_sibling_list_clear(struct kb_sibling_list *list);

/* The one with @a inode, or NULL. */
const struct kb_sibling *kb_sibling_list_find(const struct kb_sibling_list *list, uint64_t inode);

/*
 * True if @a sibling is a generation that came after the file that was last seen at its path at
 * @a seen, and is now @a before, or NULL if that has no name any more.
 */
bool kb_sibling_is_after(const struct kb_sibling_list *list, const struct kb_sibling *sibling,
			 const struct kb_sibling *before, uint64_t seen);

/* True if the names of both tell that @a sibling came after @a other. */
bool kb_sibling_counts_after(const struct kb_sibling_list *list, const struct kb_sibling *sibling,
			     const struct kb_sibling *other);

/*
 * True if @a sibling may be a copy, made before the original was truncated, of a file that was
 * read up to @a mark; its bytes have the last word.
 */
bool kb_sibling_may_be_copy(const struct kb_sibling *sibling,
			    const struct kban_follow_position *mark);

/* Open a sibling. As kb_follow_file_open(); KBAN_E_NOTFOUND also if it has been renamed again. */
int kb_sibling_open(const struct kb_sibling_list *list, const struct kb_sibling *sibling, int *fd,
		    struct kb_file_facts *facts);

/* True if @a name is that of a generation of @a base; its number goes to @a number, if it has one.
 */
bool kb_is_generation_name(const char *base, const char *name, bool *has_number, uint64_t *number);

KB_DEFINE_AUTO_CLEAR(sibling_list)

#endif /* KB_SOURCE_FOLLOW_ROTATE_H */
