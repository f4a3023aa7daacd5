/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each allocation fails in turn, in all that jails go through: start, lines, bans, a reload, and
 * commands. A call succeeds or says that memory is out, and nothing is lost by it.
 */
#include "watch-test.h"

#include <kban/command.h>

#include "failing-alloc.h"

/* More allocations than any call under test makes. */
#define MOST_ALLOCATIONS 20000

#define JAILS "[one]\nenabled = 1\naction = a\n   b\n[two]\nenabled = 1\n"
#define OTHER_JAILS                                                    \
	"[one]\nenabled = 1\nmaxretry = 1\naction = a\n   b[port=7]\n" \
	"[new]\nenabled = 1\nbanprefix4 = 24\nignorecommand = ask\n"

static void write_actions(const struct bench *bench)
{
	write_file(bench, "action.d/a.conf", "w",
		   "[Definition]\nactionban = mail <ip> '<ipmatches>' <F-USER>\n"
		   "actionunban = unmail <ip>\n");
	write_file(bench, "action.d/b.conf", "w",
		   "[Definition]\nactionstart = open <port>\nactionban = block <ip>\n"
		   "[Init]\nport = 25\n");
}

/* Another two hosts of the @a nth try: one that fails twice, and one that fails once. */
static void name_hosts(unsigned long nth, char *twice, char *once, size_t size)
{
	snprintf(twice, size, "10.0.%lu.%lu", nth / 256, nth % 256);
	snprintf(once, size, "10.1.%lu.%lu", nth / 256, nth % 256);
}

static void append_failures_of(struct bench *bench, unsigned long nth)
{
	char twice[32], once[32], hosts[128];

	name_hosts(nth, twice, once, sizeof(twice));
	snprintf(hosts, sizeof(hosts), "%s %s %s", twice, once, twice);
	append_failures(bench, hosts);
}

static void assert_decided(const struct bench *bench, unsigned long nth)
{
	char twice[32], once[32];

	name_hosts(nth, twice, once, sizeof(twice));
	assert_true(is_banned(bench, "one", twice) && is_banned(bench, "two", twice));
	assert_false(is_banned(bench, "one", once) || is_banned(bench, "two", once));
}

static void begin(struct bench *bench)
{
	write_actions(bench);
	reload(bench, JAILS);
	log_failures(bench, "192.0.2.200 192.0.2.200 192.0.2.201");
}

static void restart(struct bench *bench)
{
	kban_watch_free(kban_steal(bench->watch));
	make_watch(bench);
	configure(bench);
}

/* What the n-th allocation's failure leaves behind, another watch makes good. */
static void lines_are_read_again(void **state)
{
	struct bench *bench = *state;
	bool failed = true;

	begin(bench);
	for (unsigned long n = 1; failed; n++) {
		int status;

		assert_true(n < MOST_ALLOCATIONS);
		append_failures_of(bench, n);
		failing_alloc_start(n);
		status = kban_watch_dispatch(bench->watch, bench->now, NULL);
		failed = failing_alloc_stop();
		if (status == KBAN_E_NOMEM) {
			assert_int_equal(kban_watch_dispatch(bench->watch, bench->now, NULL),
					 KBAN_E_NOMEM);
			restart(bench);
		}
		bench->now += 3 * KBAN_SECOND;
		read_all(bench);
		assert_decided(bench, n);
	}
}

static int start(struct bench *bench)
{
	kban_auto(config) config = NULL;
	struct kban_watch_options options = KBAN_WATCH_OPTIONS_INIT;
	int status = kban_config_load(bench->ctx, bench->root, &config, NULL);

	options.backend = bench->backend;
	options.store = bench->store;
	if (status == KBAN_OK)
		status = kban_watch_new(bench->ctx, &options, &bench->watch, NULL);
	if (status == KBAN_OK)
		status = kban_watch_configure(bench->watch, config, NULL);
	return status;
}

/* With a ban and a failure of before. */
static void a_start_succeeds_or_says_so(void **state)
{
	struct bench *bench = *state;
	bool failed = true;

	begin(bench);
	for (unsigned long n = 1; failed; n++) {
		int status;

		assert_true(n < MOST_ALLOCATIONS);
		kban_watch_free(kban_steal(bench->watch));
		failing_alloc_start(n);
		status = start(bench);
		failed = failing_alloc_stop();
		if (status != KBAN_OK)
			assert_int_equal(status, KBAN_E_NOMEM);
		else if (kban_watch_jail(bench->watch, 0) == NULL)
			fail_msg("allocation %lu: %s", n, kban_watch_jail_problem(bench->watch, 0));
		assert_true(is_banned(bench, "one", "192.0.2.200"));
	}
	log_failures(bench, "192.0.2.201");
	assert_true(is_banned(bench, "one", "192.0.2.201"));
}

static void a_reload_leaves_all_as_it_was(void **state)
{
	struct bench *bench = *state;
	kban_auto(config) after = NULL;
	bool failed = true;

	begin(bench);
	write_file(bench, "jail.conf", "w", COMMON OTHER_JAILS);
	assert_int_equal(kban_config_load(bench->ctx, bench->root, &after, NULL), KBAN_OK);
	for (unsigned long n = 1; failed; n++) {
		int status;

		assert_true(n < MOST_ALLOCATIONS);
		failing_alloc_start(n);
		status = kban_watch_configure(bench->watch, after, NULL);
		failed = failing_alloc_stop();
		if (status == KBAN_OK)
			continue;
		assert_int_equal(status, KBAN_E_NOMEM);
		assert_int_equal(kban_watch_jail_count(bench->watch), 2);
		assert_string_equal(kban_watch_jail_name(bench->watch, 1), "two");
		append_failures_of(bench, n);
		read_all(bench);
		assert_decided(bench, n);
	}
	assert_string_equal(kban_watch_jail_name(bench->watch, 0), "new");
	log_failures(bench, "192.0.2.201");
	assert_true(is_banned(bench, "one", "192.0.2.201"));
	assert_true(is_banned(bench, "one", "192.0.2.200"));
}

/* By hand, as a client does it: a ban that was told to be made is there, whatever is to be done. */
static void a_ban_by_hand_holds_or_is_refused(void **state)
{
	struct bench *bench = *state;
	bool failed = true;

	begin(bench);
	for (unsigned long n = 1; failed; n++) {
		char host[32], other[32];
		struct kban_addr addr;
		int status, settled;

		assert_true(n < MOST_ALLOCATIONS);
		name_hosts(n, host, other, sizeof(host));
		addr = test_addr(host);
		failing_alloc_start(n);
		status = kban_jail_ban(kban_watch_jail(bench->watch, 0), &addr, bench->now);
		settled = kban_watch_dispatch(bench->watch, bench->now, NULL);
		failed = failing_alloc_stop();
		assert_true(status == 1 || status == KBAN_E_NOMEM);
		assert_true(settled >= 0 || settled == KBAN_E_NOMEM);
		if (status == 1 && settled >= 0)
			assert_true(is_banned(bench, "one", host));
		if (settled < 0)
			restart(bench);
		assert_true(kban_jail_ban(kban_watch_jail(bench->watch, 0), &addr, bench->now) >=
			    0);
		read_all(bench);
		assert_true(is_banned(bench, "one", host));
	}
}

/* All commands there are, with all going well; how many were run for bans of the host. */
static unsigned run_commands(struct bench *bench, unsigned long nth, const char *host)
{
	struct kban_command command;
	unsigned bans = 0;
	bool failed = true;

	while (failed) {
		int status;

		failing_alloc_start(nth);
		status = kban_watch_next_command(bench->watch, KBAN_COMMANDS_ACTIONS, bench->now,
						 &command);
		if (status > 0) {
			bans += strstr(command.argv[2], host) != NULL;
			status = kban_watch_command_done(bench->watch, command.id, 0, bench->now);
			assert_true(status == KBAN_OK || status == KBAN_E_NOMEM);
			failing_alloc_stop();
			continue;
		}
		failed = failing_alloc_stop();
		assert_true(status == 0 || status == KBAN_E_NOMEM);
		nth++;
	}
	return bans;
}

static void each_command_is_run_once(void **state)
{
	struct bench *bench = *state;

	begin(bench);
	for (unsigned long n = 1; n < 40; n++) {
		char host[32], other[32];

		name_hosts(n, host, other, sizeof(host));
		append_failures_of(bench, n);
		read_all(bench);
		/* By two actions. */
		assert_int_equal(run_commands(bench, n, host), 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WATCH_TEST(lines_are_read_again),
		WATCH_TEST(a_start_succeeds_or_says_so),
		WATCH_TEST(a_reload_leaves_all_as_it_was),
		WATCH_TEST(a_ban_by_hand_holds_or_is_refused),
		WATCH_TEST(each_command_is_run_once),
	};

	return cmocka_run_group_tests_name("watch-memory", tests, NULL, NULL);
}
