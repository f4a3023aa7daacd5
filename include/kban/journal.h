/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/journal.h
 * The systemd journal as lines, read once for all who care.
 *
 * A journal is like a follower of files (see kban/follow.h): it never waits, has a descriptor that
 * becomes readable and a call that hands out the next line. A line is what fail2ban makes of an
 * entry, "HOST IDENTIFIER[PID]: MESSAGE", and comes with the time the entry itself tells, so no
 * date is looked for in it. Entries that were rotated away are read as long as their files exist.
 * One thread at a time.
 *
 * Without libsystemd everything here is there, and kban_journal_new() says that it cannot read.
 */
#ifndef KBAN_JOURNAL_H
#define KBAN_JOURNAL_H

#include <kban/base.h>
#include <kban/context.h>
#include <kban/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kban_journal;

/** Which journal. At most one of directory, files and name_space is set; none: the system's. */
struct kban_journal_options {
	size_t size;              /**< sizeof this struct, set by the initializer */
	const char *directory;    /**< of journal files */
	const char *const *files; /**< paths or glob patterns of journal files, NULL-terminated */
	const char *name_space;   /**< see LogNamespace= in systemd.exec(5) */
	int flags;       /**< of sd_journal_open(3); -1: SD_JOURNAL_SYSTEM for the system's */
	size_t max_line; /**< bytes of a line that are handed out */
	int once; /**< nonzero: read what is there to its end; what cannot be opened is an error */
};

#define KBAN_JOURNAL_OPTIONS_INIT                                                               \
	{                                                                                       \
		.size = sizeof(struct kban_journal_options), .flags = -1, .max_line = 64 * 1024 \
	}

/**
 * Open a journal. Nothing is read before kban_journal_add().
 *
 * @return KBAN_OK; KBAN_E_SYSTEM without libsystemd; KBAN_E_INVAL if the options contradict each
 *         other; KBAN_E_NOMEM. With once: KBAN_E_NOTFOUND, KBAN_E_DENIED or KBAN_E_SYSTEM if it
 *         cannot be opened; else that is logged, and tried again by kban_journal_dispatch().
 */
KBAN_API KBAN_MUST_CHECK int kban_journal_new(struct kban_context *ctx,
					      const struct kban_journal_options *options,
					      struct kban_journal **out, struct kban_error **err);

/**
 * The same by what jails write behind "backend = systemd" and kban-regex takes as a log:
 * "systemd[journalpath=DIR]". Known are journalpath, journalfiles, journalflags, namespace and
 * rotated; the word before the bracket does not matter.
 *
 * @param once  As in the options.
 *
 * @return As kban_journal_new(), or KBAN_E_SYNTAX.
 */
KBAN_API KBAN_MUST_CHECK int kban_journal_open(struct kban_context *ctx, const char *backend,
					       int once, struct kban_journal **out,
					       struct kban_error **err);

/** NULL is allowed. */
KBAN_API void kban_journal_free(struct kban_journal *journal);

/**
 * Hand out entries that match. Called again for the same reader, entries that match either.
 *
 * @param words   NULL-terminated, such as _SYSTEMD_UNIT=sshd.service: different fields must all
 *                match, of the same field one; "+" stands between alternatives. No words at all:
 *                every entry.
 * @param reader  Handed out with lines; may be NULL where there is one reader only.
 *
 * @return KBAN_OK; KBAN_E_SYNTAX for a word that is no match; KBAN_E_LIMIT (more than 4096 words
 *         for a reader); KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_journal_add(struct kban_journal *journal,
					      const char *const *words, void *reader,
					      struct kban_error **err);

/** Forget @a reader and what it wanted. */
KBAN_API void kban_journal_remove(struct kban_journal *journal, const void *reader);

/** How many readers there are. */
KBAN_API size_t kban_journal_reader_count(const struct kban_journal *journal);

/** Pass over entries older than @a since. To be called before the first kban_journal_next(). */
KBAN_API void kban_journal_begin(struct kban_journal *journal, kban_usec since);

/**
 * Go on behind the entry @a cursor, which was of @a time. If it is gone, reading goes on at the
 * oldest entry after it that exists, and a warning tells of the gap. To be called before the first
 * kban_journal_next().
 *
 * @return KBAN_OK or KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_journal_restore(struct kban_journal *journal, const char *cursor,
						  kban_usec time);

/** Descriptor to poll for reading, or -1. It may be another one after kban_journal_dispatch(). */
KBAN_API int kban_journal_fd(const struct kban_journal *journal);

/**
 * Take in what the descriptor reports: entries, and files that came or went. Never blocks.
 *
 * @return KBAN_OK or KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_journal_dispatch(struct kban_journal *journal, kban_usec now);

/** When to call kban_journal_dispatch() though the descriptor is silent; 0: at once. */
KBAN_API kban_usec kban_journal_next_due(const struct kban_journal *journal);

/** A line; valid until the next call that changes the journal. */
struct kban_journal_line {
	void *const *readers; /**< who wants it */
	size_t reader_count;
	struct kban_text text; /**< without line feeds: those within it are "\n", two bytes */
	kban_usec time;        /**< when it was logged, by whoever logged it */
	int catching_up;       /**< nonzero until the end of the journal has been reached once */
};

/**
 * The next line. The position moves as lines are handed out: see kban_follow_next().
 *
 * @return 1 and @a out is filled; 0 if all that is there has been read, or if so many entries were
 *         for nobody that others should have their turn, which kban_journal_next_due() then tells
 *         (unless reading once); KBAN_E_NOMEM. What cannot be read is logged.
 */
KBAN_API KBAN_MUST_CHECK int kban_journal_next(struct kban_journal *journal,
					       struct kban_journal_line *out);

/** Where reading stands. */
struct kban_journal_state {
	const char *
		cursor; /**< of the last entry, or NULL; valid until the next kban_journal_next() */
	kban_usec time; /**< when that was received, or KBAN_TIME_NONE */
	uint64_t entries; /**< looked at so far */
	uint64_t lines;   /**< handed out so far */
	int changed;      /**< nonzero if the position moved since kban_journal_saved() */
};

/** The state of @a journal. */
KBAN_API void kban_journal_state(const struct kban_journal *journal,
				 struct kban_journal_state *out);

/** Tell that the position, as it is now, has been saved. */
KBAN_API void kban_journal_saved(struct kban_journal *journal);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_JOURNAL_H */
