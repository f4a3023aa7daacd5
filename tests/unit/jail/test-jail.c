/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail-test.h"

/* Times in the tables are seconds after the start. */
static kban_usec at(double seconds)
{
	return START + (kban_usec)(seconds * (double)KBAN_SECOND);
}

struct bench {
	struct jail_bench base;
	char told[4096]; /* events, a letter and a host each */
};

static void listen(const struct kban_event *event, void *data)
{
	static const char letters[] = {
		[KBAN_EVENT_FOUND] = 'F', [KBAN_EVENT_IGNORED] = 'I',  [KBAN_EVENT_BAN] = 'B',
		[KBAN_EVENT_AGAIN] = 'A', [KBAN_EVENT_RESTORED] = 'R', [KBAN_EVENT_UNBAN] = 'U'
	};
	struct bench *bench = data;
	char host[KBAN_ADDR_TEXT_SIZE];
	size_t len = strlen(bench->told);

	snprintf(bench->told + len, sizeof(bench->told) - len, "%s%c %s", len ? ", " : "",
		 letters[event->kind], kban_addr_print(&event->host, host));
}

static const char *const rules[] = { "^ fail from <HOST>$",
				     "^ fail of <F-USER>\\S+</F-USER> from <HOST>$", NULL };

static void open_jail(struct bench *bench, const struct kban_jail_options *options)
{
	jail_bench_make(&bench->base, options);
	kban_jail_set_listener(bench->base.jail, listen, bench);
}

static struct kban_jail_options usual(void)
{
	struct kban_jail_options options = KBAN_JAIL_OPTIONS_INIT;

	options.name = "test";
	options.max_retry = 3;
	options.find_time = 600 * KBAN_SECOND;
	options.ban_time = 3600 * KBAN_SECOND;
	return options;
}

static int set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	jail_bench_open(&bench->base);
	jail_bench_compile(&bench->base, rules, KBAN_USEDNS_NO);
	assert_int_equal(kban_allow_list_add(bench->base.allowed, "198.51.100.0/24", NULL),
			 KBAN_OK);
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

static int feed(struct bench *bench, double when, const char *text)
{
	return jail_bench_feed(&bench->base, at(when), text);
}

static void settle(struct bench *bench)
{
	jail_bench_settle(&bench->base);
}

static bool in_kernel(struct bench *bench, const char *host)
{
	return jail_bench_in_kernel(&bench->base, host);
}

/*
 * Bans of before a restart, by their age and length in seconds, and what of them is in force after
 * it. Kept, a ban has the end it had, whatever the jail's bans are like now; by fail2ban's rule it
 * is cut to so many seconds, or dropped.
 */
#define KEPT    0
#define DROPPED (-1)

struct stored {
	double age, length; /* length -1: for ever */
	bool in_force;
	int strict[4]; /* in jails n, p, inc and incmax */
};

static const struct stored stored_bans[] = {
	{ 100, 3600, true, { KEPT, KEPT, KEPT, KEPT } },
	{ 3500, 3600, true, { KEPT, KEPT, KEPT, KEPT } },
	{ 3700, 3600, false, { DROPPED, DROPPED, DROPPED, DROPPED } },
	{ 5, 10, true, { KEPT, KEPT, KEPT, KEPT } },
	{ 100, -1, true, { 3600, KEPT, KEPT, 7200 } },
	{ 7200, -1, true, { DROPPED, KEPT, KEPT, DROPPED } },
	{ 100, 7200, true, { 3600, KEPT, KEPT, KEPT } },
	{ 5000, 7200, true, { DROPPED, KEPT, KEPT, KEPT } },
	{ 100, 86400, true, { 3600, KEPT, KEPT, 7200 } },
	{ 5 * 86400.0, 30 * 86400.0, true, { DROPPED, KEPT, KEPT, DROPPED } },
};

/* The jails of the table: n, p, inc, incmax. */
static void make_kind(struct kban_jail_options *options, int kind)
{
	*options = usual();
	options->ban_time = kind == 1 ? KBAN_FOREVER : 3600 * KBAN_SECOND;
	options->increment = kind >= 2;
	options->max_ban_time = kind == 3 ? 7200 * KBAN_SECOND : 0;
}

/* What a second jail on the same store and backend makes of it: as after a restart. */
static void restart(struct bench *bench, const struct kban_jail_options *options)
{
	kban_jail_free(kban_steal(bench->base.jail));
	bench->told[0] = '\0';
	open_jail(bench, options);
}

static void remember_ban(struct bench *bench, struct kb_ban_record *record)
{
	assert_int_equal(kb_store_begin(bench->base.store, NULL), KBAN_OK);
	assert_int_equal(kb_store_add_ban(bench->base.store, record, 1, NULL), KBAN_OK);
	assert_int_equal(kb_store_commit(bench->base.store, NULL), KBAN_OK);
}

/* The kernel has it until then, or for as long as an entry can last, to be renewed. */
static void assert_in_kernel_until(struct bench *bench, const struct kban_addr *host,
				   kban_usec until)
{
	kban_usec left = 0;

	assert_true(kban_backend_contains(bench->base.backend, "kban-test", host, &left));
	if (until == KBAN_FOREVER ||
	    until - bench->base.now <= KB_TIMEOUT_MAX_SECONDS * KBAN_SECOND)
		assert_int_equal(kb_later(bench->base.now, left), until);
}

static void restore_one(struct bench *bench, const struct stored *row, int kind, int strict)
{
	struct kban_jail_options options;
	struct kb_ban_record record = { .jail = "test", .number = 1 };
	int rule = strict ? row->strict[kind] : row->in_force ? KEPT : DROPPED;
	struct kban_ban ban;

	make_kind(&options, kind);
	options.strict_restore = strict;
	record.addr = test_addr("192.0.2.1");
	record.since = at(-row->age);
	record.until = row->length < 0 ? KBAN_FOREVER : at(row->length - row->age);
	remember_ban(bench, &record);
	open_jail(bench, &options);
	settle(bench);
	assert_int_equal(kban_jail_find_ban(bench->base.jail, &record.addr, &ban), rule != DROPPED);
	assert_int_equal(in_kernel(bench, "192.0.2.1"), rule != DROPPED);
	if (rule != DROPPED) {
		assert_int_equal(ban.until, rule == KEPT ? record.until : at(rule - row->age));
		assert_in_kernel_until(bench, &record.addr, ban.until);
	}
	assert_int_equal(kban_jail_unban(bench->base.jail, NULL, bench->base.now), rule != DROPPED);
	settle(bench);
	kban_jail_free(kban_steal(bench->base.jail));
}

static void vector_5_a_restart_keeps_the_end_of_each_ban(void **state)
{
	for (int kind = 0; kind < 4; kind++)
		for (size_t i = 0; i < kb_array_size(stored_bans); i++)
			restore_one(*state, &stored_bans[i], kind, 0);
}

static void vector_5_a_restart_cuts_bans_as_fail2ban_does(void **state)
{
	for (int kind = 0; kind < 4; kind++)
		for (size_t i = 0; i < kb_array_size(stored_bans); i++)
			restore_one(*state, &stored_bans[i], kind, 1);
}

/* What is cut is so in kernel and store, too: the next restart comes to the same. */
static void what_was_cut_stays_cut(void **state)
{
	struct bench *bench = *state;
	struct kban_jail_options options;
	struct kban_addr host = test_addr("192.0.2.1");
	struct kban_ban ban;

	make_kind(&options, 1);
	open_jail(bench, &options);
	assert_int_equal(kban_jail_ban(bench->base.jail, &host, bench->base.now), 1);
	settle(bench);
	make_kind(&options, 0);
	options.strict_restore = 1;
	restart(bench, &options);
	settle(bench);
	assert_in_kernel_until(bench, &host, at(3600));
	options.strict_restore = 0;
	restart(bench, &options);
	assert_true(kban_jail_find_ban(bench->base.jail, &host, &ban));
	assert_int_equal(ban.until, at(3600));
}

/* With bans that grow, a host that was banned before needs fewer failures; see decide(). */
static void a_bad_host_needs_fewer_failures(void **state)
{
	static const unsigned needed[] = { 5, 3, 2, 1, 1 };
	struct bench *bench = *state;
	struct kban_jail_options options = usual();
	double when = 0;

	options.max_retry = 5;
	options.increment = 1;
	options.max_ban_time = 10 * KBAN_SECOND;
	options.ban_time = 10 * KBAN_SECOND;
	open_jail(bench, &options);
	for (size_t series = 0; series < kb_array_size(needed); series++) {
		bench->base.now = at(when += 1000);
		settle(bench);
		assert_false(in_kernel(bench, "192.0.2.1"));
		for (unsigned failure = 1; failure <= needed[series]; failure++) {
			assert_int_equal(feed(bench, when, "fail from 192.0.2.1"),
					 failure == needed[series]);
			/* Others are not concerned. */
			if (failure < 5 && series > 0)
				assert_int_equal(feed(bench, when, "fail from 192.0.2.2"), 0);
		}
		settle(bench);
		assert_true(in_kernel(bench, "192.0.2.1"));
	}
}

/* Lines of before the ban that come late are part of what led to it. */
static void old_failures_of_a_bad_host_count_once(void **state)
{
	struct bench *bench = *state;
	struct kban_jail_options options = usual();

	options.max_retry = 3;
	options.increment = 1;
	options.ban_time = 10 * KBAN_SECOND;
	open_jail(bench, &options);
	bench->base.now = at(100);
	for (int i = 0; i < 3; i++)
		feed(bench, 100, "fail from 192.0.2.1");
	settle(bench);
	bench->base.now = at(120);
	settle(bench);
	assert_int_equal(feed(bench, 99, "fail from 192.0.2.1"), 0);
	assert_int_equal(feed(bench, 99, "fail from 192.0.2.1"), 0);
	assert_int_equal(feed(bench, 120, "fail from 192.0.2.1"), 1);
}

static void third_failure_bans(void **state)
{
	struct bench *bench = *state;
	struct kban_jail_options options = usual();
	struct kban_ban ban;

	open_jail(bench, &options);
	bench->base.now = at(30);
	assert_int_equal(feed(bench, 10, "fail from 192.0.2.1"), 0);
	assert_int_equal(feed(bench, 20, "fail from 192.0.2.1"), 0);
	assert_int_equal(feed(bench, 30, "fail from 192.0.2.1"), 1);
	assert_string_equal(bench->told, "F 192.0.2.1, F 192.0.2.1, F 192.0.2.1, B 192.0.2.1");
	assert_false(in_kernel(bench, "192.0.2.1"));
	settle(bench);
	assert_true(in_kernel(bench, "192.0.2.1"));
	assert_true(kban_jail_find_ban(
		bench->base.jail, &(struct kban_addr){ 4, 32, { 0 }, { 192, 0, 2, 1 } }, &ban));
	assert_true(ban.until == at(30 + 3600));
	assert_int_equal(ban.number, 1);
}

static void old_failures_do_not_count(void **state)
{
	struct bench *bench = *state;
	struct kban_jail_options options = usual();

	open_jail(bench, &options);
	bench->base.now = at(1000);
	feed(bench, 100, "fail from 192.0.2.1");
	feed(bench, 999, "fail from 192.0.2.1");
	assert_int_equal(feed(bench, 1000, "fail from 192.0.2.1"), 0);
	assert_string_equal(bench->told, "F 192.0.2.1, F 192.0.2.1");
}

static void times_in_the_future_count_as_now(void **state)
{
	struct bench *bench = *state;
	struct kban_jail_options options = usual();
	struct kban_ban ban;
	struct kban_addr host = test_addr("192.0.2.1");

	options.max_retry = 0;
	open_jail(bench, &options);
	bench->base.now = at(50);
	assert_int_equal(feed(bench, 86400, "fail from 192.0.2.1"), 1);
	assert_true(kban_jail_find_ban(bench->base.jail, &host, &ban));
	assert_true(ban.since == at(50));
}

static void protected_hosts_are_passed_over(void **state)
{
	struct bench *bench = *state;
	struct kban_jail_options options = usual();

	options.max_retry = 1;
	open_jail(bench, &options);
	assert_int_equal(feed(bench, 0, "fail from 198.51.100.9"), 0);
	assert_int_equal(feed(bench, 0, "fail from 0.0.0.0"), 0);
	assert_string_equal(bench->told, "I 198.51.100.9, I 0.0.0.0");
	settle(bench);
	assert_false(in_kernel(bench, "198.51.100.9"));
}

static void a_ban_ends_when_the_kernel_says(void **state)
{
	struct bench *bench = *state;
	struct kban_jail_options options = usual();

	options.max_retry = 1;
	options.ban_time = 60 * KBAN_SECOND;
	open_jail(bench, &options);
	feed(bench, 0, "fail from 192.0.2.1");
	settle(bench);
	assert_true(kban_jail_next_due(bench->base.jail) == at(60));
	bench->base.now = at(59);
	settle(bench);
	assert_true(in_kernel(bench, "192.0.2.1"));
	bench->base.now = at(61);
	settle(bench);
	assert_false(in_kernel(bench, "192.0.2.1"));
	assert_string_equal(bench->told, "F 192.0.2.1, B 192.0.2.1, U 192.0.2.1");
	assert_true(kban_jail_next_due(bench->base.jail) == KBAN_FOREVER);
}

static void failing_again_prolongs(void **state)
{
	struct bench *bench = *state;
	struct kban_jail_options options = usual();
	struct kban_addr host = test_addr("192.0.2.1");
	kban_usec remaining = 0;

	options.max_retry = 1;
	open_jail(bench, &options);
	feed(bench, 0, "fail from 192.0.2.1");
	settle(bench);
	bench->base.now = at(1000);
	feed(bench, 1000, "fail from 192.0.2.1");
	settle(bench);
	assert_string_equal(bench->told, "F 192.0.2.1, B 192.0.2.1, F 192.0.2.1, A 192.0.2.1");
	assert_true(kban_backend_contains(bench->base.backend, "kban-test", &host, &remaining));
	assert_true(remaining == 3600 * KBAN_SECOND);
}

static void counters_and_bans_survive(void **state)
{
	struct bench *bench = *state;
	struct kban_jail_options options = usual();

	open_jail(bench, &options);
	bench->base.now = at(100);
	for (int i = 0; i < 3; i++)
		feed(bench, 10 * i, "fail from 192.0.2.1");
	feed(bench, 90, "fail from 192.0.2.2");
	feed(bench, 95, "fail from 192.0.2.2");
	settle(bench);
	restart(bench, &options);
	assert_true(kban_jail_find_ban(
		bench->base.jail, &(struct kban_addr){ 4, 32, { 0 }, { 192, 0, 2, 1 } }, NULL));
	assert_int_equal(feed(bench, 100, "fail from 192.0.2.2"), 1);
}

static void what_the_kernel_lost_is_put_back(void **state)
{
	struct bench *bench = *state;
	struct kban_jail_options options = usual();
	kban_auto(error) err = NULL;

	options.max_retry = 1;
	open_jail(bench, &options);
	feed(bench, 0, "fail from 192.0.2.1");
	feed(bench, 0, "fail from 2001:db8::1");
	settle(bench);
	assert_int_equal(bench->base.backend->ops->remove(bench->base.backend,
							  &bench->base.jail->sets[0], NULL),
			 KBAN_OK);
	assert_int_equal(bench->base.backend->ops->remove(bench->base.backend,
							  &bench->base.jail->sets[1], NULL),
			 KBAN_OK);
	assert_int_equal(kb_jail_audit(bench->base.jail, bench->base.now, &err), KBAN_OK);
	settle(bench);
	assert_true(in_kernel(bench, "192.0.2.1"));
	assert_true(in_kernel(bench, "2001:db8::1"));
}

static void what_others_put_in_is_adopted(void **state)
{
	struct bench *bench = *state;
	struct kban_jail_options options = usual();
	struct kban_addr host = test_addr("203.0.113.7");

	open_jail(bench, &options);
	assert_int_equal(bench->base.backend->ops->ban(bench->base.backend,
						       &bench->base.jail->sets[0], &host,
						       100 * KBAN_SECOND, NULL),
			 KBAN_OK);
	assert_int_equal(bench->base.backend->ops->commit(bench->base.backend, NULL), KBAN_OK);
	assert_int_equal(kb_jail_audit(bench->base.jail, bench->base.now, NULL), KBAN_OK);
	assert_string_equal(bench->told, "R 203.0.113.7");
	assert_int_equal(kban_jail_unban(bench->base.jail, &host, bench->base.now), 1);
	settle(bench);
	assert_false(in_kernel(bench, "203.0.113.7"));
}

static void a_lifted_ban_does_not_come_back(void **state)
{
	struct bench *bench = *state;
	struct kban_jail_options options = usual();
	struct kban_addr host = test_addr("192.0.2.1");

	options.max_retry = 1;
	open_jail(bench, &options);
	feed(bench, 0, "fail from 192.0.2.1");
	settle(bench);
	assert_int_equal(kban_jail_unban(bench->base.jail, &host, bench->base.now), 1);
	bench->base.jail->audit_due = true;
	assert_int_equal(kb_jail_audit(bench->base.jail, bench->base.now, NULL), KBAN_OK);
	settle(bench);
	assert_false(in_kernel(bench, "192.0.2.1"));
	restart(bench, &options);
	assert_false(kban_jail_find_ban(bench->base.jail, &host, NULL));
}

static void bans_by_hand(void **state)
{
	struct bench *bench = *state;
	struct kban_jail_options options = usual();
	struct kban_addr host = test_addr("192.0.2.1");
	struct kban_addr network = test_addr("192.0.2.0/24");

	options.ban_time = -1;
	open_jail(bench, &options);
	assert_int_equal(kban_jail_ban(bench->base.jail, &host, bench->base.now), 1);
	assert_int_equal(kban_jail_ban(bench->base.jail, &host, bench->base.now), 0);
	assert_int_equal(kban_jail_ban(bench->base.jail, &network, bench->base.now), KBAN_E_INVAL);
	settle(bench);
	assert_true(in_kernel(bench, "192.0.2.1"));
	assert_true(kban_jail_next_due(bench->base.jail) == KBAN_FOREVER);
	assert_int_equal(kban_jail_unban(bench->base.jail, &network, bench->base.now), 1);
	assert_int_equal(kban_jail_unban(bench->base.jail, &host, bench->base.now), 0);
}

static unsigned warnings;

static void count_warning(int level, const char *topic, const char *line, void *data)
{
	(void)topic;
	(void)data;
	warnings += level == KBAN_WARNING && strstr(line, "set logencoding") != NULL;
}

static void a_wrong_encoding_is_told_once_a_day(void **state)
{
	struct bench *bench = *state;
	struct kban_jail_options options = usual();

	warnings = 0;
	kban_context_set_log(bench->base.ctx, count_warning, NULL);
	open_jail(bench, &options);
	feed(bench, 0, "n\xc3\xa9");
	assert_int_equal(warnings, 0);
	feed(bench, 0, "n\xe9");
	feed(bench, 0, "n\xe9");
	assert_int_equal(warnings, 1);
	bench->base.now = at(86401);
	feed(bench, 86401, "n\xe9");
	assert_int_equal(warnings, 2);
}

static void note_slow_rule(int level, const char *topic, const char *line, void *data)
{
	(void)topic;
	if (level == KBAN_WARNING && strstr(line, "takes too long") != NULL)
		snprintf(data, 400, "%s", line);
}

#define SLOW "slow aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"

static void a_slow_rule_is_told_once_a_minute(void **state)
{
	static const char *const slow[] = { "^ never <HOST>$", "^ slow (?:\\w+\\s?)+ of <HOST>$",
					    NULL };
	struct bench *bench = *state;
	struct kban_jail_options options = usual();
	char told[400] = "";

	kban_filter_unref(bench->base.filter);
	bench->base.filter = NULL;
	assert_int_equal(kban_filter_new(bench->base.ctx, slow, NULL, &bench->base.filter, NULL),
			 KBAN_OK);
	kban_context_set_log(bench->base.ctx, note_slow_rule, told);
	open_jail(bench, &options);
	feed(bench, 0, "fine");
	assert_string_equal(told, "");
	feed(bench, 0, SLOW);
	assert_non_null(strstr(told,
			       "failregex 2 takes too long on lines of test.log; searches that "
			       "were given up, as no match: 1"));
	told[0] = '\0';
	feed(bench, 1, SLOW);
	feed(bench, 1, SLOW);
	assert_string_equal(told, "");
	bench->base.now = at(60);
	feed(bench, 60, SLOW);
	assert_non_null(strstr(told, "no match: 3"));
	kban_context_set_log(bench->base.ctx, NULL, NULL);
}

static void reports_need_no_log_and_count_after_a_restart(void **state)
{
	struct bench *bench = *state;
	struct kban_jail_options options = usual();
	struct kban_addr host = test_addr("2001:db8::5");
	struct kban_text reason = { "login of \0joe failed", 20 };

	options.max_retry = 2;
	open_jail(bench, &options);
	assert_int_equal(kban_jail_report(bench->base.jail, &host, at(0), reason), 0);
	settle(bench);
	restart(bench, &options);
	assert_int_equal(kban_jail_report(bench->base.jail, &host, at(1), reason), 1);
	bench->base.now = at(1);
	settle(bench);
	assert_true(in_kernel(bench, "2001:db8::5"));
}

static void stats_tell_what_the_kernel_has(void **state)
{
	struct bench *bench = *state;
	struct kban_jail_options options = usual();
	struct kban_jail_stats stats = KBAN_JAIL_STATS_INIT;

	options.max_retry = 2;
	open_jail(bench, &options);
	feed(bench, 0, "fail from 192.0.2.1");
	feed(bench, 0, "fail of joe from 192.0.2.2");
	feed(bench, 0, "fail from 192.0.2.2");
	kban_jail_stats(bench->base.jail, &stats);
	assert_int_equal(stats.currently_banned, 0);
	settle(bench);
	kban_jail_stats(bench->base.jail, &stats);
	assert_int_equal(stats.currently_failed, 1);
	assert_int_equal(stats.total_failed, 3);
	assert_int_equal(stats.currently_banned, 1);
	assert_int_equal(stats.total_banned, 1);
}

static unsigned listings;
static const struct kb_backend_ops *real_ops;

static int count_listing(struct kban_backend *backend, const struct kb_set *set, kb_entry_fn *visit,
			 void *data, struct kban_error **err)
{
	listings++;
	return real_ops->list(backend, set, visit, data, err);
}

static void bans_that_end_together_are_looked_at_once(void **state)
{
	struct bench *bench = *state;
	struct kban_jail_options options = usual();
	struct kb_backend_ops counting;
	char line[64];

	options.max_retry = 1;
	options.ban_time = 60 * KBAN_SECOND;
	open_jail(bench, &options);
	for (int i = 1; i <= 200; i++) {
		snprintf(line, sizeof(line), "fail from 192.0.2.%d", i);
		feed(bench, 0, line);
	}
	settle(bench);
	real_ops = bench->base.backend->ops;
	counting = *real_ops;
	counting.list = count_listing;
	bench->base.backend->ops = &counting;
	listings = 0;
	bench->base.now = at(61);
	settle(bench);
	assert_int_equal(listings, 2); /* one a family */
	assert_null(kb_bans_first(bench->base.jail->bans));
	bench->base.backend->ops = real_ops;
}

/* The wall clock was set forward by a day; the kernel's entries have their time still to come. */
static void a_jump_of_the_clock_ends_nothing(void **state)
{
	struct bench *bench = *state;
	struct kban_jail_options options = usual();
	struct kban_addr host = test_addr("192.0.2.1");
	struct kban_ban ban;

	options.max_retry = 1;
	open_jail(bench, &options);
	feed(bench, 0, "fail from 192.0.2.1");
	settle(bench);
	assert_int_equal(kban_jail_settle(bench->base.jail, at(86400), NULL), KBAN_OK);
	assert_true(kban_jail_find_ban(bench->base.jail, &host, &ban));
	assert_true(ban.until == at(86400 + 3600));
	assert_true(in_kernel(bench, "192.0.2.1"));
}

static int refuse_to_open(struct kban_backend *backend, const struct kb_set *set,
			  struct kban_error **err)
{
	(void)backend;
	return kb_fail(err, KBAN_E_LIMIT, NULL, "set '%s' is full", set->name);
}

static void a_full_set_is_no_lie(void **state)
{
	struct bench *bench = *state;
	const struct kb_backend_ops *usual_ops = bench->base.backend->ops;
	struct kb_backend_ops cannot_grow = *usual_ops;
	struct kban_jail_options options = usual();
	struct kban_jail_stats stats = KBAN_JAIL_STATS_INIT;
	struct kban_addr host = test_addr("192.0.2.1");

	options.max_retry = 1;
	options.max_entries = 2;
	open_jail(bench, &options);
	cannot_grow.open = refuse_to_open;
	bench->base.backend->ops = &cannot_grow;
	feed(bench, 0, "fail from 192.0.2.1");
	feed(bench, 0, "fail from 192.0.2.2");
	feed(bench, 0, "fail from 192.0.2.3");
	assert_int_equal(kban_jail_settle(bench->base.jail, bench->base.now, NULL), KBAN_E_LIMIT);
	bench->base.backend->ops = usual_ops;
	bench->base.jail->sets[0].max_entries = 2;
	assert_int_equal(kb_jail_audit(bench->base.jail, bench->base.now, NULL), KBAN_OK);
	kban_jail_stats(bench->base.jail, &stats);
	assert_int_equal(stats.currently_banned, 2);
	assert_int_equal(stats.failed_to_apply, 1);
	/* With room again, the third is tried again. */
	assert_int_equal(kban_jail_unban(bench->base.jail, &host, bench->base.now), 1);
	bench->base.now = at(5);
	settle(bench);
	kban_jail_stats(bench->base.jail, &stats);
	assert_int_equal(stats.currently_banned, 2);
	assert_int_equal(stats.failed_to_apply, 0);
	assert_true(in_kernel(bench, "192.0.2.3"));
}

/* As a program built against an older header, whose structs are shorter. */
static void shorter_structs_keep_defaults(void **state)
{
	struct bench *bench = *state;
	struct kban_jail_options options = usual();
	struct kban_jail_stats stats = { .size = offsetof(struct kban_jail_stats, total_failed),
					 .total_failed = 77 };

	options.max_matches = 99;
	options.size = offsetof(struct kban_jail_options, max_matches);
	open_jail(bench, &options);
	assert_int_equal(kban_jail_options(bench->base.jail)->max_retry, 3);
	assert_int_equal(kban_jail_options(bench->base.jail)->max_matches, 5);
	feed(bench, 0, "fail from 192.0.2.1");
	kban_jail_stats(bench->base.jail, &stats);
	assert_int_equal(stats.currently_failed, 1);
	assert_int_equal(stats.total_failed, 77);
}

struct refusal {
	const char *name;
	kban_usec find_time;
	const char *text;
};

static const struct refusal refusals[] = {
	{ "", 1, "'' is no name of a jail: use 1 to 100 bytes without blanks or '/'" },
	{ "a b", 1, "'a b' is no name of a jail: use 1 to 100 bytes without blanks or '/'" },
	{ "a/b", 1, "'a/b' is no name of a jail: use 1 to 100 bytes without blanks or '/'" },
	{ "a", 0, "jail 'a': findtime must be more than 0" },
	{ 0 },
};

static void refuses(void **state)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(backend) backend = NULL;

	assert_int_equal(kban_backend_memory_new(ctx, &backend), KBAN_OK);
	for (const struct refusal *row = *state; row->name != NULL; row++) {
		struct kban_jail_options options = KBAN_JAIL_OPTIONS_INIT;
		struct kban_jail_parts parts = { .backend = backend };
		kban_auto(error) err = NULL;
		struct kban_jail *jail = NULL;

		options.name = row->name;
		options.find_time = row->find_time;
		assert_int_equal(kban_jail_new(ctx, &options, &parts, &jail, &err), KBAN_E_INVAL);
		assert_string_equal(kban_error_text(err), row->text);
		assert_null(jail);
	}
}

#define JAIL_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		JAIL_TEST(a_bad_host_needs_fewer_failures),
		JAIL_TEST(old_failures_of_a_bad_host_count_once),
		JAIL_TEST(vector_5_a_restart_keeps_the_end_of_each_ban),
		JAIL_TEST(vector_5_a_restart_cuts_bans_as_fail2ban_does),
		JAIL_TEST(what_was_cut_stays_cut),
		JAIL_TEST(third_failure_bans),
		JAIL_TEST(old_failures_do_not_count),
		JAIL_TEST(times_in_the_future_count_as_now),
		JAIL_TEST(protected_hosts_are_passed_over),
		JAIL_TEST(a_ban_ends_when_the_kernel_says),
		JAIL_TEST(failing_again_prolongs),
		JAIL_TEST(counters_and_bans_survive),
		JAIL_TEST(what_the_kernel_lost_is_put_back),
		JAIL_TEST(what_others_put_in_is_adopted),
		JAIL_TEST(a_lifted_ban_does_not_come_back),
		JAIL_TEST(bans_by_hand),
		JAIL_TEST(a_wrong_encoding_is_told_once_a_day),
		JAIL_TEST(a_slow_rule_is_told_once_a_minute),
		JAIL_TEST(reports_need_no_log_and_count_after_a_restart),
		JAIL_TEST(stats_tell_what_the_kernel_has),
		JAIL_TEST(bans_that_end_together_are_looked_at_once),
		JAIL_TEST(a_jump_of_the_clock_ends_nothing),
		JAIL_TEST(a_full_set_is_no_lie),
		JAIL_TEST(shorter_structs_keep_defaults),
		test_case(refuses, refusals),
	};

	return cmocka_run_group_tests_name("jail", tests, NULL, NULL);
}
