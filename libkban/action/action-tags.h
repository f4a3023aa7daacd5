/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is known of a ban, and which tags of an action tell it: <ip>, <failures>, <matches>.
 *
 * Much of it was written by whoever is banned. So a value is put into a script as it is only if it
 * has none but bytes that mean nothing to any shell; all else becomes an environment variable, and
 * the script refers to that.
 */
#ifndef KB_ACTION_ACTION_TAGS_H
#define KB_ACTION_ACTION_TAGS_H

#include "action/action.h"
#include "base/buffer.h"

/* Bytes of one value at most, so that the system takes it; of lines, the newest are kept. */
#define KB_TAG_VALUE_MAX ((size_t)96 * 1024)

/* Nothing in it is owned. All may be zero, as for a start: then only time and family are told. */
struct kb_ticket {
	const struct kban_addr *host; /* NULL: about no host */
	kban_usec time;               /* of the last failure, or now */
	kban_usec ban_time;           /* length of the ban; KBAN_FOREVER: it does not end */
	unsigned number;              /* bans of the host, this one included */
	unsigned failures;
	struct kban_text matches;          /* lines that led to the ban, joined by line feeds */
	struct kban_text all_matches;      /* those of its bans in all jails */
	struct kban_text all_jail_matches; /* those of its bans in this one */
	unsigned all_failures, all_jail_failures;
	bool is_restored;
	const char *host_name;   /* by the resolver; NULL: it has none */
	struct kban_text fields; /* of the first failure: NAME '\0' VALUE '\0' ... */

	/* Of the jail and this machine. */
	uint64_t found, found_total, banned, banned_total;
	const char *machine; /* own name, with its domain if that is known; NULL: unknown */
};

/*
 * Append the value of @a tag, without its brackets. False if it is no tag of bans, and then nothing
 * is appended. A field <F-NAME> that is not set is empty.
 */
bool kb_ticket_value(const struct kb_ticket *ticket, struct kban_text tag,
		     enum kb_action_family family, struct kb_buffer *out);

/* True if @a value may stand in a script as it is. */
bool kb_tag_is_plain(struct kban_text value);

/* Append the name of the variable for @a tag: "f2bV_matches", "f2bV_F_user". */
int kb_tag_variable(struct kban_text tag, struct kb_buffer *out);

/* Append NAME '\0' VALUE '\0' to @a fields; what is too long for them is left out. */
int kb_ticket_add_field(struct kb_buffer *fields, const char *name, struct kban_text value);

#endif /* KB_ACTION_ACTION_TAGS_H */
