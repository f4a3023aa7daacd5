/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/jail.h
 * The pipeline of one jail: lines or reports in, bans out.
 *
 * A jail judges lines by its filter, passes over hosts that its allow list protects, counts the
 * rest and bans who fails too often. What follows from the lines is put into force by
 * kban_jail_settle(), or for many jails at once by a struct kban_watch (see kban/watch.h): first
 * the kernel, then, once it has acknowledged, one transaction of the store. One thread at a time.
 */
#ifndef KBAN_JAIL_H
#define KBAN_JAIL_H

#include <kban/allow-list.h>
#include <kban/backend.h>
#include <kban/filter.h>
#include <kban/rules.h>
#include <kban/store.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kban_jail;

/** How a jail works. Start from KBAN_JAIL_OPTIONS_INIT and set what differs. */
struct kban_jail_options {
	size_t size;          /**< sizeof this struct, set by the initializer */
	const char *name;     /**< of 1 to 100 bytes, without white space or '/' */
	unsigned max_retry;   /**< failures that ban; 0 acts as 1 */
	kban_usec find_time;  /**< the time they must lie within */
	kban_usec ban_time;   /**< KBAN_FOREVER, or negative: does not end */
	unsigned max_matches; /**< log lines kept as the reason of a ban; at least one is */
	size_t max_hosts; /**< hosts counted at once; the one idle longest is forgotten beyond */
	const char *set;  /**< name of the IPv4 set; NULL: kban-NAME. IPv6: with a 6 behind it */
	int networks;     /**< nonzero: the sets hold networks, too */
	unsigned max_entries; /**< entries of a set at most; 0: the backend's default */
	/** Longer bans for hosts that were banned before; as jail.conf(5) bantime.*. */
	int increment;
	double factor;
	const unsigned *multipliers;
	size_t multiplier_count;
	kban_usec max_ban_time; /**< 0: no limit */
	kban_usec random_time;
	int all_jails;     /**< nonzero: earlier bans in other jails count, too */
	const char *table; /**< of nft, of its family inet, for the sets; NULL: kban */
	/** As jail.conf(5) bantime.formula, if there are no multipliers; NULL: doubles each time.
	 */
	const char *formula;
	unsigned most_entries; /**< what a full set may grow to; then the ban with the least time
				  left makes room; 0: 1048576 */
	int cut;               /**< nonzero: connections that a banned host has open are cut */
	/**
	 * Count and ban networks of so many bits instead of hosts, where none of their addresses is
	 * protected; 0: hosts.
	 */
	unsigned prefix4, prefix6;
	/** So many different hosts of a network that failed within find_time ban it; 0: never. */
	unsigned subnet_retry;
	unsigned subnet4, subnet6; /**< bits of such a network; 0: 24 and 64 */
	/**
	 * A script that is asked whether a failure is to be passed over, as jail.conf(5)
	 * ignorecommand; NULL: none. Only jails of a struct kban_watch ask.
	 */
	const char *ignore_command;
	const char *ignore_key;  /**< failures that come to the same text get one answer; NULL:
				      those of a host */
	unsigned ignore_answers; /**< so many answers are remembered; 0: none */
	kban_usec ignore_age;    /**< for so long */
	int estimate; /**< nonzero: failures are counted as fail2ban does; see kban/counter.h */
	/**
	 * Nonzero: of bans of before, those that began longer ago than bans of the jail last now
	 * are lifted, and no other lasts longer than that; with increment, max_ban_time alone
	 * counts.
	 */
	int strict_restore;
};

#define KBAN_JAIL_OPTIONS_INIT                                                                   \
	{                                                                                        \
		.size = sizeof(struct kban_jail_options), .max_retry = 5,                        \
		.find_time = 600 * KBAN_SECOND, .ban_time = 600 * KBAN_SECOND, .max_matches = 5, \
		.max_hosts = 2000000, .factor = 1                                                \
	}

/** What a jail works with. Each may be NULL but the backend; the jail does not own them. */
struct kban_jail_parts {
	struct kban_filter *filter;      /**< NULL: reports only; a reference is kept */
	struct kban_backend *backend;    /**< outlives the jail */
	struct kban_allow_list *allowed; /**< outlives the jail */
	struct kban_store *store;        /**< outlives the jail */
};

/**
 * Make a jail, ready its sets and take up what they and the store hold: a host that is banned in
 * either stays banned for what is left, failures counted before still count.
 *
 * @return KBAN_OK, KBAN_E_INVAL (a name or number that cannot be), or what the backend or the
 *         store answered.
 */
KBAN_API KBAN_MUST_CHECK int kban_jail_new(struct kban_context *ctx,
					   const struct kban_jail_options *options,
					   const struct kban_jail_parts *parts,
					   struct kban_jail **out, struct kban_error **err);

/** NULL is allowed. Bans stay in force. */
KBAN_API void kban_jail_free(struct kban_jail *jail);

/** Name of the jail; valid as long as it. */
KBAN_API const char *kban_jail_name(const struct kban_jail *jail);

/** Name of the set that holds the banned of @a family. */
KBAN_API const char *kban_jail_set(const struct kban_jail *jail, enum kban_family family);

/** Which clock a line counts by. */
enum kban_line_age {
	KBAN_LINE_FRESH,   /**< just written: a failure without a time counts as now */
	KBAN_LINE_WAITING, /**< written before anybody looked: without a time it does not count */
	KBAN_LINE_REPLAY   /**< of an old log that is its own clock: now is the newest time in it */
};

/** A line of a log. */
struct kban_line {
	struct kban_text text; /**< without its line feed */
	const char
		*source; /**< path of the log, or any name; lines of one source belong together */
	uint64_t number; /**< in the log, from 1; 0: unknown */
	enum kban_line_age age;
	kban_usec time; /**< when it was written, if its source tells; 0: its stamp tells */
};

/**
 * Judge a line, count it, decide.
 *
 * A failure counts at its own time: one later than @a now as if now, one older than find_time not
 * at all. @a now also completes dates without a year or day.
 *
 * @return 1 if the line completed a ban, 0 if not, KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_jail_feed(struct kban_jail *jail, const struct kban_line *line,
					    kban_usec now);

/**
 * Count a failure that the program itself saw.
 *
 * @param when    Time of the failure.
 * @param reason  Kept as the reason: "failed login of joe". Any bytes.
 *
 * @return 1 if it completed a ban, 0 if not (also for a host that is protected), KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_jail_report(struct kban_jail *jail, const struct kban_addr *host,
					      kban_usec when, struct kban_text reason);

/**
 * Ban a host by hand, for the jail's ban time from @a now on.
 *
 * @return 1 if it is newly banned, 0 if it was (the ban is made longer), KBAN_E_INVAL if it is a
 * network and the jail's sets hold none, KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_jail_ban(struct kban_jail *jail, const struct kban_addr *host,
					   kban_usec now);

/**
 * Lift the ban of a host, or of all that lie in a network. Their history stays.
 *
 * @param host  NULL: of all.
 *
 * @return How many were banned, or KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_jail_unban(struct kban_jail *jail, const struct kban_addr *host,
					     kban_usec now);

/** A ban that another program decided. Start from KBAN_IMPORT_INIT and set what differs. */
struct kban_import {
	size_t size; /**< sizeof this struct, set by the initializer */
	struct kban_addr host;
	kban_usec since;    /**< KBAN_TIME_NONE: now */
	kban_usec until;    /**< KBAN_FOREVER; KBAN_TIME_NONE: for the jail's ban time */
	unsigned number;    /**< how often it banned the host, this one included; at least 1 */
	const char *source; /**< kept with the lines: where they are from */
	const struct kban_text *lines; /**< of logs, that were the reason; any bytes */
	size_t line_count;
};

#define KBAN_IMPORT_INIT                                                     \
	{                                                                    \
		.size = sizeof(struct kban_import), .since = KBAN_TIME_NONE, \
		.until = KBAN_TIME_NONE, .number = 1                         \
	}

/** What became of it. */
enum kban_import_result {
	KBAN_IMPORT_BANNED = 1, /**< the host is banned from now on */
	KBAN_IMPORT_CHANGED,    /**< it was, and the end of its ban is another one now */
	KBAN_IMPORT_KNOWN,      /**< it was at least so long, or the ban was known and lifted */
	KBAN_IMPORT_OVER        /**< the ban is over, and kept in mind for the next one */
};

/**
 * Take over a ban of another program, with its end. The ban that a host has in force is made longer
 * if the other ends later; it is made shorter only in a set of fail2ban's, whose entries say of no
 * ban when it ends.
 *
 * @return An enum kban_import_result; KBAN_E_DENIED if the host is protected; KBAN_E_INVAL if it
 *         is a network and the jail's sets hold none, or if the times make no sense; KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_jail_import(struct kban_jail *jail,
					      const struct kban_import *import, kban_usec now);

/**
 * Put into force and save what lines, reports and time have brought. To be called after each batch
 * of lines; what a jail of a watch needs is done by the watch.
 *
 * @return KBAN_OK, or what the backend answered. Nothing is lost by a failure: it is tried again
 *         at the next call.
 */
KBAN_API KBAN_MUST_CHECK int kban_jail_settle(struct kban_jail *jail, kban_usec now,
					      struct kban_error **err);

/** When kban_jail_settle() has something to do next, KBAN_FOREVER if never. */
KBAN_API kban_usec kban_jail_next_due(const struct kban_jail *jail);

/** The entry of the allow list that protects @a host, or the reason no host like it is banned. */
KBAN_API const char *kban_jail_protection(const struct kban_jail *jail,
					  const struct kban_addr *host);

/** What a status shows. Start from KBAN_JAIL_STATS_INIT. */
struct kban_jail_stats {
	size_t size;             /**< sizeof this struct, set by the initializer */
	size_t currently_failed; /**< hosts with failures that still count */
	uint64_t total_failed;   /**< failures since the start */
	size_t currently_banned; /**< hosts that the kernel keeps out */
	uint64_t total_banned;   /**< bans since the start, those taken up included */
	size_t failed_to_apply;  /**< bans that the kernel refused; tried again */
	uint64_t odd_times;      /**< lines whose time was off by more than a minute */
	uint64_t limit_hits;     /**< tries of a rule or date format given up as too costly */
	size_t waiting;          /**< failures that wait for a name's addresses or ignorecommand */
};

#define KBAN_JAIL_STATS_INIT                           \
	{                                              \
		.size = sizeof(struct kban_jail_stats) \
	}

/** Fill @a out, up to its size, with the figures of now. */
KBAN_API void kban_jail_stats(const struct kban_jail *jail, struct kban_jail_stats *out);

/** The options the jail works by, as settled; texts live as long as the jail. */
KBAN_API const struct kban_jail_options *kban_jail_options(const struct kban_jail *jail);

/** What an operator may change of a running jail; see the options of the same names. */
struct kban_jail_limits {
	unsigned max_retry;
	kban_usec find_time;
	kban_usec ban_time;
};

/**
 * Let other limits hold from now on. Bans in force stay as they are; failures that the store
 * remembers are counted anew, and lead to a ban with the next failure of their host at the
 * earliest.
 *
 * @return KBAN_OK; KBAN_E_INVAL (find_time not above 0, max_retry above 65535) or KBAN_E_NOMEM, and
 *         then the old ones hold.
 */
KBAN_API KBAN_MUST_CHECK int kban_jail_set_limits(struct kban_jail *jail,
						  const struct kban_jail_limits *limits,
						  struct kban_error **err);

/** A ban that is in force. */
struct kban_ban {
	struct kban_addr host;
	kban_usec since, until; /**< until is KBAN_FOREVER if it does not end */
	/** How often the host was banned here, this one included; 0 before the first settling. */
	unsigned number;
	int applied; /**< nonzero if the kernel has acknowledged it */
};

/**
 * Visit bans in order of banning. The jail must not be changed meanwhile.
 *
 * @param visit  Nonzero from it ends the walk.
 */
typedef int kban_ban_visit_fn(const struct kban_ban *ban, void *data);
KBAN_API void kban_jail_each_ban(const struct kban_jail *jail, kban_ban_visit_fn *visit,
				 void *data);

/** Nonzero, and @a out is filled, if @a host is banned. @a out may be NULL. */
KBAN_API int kban_jail_find_ban(const struct kban_jail *jail, const struct kban_addr *host,
				struct kban_ban *out);

/** What happened to a host. */
enum kban_event_kind {
	KBAN_EVENT_FOUND,    /**< a failure was counted */
	KBAN_EVENT_IGNORED,  /**< a failure was not: the host is protected */
	KBAN_EVENT_BAN,      /**< a host was banned */
	KBAN_EVENT_AGAIN,    /**< a banned host failed so often that its ban was made longer */
	KBAN_EVENT_RESTORED, /**< a ban was taken up at the start */
	KBAN_EVENT_UNBAN     /**< a ban ended or was lifted */
};

struct kban_event {
	enum kban_event_kind kind;
	const char *jail;
	struct kban_addr host;
	kban_usec time;     /**< of the event: the failure's, or now */
	kban_usec until;    /**< of the ban */
	unsigned failures;  /**< counted in the window; 0 for a ban by hand */
	const char *source; /**< log of the line, or NULL */
	uint64_t line;      /**< number of the line, or 0 */
};

/**
 * Hear of what happens, as it is decided; it is in force when kban_jail_settle() has returned.
 * Texts live during the call. Events are also logged through the context, in fail2ban's words.
 */
typedef void kban_event_fn(const struct kban_event *event, void *data);
KBAN_API void kban_jail_set_listener(struct kban_jail *jail, kban_event_fn *listener, void *data);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_JAIL_H */
