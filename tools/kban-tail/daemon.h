/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The daemon: what only a process of its own needs. The library decides; here are the loop, signals,
 * the control socket, the programs that change the packet filter, and the log.
 */
#ifndef KBAN_TAIL_DAEMON_H
#define KBAN_TAIL_DAEMON_H

#include <stdbool.h>

#include <uv.h>

#include <kban/cleanup.h>

#include "log.h"
#include "packet-filter.h"
#include "resolver.h"
#include "server.h"

/* What the command line says. */
struct arguments {
	const char *config_dir; /* NULL: the default */
	const char *state_dir;
	const char *socket_path;
	const char *log_level;  /* NULL: what the configuration says */
	const char *log_target; /* NULL: what the configuration says */
	bool foreground, test, dry_run, once, json;
	kban_usec now; /* what dates are completed from, or KBAN_TIME_NONE: the clock */
};

/* Exit statuses; see kban-tail(8). */
enum {
	EXIT_GOOD = 0,
	EXIT_TROUBLE = 1,
	EXIT_USAGE = 2,
	EXIT_BAD_CONFIG = 255,
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
	struct packet_filter *packet_filter; /* NULL in a dry run */
	struct server *server;

	uv_poll_t logs;         /* the watch's descriptor */
	uv_timer_t due;         /* the watch's next due */
	uv_timer_t audit;       /* comparing kernel and bans */
	uv_timer_t watchdog;    /* telling systemd that the loop turns */
	uv_idle_t busy;         /* while there are more lines to read */
	uv_signal_t signals[3]; /* TERM, INT, HUP */
	bool ready, stopping;
	bool flush;             /* stop was told to lift all bans */
	int status;             /* exit status */
};

/* Run until told to stop. @return exit status. */
int daemon_run(const struct arguments *arguments);

/* Read all logs to their end and settle. @return exit status. */
int once_run(const struct arguments *arguments);

/* Check the configuration. @return exit status. */
int check_run(const struct arguments *arguments);

/* What a control command may do. */
int daemon_reload(struct daemon *daemon, struct kban_config **config, struct kban_error **err);
void daemon_stop(struct daemon *daemon, bool flush);
/* Put into force what a command changed. */
int daemon_settle(struct daemon *daemon, struct kban_error **err);

#endif /* KBAN_TAIL_DAEMON_H */
