/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All followed paths, and what they share: open files, what is known of others, one buffer. */
#ifndef KB_SOURCE_FOLLOW_SET_H
#define KB_SOURCE_FOLLOW_SET_H

#include "source/follow-path.h"

/* Paths and patterns at most. */
#define KB_FOLLOW_MAX 16384

/* A position that the caller restored for a path that was not found yet. */
struct kb_restored {
	char *path;
	struct kban_follow_position position;
};

/* A path that one of its readers no longer wants, though a pattern of it names the path. */
struct kb_excluded {
	char *path;
	const void *reader;
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
	struct kb_excluded *excluded;
	size_t excluded_count;
	size_t excluded_capacity;
	struct kb_reader_list polling; /* who wants no hints */
	bool is_full;                  /* and that was logged */
};

void kb_follow_set_clear(struct kb_follow_set *set);

/* True if any of @a readers wants to be told by the kernel. */
bool kb_follow_set_wants_hints(const struct kb_follow_set *set,
			       const struct kb_reader_list *readers);

/* The path of that name, or NULL. */
struct kb_follow_path *kb_follow_set_find(const struct kb_follow_set *set, const char *name);

/* Add a path that is not there. KBAN_OK; KBAN_E_LIMIT, which is logged; or KBAN_E_NOMEM. */
int kb_follow_set_add(struct kb_follow_set *set, const char *name, enum kban_follow_from from,
		      struct kb_follow_path **out);
void kb_follow_set_remove(struct kb_follow_set *set, size_t index);

/* Give a position to its path, or keep it until that is added. KBAN_OK or KBAN_E_NOMEM. */
int kb_follow_set_restore(struct kb_follow_set *set, const char *name,
			  const struct kban_follow_position *position);
bool kb_follow_set_has_restored(const struct kb_follow_set *set, const char *name);

/* From now on @a reader is not to get the path of that name. KBAN_OK or KBAN_E_NOMEM. */
int kb_follow_set_exclude(struct kb_follow_set *set, const char *name, const void *reader);
bool kb_follow_set_excludes(const struct kb_follow_set *set, const char *name, const void *reader);

/* It may get it again; NULL: all of them. */
void kb_follow_set_include(struct kb_follow_set *set, const char *name, const void *reader);

/*
 * Make one file of what is open as @a fd, or find the one that it is; closes @a fd unless it keeps
 * it. It goes on where @a mark says, which may be NULL, or where some path read it further. NULL:
 * no memory.
 */
struct kb_follow_file *kb_follow_set_adopt(struct kb_follow_set *set, int fd,
					   const struct kb_file_facts *facts,
					   const struct kban_follow_position *mark);

#endif /* KB_SOURCE_FOLLOW_SET_H */
