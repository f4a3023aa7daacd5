/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hosts of one action, and those among them that something is to be done for, in order. */
#ifndef KB_JAIL_ACTION_HOSTS_H
#define KB_JAIL_ACTION_HOSTS_H

#include <stdbool.h>

#include "base/addr-map.h"
#include "store/store.h"

enum kb_wish {
	KB_WISH_NONE,
	KB_WISH_BAN,
	KB_WISH_REBAN,
	KB_WISH_PROLONG,
	KB_WISH_UNBAN,
};

/* What a host's ban is about. */
struct kb_action_news {
	struct kban_addr addr;
	kban_usec since, until;
	unsigned failures, number;
	bool is_in_kernel;
};

struct kb_action_host {
	struct kb_action_news news;
	enum kb_wish wish;
	enum kb_action_state saved;             /* what the store was told last */
	bool is_done;                           /* banned by this action */
	bool is_restored;                       /* the wish is for a ban of before the start */
	bool is_flushed;                        /* a flush that is to come undoes it */
	bool again;                             /* banned once more, when what was done is undone */
	unsigned tries;                         /* that failed */
	kban_usec due;                          /* not before */
	struct kb_action_host *next, *previous; /* in order of wishes */
	struct kb_action_host *after, *before;  /* of all, in no order that means something */
};

struct kb_action_hosts {
	struct kb_addr_map *map;
	struct kb_action_host *all;
	struct kb_action_host *first, *last; /* with a wish */
	size_t wishes;
};

/* KBAN_OK or KBAN_E_NOMEM. */
int kb_action_hosts_init(struct kb_action_hosts *hosts);
void kb_action_hosts_clear(struct kb_action_hosts *hosts);

size_t kb_action_hosts_count(const struct kb_action_hosts *hosts);

struct kb_action_host *kb_action_hosts_find(const struct kb_action_hosts *hosts,
					    const struct kban_addr *addr);
/* The one that is there, or a new one. NULL without memory. */
struct kb_action_host *kb_action_hosts_add(struct kb_action_hosts *hosts,
					   const struct kban_addr *addr);
/* Frees it. */
void kb_action_hosts_remove(struct kb_action_hosts *hosts, struct kb_action_host *host);

/* A wish that changes keeps its place. */
void kb_action_hosts_wish(struct kb_action_hosts *hosts, struct kb_action_host *host,
			  enum kb_wish wish);
void kb_action_hosts_forget_wish(struct kb_action_hosts *hosts, struct kb_action_host *host);

#endif /* KB_JAIL_ACTION_HOSTS_H */
