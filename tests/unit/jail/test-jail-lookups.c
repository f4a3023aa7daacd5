/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail-test.h"

struct bench {
	struct jail_bench base;
	int answer; /* what the resolver says */
	unsigned asked;
	char logged[256]; /* the last warning */
};

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

	options.name = "test";
	options.max_retry = 1;
	options.find_time = 600 * KBAN_SECOND;
	options.ban_time = 3600 * KBAN_SECOND;
	jail_bench_make(&bench->base, &options);
}

static int set_up(void **state)
{
	static const char *const rules[] = { "^ fail from <HOST>$", NULL };
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	bench->answer = KBAN_RESOLVE_LATER;
	jail_bench_open(&bench->base);
	kban_context_set_log(bench->base.ctx, note_warning, bench);
	kban_context_set_resolver(bench->base.ctx, resolve, bench);
	jail_bench_compile(&bench->base, rules, KBAN_USEDNS_WARN);
	assert_int_equal(kban_allow_list_add(bench->base.allowed, "198.51.100.0/24", NULL),
			 KBAN_OK);
	open_jail(bench);
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	jail_bench_close(&bench->base);
	free(bench);
	return 0;
}

static void feed(struct bench *bench)
{
	assert_int_equal(jail_bench_feed(&bench->base, bench->base.now, "fail from evil.example"),
			 0);
}

static void settle(struct bench *bench)
{
	jail_bench_settle(&bench->base);
}

static bool is_banned(struct bench *bench, const char *host)
{
	return jail_bench_in_kernel(&bench->base, host);
}

static void an_answer_bans_all_but_who_is_never_banned(void **state)
{
	struct bench *bench = *state;

	feed(bench);
	settle(bench);
	assert_false(is_banned(bench, "192.0.2.1"));
	bench->base.now += KBAN_SECOND;
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
	assert_true(kban_jail_next_due(bench->base.jail) == START + 2 * KBAN_SECOND);
	bench->base.now += 2 * KBAN_SECOND;
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
	kban_jail_free(bench->base.jail);
	bench->base.now += 60 * KBAN_SECOND;
	open_jail(bench);
	bench->answer = 1;
	settle(bench);
	assert_true(is_banned(bench, "192.0.2.1"));
	kban_jail_free(bench->base.jail);
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
	kban_jail_free(bench->base.jail);
	bench->base.now += 601 * KBAN_SECOND;
	bench->asked = 0;
	open_jail(bench);
	settle(bench);
	assert_int_equal(bench->asked, 0);
}

static void a_reload_goes_on_waiting(void **state)
{
	struct bench *bench = *state;
	struct kban_jail *old = bench->base.jail;

	feed(bench);
	open_jail(bench);
	kb_jail_inherit(bench->base.jail, old);
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
	assert_int_equal(bench->base.jail->lookup_count, KB_LOOKUPS_MAX);
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
