/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is run for whom, and when, of what happened in a jail. */
#include "kban-test.h"

#include <stdio.h>

#include "action/action-load.h"
#include "base/buffer.h"
#include "jail/action-queue.h"

#define START ((kban_usec)1767225600 * KBAN_SECOND)

/*
 * What happens, a word each: b1 r1 p1 u1 (ban, restore, prolong, unban host 1), f (all are let go
 * by a flush), c (it is closed), + or - (all commands there are now are run, and end so), n (the
 * next command begins), e (it ends well), w (an hour passes). Expected are the commands, each with
 * its host.
 */
struct story {
	const char *commands; /* that the action has */
	const char *words;
	const char *expected;
};

struct bench {
	struct kban_context *ctx;
	struct kb_bans *bans;
	struct kb_action_queue *queue;
	kban_usec now;
	struct kb_buffer run;
};

static struct kb_action *make_action(const char *commands)
{
	struct kb_action *action = NULL;
	char names[128];
	char *rest = NULL;

	snprintf(names, sizeof(names), "%s", commands);
	assert_int_equal(kb_action_new("test", "act", &action, NULL), KBAN_OK);
	for (char *name = strtok_r(names, " ", &rest); name != NULL;
	     name = strtok_r(NULL, " ", &rest)) {
		struct kb_action *changed = NULL;
		char option[32];

		snprintf(option, sizeof(option), "action%s", name);
		assert_int_equal(kb_action_change(action, option, "x", &changed, NULL), KBAN_OK);
		kb_action_unref(action);
		action = changed;
	}
	return action;
}

/* False: there is nothing to run now. */
static bool run_next(struct bench *bench)
{
	enum kb_action_event command;
	const struct kb_action_host *host;

	if (kb_action_queue_next(bench->queue, bench->now, &command) <= 0)
		return false;
	host = bench->queue->host;
	kb_buffer_printf(&bench->run, bench->run.len > 0 ? " %s" : "%s",
			 kb_action_event_name(command));
	if (host != NULL && (command == KB_ACTION_BAN || command == KB_ACTION_UNBAN ||
			     command == KB_ACTION_PROLONG))
		kb_buffer_printf(&bench->run, "%u", host->news.addr.bytes[3]);
	return true;
}

static void end_command(struct bench *bench, enum kb_task_result result)
{
	assert_int_equal(kb_action_queue_answer(bench->queue, result, bench->now), KBAN_OK);
}

static void run_all(struct bench *bench, enum kb_task_result result)
{
	while (run_next(bench))
		end_command(bench, result);
}

static struct kb_action_news news_of(struct bench *bench, char name)
{
	struct kb_action_news news = { .since = bench->now,
				       .until = bench->now + 600 * KBAN_SECOND,
				       .failures = 3,
				       .number = 1,
				       .is_in_kernel = true };
	char text[KBAN_ADDR_TEXT_SIZE];

	snprintf(text, sizeof(text), "192.0.2.%c", name);
	news.addr = test_addr(text);
	return news;
}

static void let_all_go(struct bench *bench)
{
	struct kb_ban *next;

	kb_action_queue_begin_flush(bench->queue);
	for (struct kb_ban *ban = kb_bans_first(bench->bans); ban != NULL; ban = next) {
		struct kban_addr addr = ban->addr;

		next = ban->next;
		kb_bans_remove(bench->bans, &addr);
		assert_int_equal(kb_action_queue_unban(bench->queue, &addr), KBAN_OK);
	}
	kb_action_queue_end_flush(bench->queue);
}

static void happen_to(struct bench *bench, char what, char name)
{
	struct kb_action_news news = news_of(bench, name);
	struct kb_ban *ban = NULL;
	int status;

	if (what == 'u') {
		kb_bans_remove(bench->bans, &news.addr);
	} else {
		assert_true(kb_bans_add(bench->bans, &news.addr, news.since, news.until, &ban) >=
			    0);
		ban->state = KB_BAN_APPLIED;
	}
	if (what == 'b')
		status = kb_action_queue_ban(bench->queue, &news);
	else if (what == 'r')
		status = kb_action_queue_restore(bench->queue, &news);
	else if (what == 'p')
		status = kb_action_queue_prolong(bench->queue, &news);
	else
		status = kb_action_queue_unban(bench->queue, &news.addr);
	assert_int_equal(status, KBAN_OK);
}

static void happen(struct bench *bench, const char *word)
{
	switch (word[0]) {
	case '+':
		run_all(bench, KB_TASK_GOOD);
		break;
	case '-':
		run_all(bench, KB_TASK_BAD);
		break;
	case 'n':
		assert_true(run_next(bench));
		break;
	case 'e':
		end_command(bench, KB_TASK_GOOD);
		break;
	case 'w':
		bench->now += 3600 * KBAN_SECOND;
		break;
	case 'f':
		let_all_go(bench);
		break;
	case 'c':
		assert_int_equal(kb_action_queue_close(bench->queue), KBAN_OK);
		break;
	default:
		happen_to(bench, word[0], word[1]);
	}
}

static void tell(const struct story *story)
{
	struct bench bench = { .ctx = kban_context_new(), .bans = kb_bans_new(), .now = START };
	struct kb_action *action = make_action(story->commands);
	char words[128];
	char *rest = NULL;

	bench.queue = kb_action_queue_new(bench.ctx, action, bench.bans);
	snprintf(words, sizeof(words), "%s", story->words);
	for (char *word = strtok_r(words, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest))
		happen(&bench, word);
	assert_string_equal(bench.run.len > 0 ? bench.run.data : "", story->expected);
	if (strchr(story->words, 'c') != NULL)
		assert_true(kb_action_queue_is_over(bench.queue));
	kb_action_queue_free(bench.queue);
	kb_action_unref(action);
	kb_bans_free(bench.bans);
	kb_buffer_clear(&bench.run);
	kban_context_unref(bench.ctx);
}

static void told(void **state)
{
	for (const struct story *story = *state; story->commands != NULL; story++)
		tell(story);
}

static const struct story bans_are_done_and_undone[] = {
	{ "start ban unban stop", "+", "start" },
	{ "start ban unban stop", "b1 b2 + u1 +", "start ban1 ban2 unban1" },
	{ "start ban unban stop", "b1 + c +", "start ban1 unban1 stop" },
	{ "ban unban", "r1 + u1 +", "ban1 unban1" },
	{ "ban unban prolong", "b1 + p1 + u1 +", "ban1 prolong1 unban1" },
	{ "ban unban", "b1 + p1 + u1 +", "ban1 unban1" },
	/* Nobody unbans a host that this action has not banned. */
	{ "ban unban", "u1 +", "" },
	{ NULL, NULL, NULL },
};

static const struct story what_is_over_before_its_turn_is_not_run[] = {
	{ "ban unban", "b1 u1 +", "" },
	{ "ban unban", "b1 u1 b1 +", "ban1" },
	/* A message that nothing undoes is one that somebody waits for. */
	{ "ban", "b1 u1 +", "ban1" },
	{ NULL, NULL, NULL },
};

static const struct story a_flush_takes_the_place_of_many[] = {
	{ "ban unban flush", "b1 b2 + f +", "ban1 ban2 flush" },
	{ "ban unban", "b1 b2 + f +", "ban1 ban2 unban1 unban2" },
	{ "ban flush", "b1 + f +", "ban1 flush" },
	{ NULL, NULL, NULL },
};

/* Whatever ends meanwhile, the command that runs does something that is to be undone. */
static const struct story what_is_under_way_is_undone[] = {
	{ "ban unban", "b1 n u1 e +", "ban1 unban1" },
	{ "ban unban", "b1 n u1 b1 e +", "ban1 unban1 ban1" },
	{ "start ban unban stop", "b1 n c e +", "start stop" },
	{ "start ban unban stop", "b1 n e n c e +", "start ban1 unban1 stop" },
	{ "start ban unban stop", "b1 + p1 u1 n c e +", "start ban1 unban1 stop" },
	{ "ban unban flush", "b1 n f e +", "ban1 flush" },
	{ "ban unban flush", "b1 + b2 n f e +", "ban1 ban2 flush" },
	{ "ban flush", "b1 n f e +", "ban1 flush" },
	{ "ban flush", "b1 n f b1 e +", "ban1 flush ban1" },
	{ "start ban flush stop", "b1 n e n c e +", "start ban1 flush stop" },
	/* A message is no such thing. */
	{ "ban", "b1 n c e +", "ban1" },
	{ NULL, NULL, NULL },
};

/* fail2ban runs what failed once more; here it is tried again later, too, and then given up. */
static const struct story what_fails_is_tried_again[] = {
	{ "ban unban", "b1 - +", "ban1 ban1" },
	{ "ban unban", "b1 - w + u1 +", "ban1 ban1 ban1 unban1" },
	{ "ban unban", "b1 - w - w - w - w +", "ban1 ban1 ban1 ban1 ban1 ban1" },
	/* Others go on meanwhile. */
	{ "ban unban", "b1 - b2 +", "ban1 ban1 ban2" },
	{ NULL, NULL, NULL },
};

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(told, bans_are_done_and_undone),
		test_case(told, what_is_over_before_its_turn_is_not_run),
		test_case(told, a_flush_takes_the_place_of_many),
		test_case(told, what_is_under_way_is_undone),
		test_case(told, what_fails_is_tried_again),
	};

	return cmocka_run_group_tests_name("action-turn", tests, NULL, NULL);
}
