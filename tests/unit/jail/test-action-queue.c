/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an action runs, and in which order, is tested with whole jails; here, that memory may end.
 */
#include "kban-test.h"

#include "failing-alloc.h"
#include "jail/action-queue.h"

#define NOW (1767225600 * KBAN_SECOND)

struct bench {
	struct kban_context *ctx;
	struct kb_action *action;
};

static int set_up(void **state)
{
	static const enum kb_action_event events[] = { KB_ACTION_START, KB_ACTION_BAN,
						       KB_ACTION_UNBAN, KB_ACTION_STOP };
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	bench->ctx = kban_context_new();
	bench->action = calloc(1, sizeof(*bench->action));
	assert_non_null(bench->action);
	bench->action->references = 1;
	bench->action->jail = strdup("sshd");
	bench->action->name = strdup("mail");
	for (size_t i = 0; i < kb_array_size(events); i++)
		for (int family = 0; family < KB_FAMILIES; family++)
			bench->action->scripts[events[i]][family] = strdup("true");
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	kb_action_unref(bench->action);
	kban_context_unref(bench->ctx);
	free(bench);
	return 0;
}

/* Run all there is to run, every other time without success. */
static int run_all(struct kb_action_queue *queue, int *commands)
{
	enum kb_action_event command;
	int status;

	while ((status = kb_action_queue_next(queue, NOW, &command)) > 0) {
		bool is_good = (*commands)++ % 2 == 0;

		status = kb_action_queue_answer(queue, is_good ? KB_TASK_GOOD : KB_TASK_BAD, NOW);
		if (status != KBAN_OK)
			return status;
	}
	return status;
}

static int live(struct kb_action_queue *queue, int *commands)
{
	struct kb_action_news news = { .since = NOW, .until = NOW + KBAN_SECOND, .failures = 3 };
	struct kban_addr stale = test_addr("192.0.2.9");
	int status = kb_action_queue_remember(queue, &stale, KB_ACTION_DONE);

	if (status == KBAN_OK)
		status = kb_action_queue_remembered(queue);
	for (unsigned i = 1; status == KBAN_OK && i <= 3; i++) {
		news.addr = test_addr(i == 1 ? "192.0.2.1" : i == 2 ? "2001:db8::1" : "192.0.2.3");
		news.number = i;
		status = kb_action_queue_ban(queue, &news);
		if (status == KBAN_OK)
			status = run_all(queue, commands);
	}
	if (status == KBAN_OK)
		status = kb_action_queue_unban(queue, &news.addr);
	if (status == KBAN_OK)
		status = run_all(queue, commands);
	if (status == KBAN_OK)
		status = kb_action_queue_close(queue);
	return status == KBAN_OK ? run_all(queue, commands) : status;
}

static int live_once(void *data)
{
	const struct bench *bench = data;
	struct kb_bans *bans = kb_bans_new();
	struct kb_action_queue *queue = NULL;
	int status = KBAN_E_NOMEM;
	int commands = 0;

	if (bans != NULL)
		queue = kb_action_queue_new(bench->ctx, bench->action, bans);
	if (queue != NULL)
		status = live(queue, &commands);
	if (status == KBAN_OK)
		assert_in_range(commands, 5, 30);
	kb_action_queue_free(queue);
	kb_bans_free(bans);
	return status;
}

static void memory_may_end(void **state)
{
	assert_every_allocation_may_fail(live_once, *state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(memory_may_end, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("action-queue", tests, NULL, NULL);
}
