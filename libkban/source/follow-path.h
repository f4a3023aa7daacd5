/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One followed path and the files that had its name, oldest first: those that were renamed and may
 * still get a late line, the one whose turn it is, and those that wait for it to be read to its
 * end.
 */
#ifndef KB_SOURCE_FOLLOW_PATH_H
#define KB_SOURCE_FOLLOW_PATH_H

#include "source/follow-file.h"
#include "source/reader-list.h"

struct kb_follow_set;

/* Files of one path that are open at most. */
#define KB_PATH_FILES 64
/* Files that are no longer open but still known, in case another path has them. */
#define KB_PATH_DONE  8

/* A file and when it was last seen at the path, or may have been: what came after it is newer. */
struct kb_held_file {
	struct kb_follow_file *file;
	uint64_t seen; /* by the file system's clock; never falls from one to the next */
};

struct kb_follow_path {
	char *name;
	char *place;  /* where its newest file was opened: behind all links */
	bool by_name; /* a pattern without wildcards names it: it stays while there is no file */
	enum kban_follow_from from; /* for the first look */
	struct kb_reader_list readers;

	struct kb_held_file *files; /* oldest first */
	size_t count;
	size_t capacity;
	size_t reading; /* files before this were read to their ends */

	struct kban_follow_position last; /* where reading stood when there was no file open */
	struct kban_follow_position done[KB_PATH_DONE]; /* marks, newest first */
	size_t done_count;
	struct kban_follow_position saved; /* what the caller has saved */

	bool looked;     /* ever */
	bool begun;      /* a look succeeded, so where to begin is decided */
	bool missing;    /* no regular file has the name */
	bool crowded;    /* more files are to be added when some have been read */
	bool caught_up;  /* the end has been reached */
	bool handed_out; /* any lines */
	kb_trouble trouble;
	uint64_t bytes, reads, truncated, dropped; /* of files that it no longer holds */
};

/* NULL: no memory. */
struct kb_follow_path *kb_follow_path_new(const char *name, enum kban_follow_from from);
void kb_follow_path_free(struct kb_follow_path *path, struct kb_notify *notify);

/* Close files that were read and have been quiet for long enough by the set's clock. */
void kb_follow_path_expire(struct kb_follow_set *set, struct kb_follow_path *path);

/* Forget all that was found, so that the next look is the first, and goes on at @a position. */
void kb_follow_path_restore(struct kb_follow_path *path, struct kb_notify *notify,
			    const struct kban_follow_position *position);

/*
 * Read the next block. As kb_follow_file_read(); troubles are logged and count as nothing. On
 * KB_READ_LINES, @a file is where they are from.
 */
enum kb_read kb_follow_path_read(struct kb_follow_set *set, struct kb_follow_path *path,
				 struct kb_follow_file **file, struct kban_text *lines);

/*
 * Put a file that the caller holds in before the one at @a index, and leave the hold to the path.
 * KBAN_OK; KBAN_E_LIMIT if there are too many, and none that can be closed; KBAN_E_NOMEM.
 */
int kb_follow_path_insert(struct kb_follow_path *path, size_t index,
			  const struct kb_held_file *held, struct kb_notify *notify);

/* The newest file was seen at the path at @a seen. */
void kb_follow_path_note(struct kb_follow_path *path, uint64_t seen);

/* Index of the file that @a facts are about, or the count. */
size_t kb_follow_path_index(const struct kb_follow_path *path, const struct kb_file_facts *facts);

bool kb_follow_path_holds(const struct kb_follow_path *path, const struct kb_follow_file *file);

struct kban_follow_position kb_follow_path_position(const struct kb_follow_path *path);
void kb_follow_path_state(const struct kb_follow_path *path, struct kban_follow_state *out);

#endif /* KB_SOURCE_FOLLOW_PATH_H */
