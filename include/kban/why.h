/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/why.h
 * Why an address is banned, was banned, is about to be, or is not.
 */
#ifndef KBAN_WHY_H
#define KBAN_WHY_H

#include <kban/watch.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A failure that was counted. */
struct kban_why_failure {
	kban_usec time;
	char *rule_text; /**< failregex as written; NULL for a report */
	char *rule_file; /**< NULL where it is not from a file */
	unsigned rule_line;
	char *source;          /**< path of the log; NULL for a report */
	uint64_t line;         /**< in the log; 0: unknown */
	struct kban_text text; /**< the log lines, parted by line feeds */
};

/** A ban, in force or over. */
struct kban_why_ban {
	char *jail;
	char *set;              /**< set that holds it; "" where the jail is gone */
	struct kban_addr host;  /**< the address, or a network that contains it */
	kban_usec since, until; /**< until is KBAN_FOREVER if it does not end */
	unsigned number;
	int manual;      /**< nonzero: by hand, or taken up from the kernel */
	int active;      /**< nonzero: in force */
	int applied;     /**< nonzero: the kernel has it */
	kban_usec ended; /**< when it is over */
	const char *end; /**< "expired", "unbanned", "flushed"; static; NULL while it is in force */
	struct kban_why_failure *failures;
	size_t failure_count;
};

/** Failures in a jail that has not banned the address (yet). */
struct kban_why_pending {
	char *jail;
	unsigned count;     /**< that count now */
	unsigned max_retry; /**< that ban */
	kban_usec find_time;
	struct kban_why_failure *failures;
	size_t failure_count;
};

/** What protects the address in a jail. */
struct kban_why_protection {
	char *jail;
	char *entry; /**< of the allow list */
};

/** All that is known of an address. */
struct kban_why {
	struct kban_why_ban *bans; /**< those in force first, then the newest */
	size_t ban_count;
	struct kban_why_pending *pending;
	size_t pending_count;
	struct kban_why_protection *protections;
	size_t protection_count;
};

/**
 * Gather all that jails and store know of @a host.
 *
 * @param out  Receives the answer, owned by the caller.
 *
 * @return KBAN_OK, or what the store answered.
 */
KBAN_API KBAN_MUST_CHECK int kban_watch_why(struct kban_watch *watch, const struct kban_addr *host,
					    kban_usec now, struct kban_why **out,
					    struct kban_error **err);

/** NULL is allowed. */
KBAN_API void kban_why_free(struct kban_why *why);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_WHY_H */
