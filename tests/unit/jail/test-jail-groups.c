/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counting beyond the host: networks, many hosts of a network, ids. */
#include "jail-test.h"

#include "base/text.h"

/* A line, seconds after the start, and a letter for what it is to do: '.' counts, 'B' bans; '!'
 * starts the jail anew. */
struct step {
	char what;
	int when;
	const char *text;
};

struct story {
	struct kban_jail_options options;
	struct step steps[12];
	const char *banned; /* at the end, in order */
};

static const char *const rules[] = { "^ fail from <HOST>$",
				     "^ wrong password of <F-ID>[^,]+</F-ID>, <ADDR>$", NULL };

static void open_jail(struct jail_bench *bench, const struct story *story)
{
	struct kban_jail_options options = story->options;

	options.size = sizeof(options);
	options.name = "test";
	options.find_time = 600 * KBAN_SECOND;
	options.ban_time = 3600 * KBAN_SECOND;
	options.max_hosts = 1000;
	options.factor = 1;
	jail_bench_make(bench, &options);
}

static void open_bench(struct jail_bench *bench)
{
	jail_bench_open(bench);
	jail_bench_compile(bench, rules, KBAN_USEDNS_NO);
	assert_int_equal(kban_allow_list_add(bench->allowed, "2001:db8:7::1", NULL), KBAN_OK);
	assert_int_equal(kban_allow_list_add(bench->allowed, "198.51.100.9", NULL), KBAN_OK);
}

static int feed(struct jail_bench *bench, const struct step *step)
{
	bench->now = START + step->when * KBAN_SECOND;
	return jail_bench_feed(bench, bench->now, step->text);
}

static int note_ban(const struct kban_ban *ban, void *data)
{
	char text[KBAN_ADDR_TEXT_SIZE];
	char *list = data;

	if (*list != '\0')
		strcat(list, " ");
	strcat(list, kban_addr_print(&ban->host, text));
	return 0;
}

static void tell(void **state)
{
	const struct story *story = *state;
	struct jail_bench bench = { 0 };
	char banned[1024] = "";

	open_bench(&bench);
	open_jail(&bench, story);
	for (const struct step *step = story->steps; step->what != '\0'; step++) {
		if (step->what == '!') {
			kban_jail_free(bench.jail);
			open_jail(&bench, story);
			continue;
		}
		assert_int_equal(feed(&bench, step), step->what == 'B');
		assert_int_equal(kban_jail_settle(bench.jail, bench.now, NULL), KBAN_OK);
	}
	kban_jail_each_ban(bench.jail, note_ban, banned);
	assert_string_equal(banned, story->banned);
	jail_bench_close(&bench);
}

static const struct story hosts_of_a_network_count_together[] = { {
	{ .max_retry = 3, .prefix6 = 64 },
	{ { '.', 0, "fail from 2001:db8:1::1" },
	  { '.', 1, "fail from 2001:db8:1::2" },
	  { '.', 2, "fail from 2001:db8:2::1" },
	  { 'B', 3, "fail from 2001:db8:1:0:ffff::3" } },
	"2001:db8:1::/64",
} };

static const struct story the_other_family_counts_hosts[] = { {
	{ .max_retry = 2, .prefix6 = 64 },
	{ { '.', 0, "fail from 192.0.2.1" },
	  { '.', 1, "fail from 192.0.2.2" },
	  { 'B', 2, "fail from 192.0.2.2" } },
	"192.0.2.2",
} };

static const struct story networks_of_ipv4_count_together[] = { {
	{ .max_retry = 2, .prefix4 = 24 },
	{ { '.', 0, "fail from 192.0.2.1" },
	  { '.', 1, "fail from 192.0.3.1" },
	  { 'B', 2, "fail from 192.0.2.200" } },
	"192.0.2.0/24",
} };

static const struct story who_is_protected_keeps_neighbours_apart[] = { {
	{ .max_retry = 2, .prefix6 = 64 },
	{ { '.', 0, "fail from 2001:db8:7::1" },
	  { '.', 1, "fail from 2001:db8:7::2" },
	  { '.', 2, "fail from 2001:db8:7::3" },
	  { 'B', 3, "fail from 2001:db8:7::2" } },
	"2001:db8:7::2",
} };

static const struct story counts_of_networks_survive[] = { {
	{ .max_retry = 3, .prefix4 = 24 },
	{ { '.', 0, "fail from 192.0.2.1" },
	  { '.', 1, "fail from 192.0.2.2" },
	  { '!', 0, NULL },
	  { 'B', 2, "fail from 192.0.2.3" } },
	"192.0.2.0/24",
} };

static const struct story many_hosts_ban_their_network[] = { {
	{ .max_retry = 5, .subnet_retry = 3 },
	{ { '.', 0, "fail from 192.0.2.1" },
	  { '.', 1, "fail from 192.0.2.1" },
	  { '.', 2, "fail from 192.0.2.2" },
	  { '.', 3, "fail from 192.0.3.3" },
	  { 'B', 4, "fail from 192.0.2.3" } },
	"192.0.2.0/24",
} };

static const struct story banned_hosts_are_some_of_them[] = { {
	{ .max_retry = 1, .subnet_retry = 3 },
	{ { 'B', 0, "fail from 192.0.2.1" },
	  { 'B', 1, "fail from 192.0.2.2" },
	  { '!', 0, NULL },
	  { 'B', 2, "fail from 192.0.2.3" } },
	"192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.0/24",
} };

static const struct story old_failures_of_hosts_do_not_count[] = { {
	{ .max_retry = 5, .subnet_retry = 3 },
	{ { '.', 0, "fail from 192.0.2.1" },
	  { '.', 1, "fail from 192.0.2.2" },
	  { '.', 601, "fail from 192.0.2.3" },
	  { '.', 602, "fail from 192.0.2.3" } },
	"",
} };

static const struct story a_protected_neighbour_saves_the_network[] = { {
	{ .max_retry = 5, .subnet_retry = 2 },
	{ { '.', 0, "fail from 198.51.100.1" },
	  { '.', 1, "fail from 198.51.100.2" },
	  { '.', 2, "fail from 198.51.100.3" } },
	"",
} };

static const struct story smaller_networks_if_told[] = { {
	{ .max_retry = 5, .subnet_retry = 2, .subnet4 = 28, .subnet6 = 48 },
	{ { '.', 0, "fail from 192.0.2.1" },
	  { '.', 1, "fail from 192.0.2.17" },
	  { 'B', 2, "fail from 192.0.2.18" },
	  { '.', 3, "fail from 2001:db8:0:1::1" },
	  { 'B', 4, "fail from 2001:db8:0:2::1" } },
	"192.0.2.16/28 2001:db8::/48",
} };

static const struct story all_who_guess_at_one_user_are_banned[] = { {
	{ .max_retry = 3 },
	{ { '.', 0, "wrong password of joe, 192.0.2.1" },
	  { '.', 1, "wrong password of sue, 192.0.2.9" },
	  { '.', 2, "wrong password of joe, 192.0.2.2" },
	  { 'B', 3, "wrong password of joe, 192.0.2.1" } },
	"192.0.2.1 192.0.2.2",
} };

static const struct story guesses_survive[] = { {
	{ .max_retry = 3 },
	{ { '.', 0, "wrong password of joe \" x, 192.0.2.1" },
	  { '.', 1, "wrong password of joe \" x, 192.0.2.2" },
	  { '!', 0, NULL },
	  { '.', 2, "wrong password of sue, 192.0.2.1" },
	  { 'B', 3, "wrong password of joe \" x, 192.0.2.3" } },
	"192.0.2.1 192.0.2.2 192.0.2.3",
} };

static const struct story guesses_get_old[] = { {
	{ .max_retry = 2 },
	{ { '.', 0, "wrong password of joe, 192.0.2.1" },
	  { '.', 601, "wrong password of joe, 192.0.2.2" } },
	"",
} };

static const struct story protected_hosts_guess_in_vain[] = { {
	{ .max_retry = 2 },
	{ { '.', 0, "wrong password of joe, 198.51.100.9" },
	  { '.', 1, "wrong password of joe, 198.51.100.9" },
	  { '.', 2, "wrong password of joe, 192.0.2.2" } },
	"",
} };

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(tell, hosts_of_a_network_count_together),
		test_case(tell, the_other_family_counts_hosts),
		test_case(tell, networks_of_ipv4_count_together),
		test_case(tell, who_is_protected_keeps_neighbours_apart),
		test_case(tell, counts_of_networks_survive),
		test_case(tell, many_hosts_ban_their_network),
		test_case(tell, banned_hosts_are_some_of_them),
		test_case(tell, old_failures_of_hosts_do_not_count),
		test_case(tell, a_protected_neighbour_saves_the_network),
		test_case(tell, smaller_networks_if_told),
		test_case(tell, all_who_guess_at_one_user_are_banned),
		test_case(tell, guesses_survive),
		test_case(tell, guesses_get_old),
		test_case(tell, protected_hosts_guess_in_vain),
	};

	return cmocka_run_group_tests_name("jail-groups", tests, NULL, NULL);
}
