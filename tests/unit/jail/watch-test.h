/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A watch on one log, with a configuration and a clock of a test's own. */
#ifndef WATCH_TEST_H
#define WATCH_TEST_H

#include "kban-test.h"

#include <stdbool.h>
#include <stdio.h>

#include <kban/watch.h>

#include "base/text.h"
#include "file-tree.h"
#include "store/store.h"

/* 2026-01-01 00:00:00 UTC; the lines of these tests begin with seconds since 1970. */
#define START ((kban_usec)1767225600 * KBAN_SECOND)

#define FILTER "[Definition]\nfailregex = ^ fail from <HOST>$\ndatepattern = ^EPOCH\n"
#define COMMON                                                                     \
	"[DEFAULT]\nfilter = f\nlogpath = @ROOT@/log\nmaxretry = 2\nusedns = no\n" \
	"ignoreself = no\naction = iptables-multiport[port=25]\nignoreip = 198.51.100.0/24\n"

struct bench {
	struct kban_context *ctx;
	struct kban_backend *backend;
	struct kban_store *store;
	struct kban_watch *watch;
	kban_usec now;
	kban_usec step; /* how long it takes to ask for the time */
	int input;      /* what stdin: is, or -1 */
	char *root;
};

static inline kban_usec clock_now(void *data)
{
	struct bench *bench = data;

	bench->now += bench->step;
	return bench->now;
}

static inline void write_file(const struct bench *bench, const char *name, const char *mode,
			      const char *text)
{
	kb_autofree char *whole = with_root(text, bench->root);
	kb_autofree char *path = NULL;
	FILE *file;

	assert_true(asprintf(&path, "%s/%s", bench->root, name) > 0);
	file = fopen(path, mode);
	assert_non_null(file);
	fputs(whole, file);
	assert_int_equal(fclose(file), 0);
}

static inline void configure(struct bench *bench)
{
	kban_auto(config) config = NULL;
	kban_auto(error) err = NULL;

	assert_int_equal(kban_config_load(bench->ctx, bench->root, &config, &err), KBAN_OK);
	assert_int_equal(kban_watch_configure(bench->watch, config, &err), KBAN_OK);
}

static inline void reload(struct bench *bench, const char *jails)
{
	kb_autofree char *text = NULL;

	assert_true(asprintf(&text, COMMON "%s", jails) > 0);
	write_file(bench, "jail.conf", "w", text);
	configure(bench);
}

static inline void make_watch(struct bench *bench)
{
	struct kban_watch_options options = KBAN_WATCH_OPTIONS_INIT;

	options.backend = bench->backend;
	options.store = bench->store;
	options.input = bench->input;
	assert_int_equal(kban_watch_new(bench->ctx, &options, &bench->watch, NULL), KBAN_OK);
}

static inline int set_up(void **state)
{
	static const struct test_file files[] = {
		{ "action.d", NULL }, { "filter.d", NULL }, { "filter.d/f.conf", FILTER },
		{ "log", "" },        { NULL, NULL },
	};
	struct bench *bench = calloc(1, sizeof(*bench));

	bench->now = START;
	bench->input = -1;
	bench->root = make_tree(files);
	bench->ctx = kban_context_new();
	kban_context_set_clock(bench->ctx, clock_now, bench);
	assert_int_equal(kban_backend_memory_new(bench->ctx, &bench->backend), KBAN_OK);
	assert_int_equal(kban_store_open(bench->ctx, NULL, &bench->store, NULL), KBAN_OK);
	make_watch(bench);
	*state = bench;
	return 0;
}

static inline int tear_down(void **state)
{
	struct bench *bench = *state;

	kban_watch_free(bench->watch);
	kban_store_close(bench->store);
	kban_backend_free(bench->backend);
	kban_context_unref(bench->ctx);
	remove_tree(bench->root);
	free(bench);
	return 0;
}

/* Lines of hosts, parted by blanks, written at the bench's time. */
static inline void append_failures(struct bench *bench, const char *hosts)
{
	kb_autofree char *copy = strdup(hosts);
	char line[128];

	for (char *host = strtok(copy, " "); host != NULL; host = strtok(NULL, " ")) {
		snprintf(line, sizeof(line), "%lld fail from %s\n",
			 (long long)(bench->now / KBAN_SECOND), host);
		write_file(bench, "log", "a", line);
	}
	/* A look at every file is due by then at the latest. */
	bench->now += 3 * KBAN_SECOND;
}

static inline void read_all(struct bench *bench)
{
	while (kban_watch_dispatch(bench->watch, bench->now, NULL) > 0)
		continue;
}

static inline void log_failures(struct bench *bench, const char *hosts)
{
	append_failures(bench, hosts);
	read_all(bench);
}

static inline bool is_banned(const struct bench *bench, const char *jail, const char *host)
{
	struct kban_addr addr = test_addr(host);
	char set[64];

	snprintf(set, sizeof(set), "kban-%s%s", jail, addr.family == KBAN_IPV6 ? "6" : "");
	return kban_backend_contains(bench->backend, set, &addr, NULL);
}

#define WATCH_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

#endif /* WATCH_TEST_H */
