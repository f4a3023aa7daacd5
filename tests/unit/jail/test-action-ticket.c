/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a command is told of the ban it is run for, and where from. */
#include "watch-test.h"

#include <kban/command.h>

#include "failing-alloc.h"
#include "jail/action-ticket.h"
#include "jail/jail.h"
#include "jail/watch.h"

#define RULE "failregex = ^ fail(?: of <F-USER>\\S+</F-USER>)? from <HOST>$\n"
#define JAILS                                                     \
	RULE "[one]\nenabled = 1\naction = tell\nbantime = 600\n" \
	     "[two]\nenabled = 1\naction =\nmaxretry = 1\n"

/* Tags in the script say what has to be gathered. */
static void configure_action(struct bench *bench, const char *tags)
{
	kb_autofree char *text = NULL;

	assert_true(asprintf(&text,
			     "[Definition]\nactionstart = begin\nactionban = tell %s\n"
			     "actionunban = untell\n",
			     tags) > 0);
	write_file(bench, "action.d/tell.conf", "w", text);
	reload(bench, JAILS);
}

static struct kb_jail_action *action_of(const struct bench *bench)
{
	return bench->watch->running[0]->actions->items[0];
}

/* The command for the next ban runs from now on; others before it are over. */
static void begin_ban(struct bench *bench)
{
	struct kban_command command;

	for (;;) {
		assert_int_equal(kban_watch_next_command(bench->watch, KBAN_COMMANDS_ACTIONS,
							 bench->now, &command),
				 1);
		if (strcmp(command.event, "ban") == 0)
			return;
		assert_int_equal(kban_watch_command_done(bench->watch, command.id, 0, bench->now),
				 KBAN_OK);
	}
}

static void end_ban(struct bench *bench)
{
	assert_int_equal(
		kban_watch_command_done(bench->watch, action_of(bench)->command, 0, bench->now),
		KBAN_OK);
}

static int fill(const struct bench *bench, struct kb_ticket_texts *texts, struct kb_ticket *out)
{
	memset(texts, 0, sizeof(*texts));
	return kb_ticket_fill(action_of(bench), bench->now, texts, out);
}

/* Lines without their stamps, parted by commas. */
static void assert_lines(struct kban_text lines, const char *expected)
{
	kb_auto_clear(buffer) said = { 0 };
	struct kban_text rest = lines, line;

	while (kb_text_next_line(&rest, &line)) {
		size_t at = kb_text_index(line, ' ');

		kb_buffer_string(&said, said.len > 0 ? ", " : "");
		kb_buffer_text(&said, kb_text_trim(kb_text_slice(line, at, line.len)));
	}
	assert_string_equal(said.len > 0 ? said.data : "", expected);
}

static void a_ban_is_told_with_its_lines(void **state)
{
	struct bench *bench = *state;
	kb_auto_clear(ticket_texts) texts;
	struct kb_ticket ticket;

	configure_action(bench, "<F-USER>");
	write_file(bench, "log", "a",
		   "1767225600 fail of joe from 192.0.2.1\n1767225601 fail from 192.0.2.1\n");
	log_failures(bench, "192.0.2.7");
	begin_ban(bench);
	assert_int_equal(fill(bench, &texts, &ticket), 1);
	assert_true(kban_addr_equal(ticket.host,
				    &(struct kban_addr){ 4, 32, { 0 }, { 192, 0, 2, 1 } }));
	assert_int_equal(ticket.time, START + KBAN_SECOND);
	assert_int_equal(ticket.ban_time, 600 * KBAN_SECOND);
	assert_int_equal(ticket.number, 1);
	assert_int_equal(ticket.failures, 2);
	assert_false(ticket.is_restored);
	assert_lines(ticket.matches, "fail of joe from 192.0.2.1, fail from 192.0.2.1");
	/* Those of the first failure. */
	assert_non_null(memmem(ticket.fields.data, ticket.fields.len, "user\0joe", 9));
	assert_int_equal(ticket.found, 1);
	assert_int_equal(ticket.found_total, 3);
	assert_int_equal(ticket.banned, 1);
	assert_int_equal(ticket.banned_total, 1);
	/* Nobody asked for these. */
	assert_int_equal(ticket.all_matches.len, 0);
	assert_null(ticket.host_name);
	assert_null(ticket.machine);
}

static void unban(struct bench *bench, size_t jail, const char *host)
{
	struct kban_addr addr = test_addr(host);

	assert_int_equal(kban_jail_unban(kban_watch_jail(bench->watch, jail), &addr, bench->now),
			 1);
	read_all(bench);
}

static void ban_by_hand(struct bench *bench, size_t jail, const char *host)
{
	struct kban_addr addr = test_addr(host);

	assert_int_equal(kban_jail_ban(kban_watch_jail(bench->watch, jail), &addr, bench->now), 1);
	read_all(bench);
}

/* Only the last ban's lines are its own; those of all are told to who asks for them. */
static void bans_of_before_are_told_on_demand(void **state)
{
	struct bench *bench = *state;
	kb_auto_clear(ticket_texts) texts;
	struct kb_ticket ticket;

	configure_action(bench, "<ipmatches>");
	write_file(bench, "log", "a", "1767225600 fail of a from 192.0.2.1\n");
	log_failures(bench, "192.0.2.1 192.0.2.9");
	begin_ban(bench);
	end_ban(bench);
	unban(bench, 0, "192.0.2.1");
	write_file(bench, "log", "a",
		   "1767225604 fail of b from 192.0.2.1\n1767225605 fail of c from 192.0.2.1\n");
	bench->now += 3 * KBAN_SECOND;
	read_all(bench);
	/* The other jail's ban is the newest. */
	unban(bench, 1, "192.0.2.1");
	ban_by_hand(bench, 1, "192.0.2.1");
	begin_ban(bench);
	assert_int_equal(fill(bench, &texts, &ticket), 1);
	assert_int_equal(ticket.number, 2);
	assert_lines(ticket.matches, "fail of b from 192.0.2.1, fail of c from 192.0.2.1");
	assert_lines(ticket.all_jail_matches, "fail of a from 192.0.2.1, fail from 192.0.2.1, "
					      "fail of b from 192.0.2.1, fail of c from 192.0.2.1");
	assert_int_equal(ticket.all_jail_failures, 4);
	/* Jail two banned at the first one. */
	assert_true(ticket.all_failures > ticket.all_jail_failures);
	assert_true(ticket.all_matches.len > ticket.all_jail_matches.len);
}

static void the_newest_lines_are_told_if_there_are_many(void **state)
{
	struct bench *bench = *state;
	kb_auto_clear(ticket_texts) texts;
	struct kb_ticket ticket;

	write_file(bench, "fail2ban.conf", "w", "[Definition]\ndbmaxmatches = 3\n");
	configure_action(bench, "<ipjailmatches>");
	log_failures(bench, "192.0.2.1 192.0.2.1");
	begin_ban(bench);
	end_ban(bench);
	unban(bench, 0, "192.0.2.1");
	write_file(bench, "log", "a",
		   "1767225604 fail of b from 192.0.2.1\n1767225605 fail of c from 192.0.2.1\n");
	bench->now += 3 * KBAN_SECOND;
	read_all(bench);
	begin_ban(bench);
	assert_int_equal(fill(bench, &texts, &ticket), 1);
	assert_lines(ticket.all_jail_matches, "fail from 192.0.2.1, fail of b from 192.0.2.1, "
					      "fail of c from 192.0.2.1");
	assert_int_equal(ticket.all_jail_failures, 4);
}

/* While the disk is full, say: of lines in memory and lines that were saved with no ban. */
static void what_is_not_saved_is_told(void **state)
{
	struct bench *bench = *state;
	struct kban_jail *jail;
	struct kban_addr addr = test_addr("192.0.2.1");
	kb_auto_clear(ticket_texts) texts;
	struct kb_ticket ticket;

	configure_action(bench, "<F-USER>");
	log_failures(bench, "192.0.2.1 192.0.2.1");
	begin_ban(bench);
	jail = kban_watch_jail(bench->watch, 0);
	unban(bench, 0, "192.0.2.1");
	log_failures(bench, "192.0.2.1");
	assert_int_equal(kban_jail_report(jail, &addr, bench->now, KB_TEXT("x seen by itself")), 1);
	assert_int_equal(fill(bench, &texts, &ticket), 1);
	assert_lines(ticket.matches, "fail from 192.0.2.1, seen by itself");
}

static int later(const struct kban_addr *addr, char *out, void *data)
{
	const char *const *name = data;

	if (*name == NULL)
		return KBAN_RESOLVE_LATER;
	snprintf(out, KBAN_HOST_NAME_SIZE, "%s.%s", addr != NULL ? "host" : "me", *name);
	return 1;
}

static void names_are_waited_for(void **state)
{
	struct bench *bench = *state;
	const char *name = "example";
	kb_auto_clear(ticket_texts) texts;
	struct kb_ticket ticket;

	kban_context_set_namer(bench->ctx, later, &name);
	configure_action(bench, "<ip-host> <fq-hostname>");
	log_failures(bench, "192.0.2.1 192.0.2.1");
	begin_ban(bench);
	assert_int_equal(fill(bench, &texts, &ticket), 1);
	assert_string_equal(ticket.host_name, "host.example");
	assert_string_equal(ticket.machine, "me.example");
	kb_ticket_texts_clear(&texts);
	name = NULL;
	assert_int_equal(fill(bench, &texts, &ticket), 0);
	kban_context_set_namer(bench->ctx, NULL, NULL);
	assert_int_equal(fill(bench, &texts, &ticket), 1);
	assert_null(ticket.host_name);
	assert_null(ticket.machine);
}

/* A start is about no host. */
static void the_jail_is_told_without_a_host(void **state)
{
	struct bench *bench = *state;
	struct kban_command command;
	kb_auto_clear(ticket_texts) texts;
	struct kb_ticket ticket;

	configure_action(bench, "<ip>");
	log_failures(bench, "192.0.2.1 192.0.2.1");
	assert_int_equal(
		kban_watch_next_command(bench->watch, KBAN_COMMANDS_ACTIONS, bench->now, &command),
		1);
	assert_string_equal(command.event, "start");
	assert_int_equal(fill(bench, &texts, &ticket), 1);
	assert_null(ticket.host);
	assert_int_equal(ticket.time, bench->now);
	assert_int_equal(ticket.ban_time, 600 * KBAN_SECOND);
	assert_int_equal(ticket.failures, 0);
	assert_int_equal(ticket.matches.len, 0);
	assert_int_equal(ticket.banned_total, 1);
}

/* An action that comes with a reload was run for none of the bans. */
static void a_ban_of_before_is_told_as_such(void **state)
{
	struct bench *bench = *state;
	kb_auto_clear(ticket_texts) texts;
	struct kb_ticket ticket;

	write_file(bench, "action.d/tell.conf", "w", "[Definition]\nactionban = tell\n");
	reload(bench, "[one]\nenabled = 1\naction =\nbantime = -1\n");
	ban_by_hand(bench, 0, "192.0.2.1");
	reload(bench, "[one]\nenabled = 1\naction = tell\nbantime = -1\n");
	begin_ban(bench);
	assert_int_equal(fill(bench, &texts, &ticket), 1);
	assert_true(ticket.is_restored);
	assert_int_equal(ticket.ban_time, KBAN_FOREVER);
	assert_int_equal(ticket.time, START);
	assert_int_equal(ticket.matches.len, 0);
}

static int fill_quietly(void *data)
{
	kb_auto_clear(ticket_texts) texts;
	struct kb_ticket ticket;

	return fill(data, &texts, &ticket);
}

static void memory_may_run_out(void **state)
{
	struct bench *bench = *state;

	configure_action(bench, "<ipmatches> <F-USER>");
	write_file(bench, "log", "a", "1767225600 fail of a from 192.0.2.1\n");
	log_failures(bench, "192.0.2.1");
	begin_ban(bench);
	assert_every_allocation_may_fail(fill_quietly, bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WATCH_TEST(a_ban_is_told_with_its_lines),
		WATCH_TEST(bans_of_before_are_told_on_demand),
		WATCH_TEST(the_newest_lines_are_told_if_there_are_many),
		WATCH_TEST(what_is_not_saved_is_told),
		WATCH_TEST(names_are_waited_for),
		WATCH_TEST(the_jail_is_told_without_a_host),
		WATCH_TEST(a_ban_of_before_is_told_as_such),
		WATCH_TEST(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("action-ticket", tests, NULL, NULL);
}
