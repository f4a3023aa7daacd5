/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands of all jails: in which order they come, what each has, and what follows from its end. */
#include "watch-test.h"

#include <kban/command.h>

#include "failing-alloc.h"
#include "jail/watch.h"

static void write_action(const struct bench *bench, const char *name, const char *options)
{
	kb_autofree char *path = NULL;
	kb_autofree char *text = NULL;

	assert_true(asprintf(&path, "action.d/%s.conf", name) > 0);
	assert_true(asprintf(&text, "[Definition]\nactionban = %s <ip>\n%s", name, options) > 0);
	write_file(bench, path, "w", text);
}

static int next(struct bench *bench, struct kban_command *command)
{
	return kban_watch_next_command(bench->watch, KBAN_COMMANDS_ACTIONS, bench->now, command);
}

static void end(struct bench *bench, uint64_t id, int status)
{
	assert_int_equal(kban_watch_command_done(bench->watch, id, status, bench->now), KBAN_OK);
	read_all(bench);
}

/* Scripts of all commands there are now, each over when the next begins, parted by commas. */
static void assert_run(struct bench *bench, int status, const char *expected)
{
	kb_auto_clear(buffer) scripts = { 0 };
	struct kban_command command;

	while (next(bench, &command) > 0) {
		kb_buffer_string(&scripts, scripts.len > 0 ? ", " : "");
		kb_buffer_string(&scripts, command.argv[2]);
		end(bench, command.id, status);
	}
	assert_string_equal(scripts.len > 0 ? scripts.data : "", expected);
}

static struct kban_action_state state_of(const struct bench *bench, size_t jail, size_t action)
{
	struct kban_action_state state = KBAN_ACTION_STATE_INIT;

	kban_watch_action_state(bench->watch, jail, action, &state);
	return state;
}

static void a_command_has_all_that_is_needed(void **state)
{
	struct bench *bench = *state;
	struct kban_command first, second;

	write_action(bench, "a", "");
	write_file(bench, "action.d/b.conf", "w",
		   "[Definition]\nactionban = note '<matches>'\n[Init]\ntimeout = 7\n");
	reload(bench, "[one]\nenabled = 1\naction = a[actname=mail]\n   b\n");
	log_failures(bench, "192.0.2.1 192.0.2.1");
	assert_int_equal(next(bench, &first), 1);
	assert_int_equal(next(bench, &second), 1);
	assert_true(first.id != 0 && second.id != first.id);
	assert_string_equal(first.jail, "one");
	assert_string_equal(first.action, "mail");
	assert_string_equal(first.event, "ban");
	assert_string_equal(first.argv[0], "/bin/sh");
	assert_string_equal(first.argv[1], "-c");
	assert_string_equal(first.argv[2], "a 192.0.2.1");
	assert_null(first.argv[3]);
	assert_null(first.environment[0]);
	assert_int_equal(first.timeout, 60 * KBAN_SECOND);
	assert_string_equal(second.action, "b");
	assert_int_equal(second.timeout, 7 * KBAN_SECOND);
	/* What the log says is in no script. */
	assert_null(strstr(second.argv[2], "fail"));
	assert_non_null(strstr(second.environment[0], "fail from 192.0.2.1"));
	assert_null(second.environment[1]);
}

/* One command at a time for each action; with much to do for one, the others come in between. */
static void actions_take_turns(void **state)
{
	struct bench *bench = *state;
	struct kban_command first, second, third;

	write_action(bench, "a", "actionunban = un <ip>\n");
	write_action(bench, "b", "actionunban = un <ip>\n");
	reload(bench, "[one]\nenabled = 1\nmaxretry = 1\naction = a\n"
		      "[two]\nenabled = 1\nmaxretry = 1\naction = b\n");
	log_failures(bench, "192.0.2.1 192.0.2.2 192.0.2.3");
	assert_int_equal(next(bench, &first), 1);
	assert_string_equal(first.argv[2], "a 192.0.2.1");
	assert_int_equal(next(bench, &second), 1);
	assert_string_equal(second.argv[2], "b 192.0.2.1");
	assert_int_equal(next(bench, &third), 0);
	assert_true(state_of(bench, 0, 0).running);
	end(bench, first.id, 0);
	assert_false(state_of(bench, 0, 0).running);
	end(bench, second.id, 0);
	assert_run(bench, 0, "a 192.0.2.2, b 192.0.2.2, a 192.0.2.3, b 192.0.2.3");
	assert_int_equal(state_of(bench, 1, 0).banned, 3);
}

/* Bans may wait for questions, and these for nothing. */
static void kinds_are_asked_for_apart(void **state)
{
	struct bench *bench = *state;
	struct kban_command command;
	uint64_t id;

	write_action(bench, "a", "");
	reload(bench, "[one]\nenabled = 1\nmaxretry = 1\nignorecommand = ask <ip>\naction = a\n");
	log_failures(bench, "192.0.2.1");
	assert_int_equal(next(bench, &command), 0);
	assert_int_equal(kban_watch_next_command(bench->watch, KBAN_COMMANDS_QUESTIONS, bench->now,
						 &command),
			 1);
	assert_null(command.action);
	assert_string_equal(command.event, "ignore");
	assert_string_equal(command.argv[2], "ask 192.0.2.1");
	id = command.id;
	assert_int_equal(kban_watch_next_command(bench->watch,
						 KBAN_COMMANDS_QUESTIONS | KBAN_COMMANDS_ACTIONS,
						 bench->now, &command),
			 0);
	end(bench, id, 1);
	assert_int_equal(kban_watch_next_command(bench->watch, KBAN_COMMANDS_QUESTIONS, bench->now,
						 &command),
			 0);
	assert_run(bench, 0, "a 192.0.2.1");
}

/* What fails is run once more at once, unless it took too long. */
struct ending {
	int status;
	unsigned runs;
	const char *problem;
};

static unsigned run_all(struct bench *bench, int status)
{
	struct kban_command command;
	unsigned runs = 0;

	for (; next(bench, &command) > 0; runs++)
		end(bench, command.id, status);
	return runs;
}

static void an_end_is_remembered(void **state)
{
	static const struct ending endings[] = {
		{ 0, 1, NULL },
		{ 1, 2, "ban: its command failed" },
		{ 127, 2, "ban: its command failed" },
		{ KBAN_COMMAND_TIMED_OUT, 1, "ban: it took too long" },
		{ KBAN_COMMAND_KILLED, 2, "ban: its command failed" },
		{ KBAN_COMMAND_NOT_STARTED, 2, "ban: its command failed" },
		{ 0, 1, NULL },
	};
	struct bench *bench = *state;
	unsigned failed = 0;

	write_action(bench, "a", "");
	reload(bench, "[one]\nenabled = 1\nmaxretry = 1\naction = a\n");
	for (size_t i = 0; i < kb_array_size(endings); i++) {
		char host[32];
		struct kban_action_state after;

		snprintf(host, sizeof(host), "192.0.2.%zu", i + 1);
		log_failures(bench, host);
		assert_int_equal(run_all(bench, endings[i].status), endings[i].runs);
		after = state_of(bench, 0, 0);
		failed += endings[i].problem != NULL;
		assert_int_equal(after.failed, failed);
		assert_string_equal(after.problem != NULL ? after.problem : "",
				    endings[i].problem != NULL ? endings[i].problem : "");
	}
	/* One that nobody waits for. */
	end(bench, 4711, 1);
	assert_int_equal(state_of(bench, 0, 0).failed, failed);
}

/* Soon, then later, and then no more. */
static void what_failed_is_tried_again(void **state)
{
	struct bench *bench = *state;

	write_action(bench, "a", "");
	reload(bench, "[one]\nenabled = 1\nmaxretry = 1\nbantime = 1h\naction = a\n");
	assert_int_equal(kban_watch_command_due(bench->watch), KBAN_FOREVER);
	log_failures(bench, "192.0.2.1");
	for (int tries = 0; tries < 3; tries++) {
		assert_run(bench, 1, "a 192.0.2.1, a 192.0.2.1");
		if (tries == 2)
			break;
		assert_true(kban_watch_command_due(bench->watch) > bench->now);
		assert_true(kban_watch_command_due(bench->watch) <= bench->now + 300 * KBAN_SECOND);
		bench->now = kban_watch_command_due(bench->watch);
	}
	assert_int_equal(kban_watch_command_due(bench->watch), KBAN_FOREVER);
	assert_int_equal(state_of(bench, 0, 0).failed, 3);
	assert_int_equal(state_of(bench, 0, 0).banned, 0);
	assert_true(is_banned(bench, "one", "192.0.2.1"));
}

/* At the end what was done is undone, and only then the action is stopped; bans stay. */
static void at_the_end_all_is_undone(void **state)
{
	struct bench *bench = *state;
	struct kban_command command;

	write_action(bench, "a", "actionunban = un <ip>\nactionstop = stop\nactionstart = start\n");
	reload(bench, "[one]\nenabled = 1\nmaxretry = 1\naction = a\n");
	log_failures(bench, "192.0.2.1 192.0.2.2");
	assert_int_equal(next(bench, &command), 1);
	assert_string_equal(command.argv[2], "start");
	end(bench, command.id, 0);
	assert_int_equal(next(bench, &command), 1);
	assert_string_equal(command.argv[2], "a 192.0.2.1");
	assert_int_equal(kban_watch_close_actions(bench->watch), KBAN_OK);
	assert_int_equal(kban_watch_open_actions(bench->watch), 1);
	end(bench, command.id, 0);
	/* Nobody began with the second. */
	assert_run(bench, 0, "un 192.0.2.1, stop");
	assert_int_equal(kban_watch_open_actions(bench->watch), 0);
	assert_true(is_banned(bench, "one", "192.0.2.1"));
}

static void actions_have_names(void **state)
{
	struct bench *bench = *state;
	kban_auto(error) err = NULL;

	write_action(bench, "a", "");
	reload(bench, "[bad]\nenabled = 1\nmaxretry = x\naction = a\n"
		      "[one]\nenabled = 1\naction = iptables-allports\n   a\n   nftables\n");
	assert_int_equal(kban_watch_action_count(bench->watch, 1), 1);
	assert_string_equal(state_of(bench, 1, 0).name, "a");
	assert_string_equal(kban_watch_native_action(bench->watch, 1, 0), "iptables-allports");
	assert_string_equal(kban_watch_native_action(bench->watch, 1, 1), "nftables");
	assert_null(kban_watch_native_action(bench->watch, 1, 2));
	/* Of a jail that cannot run. */
	assert_int_equal(kban_watch_action_count(bench->watch, 0), 0);
	assert_null(kban_watch_native_action(bench->watch, 0, 0));
	assert_int_equal(kban_watch_add_action(bench->watch, 0, "b", &err), KBAN_E_INVAL);
	assert_string_equal(kban_error_text(err), "jail 'bad' takes no action 'b'");
}

static void actions_come_and_go(void **state)
{
	struct bench *bench = *state;
	char name[16];

	write_action(bench, "a", "actionunban = un <ip>\n");
	reload(bench, "[one]\nenabled = 1\nmaxretry = 1\naction = iptables-allports\n   a\n");
	assert_int_equal(kban_watch_add_action(bench->watch, 0, "", NULL), KBAN_E_INVAL);
	assert_int_equal(kban_watch_add_action(bench->watch, 0, "a", NULL), KBAN_E_LIMIT);
	assert_int_equal(kban_watch_add_action(bench->watch, 0, "iptables-allports", NULL),
			 KBAN_E_LIMIT);
	assert_int_equal(kban_watch_add_action(bench->watch, 0, "b", NULL), KBAN_OK);
	assert_int_equal(
		kban_watch_set_action_property(bench->watch, 0, 1, "actionban", "b <ip>", NULL),
		KBAN_OK);
	log_failures(bench, "192.0.2.1");
	assert_run(bench, 0, "a 192.0.2.1, b 192.0.2.1");
	/* What it did is undone, and it hears of nothing any more. */
	assert_int_equal(kban_watch_remove_action(bench->watch, 0, 0), KBAN_OK);
	log_failures(bench, "192.0.2.2");
	assert_run(bench, 0, "b 192.0.2.2, un 192.0.2.1");
	read_all(bench);
	assert_int_equal(bench->watch->closing_count, 0);
	for (unsigned i = 1; i < KBAN_ACTIONS_MAX; i++) {
		snprintf(name, sizeof(name), "more%u", i);
		assert_int_equal(kban_watch_add_action(bench->watch, 0, name, NULL), KBAN_OK);
	}
	assert_int_equal(kban_watch_add_action(bench->watch, 0, "last", NULL), KBAN_E_LIMIT);
	/* A reload goes back to the configuration. */
	configure(bench);
	assert_int_equal(kban_watch_action_count(bench->watch, 0), 1);
	assert_string_equal(state_of(bench, 0, 0).name, "a");
}

static void properties_may_be_changed(void **state)
{
	struct bench *bench = *state;
	kban_auto(error) err = NULL;
	bool has_port = false;
	const char *name;

	write_action(bench, "a", "[Init]\nport = 25\n");
	reload(bench, "[one]\nenabled = 1\nmaxretry = 1\naction = a\n");
	assert_string_equal(kban_watch_action_property(bench->watch, 0, 0, "port"), "25");
	assert_null(kban_watch_action_property(bench->watch, 0, 0, "none"));
	assert_int_equal(kban_watch_set_action_property(bench->watch, 0, 0, "actionban",
							"other <ip> <port>", NULL),
			 KBAN_OK);
	assert_int_equal(kban_watch_set_action_property(bench->watch, 0, 0, "port", "465", NULL),
			 KBAN_OK);
	assert_int_equal(
		kban_watch_set_action_property(bench->watch, 0, 0, "timeout", "soon", &err),
		KBAN_E_SYNTAX);
	for (size_t i = 0; (name = kban_watch_action_property_name(bench->watch, 0, 0, i)); i++)
		has_port |= strcmp(name, "port") == 0;
	assert_true(has_port);
	log_failures(bench, "192.0.2.1");
	assert_run(bench, 0, "other 192.0.2.1 465");
}

/* An action of a reload begins when the one that it replaces has undone its own. */
static void a_changed_action_waits_for_its_predecessor(void **state)
{
	struct bench *bench = *state;

	write_action(bench, "a", "actionunban = un <ip>\nactionstop = stop\nactionstart = start\n");
	reload(bench, "[one]\nenabled = 1\nmaxretry = 1\naction = a\n");
	log_failures(bench, "192.0.2.1");
	assert_run(bench, 0, "start, a 192.0.2.1");
	write_action(bench, "a", "actionunban = un <ip>\nactionstop = stop\nactionstart = anew\n");
	configure(bench);
	assert_run(bench, 0, "un 192.0.2.1, stop, anew, a 192.0.2.1");
	/* The same once more is no change. */
	configure(bench);
	assert_run(bench, 0, "");
	reload(bench, "[other]\nenabled = 1\naction =\n");
	assert_run(bench, 0, "un 192.0.2.1, stop");
}

static int add_and_remove(void *data)
{
	struct bench *bench = data;
	size_t count = kban_watch_action_count(bench->watch, 0);
	int status = kban_watch_add_action(bench->watch, 0, "b", NULL);

	if (status == KBAN_OK)
		status = kban_watch_set_action_property(bench->watch, 0, count, "port", "1", NULL);
	if (kban_watch_action_count(bench->watch, 0) > count &&
	    kban_watch_remove_action(bench->watch, 0, count) == KBAN_E_NOMEM) {
		status = KBAN_E_NOMEM;
		assert_int_equal(kban_watch_action_count(bench->watch, 0), count + 1);
		assert_int_equal(kban_watch_remove_action(bench->watch, 0, count), KBAN_OK);
	}
	assert_int_equal(kban_watch_action_count(bench->watch, 0), count);
	return status;
}

static void memory_may_run_out(void **state)
{
	struct bench *bench = *state;

	write_action(bench, "a", "");
	reload(bench, "[one]\nenabled = 1\naction = a\n");
	assert_every_allocation_may_fail(add_and_remove, bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WATCH_TEST(a_command_has_all_that_is_needed),
		WATCH_TEST(actions_take_turns),
		WATCH_TEST(kinds_are_asked_for_apart),
		WATCH_TEST(an_end_is_remembered),
		WATCH_TEST(what_failed_is_tried_again),
		WATCH_TEST(at_the_end_all_is_undone),
		WATCH_TEST(actions_have_names),
		WATCH_TEST(actions_come_and_go),
		WATCH_TEST(properties_may_be_changed),
		WATCH_TEST(a_changed_action_waits_for_its_predecessor),
		WATCH_TEST(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("watch-commands", tests, NULL, NULL);
}
