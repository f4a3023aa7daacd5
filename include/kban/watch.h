/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/watch.h
 * All jails of a configuration, and the logs they share.
 *
 * A watch reads each file once, whatever the number of jails on it, and settles all jails together:
 * one batch for the kernel, one transaction for the store. It has no loop and starts nothing: who
 * has a loop polls its descriptor and calls kban_watch_dispatch() when that is readable or when
 * kban_watch_next_due() says so. One thread at a time.
 */
#ifndef KBAN_WATCH_H
#define KBAN_WATCH_H

#include <kban/config.h>
#include <kban/follow.h>
#include <kban/jail.h>
#include <kban/rules.h>
#include <kban/scanner.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kban_watch;

/** Start from KBAN_WATCH_OPTIONS_INIT and set what differs. */
struct kban_watch_options {
	size_t size;                  /**< sizeof this struct, set by the initializer */
	struct kban_backend *backend; /**< outlives the watch */
	struct kban_store *store;     /**< outlives the watch; NULL: nothing is remembered */
	int replay; /**< nonzero: logs are read once to their end, and are their own clock; lines
			 that begin with '#' are comments */
	int without_self;    /**< nonzero: ignoreself is not heeded, whatever jails say; for replays
				  of another host's logs */
	int without_actions; /**< nonzero: nobody asks for commands (kban/command.h); replays
				  have none anyway */
	int input; /**< descriptor that "logpath = stdin:" means, which stays the caller's and may
			block; -1: there is none */
};

#define KBAN_WATCH_OPTIONS_INIT                                        \
	{                                                              \
		.size = sizeof(struct kban_watch_options), .input = -1 \
	}

/**
 * A watch without jails.
 *
 * @param out  Receives it, owned by the caller.
 *
 * @return KBAN_OK, or what following files needs and has not: KBAN_E_SYSTEM, KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_watch_new(struct kban_context *ctx,
					    const struct kban_watch_options *options,
					    struct kban_watch **out, struct kban_error **err);

/** NULL is allowed. Bans, sets and rules stay. */
KBAN_API void kban_watch_free(struct kban_watch *watch);

/** Hear of what happens in any jail; see kban_jail_set_listener(). */
KBAN_API void kban_watch_set_listener(struct kban_watch *watch, kban_event_fn *listener,
				      void *data);

/**
 * Work by @a config from now on: make its jails, ready their sets, follow their logs. Jails that
 * were there go on with their bans and counters. A jail that cannot run is kept by name with its
 * problem; the others run. The watch keeps a reference to the configuration.
 *
 * @return KBAN_OK; KBAN_E_NOMEM, and then everything is as it was.
 */
KBAN_API KBAN_MUST_CHECK int kban_watch_configure(struct kban_watch *watch,
						  struct kban_config *config,
						  struct kban_error **err);

/** Descriptor to poll for reading, or -1. */
KBAN_API int kban_watch_fd(const struct kban_watch *watch);

/**
 * Read what is new, decide, put into force, save; a bounded amount of work. What is read is at most
 * a slice: some lines of several logs, or 128 KiB of one, or what takes 10 ms; logs take turns.
 *
 * @param now  Wall clock; also completes dates without a year.
 *
 * @return 1 if there is more to do at once, 0 if not, or what the backend answered: it is tried
 *         again. After KBAN_E_NOMEM the watch does and saves nothing any more: free it, and make
 *         another one; it reads again what was not saved. So nothing is lost by a failure.
 */
KBAN_API KBAN_MUST_CHECK int kban_watch_dispatch(struct kban_watch *watch, kban_usec now,
						 struct kban_error **err);

/**
 * Read a slice and decide, and leave the rest to the next kban_watch_dispatch(): for loops that
 * have others to serve while there is a backlog. To put into force and save costs as much as to
 * read a small slice, so once for some dozens of them is enough. Until then bans are not in force,
 * and a crash would have those slices read again.
 *
 * @param now  As in kban_watch_dispatch().
 *
 * @return 1 if there is more to read at once, 0 if not, or KBAN_E_NOMEM, as from
 *         kban_watch_dispatch().
 */
KBAN_API KBAN_MUST_CHECK int kban_watch_read(struct kban_watch *watch, kban_usec now,
					     struct kban_error **err);

/**
 * Nonzero while jails read the options' input and that has not ended: a replay is not over before
 * it has.
 */
KBAN_API int kban_watch_has_input(const struct kban_watch *watch);

/** When kban_watch_dispatch() is to be called though the descriptor is silent. */
KBAN_API kban_usec kban_watch_next_due(const struct kban_watch *watch);

/**
 * Descriptor that is readable when the packet filter was changed, or -1 where the kernel does not
 * tell. For it and for each second there is kban_watch_glance().
 */
KBAN_API int kban_watch_kernel_fd(const struct kban_watch *watch);

/**
 * Read what the kernel told, and glance at the sets; at little cost.
 *
 * @return 1 if somebody seems to have changed sets or rules, so that kban_watch_audit() and a look
 *         at the rules are called for; else 0.
 */
KBAN_API int kban_watch_glance(struct kban_watch *watch, kban_usec now);

/**
 * Compare the kernel's sets with the bans and put back what is missing. To be called every few
 * seconds, and when somebody changed sets.
 *
 * @return KBAN_OK, or what the kernel or the store answered first: KBAN_E_NOTFOUND, KBAN_E_DENIED,
 *         KBAN_E_SYSTEM, KBAN_E_NOMEM. A jail whose sets are in trouble keeps no other from being
 *         compared.
 */
KBAN_API KBAN_MUST_CHECK int kban_watch_audit(struct kban_watch *watch, kban_usec now,
					      struct kban_error **err);

/**
 * The rules that the packet filter must have for the jails that run. Valid until the next
 * kban_watch_configure().
 */
KBAN_API const struct kban_rules *kban_watch_rules(const struct kban_watch *watch);

/** How many jails there are, in order of their names, those that cannot run included. */
KBAN_API size_t kban_watch_jail_count(const struct kban_watch *watch);

/** Name of a jail; valid until the next kban_watch_configure(), as are the next two. */
KBAN_API const char *kban_watch_jail_name(const struct kban_watch *watch, size_t index);

/** The jail, or NULL if it cannot run. */
KBAN_API struct kban_jail *kban_watch_jail(const struct kban_watch *watch, size_t index);

/**
 * Whom the jail never bans, or NULL if it cannot run. May be changed, which holds until the next
 * kban_watch_configure(); bans in force stay.
 */
KBAN_API struct kban_allow_list *kban_watch_jail_allowed(struct kban_watch *watch, size_t index);

/** Why it cannot run, or NULL. */
KBAN_API const char *kban_watch_jail_problem(const struct kban_watch *watch, size_t index);

/** Index of the jail called @a name, or -1. */
KBAN_API int kban_watch_find(const struct kban_watch *watch, const char *name);

/** Logs that jail @a index follows and that are there, in order of their names, and then sockets
 * and the input. NULL ends. */
KBAN_API const char *kban_watch_jail_file(const struct kban_watch *watch, size_t index,
					  size_t file);

/** Entries of logpath of jail @a index, if it runs and none of them is there yet. NULL ends. */
KBAN_API const char *kban_watch_jail_waits_for(const struct kban_watch *watch, size_t index,
					       size_t entry);

/**
 * Let jail @a index read one more log, until the next kban_watch_configure().
 *
 * @param entry  As in logpath, without "head" or "tail": an absolute path of a file that is there,
 *               a pattern, or a socket.
 * @param from   Where to begin in files that nobody reads yet.
 *
 * @return KBAN_OK; KBAN_E_INVAL (the jail does not run, or reads the journal, or the path is not
 *         absolute); KBAN_E_NOTFOUND; KBAN_E_SYNTAX for a wrong socket; or as kban_follow_add().
 */
KBAN_API KBAN_MUST_CHECK int kban_watch_add_log(struct kban_watch *watch, size_t index,
						const char *entry, enum kban_follow_from from,
						struct kban_error **err);

/**
 * Let jail @a index no longer read a log, one of its configuration or one that was added.
 *
 * @return KBAN_OK, KBAN_E_NOTFOUND (there is no such entry), KBAN_E_SYNTAX, KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_watch_remove_log(struct kban_watch *watch, size_t index,
						   const char *entry, struct kban_error **err);

/**
 * Matches by which jail @a index reads the journal: the words of one, separated by blanks. An entry
 * that fits one of them is read; without any, all are.
 *
 * @return The text, or NULL beyond the last and for jails that read no journal; valid until the
 *         next call that changes the watch.
 */
KBAN_API const char *kban_watch_jail_match(struct kban_watch *watch, size_t index, size_t match);

/** Nonzero if jail @a index reads the journal. */
KBAN_API int kban_watch_jail_has_journal(const struct kban_watch *watch, size_t index);

/**
 * Let jail @a index read entries of the journal that match, too, until the next
 * kban_watch_configure().
 *
 * @param words  NULL-terminated; see kban_journal_add().
 *
 * @return KBAN_OK, KBAN_E_INVAL (the jail reads no journal), or as kban_journal_add().
 */
KBAN_API KBAN_MUST_CHECK int kban_watch_add_match(struct kban_watch *watch, size_t index,
						  const char *const *words,
						  struct kban_error **err);

/**
 * Take back a match, given by all of its words; without words, all matches.
 *
 * @return KBAN_OK, KBAN_E_INVAL (the jail reads no journal), KBAN_E_NOTFOUND, KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_watch_remove_match(struct kban_watch *watch, size_t index,
						     const char *const *words,
						     struct kban_error **err);

/** The follower, for its counters. */
KBAN_API const struct kban_follow *kban_watch_follow(const struct kban_watch *watch);

/**
 * What looks through @a log, a path of a file that is followed, for all jails that read it, at
 * once; valid until the next call that changes the watch. NULL while they try each line: a log has
 * no scanner before 2000 lines of it have come.
 */
KBAN_API const struct kban_scanner *kban_watch_scanner(const struct kban_watch *watch,
						       const char *log);

/** The number that the filter of jail @a index has in that scanner, or -1 if it has none. */
KBAN_API int kban_watch_scan_filter(const struct kban_watch *watch, const char *log, size_t index);

/** Nonzero while the store cannot be written. */
KBAN_API int kban_watch_is_unsaved(const struct kban_watch *watch);

/** When the store was last written, or KBAN_TIME_NONE. */
KBAN_API kban_usec kban_watch_saved(const struct kban_watch *watch);

/**
 * Lift all bans of all jails and remove their sets. The rules must be gone before: the kernel keeps
 * sets that rules refer to, emptied.
 *
 * @return How many bans were lifted, or what the backend answered.
 */
KBAN_API KBAN_MUST_CHECK int kban_watch_flush(struct kban_watch *watch, kban_usec now,
					      struct kban_error **err);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_WATCH_H */
