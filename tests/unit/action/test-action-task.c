/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which commands follow each other. Expected as fail2ban does it, but for what took too long. */
#include "kban-test.h"

#include "action/action-task.h"
#include "base/buffer.h"

/*
 * What the action has, by the first letters of its commands (start, stop, check, ban, reBan, unban,
 * repair), how each command ends in turn, and what is run.
 */
struct row {
	const char *has;
	enum kb_action_event goal;
	bool is_started;
	const char *ends; /* of each command: '+' good, '-' bad, 't' too long */
	const char *expected;
	const char *reason; /* NULL: it went well */
};

static void give(struct kb_action *action, const char *has)
{
	static const char letters[KB_ACTION_EVENTS + 1] = "spcbBuPfrl";

	for (; *has != '\0'; has++) {
		long event = strchr(letters, *has) - letters;

		for (int family = 0; family < KB_FAMILIES; family++)
			action->scripts[event][family] = (char *)(uintptr_t) "x";
	}
}

static void play(const struct row *row, bool repair_on_unban)
{
	struct kb_action action = { .repair_on_unban = repair_on_unban };
	struct kb_action_task task;
	kb_auto_clear(buffer) run = { 0 };
	enum kb_action_event command;
	const char *end = row->ends;

	give(&action, row->has);
	kb_action_task_begin(&task, &action, row->goal, KB_FAMILY_NONE, row->is_started);
	while (kb_action_task_next(&task, &command)) {
		kb_buffer_printf(&run, "%s ", kb_action_event_name(command));
		assert_true(*end != '\0');
		kb_action_task_answer(&task, *end == '+'   ? KB_TASK_GOOD
					     : *end == 't' ? KB_TASK_TIMED_OUT
							   : KB_TASK_BAD);
		end++;
	}
	assert_true(*end == '\0');
	assert_string_equal(run.len > 0 ? run.data : "", row->expected);
	assert_int_equal(task.has_failed, row->reason != NULL);
	if (row->reason != NULL)
		assert_string_equal(task.reason, row->reason);
}

static void played(void **state)
{
	for (const struct row *row = *state; row->has != NULL; row++)
		play(row, false);
}

static void played_with_repair(void **state)
{
	for (const struct row *row = *state; row->has != NULL; row++)
		play(row, true);
}

static const struct row a_start_comes_first[] = {
	{ "sb", KB_ACTION_BAN, false, "++", "start ban ", NULL },
	{ "sb", KB_ACTION_BAN, true, "+", "ban ", NULL },
	{ "b", KB_ACTION_BAN, false, "+", "ban ", NULL },
	{ "sb", KB_ACTION_BAN, false, "-", "start ", "its start failed" },
	{ "sb", KB_ACTION_START, false, "+", "start ", NULL },
	{ "sb", KB_ACTION_START, false, "-", "start ", "its command failed" },
	{ "", KB_ACTION_BAN, false, "", "", NULL },
	{ "s", KB_ACTION_UNBAN, false, "+", "start ", NULL },
	{ NULL, 0, false, NULL, NULL, NULL },
};

static const struct row without_check_it_is_tried_twice[] = {
	{ "b", KB_ACTION_BAN, true, "-+", "ban ban ", NULL },
	{ "b", KB_ACTION_BAN, true, "--", "ban ban ", "its command failed" },
	{ "b", KB_ACTION_BAN, true, "t", "ban ", "it took too long" },
	{ "u", KB_ACTION_UNBAN, true, "--", "unban unban ", "its command failed" },
	{ "f", KB_ACTION_FLUSH, true, "-", "flush ", "its command failed" },
	{ "p", KB_ACTION_STOP, true, "-", "stop ", "its command failed" },
	{ NULL, 0, false, NULL, NULL, NULL },
};

static const struct row a_failed_check_leads_to_repair[] = {
	{ "cb", KB_ACTION_BAN, true, "-++", "ban check ban ", NULL },
	{ "cb", KB_ACTION_BAN, true, "-+-", "ban check ban ", "its command failed" },
	{ "spcb", KB_ACTION_BAN, true, "--++++", "ban check stop start check ban ", NULL },
	{ "spcb", KB_ACTION_BAN, true, "---+++", "ban check stop start check ban ", NULL },
	{ "spcb", KB_ACTION_BAN, true, "--++-", "ban check stop start check ",
	  "unable to restore environment" },
	{ "spcbr", KB_ACTION_BAN, true, "--+++", "ban check repair check ban ", NULL },
	{ "spcbr", KB_ACTION_BAN, true, "---++", "ban check repair check ban ", NULL },
	{ "spcb", KB_ACTION_REBAN, true, "--++++", "reban check stop start check reban ", NULL },
	{ "spcu", KB_ACTION_UNBAN, true, "--", "unban check ",
	  "invariant check failed, unban is impossible" },
	{ NULL, 0, false, NULL, NULL, NULL },
};

static const struct row unbans_may_repair[] = {
	{ "spcu", KB_ACTION_UNBAN, true, "--++++", "unban check stop start check unban ", NULL },
	{ "spcur", KB_ACTION_UNBAN, true, "--+++", "unban check repair check unban ", NULL },
	{ NULL, 0, false, NULL, NULL, NULL },
};

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(played, a_start_comes_first),
		test_case(played, without_check_it_is_tried_twice),
		test_case(played, a_failed_check_leads_to_repair),
		test_case(played_with_repair, unbans_may_repair),
	};

	return cmocka_run_group_tests_name("action-task", tests, NULL, NULL);
}
