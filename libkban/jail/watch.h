/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A watch from the inside.
 *
 * watch.c            passes, audits
 * watch-commands.c   what actions want to be run
 * watch-configure.c  from a configuration to jails, and from the old jails to the new
 * watch-read.c       reading
 * watch-sources.c    where the lines of a jail come from, also when that is changed on the way
 */
#ifndef KB_JAIL_WATCH_H
#define KB_JAIL_WATCH_H

#include <kban/watch.h>

#include "ban/kernel-events.h"
#include "base/buffer.h"
#include "jail/actions.h"
#include "jail/jail-settings.h"
#include "jail/pass.h"
#include "jail/retired-sets.h"
#include "jail/syslog-list.h"
#include "jail/watch-scan.h"
#include "source/input.h"

/* Of a file at a time; what is between two looks at anything else. */
#define KB_WATCH_BLOCK_BYTES ((size_t)128 * 1024)

/* A jail of the configuration, running or not. It is the reader of its logs. */
struct kb_watched {
	char *name;
	char *problem; /* why it does not run, or NULL */
	struct kb_jail_settings *settings;
	struct kban_jail *jail; /* NULL with a problem */
	struct kb_actions *actions;
	bool has_journal;
	bool counts_bans;               /* of the other jails, instead of lines */
	struct kb_string_list *matches; /* of the journal: words of which all must match */
	size_t match_count, match_capacity;
};

struct kban_watch {
	struct kban_context *ctx;
	struct kban_watch_options options;
	struct kban_follow *follow;
	struct kb_journal_list journals;
	struct kb_watch_scans scans;
	struct kb_syslog_list sockets;
	struct kb_input input;
	size_t next_source;         /* whose turn it is to be read */
	int poll;                   /* epoll(7) descriptor for all of these */
	struct kban_config *config; /* the one in force, or NULL */
	struct kban_rules *rules;

	struct kb_watched **jails; /* in order of their names */
	size_t jail_count;
	struct kban_jail **running; /* those of jails that run */
	size_t running_count;
	struct kb_retired_sets retired;

	struct kb_jail_action **closing; /* of jails or configurations of before */
	size_t closing_count;
	uint64_t last_command;
	size_t turn;                     /* whose command is next */
	size_t question_turn;            /* of jails */
	struct kb_kernel_events *events; /* NULL: the kernel tells nothing */

	struct kb_pass pass;
	bool is_unsettled;  /* something was read since the last pass */
	bool is_spoilt;     /* memory ran out within a block; nothing is saved any more */
	kban_usec tidy_at;  /* when to forget what no longer matters; 0: soon */
	kban_usec retry_at; /* after a pass that failed, or KBAN_FOREVER */

	struct kb_buffer text; /* what the caller was told last */

	kban_event_fn *listener;
	void *listener_data;
};

/* What the backend, or the program for it, is told rules in. */
enum kban_rule_language kb_watch_language(const struct kban_watch *watch);

/* Settle all jails; see jail/pass.h. */
int kb_watch_settle(struct kban_watch *watch, kban_usec now, struct kban_error **err);

/* The same if more was read since, before somebody looks at what was saved, or jails or logs go.
 * KBAN_OK, also if it could not be done and is tried again, or KBAN_E_NOMEM. */
int kb_watch_settle_rest(struct kban_watch *watch, struct kban_error **err);

/* watch-commands.c: let go of actions that are closed and through. */
void kb_watch_release_closed(struct kban_watch *watch);

/* watch-sources.c: let the jail have its lines. */
int kb_watch_follow(struct kban_watch *watch, struct kb_watched *watched, struct kban_error **err);
int kb_watch_on_ban(const struct kban_jail *from, const struct kban_event *event, void *watch);
void kb_watch_unfollow(struct kban_watch *watch, const struct kb_watched *watched);

/* watch-read.c: a log that is replayed may have been commented by a person, as test data is. */
bool kb_watch_is_comment(const struct kban_line *line);

void kb_watched_clear_matches(struct kb_watched *watched);
void kb_watched_free(struct kb_watched *watched);

KB_DEFINE_AUTO(watched)

#endif /* KB_JAIL_WATCH_H */
