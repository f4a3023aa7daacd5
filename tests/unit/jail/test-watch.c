/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "watch-test.h"

#include <sys/stat.h>

#include <kban/command.h>
#include <kban/why.h>

#include "jail/watch.h"
#include "journal-files.h"
#include "source/journal-reader.h"

static void jails_share_a_file(void **state)
{
	struct bench *bench = *state;
	struct kban_follow_state file;

	reload(bench, "[one]\nenabled = 1\n[two]\nenabled = 1\nmaxretry = 1\n");
	log_failures(bench, "192.0.2.1 2001:db8::1 192.0.2.1");
	assert_true(is_banned(bench, "one", "192.0.2.1"));
	assert_false(is_banned(bench, "one", "2001:db8::1"));
	assert_true(is_banned(bench, "two", "2001:db8::1"));
	assert_int_equal(kban_follow_file_count(kban_watch_follow(bench->watch)), 1);
	kban_follow_file(kban_watch_follow(bench->watch), 0, &file);
	assert_int_equal(file.position.lines, 3);
}

/* What a log of bans would hold is counted without one: bans of the others, and not its own. */
static void bans_are_counted_without_a_log(void **state)
{
	static const char *const ways[] = {
		"filter = recidive\nlogpath = /var/log/fail2ban.log\n",
		"filter = recidive[x=y]\nlogpath = kban:bans\n",
		"filter =\nlogpath = kban:bans\n",
	};
	struct bench *bench = *state;
	char jails[512];

	write_file(bench, "filter.d/recidive.conf", "w",
		   "[Definition]\nfailregex = ^ Ban <HOST>$\n");
	for (size_t i = 0; i < kb_array_size(ways); i++) {
		char hosts[64];

		snprintf(jails, sizeof(jails),
			 "[a]\nenabled = 1\n[b]\nenabled = 1\nmaxretry = 3\n[rec]\nenabled = 1\n"
			 "findtime = 1d\nmaxretry = 2\n%s",
			 ways[i]);
		reload(bench, jails);
		snprintf(hosts, sizeof(hosts), "192.0.2.%zu 192.0.2.%zu", i, i);
		log_failures(bench, hosts);
		snprintf(hosts, sizeof(hosts), "192.0.2.%zu", i);
		assert_true(is_banned(bench, "a", hosts));
		assert_false(is_banned(bench, "rec", hosts));
		if (i == 1) {
			kban_watch_free(bench->watch);
			make_watch(bench);
			reload(bench, jails);
		}
		log_failures(bench, hosts);
		assert_true(is_banned(bench, "b", hosts));
		assert_true(is_banned(bench, "rec", hosts));
	}
}

static void a_broken_jail_costs_itself(void **state)
{
	struct bench *bench = *state;
	int index;

	reload(bench, "[bad]\nenabled = 1\nbantime = soon\n[good]\nenabled = 1\n");
	log_failures(bench, "192.0.2.1 192.0.2.1");
	assert_true(is_banned(bench, "good", "192.0.2.1"));
	index = kban_watch_find(bench->watch, "bad");
	assert_true(index >= 0);
	assert_null(kban_watch_jail(bench->watch, (size_t)index));
	assert_non_null(strstr(kban_watch_jail_problem(bench->watch, (size_t)index), "bantime"));
	assert_int_equal(kban_watch_find(bench->watch, "none"), -1);
}

static void a_reload_keeps_what_is_known(void **state)
{
	struct bench *bench = *state;

	reload(bench, "[one]\nenabled = 1\n");
	log_failures(bench, "192.0.2.1 192.0.2.1 192.0.2.2");
	reload(bench, "[one]\nenabled = 1\n[new]\nenabled = 1\n");
	assert_true(is_banned(bench, "one", "192.0.2.1"));
	log_failures(bench, "192.0.2.2");
	assert_true(is_banned(bench, "one", "192.0.2.2"));
	assert_false(is_banned(bench, "new", "192.0.2.2"));
}

static void a_reload_with_another_limit_counts_anew(void **state)
{
	struct bench *bench = *state;

	reload(bench, "[one]\nenabled = 1\nmaxretry = 4\n");
	log_failures(bench, "192.0.2.1 192.0.2.1");
	reload(bench, "[one]\nenabled = 1\nmaxretry = 3\n");
	log_failures(bench, "192.0.2.1");
	assert_true(is_banned(bench, "one", "192.0.2.1"));
}

static void a_removed_jail_leaves_no_set(void **state)
{
	struct bench *bench = *state;

	reload(bench, "[one]\nenabled = 1\n[two]\nenabled = 1\n");
	log_failures(bench, "192.0.2.1 192.0.2.1");
	reload(bench, "[one]\nenabled = 1\n");
	assert_int_equal(kban_rules_count(kban_watch_rules(bench->watch), KBAN_IPV4), 1);
	assert_int_equal(kban_watch_audit(bench->watch, bench->now, NULL), KBAN_OK);
	assert_true(is_banned(bench, "one", "192.0.2.1"));
	assert_false(is_banned(bench, "two", "192.0.2.1"));
}

/* What it has banned stays out until it is mended. */
static void a_jail_that_breaks_keeps_its_sets(void **state)
{
	struct bench *bench = *state;

	reload(bench, "[one]\nenabled = 1\n");
	reload(bench, "[one]\nenabled = 1\nbantime = soon\n");
	assert_int_equal(bench->watch->retired.count, 0);
}

/* It was to be removed with the next audit. */
static void a_jail_that_comes_back_keeps_its_set(void **state)
{
	struct bench *bench = *state;

	reload(bench, "[one]\nenabled = 1\n[two]\nenabled = 1\n");
	reload(bench, "[one]\nenabled = 1\n");
	assert_int_equal(bench->watch->retired.count, 2);
	reload(bench, "[one]\nenabled = 1\n[two]\nenabled = 1\n");
	assert_int_equal(bench->watch->retired.count, 0);
}

/* Which families an action that does not wait for bans is started for: as fail2ban 1.0.2 does. */
static void allowipv6_says_for_whom_actions_are_started(void **state)
{
	static const struct {
		const char *service, *started;
	} rows[] = {
		{ "", "46" },
		{ "allowipv6 = auto\n", "46" },
		{ "allowipv6 = yes\n", "46" },
		{ "allowipv6 = no\n", "4" },
	};
	struct bench *bench = *state;

	write_file(bench, "action.d/a.conf", "w",
		   "[Definition]\nactionstart = start <z>\nactionstart_on_demand = false\n"
		   "[Init]\nz = 4\n[Init?family=inet6]\nz = 6\n");
	for (size_t i = 0; i < kb_array_size(rows); i++) {
		kb_autofree char *service = NULL;
		struct kban_command command;
		char started[8] = "";

		kban_watch_free(bench->watch);
		make_watch(bench);
		assert_true(asprintf(&service, "[Definition]\n%s", rows[i].service) > 0);
		write_file(bench, "fail2ban.conf", "w", service);
		reload(bench, "[one]\nenabled = 1\naction = a\n");
		while (kban_watch_next_command(bench->watch, KBAN_COMMANDS_ACTIONS, bench->now,
					       &command) > 0) {
			strncat(started, command.argv[2] + strlen("start "), 1);
			assert_int_equal(
				kban_watch_command_done(bench->watch, command.id, 0, bench->now),
				KBAN_OK);
		}
		assert_string_equal(started, rows[i].started);
	}
}

/* As after a kill: another watch on the same store and kernel. */
static void a_restart_goes_on(void **state)
{
	struct bench *bench = *state;

	reload(bench, "[one]\nenabled = 1\n");
	log_failures(bench, "192.0.2.1 192.0.2.1 192.0.2.2 192.0.2.3");
	kban_watch_free(kban_steal(bench->watch));
	make_watch(bench);
	configure(bench);
	log_failures(bench, "192.0.2.2");
	assert_true(is_banned(bench, "one", "192.0.2.1"));
	assert_true(is_banned(bench, "one", "192.0.2.2"));
	assert_false(is_banned(bench, "one", "192.0.2.3"));
}

/* A failure in the journal, written by a program at the bench's time. */
static void journal_failure(struct bench *bench, const char *program, const char *host)
{
	char message[128], identifier[64];
	const char *const fields[] = { message, identifier, NULL };
	kb_autofree char *path = with_root("@ROOT@/journal/system.journal", bench->root);

	snprintf(message, sizeof(message), "MESSAGE=fail from %s", host);
	snprintf(identifier, sizeof(identifier), "SYSLOG_IDENTIFIER=%s", program);
	journal_write(path, bench->now, fields);
	bench->now += 3 * KBAN_SECOND;
}

#define JOURNAL_JAILS                                                                           \
	"backend = systemd[journalpath=@ROOT@/journal]\nfailregex = ^\\S+: fail from <HOST>$\n" \
	"[one]\nenabled = 1\njournalmatch = SYSLOG_IDENTIFIER=a + SYSLOG_IDENTIFIER=b\n"        \
	"[two]\nenabled = 1\nmaxretry = 1\njournalmatch = SYSLOG_IDENTIFIER=b\n"

static void begin_journal(struct bench *bench)
{
	kb_autofree char *directory = with_root("@ROOT@/journal", bench->root);

	assert_int_equal(mkdir(directory, 0700), 0);
	journal_failure(bench, "a", "192.0.2.1");
	journal_failure(bench, "b", "192.0.2.2");
	reload(bench, JOURNAL_JAILS);
	read_all(bench);
}

static void a_journal_goes_on_after_a_restart(void **state)
{
	struct bench *bench = *state;

	if (!kb_journal_is_supported() || !journal_files_possible())
		test_leave("there is no systemd-journal-remote, or no libsystemd");
	begin_journal(bench);
	assert_true(is_banned(bench, "two", "192.0.2.2"));
	assert_false(is_banned(bench, "two", "192.0.2.1"));
	assert_false(is_banned(bench, "one", "192.0.2.1"));
	kban_watch_free(kban_steal(bench->watch));
	make_watch(bench);
	configure(bench);
	read_all(bench);
	assert_false(is_banned(bench, "one", "192.0.2.1"));
	journal_failure(bench, "a", "192.0.2.1");
	read_all(bench);
	assert_true(is_banned(bench, "one", "192.0.2.1"));
	/* A reload reads nothing again, either. */
	reload(bench, JOURNAL_JAILS);
	read_all(bench);
	assert_false(is_banned(bench, "one", "192.0.2.2"));
}

static void matches_may_be_changed_on_the_way(void **state)
{
	static const char *const a[] = { "SYSLOG_IDENTIFIER=a", NULL };
	static const char *const bad[] = { "a", NULL };
	struct bench *bench = *state;

	if (!kb_journal_is_supported() || !journal_files_possible())
		test_leave("there is no systemd-journal-remote, or no libsystemd");
	begin_journal(bench);
	assert_true(kban_watch_jail_has_journal(bench->watch, 1));
	assert_string_equal(kban_watch_jail_match(bench->watch, 0, 1), "SYSLOG_IDENTIFIER=b");
	assert_null(kban_watch_jail_match(bench->watch, 0, 2));
	assert_int_equal(kban_watch_add_match(bench->watch, 1, bad, NULL), KBAN_E_SYNTAX);
	assert_int_equal(kban_watch_remove_match(bench->watch, 1, a, NULL), KBAN_E_NOTFOUND);
	assert_int_equal(kban_watch_add_match(bench->watch, 1, a, NULL), KBAN_OK);
	assert_string_equal(kban_watch_jail_match(bench->watch, 1, 1), "SYSLOG_IDENTIFIER=a");
	journal_failure(bench, "a", "192.0.2.3");
	read_all(bench);
	assert_true(is_banned(bench, "two", "192.0.2.3"));
	assert_int_equal(kban_watch_remove_match(bench->watch, 1, a, NULL), KBAN_OK);
	journal_failure(bench, "a", "192.0.2.4");
	read_all(bench);
	assert_false(is_banned(bench, "two", "192.0.2.4"));
	assert_int_equal(kban_watch_remove_match(bench->watch, 1, NULL, NULL), KBAN_OK);
	journal_failure(bench, "c", "192.0.2.5");
	read_all(bench);
	assert_true(is_banned(bench, "two", "192.0.2.5"));
	reload(bench, "[files]\nenabled = 1\n");
	assert_false(kban_watch_jail_has_journal(bench->watch, 0));
	assert_int_equal(kban_watch_add_match(bench->watch, 0, a, NULL), KBAN_E_INVAL);
	assert_int_equal(kban_watch_remove_match(bench->watch, 0, a, NULL), KBAN_E_INVAL);
}

static void flush_lifts_all(void **state)
{
	struct bench *bench = *state;

	reload(bench, "[one]\nenabled = 1\n[two]\nenabled = 1\n");
	log_failures(bench, "192.0.2.1 192.0.2.1 2001:db8::1 2001:db8::1");
	assert_int_equal(kban_watch_flush(bench->watch, bench->now, NULL), 4);
	assert_false(is_banned(bench, "one", "192.0.2.1"));
	assert_false(is_banned(bench, "two", "2001:db8::1"));
}

static struct kban_why *why(const struct bench *bench, const char *host)
{
	struct kban_addr addr = test_addr(host);
	struct kban_why *answer = NULL;

	assert_int_equal(kban_watch_why(bench->watch, &addr, bench->now, &answer, NULL), KBAN_OK);
	return answer;
}

static void why_tells_bans_and_lines(void **state)
{
	struct bench *bench = *state;
	struct kban_why *answer;
	const struct kban_why_ban *ban;

	reload(bench, "[one]\nenabled = 1\n");
	log_failures(bench, "192.0.2.1 192.0.2.9 192.0.2.1");
	answer = why(bench, "192.0.2.1");
	assert_int_equal(answer->ban_count, 1);
	ban = &answer->bans[0];
	assert_string_equal(ban->jail, "one");
	assert_string_equal(ban->set, "kban-one");
	assert_true(ban->active && ban->applied && !ban->manual && ban->end == NULL);
	assert_int_equal(ban->failure_count, 2);
	assert_int_equal(ban->failures[0].line, 1);
	assert_int_equal(ban->failures[1].line, 3);
	assert_string_equal(ban->failures[0].rule_text, "^ fail from <HOST>$");
	assert_int_equal(ban->failures[0].rule_line, 2);
	assert_int_equal(answer->pending_count, 0);
	kban_why_free(answer);
}

static void why_tells_what_is_counted_and_protected(void **state)
{
	struct bench *bench = *state;
	struct kban_why *answer;

	reload(bench, "[one]\nenabled = 1\n");
	log_failures(bench, "192.0.2.9");
	answer = why(bench, "192.0.2.9");
	assert_int_equal(answer->ban_count, 0);
	assert_int_equal(answer->pending_count, 1);
	assert_int_equal(answer->pending[0].count, 1);
	assert_int_equal(answer->pending[0].max_retry, 2);
	assert_int_equal(answer->pending[0].failure_count, 1);
	kban_why_free(answer);
	answer = why(bench, "198.51.100.7");
	assert_int_equal(answer->protection_count, 1);
	assert_string_equal(answer->protections[0].entry, "198.51.100.0/24");
	kban_why_free(answer);
}

static void ignoreip_may_be_in_a_file(void **state)
{
	struct bench *bench = *state;
	struct kban_why *answer;

	write_file(bench, "white", "w",
		   "# ours\n192.0.2.1, 192.0.2.2 ; and\n\n2001:db8::/32 # all\n");
	reload(bench,
	       "[one]\nenabled = 1\nmaxretry = 1\nignoreip = file:@ROOT@/white\t192.0.2.3\n");
	log_failures(bench, "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 2001:db8::1");
	assert_false(is_banned(bench, "one", "192.0.2.1") || is_banned(bench, "one", "192.0.2.2"));
	assert_false(is_banned(bench, "one", "192.0.2.3") ||
		     is_banned(bench, "one", "2001:db8::1"));
	assert_true(is_banned(bench, "one", "192.0.2.4"));
	answer = why(bench, "2001:db8::7");
	assert_int_equal(strncmp(answer->protections[0].entry, "file:/", 6), 0);
	kban_why_free(answer);
}

static void memory_for_hosts_is_bounded(void **state)
{
	struct bench *bench = *state;

	reload(bench, "[one]\nenabled = 1\nmaxhosts = 2\nmaxretry = 3\n");
	log_failures(bench, "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.1 192.0.2.1");
	assert_false(is_banned(bench, "one", "192.0.2.1"));
	log_failures(bench, "192.0.2.1");
	assert_true(is_banned(bench, "one", "192.0.2.1"));
}

static void why_remembers_what_is_over(void **state)
{
	struct bench *bench = *state;
	struct kban_addr host = test_addr("192.0.2.1");
	struct kban_why *answer;

	reload(bench, "[one]\nenabled = 1\n");
	log_failures(bench, "192.0.2.1 192.0.2.1");
	assert_int_equal(kban_jail_unban(kban_watch_jail(bench->watch, 0), &host, bench->now), 1);
	log_failures(bench, "192.0.2.1 192.0.2.1");
	answer = why(bench, "192.0.2.1");
	assert_int_equal(answer->ban_count, 2);
	assert_true(answer->bans[0].active);
	assert_int_equal(answer->bans[0].number, 2);
	assert_false(answer->bans[1].active);
	assert_string_equal(answer->bans[1].end, "unbanned");
	kban_why_free(answer);
}

static int count_failure(const char *jail, const struct kb_failure *failure, void *data)
{
	(void)jail;
	(void)failure;
	(*(int *)data)++;
	return 0;
}

static void what_no_longer_matters_is_forgotten(void **state)
{
	struct bench *bench = *state;
	int failures = 0;

	reload(bench, "[one]\nenabled = 1\nbantime = 60\n");
	log_failures(bench, "192.0.2.1 192.0.2.1 192.0.2.9");
	bench->now += 3 * 86400 * KBAN_SECOND;
	assert_true(kban_watch_dispatch(bench->watch, bench->now, NULL) >= 0);
	bench->now += 3 * 86400 * KBAN_SECOND;
	assert_int_equal(kban_watch_audit(bench->watch, bench->now, NULL), KBAN_OK);
	assert_int_equal(kb_store_count_bans(bench->store, NULL,
					     &(struct kban_addr){ 4, 32, { 0 }, { 192, 0, 2, 1 } },
					     NULL),
			 0);
	assert_int_equal(
		kb_store_each_failure(bench->store, "one", 0, count_failure, &failures, NULL), 0);
	assert_int_equal(failures, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WATCH_TEST(jails_share_a_file),
		WATCH_TEST(bans_are_counted_without_a_log),
		WATCH_TEST(a_broken_jail_costs_itself),
		WATCH_TEST(a_reload_keeps_what_is_known),
		WATCH_TEST(a_reload_with_another_limit_counts_anew),
		WATCH_TEST(a_removed_jail_leaves_no_set),
		WATCH_TEST(a_jail_that_breaks_keeps_its_sets),
		WATCH_TEST(a_jail_that_comes_back_keeps_its_set),
		WATCH_TEST(allowipv6_says_for_whom_actions_are_started),
		WATCH_TEST(a_restart_goes_on),
		WATCH_TEST(a_journal_goes_on_after_a_restart),
		WATCH_TEST(matches_may_be_changed_on_the_way),
		WATCH_TEST(flush_lifts_all),
		WATCH_TEST(why_tells_bans_and_lines),
		WATCH_TEST(why_tells_what_is_counted_and_protected),
		WATCH_TEST(why_remembers_what_is_over),
		WATCH_TEST(ignoreip_may_be_in_a_file),
		WATCH_TEST(memory_for_hosts_is_bounded),
		WATCH_TEST(what_no_longer_matters_is_forgotten),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
