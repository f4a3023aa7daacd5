/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail-test.h"

#include "base/text.h"

#define S       KBAN_SECOND
#define NONE    KBAN_TIME_NONE
#define ENDLESS KBAN_FOREVER

struct bench {
	struct jail_bench base;
	unsigned restored;
};

static void hear(const struct kban_event *event, void *data)
{
	((struct bench *)data)->restored += event->kind == KBAN_EVENT_RESTORED;
}

static void open_jail(struct bench *bench, const char *set)
{
	struct kban_jail_options options = KBAN_JAIL_OPTIONS_INIT;

	options.name = "test";
	options.set = set;
	options.max_matches = 2;
	jail_bench_make(&bench->base, &options);
	kban_jail_set_listener(bench->base.jail, hear, bench);
}

static int set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	jail_bench_open(&bench->base);
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

static int import(struct bench *bench, const char *host, kban_usec since, kban_usec until,
		  unsigned number)
{
	const struct kban_text lines[] = { kb_text("one"), kb_text("two"), kb_text("three") };
	struct kban_import ban = KBAN_IMPORT_INIT;
	int result;

	ban.host = test_addr(host);
	ban.since = since;
	ban.until = until;
	ban.number = number;
	ban.source = "fail2ban";
	ban.lines = lines;
	ban.line_count = 3;
	result = kban_jail_import(bench->base.jail, &ban, START);
	assert_int_equal(kban_jail_settle(bench->base.jail, START, NULL), KBAN_OK);
	return result;
}

/* One ban, and what is in force after it. */
struct step {
	const char *host;
	kban_usec since, until;
	unsigned number;
	int result;
	kban_usec in_force; /* until when; 0: it is not banned */
	unsigned its_number;
};

static const struct step steps[] = {
	{ "192.0.2.1", START - 100 * S, START + 500 * S, 3, KBAN_IMPORT_BANNED, START + 500 * S,
	  3 },
	/* said again */
	{ "192.0.2.1", START - 100 * S, START + 500 * S, 3, KBAN_IMPORT_KNOWN, START + 500 * S, 3 },
	/* shorter, longer */
	{ "192.0.2.1", START - 50 * S, START + 100 * S, 3, KBAN_IMPORT_KNOWN, START + 500 * S, 3 },
	{ "192.0.2.1", START - 50 * S, START + 900 * S, 4, KBAN_IMPORT_CHANGED, START + 900 * S,
	  4 },
	{ "192.0.2.2", START - 5 * S, ENDLESS, 1, KBAN_IMPORT_BANNED, ENDLESS, 1 },
	/* the jail's own time: ten minutes */
	{ "192.0.2.3", START - 5 * S, NONE, 1, KBAN_IMPORT_BANNED, START + 595 * S, 1 },
	{ "2001:db8::3", NONE, NONE, 1, KBAN_IMPORT_BANNED, START + 600 * S, 1 },
	{ "192.0.2.4", START - 900 * S, START - 300 * S, 5, KBAN_IMPORT_OVER, 0, 0 },
	{ "192.0.2.4", START - 900 * S, START - 300 * S, 5, KBAN_IMPORT_KNOWN, 0, 0 },
	{ "192.0.2.4", START - 9 * S, START + 9 * S, 1, KBAN_IMPORT_BANNED, START + 9 * S, 6 },
	/* a beginning in the future */
	{ "192.0.2.5", START + 90 * S, START + 99 * S, 0, KBAN_IMPORT_BANNED, START + 99 * S, 1 },
	{ "192.0.2.6", START - 90 * S, START - 99 * S, 1, KBAN_E_INVAL, 0, 0 },
	{ "198.51.100.7", START, START + 9 * S, 1, KBAN_E_DENIED, 0, 0 },
	{ "192.0.2.128/25", START, START + 9 * S, 1, KBAN_E_INVAL, 0, 0 },
	{ NULL, 0, 0, 0, 0, 0, 0 },
};

static void each_ban_is_judged(void **state)
{
	struct bench *bench = *state;
	struct kban_ban ban;

	open_jail(bench, NULL);
	for (const struct step *step = steps; step->host != NULL; step++) {
		struct kban_addr host = test_addr(step->host);
		int banned;

		assert_int_equal(import(bench, step->host, step->since, step->until, step->number),
				 step->result);
		banned = kban_jail_find_ban(bench->base.jail, &host, &ban);
		assert_int_equal(banned, step->in_force != 0);
		if (!banned)
			continue;
		assert_int_equal(ban.until, step->in_force);
		assert_int_equal(ban.number, step->its_number);
		assert_true(ban.since <= START);
		assert_true(ban.applied);
	}
	/* Told as bans of before, each once. */
	assert_int_equal(bench->restored, 6);
}

static int count_evidence(const char *jail, const struct kb_failure *failure, void *data)
{
	static const char *const kept[] = { "two", "three" };
	int *count = data;

	assert_string_equal(jail, "test");
	assert_string_equal(failure->source, "fail2ban");
	assert_true(kb_text_equal(failure->text, kb_text(kept[*count % 2])));
	(*count)++;
	return 0;
}

struct history {
	struct kban_store *store;
	int bans, evidence;
};

static int count_ban(const struct kb_ban_record *record, void *data)
{
	struct history *history = data;

	history->bans++;
	assert_int_equal(record->end != KB_END_NONE, record->until <= START);
	return kb_store_each_evidence(history->store, record->id, count_evidence,
				      &history->evidence, NULL);
}

/* The newest lines are kept, as many as the jail keeps. */
static void lines_are_the_reason(void **state)
{
	struct bench *bench = *state;
	struct kban_addr host = test_addr("192.0.2.1");
	struct history history = { bench->base.store, 0, 0 };

	open_jail(bench, NULL);
	assert_int_equal(import(bench, "192.0.2.1", START - 900 * S, START - 300 * S, 1),
			 KBAN_IMPORT_OVER);
	assert_int_equal(import(bench, "192.0.2.1", START - 9 * S, START + 300 * S, 2),
			 KBAN_IMPORT_BANNED);
	assert_int_equal(import(bench, "192.0.2.1", START - 8 * S, START + 400 * S, 2),
			 KBAN_IMPORT_CHANGED);
	assert_int_equal(kb_store_each_ban_of(bench->base.store, &host, count_ban, &history, NULL),
			 0);
	assert_int_equal(history.bans, 2);
	assert_int_equal(history.evidence, 6);
}

/* An entry without end in a set that fail2ban made gets the end that its database tells. */
static void sets_of_fail2ban_say_nothing_of_the_end(void **state)
{
	struct bench *bench = *state;
	struct kban_addr host = test_addr("192.0.2.1");
	struct kb_set set = { .family = KBAN_IPV4, .name = "f2b-test" };
	struct kban_ban ban;

	assert_int_equal(bench->base.backend->ops->open(bench->base.backend, &set, NULL), KBAN_OK);
	assert_int_equal(
		bench->base.backend->ops->ban(bench->base.backend, &set, &host, ENDLESS, NULL),
		KBAN_OK);
	assert_int_equal(bench->base.backend->ops->commit(bench->base.backend, NULL), KBAN_OK);
	open_jail(bench, "f2b-test");
	assert_true(kban_jail_find_ban(bench->base.jail, &host, &ban));
	assert_int_equal(ban.until, ENDLESS);
	assert_int_equal(import(bench, "192.0.2.1", START - 9 * S, START + 300 * S, 2),
			 KBAN_IMPORT_CHANGED);
	assert_true(kban_jail_find_ban(bench->base.jail, &host, &ban));
	assert_int_equal(ban.until, START + 300 * S);
	assert_int_equal(kb_store_count_bans(bench->base.store, "test", &host, NULL), 2);
}

/* What was lifted by hand does not come back when it is said again. */
static void a_lifted_ban_stays_lifted(void **state)
{
	struct bench *bench = *state;
	struct kban_addr host = test_addr("192.0.2.1");

	open_jail(bench, NULL);
	assert_int_equal(import(bench, "192.0.2.1", START - 9 * S, START + 300 * S, 1),
			 KBAN_IMPORT_BANNED);
	assert_int_equal(kban_jail_unban(bench->base.jail, &host, START), 1);
	assert_int_equal(kban_jail_settle(bench->base.jail, START, NULL), KBAN_OK);
	assert_int_equal(import(bench, "192.0.2.1", START - 9 * S, START + 300 * S, 1),
			 KBAN_IMPORT_KNOWN);
	assert_false(kban_jail_find_ban(bench->base.jail, &host, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_ban_is_judged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lines_are_the_reason, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sets_of_fail2ban_say_nothing_of_the_end, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_lifted_ban_stays_lifted, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("jail-import", tests, NULL, NULL);
}
