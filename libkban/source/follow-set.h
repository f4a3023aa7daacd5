/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All followed paths, and what they share: open files, what is known of others, one buffer. */
#ifndef KB_SOURCE_FOLLOW_SET_H
#define KB_SOURCE_FOLLOW_SET_H

#include "source/follow-path.h"

/* Paths and patterns at most. */
#define KB_FOLLOW_MAX 16384

/* A position that the caller restored and no path has taken yet. */
struct kb_restored {
	char *path;
	struct kban_follow_position position;
};

struct kb_follow_set {
	struct kban_context *ctx;
	struct kb_notify *notify;
	struct kb_read_buffer buffer;
	kban_usec now;                 /* of the last dispatch; KBAN_TIME_NONE before the first */
	struct kb_follow_path **paths; /* in order of their names */
	size_t count;
	size_t capacity;
	struct kb_restored *restored;
	size_t restored_count;
	size_t restored_capacity;
	bool is_full; /* and that was logged */
};

void kb_follow_set_clear(struct kb_follow_set *set);

/* The path of that name, or NULL. */
struct kb_follow_path *kb_follow_set_find(const struct kb_follow_set *set, const char *name);

/* Add a path that is not there. NULL: no memory, or KB_FOLLOW_MAX are there, which is logged. */
int kb_follow_set_add(struct kb_follow_set *set, const char *name, enum kban_follow_from from,
		      struct kb_follow_path **out);
void kb_follow_set_remove(struct kb_follow_set *set, size_t index);

/* Keep a position until its path is looked at. KBAN_OK or KBAN_E_NOMEM. */
int kb_follow_set_restore(struct kb_follow_set *set, const char *name,
			  const struct kban_follow_position *position);
bool kb_follow_set_has_restored(const struct kb_follow_set *set, const char *name);
/* Hand it over. False if there is none. */
bool kb_follow_set_take_restored(struct kb_follow_set *set, const char *name,
				 struct kban_follow_position *position);

/*
 * Make one file of what is open as @a fd, or find the one that it is; closes @a fd unless it keeps
 * it. A file that some path has read before goes on there, or where @a mark says if that is not
 * NULL. @a is_new tells whether nothing was known. NULL: no memory.
 */
struct kb_follow_file *kb_follow_set_adopt(struct kb_follow_set *set, int fd,
					   const struct kb_file_facts *facts,
					   const struct kban_follow_position *mark, bool *is_new);

#endif /* KB_SOURCE_FOLLOW_SET_H */
