/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "detach.h"
#include "notify.h"
#include "setup.h"

/* How often the kernel is compared with the bans; what another tool removed is back by then. */
#define AUDIT_MS 4000

/* How long a backlog is read before what came of it is put into force and saved. */
#define SETTLE_NS (20 * 1000 * 1000)

/* How long actions may take to stop; what is left is told, and done at the next start. */
#define ACTIONS_MS 7000

static const int handled_signals[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };

#define SIGNAL_COUNT (sizeof(handled_signals) / sizeof(handled_signals[0]))

static void work(struct daemon *daemon);
static void rules_checked(int failed, void *data);
static void end(struct daemon *daemon, int status);
static void out_of_memory(struct daemon *daemon);

/* A slice of a backlog, so that other events have their turn in between. */
static void on_busy(uv_idle_t *idle)
{
	struct daemon *daemon = idle->data;
	int more = 0;

	if (daemon->stopping) {
		uv_idle_stop(idle);
		return;
	}
	if (uv_hrtime() - daemon->settled < SETTLE_NS)
		more = kban_watch_read(daemon->watch, kban_context_now(daemon->ctx), NULL);
	if (more <= 0)
		work(daemon);
}

/* While there is a backlog, each turn of the loop has its slice anyway. */
static void work_unless_busy(struct daemon *daemon)
{
	if (!uv_is_active((const uv_handle_t *)&daemon->busy))
		work(daemon);
}

static void on_due(uv_timer_t *timer)
{
	work_unless_busy(timer->data);
}

static void on_logs(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	work_unless_busy(poll->data);
}

static void on_answer(void *data)
{
	work(data);
}

static void on_alive(uv_timer_t *timer)
{
	(void)timer;
	notify_alive();
}

/* Wait for the next thing: at once, at a time, or when the descriptor says so. */
static void wait_for_more(struct daemon *daemon, bool more)
{
	kban_usec now = kban_context_now(daemon->ctx);
	kban_usec due = kban_watch_next_due(daemon->watch);
	uint64_t delay = due <= now ? 0 : (uint64_t)((due - now + 999) / 1000);

	if (daemon->stopping)
		return;
	if (more)
		uv_idle_start(&daemon->busy, on_busy);
	else
		uv_idle_stop(&daemon->busy);
	if (due == KBAN_FOREVER)
		uv_timer_stop(&daemon->due);
	else
		uv_timer_start(&daemon->due, on_due, delay, 0);
}

static void on_commands_due(uv_timer_t *timer);

/* Commands that actions want to be run, now or after a failure. */
static void run_commands(struct daemon *daemon)
{
	kban_usec now = kban_context_now(daemon->ctx);
	kban_usec due;

	if (daemon->runner == NULL)
		return;
	if (!runner_run(daemon->runner, daemon->watch, now)) {
		out_of_memory(daemon);
		return;
	}
	due = kban_watch_command_due(daemon->watch);
	if (due > now && due < KBAN_FOREVER)
		uv_timer_start(&daemon->commands, on_commands_due,
			       (uint64_t)((due - now + 999) / 1000), 0);
}

static void on_commands_due(uv_timer_t *timer)
{
	run_commands(timer->data);
}

/* The service manager starts anew, from what was saved; bans stay in the kernel meanwhile. */
static void out_of_memory(struct daemon *daemon)
{
	log_say(daemon->log, KBAN_CRITICAL,
		"Out of memory: kban-tail ends, and bans stay in force");
	end(daemon, EXIT_TROUBLE);
}

/* What else fails here was logged by the library, and is tried again. */
static void work(struct daemon *daemon)
{
	int more;

	if (daemon->stopping || daemon->phase == PHASE_STARTING)
		return;
	more = kban_watch_dispatch(daemon->watch, kban_context_now(daemon->ctx), NULL);
	daemon->settled = uv_hrtime();
	if (more == KBAN_E_NOMEM) {
		out_of_memory(daemon);
		return;
	}
	wait_for_more(daemon, more > 0);
	run_commands(daemon);
}

int daemon_settle(struct daemon *daemon, struct kban_error **err)
{
	int more = kban_watch_dispatch(daemon->watch, kban_context_now(daemon->ctx), err);

	wait_for_more(daemon, more > 0);
	run_commands(daemon);
	return more < 0 ? more : KBAN_OK;
}

static void check_rules(struct daemon *daemon)
{
	daemon->check_wanted = !packet_filter_check(daemon->packet_filter, rules_checked, daemon);
}

/* A failure that lasts is told once. */
static void audit(struct daemon *daemon)
{
	kban_auto(error) reason = NULL;
	bool failed = kban_watch_audit(daemon->watch, kban_context_now(daemon->ctx), &reason) < 0;

	if (failed && !daemon->audit_failed)
		log_say(daemon->log, KBAN_ERROR, "Sets cannot be compared with bans: %s",
			kban_error_text(reason));
	daemon->audit_failed = failed;
}

/* Compare the kernel with what it should contain, and mend it. */
static void look_at_kernel(void *data)
{
	struct daemon *daemon = data;

	if (daemon->phase != PHASE_RUNNING || daemon->stopping)
		return;
	audit(daemon);
	wait_for_more(daemon, false);
	if (!daemon->arguments->dry_run)
		check_rules(daemon);
	work(daemon);
}

static void on_audit(uv_timer_t *timer)
{
	look_at_kernel(timer->data);
}

static void close_handle(uv_handle_t *handle, void *data)
{
	(void)data;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

/* Programs that still run are killed and their ends waited for by the loop; then all is closed. */
static void close_all(struct daemon *daemon)
{
	uv_handle_t *own[] = {
		(uv_handle_t *)&daemon->logs,     (uv_handle_t *)&daemon->due,
		(uv_handle_t *)&daemon->audit,    (uv_handle_t *)&daemon->busy,
		(uv_handle_t *)&daemon->watchdog, (uv_handle_t *)&daemon->end,
		(uv_handle_t *)&daemon->commands,
	};

	packet_filter_close(daemon->packet_filter);
	runner_close(daemon->runner);
	guard_close(&daemon->guard);
	resolver_close(daemon->resolver);
	namer_close(daemon->namer);
	server_close(daemon->server);
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (own[i]->loop != NULL)
			close_handle(own[i], NULL);
	for (size_t i = 0; i < SIGNAL_COUNT; i++)
		if (daemon->signals[i].loop != NULL)
			close_handle((uv_handle_t *)&daemon->signals[i], NULL);
}

static void on_end(uv_timer_t *timer)
{
	close_all(timer->data);
}

/* Once replies that are under way have had their turn. */
static void end(struct daemon *daemon, int status)
{
	daemon->status = status;
	daemon->stopping = true;
	uv_timer_start(&daemon->end, on_end, 0, 0);
}

static void save(struct daemon *daemon)
{
	if (kban_watch_dispatch(daemon->watch, kban_context_now(daemon->ctx), NULL) < 0)
		log_say(daemon->log, KBAN_WARNING,
			"Not everything could be put into force; it will be at the next start");
}

static void on_actions_late(uv_timer_t *timer)
{
	struct daemon *daemon = timer->data;

	log_say(daemon->log, KBAN_WARNING,
		"%zu actions have not ended in time and are killed; the next start goes on with "
		"them",
		kban_watch_open_actions(daemon->watch));
	daemon->ending_actions = false;
	save(daemon);
	end(daemon, EXIT_GOOD);
}

/* What is left to do before the end. */
static void go_on_ending(struct daemon *daemon)
{
	run_commands(daemon);
	if (!daemon->ending_actions || kban_watch_open_actions(daemon->watch) > 0)
		return;
	daemon->ending_actions = false;
	save(daemon);
	end(daemon, EXIT_GOOD);
}

/* Actions undo what they did, as those of fail2ban do; bans stay in the kernel meanwhile. */
static void end_actions(struct daemon *daemon)
{
	daemon->stopping = true;
	if (daemon->runner == NULL || daemon->phase == PHASE_STARTING ||
	    kban_watch_close_actions(daemon->watch) < 0) {
		end(daemon, EXIT_GOOD);
		return;
	}
	daemon->ending_actions = true;
	uv_timer_start(&daemon->end, on_actions_late, ACTIONS_MS, 0);
	go_on_ending(daemon);
}

static void on_command_over(void *data)
{
	struct daemon *daemon = data;

	if (daemon->ending_actions)
		go_on_ending(daemon);
	else
		work(daemon);
}

static void start_guard(struct daemon *daemon)
{
	daemon->guard.ctx = daemon->ctx;
	daemon->guard.watch = daemon->watch;
	daemon->guard.log = daemon->log;
	daemon->guard.look = look_at_kernel;
	daemon->guard.data = daemon;
	guard_start(&daemon->guard, &daemon->loop);
}

/* Without it all works; only who looks for it does not find it. */
static void write_pid_file(struct daemon *daemon)
{
	char problem[256];

	if (daemon->arguments->dry_run)
		return;
	daemon->pid_file = pid_file_write(kban_config_pid_file(daemon->config), problem);
	if (problem[0] != '\0')
		log_say(daemon->log, KBAN_WARNING, "%s; no number is written to it", problem);
}

static void become_ready(struct daemon *daemon)
{
	char problem[256] = "out of memory";

	daemon->phase = PHASE_RUNNING;
	if (server_open(&daemon->loop, daemon->arguments->socket_path, commands_answer, daemon,
			&daemon->server, problem) < 0) {
		fprintf(stderr, "kban-tail: %s\n", problem);
		log_say(daemon->log, KBAN_CRITICAL, "%s", problem);
		end(daemon, EXIT_TROUBLE);
		return;
	}
	log_say(daemon->log, KBAN_INFO, "kban-tail %s is ready, %zu jails, bans by %s",
		KBAN_VERSION, kban_watch_jail_count(daemon->watch),
		kban_backend_name(daemon->backend));
	uv_timer_start(&daemon->audit, on_audit, AUDIT_MS, AUDIT_MS);
	start_guard(daemon);
	write_pid_file(daemon);
	notify_ready();
	detach_tell(daemon->detached, EXIT_GOOD);
	daemon->detached = -1;
	work(daemon);
}

static void start_failed(struct daemon *daemon)
{
	const char *problem =
		kban_backend_makes_rules(daemon->backend)
			? "the packet filter's rules cannot be made; see the log"
			: "the packet filter's rules cannot be made; iptables and ip6tables are "
			  "needed, and CAP_NET_ADMIN; or packetfilter = nft in fail2ban.conf; see "
			  "the log";

	fprintf(stderr, "kban-tail: %s\n", problem);
	log_say(daemon->log, KBAN_CRITICAL, "%s", problem);
	end(daemon, EXIT_TROUBLE);
}

static void answer_flush(struct daemon *daemon)
{
	struct connection *by = daemon->flush_by;
	struct kban_text bytes = { NULL, 0 };
	char parameters[64];
	int status;

	daemon->flush_by = NULL;
	if (by == NULL)
		return;
	snprintf(parameters, sizeof(parameters), "{\"count\":%d}", daemon->flushed);
	if (daemon->flushed >= 0)
		status = kban_message_write_reply(parameters, 0, &bytes);
	else
		status = kban_message_write_error(
			"io.kban.Failed", "{\"reason\":\"the kernel refused; see the log\"}",
			&bytes);
	if (status == KBAN_OK)
		server_reply(by, bytes);
	server_let_go(by);
}

/* No rule refers to the sets any more. */
static void clear_sets(struct daemon *daemon)
{
	daemon->flushed = kban_watch_flush(daemon->watch, kban_context_now(daemon->ctx), NULL);
	if (daemon->stopping) {
		answer_flush(daemon);
		end_actions(daemon);
		return;
	}
	daemon->phase = PHASE_REFILLING;
	audit(daemon);
	packet_filter_use(daemon->packet_filter, kban_watch_rules(daemon->watch));
	check_rules(daemon);
}

static void start_clearing(struct daemon *daemon)
{
	daemon->clear_wanted = false;
	daemon->phase = PHASE_CLEARING;
	packet_filter_use(daemon->packet_filter, NULL);
	if (daemon->arguments->dry_run)
		rules_checked(0, daemon);
	else
		check_rules(daemon);
}

static void rules_checked(int failed, void *data)
{
	struct daemon *daemon = data;

	switch (daemon->phase) {
	case PHASE_STARTING:
		if (failed == 2)
			start_failed(daemon);
		else
			become_ready(daemon);
		break;
	case PHASE_CLEARING:
		clear_sets(daemon);
		return;
	case PHASE_REFILLING:
		daemon->phase = PHASE_RUNNING;
		answer_flush(daemon);
		work(daemon);
		break;
	case PHASE_RUNNING:
		break;
	}
	if (daemon->clear_wanted)
		start_clearing(daemon);
	else if (daemon->check_wanted && !daemon->stopping)
		check_rules(daemon);
}

static void clear(struct daemon *daemon)
{
	daemon->clear_wanted = true;
	if (!packet_filter_is_busy(daemon->packet_filter))
		start_clearing(daemon);
}

void daemon_flush(struct daemon *daemon, struct connection *by)
{
	struct kban_text bytes = { NULL, 0 };

	if (daemon->flush_by != NULL || daemon->phase != PHASE_RUNNING || daemon->stopping) {
		if (by != NULL &&
		    kban_message_write_error("io.kban.Failed", "{\"reason\":\"busy; try again\"}",
					     &bytes) == KBAN_OK)
			server_reply(by, bytes);
		return;
	}
	if (by != NULL)
		server_hold(by);
	daemon->flush_by = by;
	clear(daemon);
}

void daemon_stop(struct daemon *daemon, bool flush)
{
	if (daemon->stopping)
		return;
	log_say(daemon->log, KBAN_INFO, "Shutdown in progress...");
	notify_stopping();
	if (daemon->phase != PHASE_STARTING)
		save(daemon);
	daemon->stopping = true;
	if (flush)
		clear(daemon);
	else
		end_actions(daemon);
}

static void log_problems(const struct daemon *daemon, const struct kban_config *config)
{
	for (size_t i = 0; i < kban_config_problem_count(config); i++)
		log_say(daemon->log,
			kban_config_problem_is_error(config, i) ? KBAN_ERROR : KBAN_WARNING, "%s",
			kban_config_problem_text(config, i));
}

/* What could not be known before: a set that somebody else has, rules that cannot be. */
static void log_idle_jails(const struct daemon *daemon)
{
	for (size_t i = 0; i < kban_watch_jail_count(daemon->watch); i++) {
		const char *problem = kban_watch_jail_problem(daemon->watch, i);

		if (problem != NULL)
			log_say(daemon->log, KBAN_ERROR, "Jail '%s' does not run: %s",
				kban_watch_jail_name(daemon->watch, i), problem);
	}
}

/* All or nothing: with any mistake the old configuration stays in force. */
static int load_again(struct daemon *daemon, const char *jail, struct kban_config **config,
		      struct kban_error **err)
{
	int status = kban_config_load(daemon->ctx, daemon->arguments->config_dir, config, err);

	if (status < 0)
		return status;
	if (jail != NULL && kban_config_find_jail(*config, jail) == NULL &&
	    kban_watch_find(daemon->watch, jail) < 0)
		return KBAN_E_NOTFOUND;
	log_problems(daemon, *config);
	if (setup_has_errors(*config))
		return KBAN_E_SYNTAX;
	return kban_watch_configure(daemon->watch, *config, err);
}

int daemon_reload(struct daemon *daemon, const char *jail, struct kban_config **config,
		  struct kban_error **err)
{
	struct kban_config *old = daemon->config;
	int status;

	log_say(daemon->log, KBAN_INFO, "Reload all jails");
	notify_reloading();
	status = load_again(daemon, jail, config, err);
	if (status == KBAN_OK) {
		daemon->config = *config;
		*config = old;
		packet_filter_use(daemon->packet_filter, kban_watch_rules(daemon->watch));
		if (!daemon->arguments->dry_run)
			check_rules(daemon);
		log_idle_jails(daemon);
		log_say(daemon->log, KBAN_INFO, "Reload finished.");
	} else {
		log_say(daemon->log, KBAN_ERROR,
			"Reload refused; the old configuration stays in force");
	}
	notify_ready();
	work(daemon);
	return status;
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct daemon *daemon = handle->data;
	kban_auto(error) error = NULL;
	struct kban_config *refused = NULL;

	switch (number) {
	case SIGUSR1:
		log_reopen(daemon->log);
		log_say(daemon->log, KBAN_INFO, "Log opened again");
		break;
	case SIGHUP:
		if (daemon->phase == PHASE_STARTING || daemon->stopping)
			break;
		if (daemon_reload(daemon, NULL, &refused, &error) < 0 && error != NULL)
			log_say(daemon->log, KBAN_ERROR, "%s", kban_error_text(error));
		kban_config_unref(refused);
		break;
	default:
		daemon_stop(daemon, false);
	}
}

static void start_handles(struct daemon *daemon)
{
	int fd = kban_watch_fd(daemon->watch);
	uint64_t alive = notify_interval_ms();

	uv_timer_init(&daemon->loop, &daemon->due);
	uv_timer_init(&daemon->loop, &daemon->audit);
	uv_timer_init(&daemon->loop, &daemon->watchdog);
	uv_timer_init(&daemon->loop, &daemon->end);
	uv_timer_init(&daemon->loop, &daemon->commands);
	daemon->commands.data = daemon;
	uv_idle_init(&daemon->loop, &daemon->busy);
	daemon->due.data = daemon->audit.data = daemon->end.data = daemon->busy.data = daemon;
	if (alive > 0)
		uv_timer_start(&daemon->watchdog, on_alive, 0, alive);
	if (fd >= 0) {
		uv_poll_init(&daemon->loop, &daemon->logs, fd);
		daemon->logs.data = daemon;
		uv_poll_start(&daemon->logs, UV_READABLE, on_logs);
	}
	for (size_t i = 0; i < SIGNAL_COUNT; i++) {
		uv_signal_init(&daemon->loop, &daemon->signals[i]);
		daemon->signals[i].data = daemon;
		uv_signal_start(&daemon->signals[i], on_signal, handled_signals[i]);
	}
}

static int make_watch(struct daemon *daemon)
{
	struct kban_watch_options options = KBAN_WATCH_OPTIONS_INIT;
	kban_auto(error) error = NULL;

	options.backend = daemon->backend;
	options.store = daemon->store;
	options.without_actions = daemon->arguments->dry_run;
	/* In the background there is nobody who could write it. */
	if (daemon->arguments->foreground)
		options.input = STDIN_FILENO;
	if (kban_watch_new(daemon->ctx, &options, &daemon->watch, &error) < 0 ||
	    kban_watch_configure(daemon->watch, daemon->config, &error) < 0)
		return setup_trouble(error);
	for (size_t i = 0; i < kban_watch_jail_count(daemon->watch); i++)
		if (kban_watch_jail_problem(daemon->watch, i) == NULL)
			log_say(daemon->log, KBAN_INFO, "Jail '%s' started",
				kban_watch_jail_name(daemon->watch, i));
	log_idle_jails(daemon);
	return EXIT_GOOD;
}

/* Before anything of whoever has it already is changed, such as rules. */
static int claim_socket(struct daemon *daemon)
{
	char problem[256];

	if (server_claim(daemon->arguments->socket_path, problem) == KBAN_OK)
		return EXIT_GOOD;
	fprintf(stderr, "kban-tail: %s\n", problem);
	log_say(daemon->log, KBAN_CRITICAL, "%s", problem);
	return EXIT_TROUBLE;
}

static int prepare(struct daemon *daemon)
{
	const struct arguments *arguments = daemon->arguments;
	int status = setup_config(arguments, daemon->ctx, &daemon->config);

	if (status == EXIT_GOOD)
		status = setup_log(arguments, daemon->config, daemon->ctx, &daemon->log);
	if (status == EXIT_GOOD)
		status = setup_store(arguments, daemon->ctx, &daemon->store);
	if (status == EXIT_GOOD)
		status = claim_socket(daemon);
	if (status == EXIT_GOOD)
		status = setup_backend(arguments, daemon->config, daemon->ctx, &daemon->backend);
	if (status != EXIT_GOOD)
		return status;
	/* Standard error has them already. */
	if (!log_is_on_error(daemon->log))
		log_problems(daemon, daemon->config);
	daemon->resolver = resolver_new(&daemon->loop, on_answer, daemon);
	daemon->namer = namer_new(&daemon->loop, on_answer, daemon);
	daemon->packet_filter = packet_filter_new(&daemon->loop, daemon->log, daemon->backend);
	if (!arguments->dry_run)
		daemon->runner = runner_new(&daemon->loop, daemon->log, on_command_over, daemon);
	if (daemon->resolver == NULL || daemon->namer == NULL || daemon->packet_filter == NULL ||
	    (daemon->runner == NULL && !arguments->dry_run))
		return setup_trouble(NULL);
	kban_context_set_resolver(daemon->ctx, resolver_ask, daemon->resolver);
	kban_context_set_namer(daemon->ctx, namer_ask, daemon->namer);
	return make_watch(daemon);
}

static void run(struct daemon *daemon)
{
	start_handles(daemon);
	packet_filter_use(daemon->packet_filter, kban_watch_rules(daemon->watch));
	if (daemon->arguments->dry_run)
		become_ready(daemon);
	else
		check_rules(daemon);
	uv_run(&daemon->loop, UV_RUN_DEFAULT);
	log_say(daemon->log, KBAN_INFO, "kban-tail ends");
}

static void release(struct daemon *daemon)
{
	kban_watch_free(daemon->watch);
	kban_backend_free(daemon->backend);
	kban_store_close(daemon->store);
	kban_config_unref(daemon->config);
	packet_filter_free(daemon->packet_filter);
	runner_free(daemon->runner);
	resolver_close(daemon->resolver);
	namer_close(daemon->namer);
	uv_run(&daemon->loop, UV_RUN_DEFAULT);
	resolver_free(daemon->resolver);
	namer_free(daemon->namer);
	server_free(daemon->server);
	pid_file_remove(daemon->pid_file);
	uv_loop_close(&daemon->loop);
	kban_context_unref(daemon->ctx);
	log_close(daemon->log);
}

int daemon_run(const struct arguments *arguments)
{
	struct daemon daemon = { .arguments = arguments, .detached = -1 };

	if (!arguments->foreground) {
		daemon.detached = detach();
		if (daemon.detached < 0) {
			fprintf(stderr, "kban-tail: cannot go into the background: %s\n",
				strerror(errno));
			return EXIT_TROUBLE;
		}
	}
	/* A peer that goes away in the middle of a reply is no reason to die. */
	signal(SIGPIPE, SIG_IGN);
	daemon.ctx = kban_context_new();
	if (daemon.ctx == NULL || uv_loop_init(&daemon.loop) < 0)
		return setup_trouble(NULL);
	daemon.status = prepare(&daemon);
	if (daemon.status == EXIT_GOOD)
		run(&daemon);
	detach_tell(daemon.detached, daemon.status);
	release(&daemon);
	return daemon.status;
}
