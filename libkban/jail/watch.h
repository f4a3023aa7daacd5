/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A watch from the inside.
 *
 * watch.c            reading, passes, audits
 * watch-configure.c  from a configuration to jails, and from the old jails to the new
 */
#ifndef KB_JAIL_WATCH_H
#define KB_JAIL_WATCH_H

#include <kban/watch.h>

#include "jail/jail-settings.h"
#include "jail/pass.h"

/* A jail of the configuration, running or not. It is the reader of its logs. */
struct kb_watched {
	char *name;
	char *problem; /* why it does not run, or NULL */
	struct kb_jail_settings *settings;
	struct kban_jail *jail; /* NULL with a problem */
};

struct kban_watch {
	struct kban_context *ctx;
	struct kban_watch_options options;
	struct kban_follow *follow;
	struct kban_config *config; /* the one in force, or NULL */
	struct kban_rules *rules;

	struct kb_watched **jails; /* in order of their names */
	size_t jail_count;
	struct kban_jail **running; /* those of jails that run */
	size_t running_count;
	struct kb_set
		*retired; /* sets of jails that are gone; removed when no rule refers to them */
	size_t retired_count, retired_capacity;

	struct kb_pass pass;
	bool is_spoilt;     /* memory ran out within a block; nothing is saved any more */
	kban_usec tidy_at;  /* when to forget what no longer matters; 0: soon */
	kban_usec retry_at; /* after a pass that failed, or KBAN_FOREVER */

	kban_event_fn *listener;
	void *listener_data;
};

/* Settle all jails; see jail/pass.h. */
int kb_watch_settle(struct kban_watch *watch, kban_usec now, struct kban_error **err);

void kb_watched_free(struct kb_watched *watched);

KB_DEFINE_AUTO(watched)

#endif /* KB_JAIL_WATCH_H */
