/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "once.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>
#include <uv.h>

#include "cli/iso-time.h"
#include "packet-filter.h"
#include "resolver.h"
#include "setup.h"

static kban_usec fixed_clock(void *data)
{
	const struct arguments *arguments = data;

	return arguments->now;
}

static void print_json(const struct kban_event *event, const char *host, const char *time)
{
	json_t *object = json_object();

	json_object_set_new(object, "jail", json_string(event->jail));
	json_object_set_new(object, "host", json_string(host));
	json_object_set_new(object, "time", json_string(time));
	json_object_set_new(object, "line", json_integer((json_int_t)event->line));
	json_object_set_new(object, "failures", json_integer(event->failures));
	json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(object);
}

static void print_text(const struct kban_event *event, const char *host, const char *time,
		       const char *would)
{
	char span[KBAN_DURATION_TEXT_SIZE];
	char *source = kban_text_printable((struct kban_text){
		event->source ? event->source : "", event->source ? strlen(event->source) : 0 });

	kban_duration_print(
		event->until == KBAN_FOREVER ? KBAN_FOREVER : event->until - event->time, span);
	printf("%s [%s] %s%s for %s: %u failures, the last in line %llu of %s\n", time, event->jail,
	       would, host, span, event->failures, (unsigned long long)event->line,
	       source ? source : "");
	free(source);
}

static void on_event(const struct kban_event *event, void *data)
{
	const struct arguments *arguments = data;
	char host[KBAN_ADDR_TEXT_SIZE], time[CLI_ISO_TIME_SIZE];

	if (event->kind != KBAN_EVENT_BAN)
		return;
	kban_addr_print(&event->host, host);
	cli_iso_time(event->time, time);
	if (arguments->json)
		print_json(event, host, time);
	else
		print_text(event, host, time, arguments->dry_run ? "would ban " : "ban ");
}

static void rules_made(int failed, void *data)
{
	*(int *)data = failed;
}

/* The rules without which the sets would keep nobody out. */
static int make_rules(const struct kban_rules *rules, struct kban_backend *backend, struct log *log)
{
	struct packet_filter *filter;
	uv_loop_t loop;
	int failed = 2;

	if (uv_loop_init(&loop) < 0)
		return setup_trouble(NULL);
	filter = packet_filter_new(&loop, log, backend);
	if (filter != NULL) {
		packet_filter_use(filter, rules);
		packet_filter_check(filter, rules_made, &failed);
		uv_run(&loop, UV_RUN_DEFAULT);
	}
	packet_filter_free(filter);
	uv_loop_close(&loop);
	return failed == 2 ? EXIT_TROUBLE : EXIT_GOOD;
}

/* What was found so far is of use to who reads it while the input goes on. */
static bool wait_for_input(const struct kban_watch *watch)
{
	struct pollfd poll_fd = { .fd = kban_watch_fd(watch), .events = POLLIN };

	fflush(stdout);
	return kban_watch_has_input(watch) && (poll(&poll_fd, 1, -1) > 0 || errno == EINTR);
}

/* Slices of logs for which all jails are settled once. */
#define SLICES_AT_ONCE 32

/* One pass for all of it, and not one for each slice. */
static int read_some(struct kban_watch *watch, kban_usec now, struct kban_error **err)
{
	int more = 1;

	for (unsigned i = 1; i < SLICES_AT_ONCE && more > 0; i++)
		more = kban_watch_read(watch, now, err);
	return more < 0 ? more : kban_watch_dispatch(watch, now, err);
}

static int read_all(struct kban_watch *watch, const struct kban_context *ctx)
{
	kban_auto(error) error = NULL;
	int more;

	do {
		more = read_some(watch, kban_context_now(ctx), &error);
		if (more < 0)
			return setup_trouble(error);
	} while (more > 0 || wait_for_input(watch));
	return EXIT_GOOD;
}

static void print_problems(const struct kban_watch *watch)
{
	for (size_t i = 0; i < kban_watch_jail_count(watch); i++)
		if (kban_watch_jail_problem(watch, i) != NULL)
			fprintf(stderr, "kban-tail: jail '%s' does not run: %s\n",
				kban_watch_jail_name(watch, i), kban_watch_jail_problem(watch, i));
}

/* Objects in the order they are to be released in, last first. */
struct once {
	struct kban_context *ctx;
	struct resolver *resolver;
	struct kban_config *config;
	struct log *log;
	struct kban_store *store;
	struct kban_backend *backend;
	struct kban_watch *watch;
};

static int prepare(struct once *once, const struct arguments *arguments)
{
	struct kban_watch_options options = KBAN_WATCH_OPTIONS_INIT;
	kban_auto(error) error = NULL;
	int status = setup_config(arguments, once->ctx, &once->config);

	if (status == EXIT_GOOD)
		status = setup_log(arguments, once->config, once->ctx, &once->log);
	if (status == EXIT_GOOD)
		status = setup_store(arguments, once->ctx, &once->store);
	if (status == EXIT_GOOD)
		status = setup_backend(arguments, once->config, once->ctx, &once->backend);
	if (status != EXIT_GOOD)
		return status;
	options.backend = once->backend;
	options.store = once->store;
	options.replay = 1;
	options.input = STDIN_FILENO;
	if (kban_watch_new(once->ctx, &options, &once->watch, &error) < 0)
		return setup_trouble(error);
	kban_watch_set_listener(once->watch, on_event, (void *)(uintptr_t)arguments);
	if (kban_watch_configure(once->watch, once->config, &error) < 0)
		return setup_trouble(error);
	return EXIT_GOOD;
}

static int replay(struct once *once, const struct arguments *arguments)
{
	int status = prepare(once, arguments);

	if (status != EXIT_GOOD)
		return status;
	print_problems(once->watch);
	if (!arguments->dry_run)
		status = make_rules(kban_watch_rules(once->watch), once->backend, once->log);
	if (status == EXIT_GOOD)
		status = read_all(once->watch, once->ctx);
	return status;
}

int once_run(const struct arguments *arguments)
{
	struct once once = { .ctx = kban_context_new(),
			     .resolver = resolver_new(NULL, NULL, NULL) };
	int status;

	if (once.ctx == NULL || once.resolver == NULL)
		return setup_trouble(NULL);
	kban_context_set_resolver(once.ctx, resolver_ask, once.resolver);
	if (arguments->now != KBAN_TIME_NONE)
		kban_context_set_clock(once.ctx, fixed_clock, (void *)(uintptr_t)arguments);
	status = replay(&once, arguments);
	kban_watch_free(once.watch);
	kban_backend_free(once.backend);
	kban_store_close(once.store);
	kban_config_unref(once.config);
	kban_context_unref(once.ctx);
	resolver_free(once.resolver);
	log_close(once.log);
	return status;
}
