/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/follow.h
 * Growing files, read once for all who care, through rotation, truncation and restarts.
 *
 * A follower watches any number of files, named by paths or glob patterns. It never waits: it has
 * a descriptor that becomes readable, a call that tells when to look again at the latest, and a
 * call that hands out the next block of whole lines. It keeps no thread and opens nothing but
 * regular files. One thread at a time.
 *
 * Nothing is lost: a renamed file is read to its end before its successor, generations between two
 * looks are found beside it, a truncated or replaced file is read from its start. A line without
 * line feed waits. See docs/following.md for the rules.
 */
#ifndef KBAN_FOLLOW_H
#define KBAN_FOLLOW_H

#include <kban/base.h>
#include <kban/context.h>
#include <kban/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kban_follow;

/** Where to begin in a file that has no saved position. */
enum kban_follow_from {
	KBAN_FOLLOW_FROM_START, /**< its first byte */
	KBAN_FOLLOW_FROM_END    /**< its present end; files that appear later are read whole */
};

struct kban_follow_options {
	size_t size;       /**< sizeof this struct, set by the initializer */
	size_t max_line;   /**< bytes of a line that are handed out; the rest is skipped */
	size_t block_size; /**< bytes of a block at most, at least max_line; 0: 256 KiB or, if that
				is more, max_line. One byte is added for the last line feed */
	int once;          /**< nonzero: read what is there to its end, watch nothing; a last line
				without line feed counts */
};

#define KBAN_FOLLOW_OPTIONS_INIT                                                  \
	{                                                                         \
		.size = sizeof(struct kban_follow_options), .max_line = 64 * 1024 \
	}

/**
 * Where in a file reading stands. A plain value without padding: save its bytes and hand them back
 * to kban_follow_restore(). Identity is device, inode, time of birth, and hashes of what was read
 * of the file's head and of the bytes before the offset, so that a file which was replaced in place
 * is recognised. Devices may be numbered anew when the system starts; the rest then does.
 *
 * The file that had the name before may still get late lines, so it is part of the position.
 */
struct kban_follow_position {
	uint64_t device, inode;
	uint64_t offset;    /**< behind the last line that was handed out */
	uint64_t lines;     /**< lines handed out of this file so far */
	uint64_t head_hash; /**< of the first head_len bytes, at most 256, none behind offset */
	uint64_t tail_hash; /**< of the last tail_len bytes before offset, at most 64 */
	uint32_t head_len, tail_len;
	/** When the file was made, and its latest change that was seen at its path: nanoseconds
	 * since 1970 by the file system's clock, 0 where that does not tell. */
	uint64_t born, seen;
	uint64_t old_inode, old_born; /**< the file before it; 0 if there was none */
	uint64_t old_offset;          /**< how far that was read */
	uint64_t old_tail_hash;       /**< of its last bytes before old_offset, at most 64 */
};

/** Some whole lines of one file; valid until the next call that changes the follower. */
struct kban_block {
	const char *path;     /**< the path that is followed */
	void *const *readers; /**< who follows it: the readers of kban_follow_add() */
	size_t reader_count;
	struct kban_text text; /**< lines, each ended by a line feed */
	uint64_t
		first_line; /**< number of the first line, from 1 where reading of its file began */
	int catching_up;    /**< nonzero until the end of the file has been reached once after
				 kban_follow_add(); 0 in files that appeared later */
};

/**
 * @return KBAN_OK, KBAN_E_INVAL (max_line is 0, block_size smaller than max_line, or one of them
 *         larger than 16 MiB) or KBAN_E_NOMEM. Without inotify(7) it works, by looking at all files
 *         every two seconds, and logs that it does.
 */
KBAN_API KBAN_MUST_CHECK int kban_follow_new(struct kban_context *ctx,
					     const struct kban_follow_options *options,
					     struct kban_follow **out, struct kban_error **err);

/** NULL is allowed. */
KBAN_API void kban_follow_free(struct kban_follow *follow);

/**
 * Follow the files that @a pattern names, now and as they appear.
 *
 * @param pattern  A path or a glob pattern (glob(7), a backslash is ordinary), absolute. That
 *                 nothing matches is no error.
 * @param from     Counts for files that are there now; the first who names a file decides.
 * @param reader   Handed out with blocks. Several readers of one file share its reading; a reader
 *                 that names a file twice, by whatever names, gets it once.
 *
 * @return KBAN_OK, KBAN_E_INVAL (not absolute), KBAN_E_LIMIT (more than 16384 patterns; files
 * beyond as many are not followed, and logged) or KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_follow_add(struct kban_follow *follow, const char *pattern,
					     enum kban_follow_from from, void *reader,
					     struct kban_error **err);

/**
 * Ask the kernel for no hints about the files of @a reader, unless somebody else has them, too:
 * from now on all files are looked at every second. For file systems of other machines, whose hints
 * are about this one alone, and where inotify(7) is short of watches.
 *
 * Call it before kban_follow_add() of that reader; kban_follow_remove() takes it back.
 *
 * @return KBAN_OK or KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_follow_poll(struct kban_follow *follow, void *reader);

/** Take @a reader off all files. A file without readers is no longer followed. */
KBAN_API void kban_follow_remove(struct kban_follow *follow, const void *reader);

/**
 * Take @a reader off @a pattern, which is what was handed to kban_follow_add(), and off the files
 * that it has by no other pattern. Or off a path that one of its patterns names: that is not read
 * for it any more, until kban_follow_add() names it again.
 *
 * @return KBAN_OK; KBAN_E_NOTFOUND: the reader has no such pattern, and no such path; KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_follow_remove_pattern(struct kban_follow *follow,
							const char *pattern, const void *reader);

/**
 * Tell where reading of @a path stood. To be called before kban_follow_add(), or before the first
 * kban_follow_next() after it. If the file was rotated since, its rest is read from the renamed
 * file, and the files between, before the file that now has the name.
 *
 * @return KBAN_OK, KBAN_E_INVAL (lines of @a path were handed out already, or no follower can have
 *         written such a position) or KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_follow_restore(struct kban_follow *follow, const char *path,
						 const struct kban_follow_position *position);

/** Descriptor to poll for reading, or -1 where there is none (inotify(7) is not to be had). */
KBAN_API int kban_follow_fd(const struct kban_follow *follow);

/**
 * Take in what the descriptor reports and look at files that are due. Never blocks.
 *
 * @return KBAN_OK or KBAN_E_NOMEM; then some files were not looked at, and will be the next time.
 */
KBAN_API KBAN_MUST_CHECK int kban_follow_dispatch(struct kban_follow *follow, kban_usec now);

/**
 * When kban_follow_dispatch() and kban_follow_next() are to be called though the descriptor is
 * silent; KBAN_FOREVER if never, 0 if at once.
 */
KBAN_API kban_usec kban_follow_next_due(const struct kban_follow *follow);

/**
 * The next block of unread lines. Files take turns. Positions move as blocks are handed out:
 * whoever saves them after dealing with a block, reads exactly the rest after a crash.
 *
 * @return 1 and @a out is filled; 0 if all that is there has been read, or if it was so much of one
 *         line that others should have their turn, which kban_follow_next_due() then tells (unless
 *         reading once); KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_follow_next(struct kban_follow *follow, struct kban_block *out);

/** Files being followed that exist or existed. */
KBAN_API size_t kban_follow_file_count(const struct kban_follow *follow);

struct kban_follow_state {
	const char *path; /**< valid until the next call that changes the follower */
	struct kban_follow_position position;
	uint64_t bytes;     /**< bytes read so far */
	uint64_t reads;     /**< read calls made so far */
	uint64_t truncated; /**< lines cut at max_line */
	uint64_t dropped;   /**< unterminated rests of files that were rotated away */
	int missing;        /**< nonzero while there is no regular file at the path */
	int changed;        /**< nonzero if the position moved since kban_follow_saved() */
};

/** State of file @a index. */
KBAN_API void kban_follow_file(const struct kban_follow *follow, size_t index,
			       struct kban_follow_state *out);

/** Tell that the position of file @a index, as it is now, has been saved. */
KBAN_API void kban_follow_saved(struct kban_follow *follow, size_t index);

/** Paths among the files that @a reader follows, in order of their names; NULL ends the walk. */
KBAN_API const char *kban_follow_path(const struct kban_follow *follow, const void *reader,
				      size_t index);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_FOLLOW_H */
