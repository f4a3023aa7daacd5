/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a jail is made of, with a clock of the test's own: for tests of a jail without a watch. */
#ifndef JAIL_TEST_H
#define JAIL_TEST_H

#include "kban-test.h"

#include <stdio.h>

#include <kban/cleanup.h>
#include <kban/jail.h>

#include "jail/jail.h"

/* 2026-01-01 00:00:00 UTC; the lines of these tests begin with seconds since 1970. */
#define START ((kban_usec)1767225600 * KBAN_SECOND)

struct jail_bench {
	struct kban_context *ctx;
	struct kban_backend *backend;
	struct kban_store *store;
	struct kban_allow_list *allowed;
	struct kban_filter *filter; /* NULL before jail_bench_compile() */
	struct kban_jail *jail;     /* the test makes it */
	kban_usec now;
};

static inline kban_usec jail_bench_now(void *data)
{
	return ((struct jail_bench *)data)->now;
}

/* All but the filter and the jail, in memory; it must stay where it is. */
static inline void jail_bench_open(struct jail_bench *bench)
{
	bench->now = START;
	bench->ctx = kban_context_new();
	assert_non_null(bench->ctx);
	kban_context_set_clock(bench->ctx, jail_bench_now, bench);
	bench->allowed = kban_allow_list_new(bench->ctx);
	assert_non_null(bench->allowed);
	assert_int_equal(kban_backend_memory_new(bench->ctx, &bench->backend), KBAN_OK);
	assert_int_equal(kban_store_open(bench->ctx, NULL, &bench->store, NULL), KBAN_OK);
}

static inline void jail_bench_compile(struct jail_bench *bench, const char *const *rules,
				      enum kban_usedns usedns)
{
	struct kban_filter_options options = KBAN_FILTER_OPTIONS_INIT;

	options.usedns = usedns;
	options.date_pattern = "^EPOCH";
	assert_int_equal(kban_filter_new(bench->ctx, rules, &options, &bench->filter, NULL),
			 KBAN_OK);
}

static inline struct kban_jail_parts jail_bench_parts(const struct jail_bench *bench)
{
	return (struct kban_jail_parts){ .filter = bench->filter,
					 .backend = bench->backend,
					 .allowed = bench->allowed,
					 .store = bench->store };
}

static inline void jail_bench_make(struct jail_bench *bench,
				   const struct kban_jail_options *options)
{
	struct kban_jail_parts parts = jail_bench_parts(bench);

	assert_int_equal(kban_jail_new(bench->ctx, options, &parts, &bench->jail, NULL), KBAN_OK);
}

static inline void jail_bench_close(struct jail_bench *bench)
{
	kban_jail_free(bench->jail);
	kban_store_close(bench->store);
	kban_backend_free(bench->backend);
	kban_allow_list_free(bench->allowed);
	kban_filter_unref(bench->filter);
	kban_context_unref(bench->ctx);
}

/* A line of time @a when; what the jail makes of it. */
static inline int jail_bench_feed(struct jail_bench *bench, kban_usec when, const char *text)
{
	char line[256];
	struct kban_line fed = { .source = "test.log", .number = 1, .age = KBAN_LINE_FRESH };
	int len = snprintf(line, sizeof(line), "%lld %s", (long long)(when / KBAN_SECOND), text);

	fed.text = (struct kban_text){ line, (size_t)len };
	return kban_jail_feed(bench->jail, &fed, bench->now);
}

static inline void jail_bench_settle(struct jail_bench *bench)
{
	assert_int_equal(kban_jail_settle(bench->jail, bench->now, NULL), KBAN_OK);
}

static inline bool jail_bench_in_kernel(const struct jail_bench *bench, const char *host)
{
	struct kban_addr addr = test_addr(host);

	return kban_backend_contains(bench->backend,
				     kban_jail_set(bench->jail, (enum kban_family)addr.family),
				     &addr, NULL) != 0;
}

#endif /* JAIL_TEST_H */
