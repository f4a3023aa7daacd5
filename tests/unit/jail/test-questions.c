/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail-test.h"

#include <kban/command.h>

#include "base/text.h"
#include "jail/questions.h"

struct bench {
	struct jail_bench base;
	struct kban_jail_options options;
	unsigned ignored, full;
	uint64_t last; /* command */
};

static void listen(int level, const char *topic, const char *line, void *data)
{
	struct bench *bench = data;

	(void)level;
	(void)topic;
	bench->ignored += strstr(line, " by command") != NULL;
	bench->full += strstr(line, "wait for ignorecommand") != NULL;
}

static void open_jail(struct bench *bench)
{
	struct kban_jail_parts parts = jail_bench_parts(&bench->base);

	assert_int_equal(
		kb_jail_build(bench->base.ctx, &bench->options, &parts, &bench->base.jail, NULL),
		KBAN_OK);
	if (bench->options.ignore_command != NULL)
		assert_int_equal(kb_jail_make_questions(bench->base.jail), KBAN_OK);
	assert_int_equal(kb_jail_restore(bench->base.jail, NULL), KBAN_OK);
}

static int set_up(void **state)
{
	static const char *const rules[] = { "^ fail of <F-USER>.*</F-USER> from <HOST>$",
					     "^ id <F-ID>\\S+</F-ID> from <ADDR>$", NULL };
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	jail_bench_open(&bench->base);
	kban_context_set_log(bench->base.ctx, listen, bench);
	jail_bench_compile(&bench->base, rules, KBAN_USEDNS_NO);
	bench->options = (struct kban_jail_options)KBAN_JAIL_OPTIONS_INIT;
	bench->options.name = "test";
	bench->options.max_retry = 2;
	bench->options.ignore_command = "ask <ip> <F-USER>";
	bench->options.ignore_answers = 10;
	bench->options.ignore_age = 60 * KBAN_SECOND;
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

static void feed(struct bench *bench, const char *text)
{
	assert_int_equal(jail_bench_feed(&bench->base, bench->base.now, text), 0);
}

static void settle(struct bench *bench)
{
	jail_bench_settle(&bench->base);
}

static bool is_banned(struct bench *bench, const char *host)
{
	struct kban_addr addr = test_addr(host);

	return kban_jail_find_ban(bench->base.jail, &addr, NULL);
}

/* The script of the next question, which runs then; NULL if there is none. */
static const char *ask(struct bench *bench)
{
	struct kb_question *question;

	assert_int_equal(kb_jail_next_question(bench->base.jail, bench->base.now, &question),
			 KBAN_OK);
	if (question == NULL)
		return NULL;
	kb_jail_begin_question(bench->base.jail, question, ++bench->last);
	assert_string_equal(question->argv[0], "/bin/sh");
	assert_string_equal(question->argv[1], "-c");
	return question->argv[2];
}

static void answer(struct bench *bench, int status)
{
	assert_int_equal(
		kb_jail_answer_question(bench->base.jail, bench->last, status, bench->base.now), 1);
	settle(bench);
}

/* Two failures that ban, and what ignorecommand says. */
struct row {
	int status;
	bool banned;
};

static void the_answer_decides(void **state)
{
	static const struct row rows[] = { { 0, false },
					   { 1, true },
					   { 2, true },
					   { 127, true },
					   { KBAN_COMMAND_TIMED_OUT, true },
					   { KBAN_COMMAND_KILLED, true },
					   { KBAN_COMMAND_NOT_STARTED, true } };
	struct bench *bench = *state;

	open_jail(bench);
	for (size_t i = 0; i < kb_array_size(rows); i++) {
		char line[64], host[32];

		snprintf(host, sizeof(host), "192.0.2.%zu", i + 1);
		snprintf(line, sizeof(line), "fail of joe from %s", host);
		feed(bench, line);
		feed(bench, line);
		settle(bench);
		assert_false(is_banned(bench, host));
		assert_non_null(ask(bench));
		assert_null(ask(bench));
		answer(bench, rows[i].status);
		assert_int_equal(is_banned(bench, host), rows[i].banned);
	}
	assert_int_equal(bench->ignored, 2);
}

/* What the log says reaches the script as a variable alone. */
static void log_text_is_no_script(void **state)
{
	struct bench *bench = *state;
	struct kb_question *question;

	open_jail(bench);
	feed(bench, "fail of x$(id) from 192.0.2.1");
	assert_int_equal(kb_jail_next_question(bench->base.jail, bench->base.now, &question),
			 KBAN_OK);
	assert_string_equal(question->argv[2], "ask 192.0.2.1 $f2bV_F_user");
	assert_string_equal(question->rendered.environment.items[0], "f2bV_F_user=x$(id)");
}

/* Failures that would ask the same wait together, and an answer is remembered for its time. */
static void the_same_is_asked_once(void **state)
{
	struct bench *bench = *state;

	open_jail(bench);
	feed(bench, "fail of joe from 192.0.2.1");
	feed(bench, "fail of joe from 192.0.2.1");
	feed(bench, "fail of ann from 192.0.2.1");
	assert_string_equal(ask(bench), "ask 192.0.2.1 joe");
	answer(bench, 0);
	assert_string_equal(ask(bench), "ask 192.0.2.1 ann");
	answer(bench, 1);
	assert_null(ask(bench));
	feed(bench, "fail of joe from 192.0.2.1");
	assert_null(ask(bench));
	assert_int_equal(bench->ignored, 3);
	bench->base.now += 60 * KBAN_SECOND;
	feed(bench, "fail of joe from 192.0.2.1");
	assert_non_null(ask(bench));
	/* What failed is asked again. */
	answer(bench, 3);
	feed(bench, "fail of joe from 192.0.2.1");
	assert_non_null(ask(bench));
}

static void the_key_says_what_is_the_same(void **state)
{
	struct bench *bench = *state;

	bench->options.ignore_key = "<ip>";
	open_jail(bench);
	feed(bench, "fail of joe from 192.0.2.1");
	feed(bench, "fail of ann from 192.0.2.1");
	feed(bench, "fail of ann from 192.0.2.2");
	assert_non_null(ask(bench));
	answer(bench, 0);
	assert_int_equal(bench->ignored, 2);
	assert_non_null(ask(bench));
	assert_null(ask(bench));
}

static void few_run_at_once(void **state)
{
	struct bench *bench = *state;

	open_jail(bench);
	for (int i = 1; i <= 10; i++) {
		char line[64];

		snprintf(line, sizeof(line), "fail of joe from 192.0.2.%d", i);
		feed(bench, line);
	}
	for (int i = 0; i < KB_QUESTIONS_AT_ONCE; i++)
		assert_non_null(ask(bench));
	assert_null(ask(bench));
	answer(bench, 1);
	assert_non_null(ask(bench));
	assert_null(ask(bench));
}

/* A command that hangs is no way to escape. */
static void beyond_the_limit_failures_count(void **state)
{
	struct bench *bench = *state;
	struct kban_addr addr = test_addr("192.0.2.1");

	open_jail(bench);
	for (int i = 0; i < KB_WAITING_MAX; i++)
		feed(bench, "fail of joe from 192.0.2.1");
	settle(bench);
	assert_false(is_banned(bench, "192.0.2.1"));
	assert_int_equal(bench->full, 0);
	feed(bench, "fail of joe from 192.0.2.1");
	assert_int_equal(kban_jail_report(bench->base.jail, &addr, bench->base.now, kb_text("x")),
			 1);
	settle(bench);
	assert_true(is_banned(bench, "192.0.2.1"));
	assert_int_equal(bench->full, 1);
}

/* Who is killed meanwhile asks again. */
static void what_waits_survives(void **state)
{
	struct bench *bench = *state;

	open_jail(bench);
	feed(bench, "fail of joe from 192.0.2.1");
	feed(bench, "fail of joe from 192.0.2.1");
	feed(bench, "id session7 from 192.0.2.3");
	feed(bench, "id session7 from 192.0.2.4");
	settle(bench);
	assert_non_null(ask(bench));
	kban_jail_free(bench->base.jail);
	open_jail(bench);
	settle(bench);
	assert_string_equal(ask(bench), "ask 192.0.2.1 joe");
	answer(bench, 1);
	assert_true(is_banned(bench, "192.0.2.1"));
	assert_non_null(ask(bench));
	answer(bench, 1);
	assert_non_null(ask(bench));
	answer(bench, 1);
	/* They count as an id, as before. */
	assert_true(is_banned(bench, "192.0.2.3"));
	assert_true(is_banned(bench, "192.0.2.4"));
	kban_jail_free(bench->base.jail);
	open_jail(bench);
	settle(bench);
	assert_null(ask(bench));
}

/* A reload: what waits goes on waiting, or counts where there is no command any more. */
static void a_reload_keeps_what_waits(void **state)
{
	struct bench *bench = *state;
	const char *const commands[] = { "ask <ip> <F-USER>", "other <ip>", NULL };
	struct kban_jail *old;

	open_jail(bench);
	feed(bench, "fail of ann from 192.0.2.9");
	assert_non_null(ask(bench));
	answer(bench, 0);
	feed(bench, "fail of joe from 192.0.2.1");
	feed(bench, "fail of joe from 192.0.2.1");
	for (size_t i = 0; i < kb_array_size(commands); i++) {
		struct kban_jail_parts parts = { .filter = bench->base.filter,
						 .backend = bench->base.backend,
						 .store = bench->base.store };

		old = bench->base.jail;
		bench->options.ignore_command = commands[i];
		assert_int_equal(kb_jail_build(bench->base.ctx, &bench->options, &parts,
					       &bench->base.jail, NULL),
				 KBAN_OK);
		if (commands[i] != NULL)
			assert_int_equal(kb_jail_make_questions(bench->base.jail), KBAN_OK);
		kb_jail_inherit(bench->base.jail, old);
		kban_jail_free(old);
		settle(bench);
		assert_int_equal(is_banned(bench, "192.0.2.1"), commands[i] == NULL);
		/* Answers go with their command. */
		if (i == 0)
			feed(bench, "fail of ann from 192.0.2.9");
		assert_int_equal(bench->ignored, 2);
	}
}

static void without_a_command_nothing_waits(void **state)
{
	struct bench *bench = *state;

	bench->options.ignore_command = NULL;
	bench->options.max_retry = 3;
	open_jail(bench);
	feed(bench, "fail of joe from 192.0.2.1");
	assert_null(ask(bench));
	assert_int_equal(kb_jail_questions_due(bench->base.jail), KBAN_FOREVER);
	assert_int_equal(kb_jail_answer_question(bench->base.jail, 1, 0, bench->base.now), 0);
}

#define QUESTION_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		QUESTION_TEST(the_answer_decides),
		QUESTION_TEST(log_text_is_no_script),
		QUESTION_TEST(the_same_is_asked_once),
		QUESTION_TEST(the_key_says_what_is_the_same),
		QUESTION_TEST(few_run_at_once),
		QUESTION_TEST(beyond_the_limit_failures_count),
		QUESTION_TEST(what_waits_survives),
		QUESTION_TEST(a_reload_keeps_what_waits),
		QUESTION_TEST(without_a_command_nothing_waits),
	};

	return cmocka_run_group_tests_name("questions", tests, NULL, NULL);
}
