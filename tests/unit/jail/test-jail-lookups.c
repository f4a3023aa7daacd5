/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <kban/cleanup.h>
#include <kban/jail.h>

#include "jail/jail.h"

#define START ((kban_usec)1767225600 * KBAN_SECOND)

struct bench {
	struct kban_context *ctx;
	struct kban_backend *backend;
	struct kban_store *store;
	struct kban_filter *filter;
	struct kban_allow_list *allowed;
	struct kban_jail *jail;
	kban_usec now;
	int answer; /* what the resolver says */
	unsigned asked;
	char logged[256]; /* the last warning */
};

static kban_usec clock_now(void *data)
{
	return ((struct bench *)data)->now;
}

/* The first address of each name is 192.0.2.1, the second is one that is never banned. */
static int resolve(const char *name, struct kban_addr *out, size_t max, void *data)
{
	struct bench *bench = data;

	assert_string_equal(name, "evil.example");
	assert_true(max >= 2);
	bench->asked++;
	out[0] = test_addr("192.0.2.1");
	out[1] = test_addr("198.51.100.9");
	return bench->answer;
}

static void note_warning(int level, const char *topic, const char *line, void *data)
{
	struct bench *bench = data;

	(void)topic;
	if (level == KBAN_WARNING)
		snprintf(bench->logged, sizeof(bench->logged), "%s", line);
}

static void open_jail(struct bench *bench)
{
	struct kban_jail_options options = KBAN_JAIL_OPTIONS_INIT;
	struct kban_jail_parts parts = { .filter = bench->filter,
					 .backend = bench->backend,
					 .allowed = bench->allowed,
					 .store = bench->store };

	options.name = "test";
	options.max_retry = 1;
	options.find_time = 600 * KBAN_SECOND;
	options.ban_time = 3600 * KBAN_SECOND;
	assert_int_equal(kban_jail_new(bench->ctx, &options, &parts, &bench->jail, NULL), KBAN_OK);
}

static int set_up(void **state)
{
	static const char *const rules[] = { "^ fail from <HOST>$", NULL };
	struct bench *bench = calloc(1, sizeof(*bench));
	struct kban_filter_options filter = KBAN_FILTER_OPTIONS_INIT;

	bench->now = START;
	bench->answer = KBAN_RESOLVE_LATER;
	bench->ctx = kban_context_new();
	kban_context_set_clock(bench->ctx, clock_now, bench);
	kban_context_set_log(bench->ctx, note_warning, bench);
	kban_context_set_resolver(bench->ctx, resolve, bench);
	filter.usedns = KBAN_USEDNS_WARN;
	filter.date_pattern = "^EPOCH";
	bench->allowed = kban_allow_list_new(bench->ctx);
	assert_int_equal(kban_backend_memory_new(bench->ctx, &bench->backend), KBAN_OK);
	assert_int_equal(kban_store_open(bench->ctx, NULL, &bench->store, NULL), KBAN_OK);
	assert_int_equal(kban_filter_new(bench->ctx, rules, &filter, &bench->filter, NULL),
			 KBAN_OK);
	assert_int_equal(kban_allow_list_add(bench->allowed, "198.51.100.0/24", NULL), KBAN_OK);
	open_jail(bench);
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	kban_jail_free(bench->jail);
	kban_store_close(bench->store);
	kban_backend_free(bench->backend);
	kban_allow_list_free(bench->allowed);
	kban_filter_unref(bench->filter);
	kban_context_unref(bench->ctx);
	free(bench);
	return 0;
}

static void feed(struct bench *bench)
{
	char text[64];
	struct kban_line line = { .source = "test.log", .number = 1, .age = KBAN_LINE_FRESH };

	snprintf(text, sizeof(text), "%lld fail from evil.example",
		 (long long)(bench->now / KBAN_SECOND));
	line.text = (struct kban_text){ text, strlen(text) };
	assert_int_equal(kban_jail_feed(bench->jail, &line, bench->now), 0);
}

static void settle(struct bench *bench)
{
	assert_int_equal(kban_jail_settle(bench->jail, bench->now, NULL), KBAN_OK);
}

static bool is_banned(struct bench *bench, const char *host)
{
	struct kban_addr addr = test_addr(host);

	return kban_backend_contains(bench->backend,
				     kban_jail_set(bench->jail, (enum kban_family)addr.family),
				     &addr, NULL);
}

static void an_answer_bans_all_but_who_is_never_banned(void **state)
{
	struct bench *bench = *state;

	feed(bench);
	settle(bench);
	assert_false(is_banned(bench, "192.0.2.1"));
	bench->now += KBAN_SECOND;
	bench->answer = 2;
	settle(bench);
	assert_true(is_banned(bench, "192.0.2.1"));
	assert_false(is_banned(bench, "198.51.100.9"));
	assert_string_equal(bench->logged, "Determined IP using DNS Lookup: evil.example = "
					   "{'192.0.2.1', '198.51.100.9'}");
}

static void who_waits_two_seconds_is_given_up(void **state)
{
	struct bench *bench = *state;

	feed(bench);
	assert_true(kban_jail_next_due(bench->jail) == START + 2 * KBAN_SECOND);
	bench->now += 2 * KBAN_SECOND;
	settle(bench);
	assert_string_equal(bench->logged,
			    "Unable to find a corresponding IP address for evil.example");
	bench->answer = 1;
	settle(bench);
	assert_false(is_banned(bench, "192.0.2.1"));
}

/* Killed while it waits: the position was saved, so the line is not read again. */
static void a_kill_loses_no_name(void **state)
{
	struct bench *bench = *state;

	feed(bench);
	settle(bench);
	kban_jail_free(bench->jail);
	bench->now += 60 * KBAN_SECOND;
	open_jail(bench);
	bench->answer = 1;
	settle(bench);
	assert_true(is_banned(bench, "192.0.2.1"));
	kban_jail_free(bench->jail);
	bench->asked = 0;
	open_jail(bench);
	settle(bench);
	assert_int_equal(bench->asked, 0);
}

static void a_name_of_long_ago_is_not_asked_for(void **state)
{
	struct bench *bench = *state;

	feed(bench);
	settle(bench);
	kban_jail_free(bench->jail);
	bench->now += 601 * KBAN_SECOND;
	bench->asked = 0;
	open_jail(bench);
	settle(bench);
	assert_int_equal(bench->asked, 0);
}

static void a_reload_goes_on_waiting(void **state)
{
	struct bench *bench = *state;
	struct kban_jail *old = bench->jail;

	feed(bench);
	open_jail(bench);
	kb_jail_inherit(bench->jail, old);
	kban_jail_free(old);
	bench->answer = 1;
	settle(bench);
	assert_true(is_banned(bench, "192.0.2.1"));
}

static void names_have_a_limit(void **state)
{
	struct bench *bench = *state;

	for (int i = 0; i <= KB_LOOKUPS_MAX; i++)
		feed(bench);
	assert_int_equal(bench->jail->lookup_count, KB_LOOKUPS_MAX);
	assert_string_equal(bench->logged, "[test] Too many host names are being looked up; a "
					   "failure is dropped");
}

#define LOOKUP_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOOKUP_TEST(an_answer_bans_all_but_who_is_never_banned),
		LOOKUP_TEST(who_waits_two_seconds_is_given_up),
		LOOKUP_TEST(a_kill_loses_no_name),
		LOOKUP_TEST(a_name_of_long_ago_is_not_asked_for),
		LOOKUP_TEST(a_reload_goes_on_waiting),
		LOOKUP_TEST(names_have_a_limit),
	};

	return cmocka_run_group_tests_name("jail-lookups", tests, NULL, NULL);
}
