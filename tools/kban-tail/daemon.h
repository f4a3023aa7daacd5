/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The daemon: what only a process of its own needs. The library decides; here are the loop,
 * signals, the control socket, the programs that change the packet filter, and the log.
 */
#ifndef KBAN_TAIL_DAEMON_H
#define KBAN_TAIL_DAEMON_H

#include <stdbool.h>

#include <uv.h>

#include <kban/cleanup.h>

#include "arguments.h"
#include "guard.h"
#include "log.h"
#include "namer.h"
#include "packet-filter.h"
#include "pid-file.h"
#include "resolver.h"
#include "runner.h"
#include "server.h"

/* What the packet filter is being looked at for. */
enum daemon_phase {
	PHASE_STARTING, /* rules are made for the first time */
	PHASE_RUNNING,  /* rules are mended now and then */
	PHASE_CLEARING, /* rules are taken away, for a flush */
	PHASE_REFILLING /* after a flush, rules are made again */
};

struct daemon {
	const struct arguments *arguments;
	uv_loop_t loop;
	struct log *log;
	struct kban_context *ctx;
	struct kban_config *config;
	struct kban_backend *backend;
	struct kban_store *store;
	struct kban_watch *watch;
	struct resolver *resolver;
	struct namer *namer;
	struct packet_filter *packet_filter;
	struct runner *runner; /* of actions; NULL where nothing is to be changed */
	struct server *server;
	struct guard guard;
	char *pid_file; /* or NULL */

	uv_poll_t logs;      /* the watch's descriptor */
	uv_timer_t due;      /* the watch's next due */
	uv_timer_t audit;    /* comparing the kernel with the bans */
	uv_timer_t watchdog; /* telling systemd that the loop turns */
	uv_timer_t commands; /* an action that failed is tried again */
	uv_timer_t end;      /* closing down, after replies are written */
	uv_idle_t busy;      /* while there are more lines to read */
	uint64_t settled;    /* when the watch was last dispatched, as uv_hrtime() */
	uv_signal_t signals[4];

	enum daemon_phase phase;
	bool clear_wanted; /* a flush, or a stop that flushes, waits for the packet filter */
	bool check_wanted; /* rules changed while they were being looked at */
	bool stopping;
	bool ending_actions;         /* what they did is undone, and that is waited for */
	bool audit_failed;           /* and that was logged */
	int flushed;                 /* bans lifted by the flush under way, or a status */
	struct connection *flush_by; /* who waits for its end; held */
	int detached;                /* for detach_tell(), or -1 */
	int status;                  /* exit status */
};

/* Run until told to stop. @return exit status. */
int daemon_run(const struct arguments *arguments);

/*
 * Read the configuration again.
 * @param jail    NULL, or one that must be there, before or after.
 * @param config  Receives, with KBAN_E_SYNTAX, the configuration that was refused.
 * @return KBAN_E_NOTFOUND without the jail, and then nothing has changed.
 */
int daemon_reload(struct daemon *daemon, const char *jail, struct kban_config **config,
		  struct kban_error **err);

/* Put into force what a command changed. */
int daemon_settle(struct daemon *daemon, struct kban_error **err);

/* Lift all bans, remove sets and rules, start afresh; then answer @a by, unless it is NULL. */
void daemon_flush(struct daemon *daemon, struct connection *by);

void daemon_stop(struct daemon *daemon, bool flush);

#endif /* KBAN_TAIL_DAEMON_H */
