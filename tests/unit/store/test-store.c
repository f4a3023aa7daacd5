/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store-test.h"

#include <inttypes.h>

#include "store/database.h"

/* Most tests do not need a file. */
static struct kban_store *in_memory(void **state)
{
	struct kban_store *store = open_store(*state, NULL);

	begin(store);
	return store;
}

static int see_position(const char *path, const struct kban_follow_position *position, void *data)
{
	char item[256];

	snprintf(item, sizeof(item),
		 "%s=%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIx64 ",%" PRIx64
		 ",%u,%u,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64,
		 path, position->device, position->inode, position->offset, position->lines,
		 position->head_hash, position->tail_hash, position->head_len, position->tail_len,
		 position->born, position->seen, position->old_inode, position->old_born,
		 position->old_offset, position->old_tail_hash);
	return see(data, item);
}

static void positions_come_back_whole(void **state)
{
	kban_auto(store) store = in_memory(state);
	struct kban_follow_position large = { UINT64_MAX, 2,   3,  4,  UINT64_MAX - 1,
					      6,          256, 64, 10, 11,
					      12,         13,  14, 15 };
	struct kban_follow_position small = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 };
	struct seen seen = { 0 };

	assert_int_equal(kb_store_put_position(store, "/var/log/b", &small, NULL), KBAN_OK);
	assert_int_equal(kb_store_put_position(store, "/var/log/a", &small, NULL), KBAN_OK);
	assert_int_equal(kb_store_put_position(store, "/var/log/a", &large, NULL), KBAN_OK);
	assert_int_equal(kb_store_each_position(store, see_position, &seen, NULL), 0);
	assert_string_equal(seen.text, "/var/log/a=18446744073709551615,2,3,4,fffffffffffffffe,6,"
				       "256,64,10,11,12,13,14,15 "
				       "/var/log/b=1,2,3,4,5,6,7,8,9,10,11,12,13,14");
}

/* The first failure a walk comes upon must be the one handed in. */
static int same_failure(const char *jail, const struct kb_failure *failure, void *data)
{
	const struct kb_failure *expected = data;

	assert_string_equal(jail, "sshd");
	assert_true(kban_addr_equal(&failure->addr, &expected->addr));
	assert_int_equal(failure->time, expected->time);
	if (expected->rule_text == NULL)
		assert_null(failure->rule_text);
	else
		assert_string_equal(failure->rule_text, expected->rule_text);
	if (expected->rule_file == NULL)
		assert_null(failure->rule_file);
	else
		assert_string_equal(failure->rule_file, expected->rule_file);
	assert_int_equal(failure->rule_line, expected->rule_line);
	if (expected->source == NULL)
		assert_null(failure->source);
	else
		assert_string_equal(failure->source, expected->source);
	assert_int_equal(failure->line, expected->line);
	assert_true(kb_text_equal(failure->text, expected->text));
	return 1;
}

static struct kb_failure failures[] = {
	{ .time = T(5),
	  .rule_text = "^a",
	  .rule_file = "f.conf",
	  .rule_line = 3,
	  .source = "/log",
	  .line = 9,
	  .text = { "a\0b\xff", 4 } },
	{ .time = T(5),
	  .rule_text = "^a",
	  .source = "/log",
	  .line = UINT64_MAX,
	  .text = { "a", 1 } },
	{ .time = -1, .source = "report", .text = { NULL, 0 } },
	{ .time = T(5), .text = { "seen by itself", 14 } },
};

static void failure_comes_back_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < kb_array_size(failures); i++) {
		kban_auto(context) ctx = kban_context_new();
		kban_auto(store) store = NULL;
		struct kb_failure *row = &failures[i];

		row->addr = test_addr("2001:db8::7");
		assert_int_equal(kban_store_open(ctx, NULL, &store, NULL), KBAN_OK);
		begin(store);
		assert_int_equal(kb_store_add_failure(store, "sshd", row, NULL), KBAN_OK);
		assert_int_equal(
			kb_store_each_failure_of(store, &row->addr, same_failure, row, NULL), 1);
	}
}

static int see_lookup(const char *name, const struct kb_failure *failure, void *data)
{
	struct kb_failure expected = failures[strcmp(name, "b.example") == 0 ? 0 : 2];

	expected.addr = failure->addr;
	(void)same_failure("sshd", failure, &expected);
	return see(data, name);
}

static void lookups_are_replaced(void **state)
{
	kban_auto(store) store = in_memory(state);
	struct seen seen = { 0 };

	for (int i = 0; i < 2; i++) {
		assert_int_equal(kb_store_forget_lookups(store, "sshd", NULL), KBAN_OK);
		assert_int_equal(
			kb_store_add_lookup(store, "sshd", "b.example", &failures[0], NULL),
			KBAN_OK);
		assert_int_equal(
			kb_store_add_lookup(store, "sshd", "a.example", &failures[2], NULL),
			KBAN_OK);
	}
	assert_int_equal(kb_store_add_lookup(store, "other", "c.example", &failures[0], NULL),
			 KBAN_OK);
	assert_int_equal(kb_store_each_lookup(store, "sshd", -1, see_lookup, &seen, NULL), 0);
	assert_int_equal(kb_store_each_lookup(store, "sshd", 0, see_lookup, &seen, NULL), 0);
	assert_string_equal(seen.text, "b.example a.example b.example");
}

static int text_length(const char *jail, const struct kb_failure *failure, void *data)
{
	(void)jail;
	*(size_t *)data = failure->text.len;
	return 0;
}

static void long_lines_are_cut_between_characters(void **state)
{
	static const struct {
		size_t filler; /* bytes before the euro signs */
		size_t kept;
	} rows[] = {
		{ KB_EVIDENCE_MAX - 3, KB_EVIDENCE_MAX },
		{ KB_EVIDENCE_MAX - 2, KB_EVIDENCE_MAX - 2 },
		{ KB_EVIDENCE_MAX - 1, KB_EVIDENCE_MAX - 1 },
		{ KB_EVIDENCE_MAX, KB_EVIDENCE_MAX },
	};
	size_t i;

	for (i = 0; i < kb_array_size(rows); i++) {
		kban_auto(store) store = in_memory(state);
		char text[KB_EVIDENCE_MAX + 64];
		struct kb_failure failure = { .addr = test_addr("192.0.2.1"), .source = "/log" };
		size_t len = 0;

		memset(text, 'x', rows[i].filler);
		memcpy(text + rows[i].filler, "€€", strlen("€€"));
		failure.text = (struct kban_text){ text, rows[i].filler + strlen("€€") };
		assert_int_equal(kb_store_add_failure(store, "sshd", &failure, NULL), KBAN_OK);
		assert_int_equal(kb_store_each_failure(store, "sshd", 0, text_length, &len, NULL),
				 0);
		assert_int_equal(len, rows[i].kept);
	}
}

/* Failures of three hosts in two jails. */
static struct kban_store *with_failures(void **state)
{
	struct kban_store *store = in_memory(state);

	assert_int_equal(add_failure(store, "sshd", "192.0.2.1", T(30), 3), KBAN_OK);
	assert_int_equal(add_failure(store, "sshd", "192.0.2.1", T(10), 1), KBAN_OK);
	assert_int_equal(add_failure(store, "sshd", "2001:db8::1", T(20), 2), KBAN_OK);
	assert_int_equal(add_failure(store, "mail", "192.0.2.1", T(15), 4), KBAN_OK);
	return store;
}

static void failures_are_read_oldest_first(void **state)
{
	kban_auto(store) store = with_failures(state);
	struct kban_addr addr = test_addr("192.0.2.1");
	struct seen since = { 0 };
	struct seen host = { 0 };

	assert_failures(store, "sshd", "sshd/192.0.2.1:1 sshd/2001:db8::1:2 sshd/192.0.2.1:3");
	assert_failures(store, "nosuch", "");
	assert_int_equal(kb_store_each_failure(store, "sshd", T(20), see_failure, &since, NULL), 0);
	assert_string_equal(since.text, "sshd/2001:db8::1:2 sshd/192.0.2.1:3");
	assert_int_equal(kb_store_each_failure_of(store, &addr, see_failure, &host, NULL), 0);
	assert_string_equal(host.text, "sshd/192.0.2.1:1 mail/192.0.2.1:4 sshd/192.0.2.1:3");
}

static void failures_are_forgotten_by_host(void **state)
{
	kban_auto(store) store = with_failures(state);
	struct kban_addr addr = test_addr("192.0.2.1");

	assert_int_equal(kb_store_forget_failures(store, "sshd", &addr, NULL), KBAN_OK);
	assert_failures(store, "sshd", "sshd/2001:db8::1:2");
	assert_failures(store, "mail", "mail/192.0.2.1:4");
	assert_int_equal(kb_store_forget_failures(store, "sshd", NULL, NULL), KBAN_OK);
	assert_failures(store, "sshd", "");
	assert_failures(store, "mail", "mail/192.0.2.1:4");
}

static void old_failures_are_pruned(void **state)
{
	kban_auto(store) store = with_failures(state);

	assert_int_equal(kb_store_prune_failures(store, "sshd", T(20), NULL), KBAN_OK);
	assert_failures(store, "sshd", "sshd/2001:db8::1:2 sshd/192.0.2.1:3");
	assert_failures(store, "mail", "mail/192.0.2.1:4");
}

static void ban_claims_the_newest_failures_of_its_host(void **state)
{
	kban_auto(store) store = with_failures(state);
	struct kb_ban_record record = {
		.jail = "sshd", .addr = test_addr("192.0.2.1"), .since = T(40), .until = T(100)
	};
	struct seen evidence = { 0 };

	assert_int_equal(add_failure(store, "sshd", "192.0.2.1", T(20), 5), KBAN_OK);
	assert_int_equal(kb_store_add_ban(store, &record, 2, NULL), KBAN_OK);
	assert_failures(store, "sshd", "sshd/2001:db8::1:2");
	assert_failures(store, "mail", "mail/192.0.2.1:4");
	assert_int_equal(kb_store_each_evidence(store, record.id, see_failure, &evidence, NULL), 0);
	assert_string_equal(evidence.text, "sshd/192.0.2.1:5 sshd/192.0.2.1:3");
	/* What a ban has claimed is not forgotten with what still counts. */
	assert_int_equal(kb_store_forget_failures(store, "sshd", &record.addr, NULL), KBAN_OK);
	memset(&evidence, 0, sizeof(evidence));
	assert_int_equal(kb_store_each_evidence(store, record.id, see_failure, &evidence, NULL), 0);
	assert_int_equal(evidence.count, 2);
}

static int same_ban(const struct kb_ban_record *record, void *data)
{
	const struct kb_ban_record *expected = data;

	assert_int_equal(record->id, expected->id);
	assert_string_equal(record->jail, expected->jail);
	assert_true(kban_addr_equal(&record->addr, &expected->addr));
	assert_int_equal(record->since, expected->since);
	assert_int_equal(record->until, expected->until);
	assert_int_equal(record->number, expected->number);
	assert_int_equal(record->manual, expected->manual);
	assert_int_equal(record->end, expected->end);
	if (expected->end != KB_END_NONE)
		assert_int_equal(record->ended, expected->ended);
	return 1;
}

static void ban_comes_back_whole(void **state)
{
	static const char *const addresses[] = { "192.0.2.1", "192.0.2.0/25", "0.0.0.0/0",
						 "2001:db8::1", "2001:db8::/64" };
	kban_auto(store) store = in_memory(state);
	size_t i;

	for (i = 0; i < kb_array_size(addresses); i++) {
		struct kb_ban_record record = { .jail = "sshd",
						.addr = test_addr(addresses[i]),
						.since = T(40),
						.until = KBAN_FOREVER,
						.number = 3,
						.manual = i % 2 == 0 };

		assert_int_equal(kb_store_add_ban(store, &record, 0, NULL), KBAN_OK);
		assert_int_equal(kb_store_each_ban_of(store, &record.addr, same_ban, &record, NULL),
				 1);
		record.end = KB_END_FLUSHED;
		record.ended = T(77);
		assert_int_equal(
			kb_store_end_ban(store, "sshd", &record.addr, record.end, T(77), NULL),
			KBAN_OK);
		assert_int_equal(kb_store_each_ban_of(store, &record.addr, same_ban, &record, NULL),
				 1);
	}
}

static struct kban_store *with_bans(void **state)
{
	struct kban_store *store = in_memory(state);

	assert_int_equal(add_ban(store, "sshd", "192.0.2.9", T(10), T(100)), KBAN_OK);
	assert_int_equal(add_ban(store, "mail", "192.0.2.1", T(5), T(50)), KBAN_OK);
	assert_int_equal(add_ban(store, "sshd", "192.0.2.1", T(20), KBAN_FOREVER), KBAN_OK);
	return store;
}

static void bans_are_read_in_order_of_banning(void **state)
{
	kban_auto(store) store = with_bans(state);
	struct seen jail = { 0 };
	struct seen first = { .stop_at = 1 };

	assert_bans(store, "sshd/192.0.2.9 mail/192.0.2.1 sshd/192.0.2.1");
	assert_int_equal(kb_store_each_ban(store, "sshd", see_ban, &jail, NULL), 0);
	assert_string_equal(jail.text, "sshd/192.0.2.9 sshd/192.0.2.1");
	/* A walk hands back what ended it. */
	assert_int_equal(kb_store_each_ban(store, NULL, see_ban, &first, NULL), 7);
	assert_string_equal(first.text, "sshd/192.0.2.9");
}

static void ended_bans_are_history(void **state)
{
	kban_auto(store) store = with_bans(state);
	struct kban_addr addr = test_addr("192.0.2.1");
	struct seen all = { 0 };

	assert_int_equal(kb_store_end_ban(store, "mail", &addr, KB_END_EXPIRED, T(50), NULL),
			 KBAN_OK);
	assert_bans(store, "sshd/192.0.2.9 sshd/192.0.2.1");
	assert_int_equal(add_ban(store, "mail", "192.0.2.1", T(60), T(90)), KBAN_OK);
	assert_int_equal(kb_store_each_ban_of(store, &addr, see_ban, &all, NULL), 0);
	assert_string_equal(all.text, "mail/192.0.2.1 sshd/192.0.2.1 mail/192.0.2.1");
	assert_int_equal(kb_store_count_bans(store, "mail", &addr, NULL), 2);
	assert_int_equal(kb_store_count_bans(store, NULL, &addr, NULL), 3);
	assert_int_equal(kb_store_count_bans(store, "nosuch", &addr, NULL), 0);
}

static int see_number(const struct kb_ban_record *record, void *data)
{
	*(unsigned *)data = record->number;
	return 1;
}

static void the_store_may_number_bans(void **state)
{
	/* 0: the store is to tell; others are taken as they are. */
	static const struct {
		unsigned given, kept;
	} bans[] = { { 0, 1 }, { 0, 2 }, { 7, 7 }, { 0, 8 } };
	kban_auto(store) store = in_memory(state);

	assert_int_equal(add_ban(store, "mail", "192.0.2.1", T(1), T(9)), KBAN_OK);
	for (size_t i = 0; i < kb_array_size(bans); i++) {
		struct kb_ban_record record = { .jail = "sshd",
						.addr = test_addr("192.0.2.1"),
						.since = T(10 + i),
						.until = T(100),
						.number = bans[i].given };
		unsigned number = 0;

		assert_int_equal(kb_store_add_ban(store, &record, 0, NULL), KBAN_OK);
		assert_int_equal(
			kb_store_each_ban_of(store, &record.addr, see_number, &number, NULL), 1);
		assert_int_equal(number, bans[i].kept);
	}
}

/* "kind@seconds" */
static int see_end(const struct kb_ban_record *record, void *data)
{
	char item[64];

	snprintf(item, sizeof(item), "%d@%" PRId64, record->end, record->ended / KBAN_SECOND);
	return see(data, item);
}

/* Ended when it would have, or when the new one began, whichever was first. */
static void new_ban_replaces_the_one_in_force(void **state)
{
	kban_auto(store) store = in_memory(state);
	struct kban_addr addr = test_addr("192.0.2.1");
	struct seen all = { 0 };

	assert_int_equal(add_ban(store, "sshd", "192.0.2.1", T(10), T(100)), KBAN_OK);
	assert_int_equal(add_ban(store, "sshd", "192.0.2.1", T(60), T(160)), KBAN_OK);
	assert_int_equal(add_ban(store, "sshd", "192.0.2.1", T(200), T(300)), KBAN_OK);
	assert_bans(store, "sshd/192.0.2.1");
	assert_int_equal(kb_store_each_ban_of(store, &addr, see_end, &all, NULL), 0);
	assert_string_equal(all.text, "0@0 1@160 1@60");
}

static int see_until(const struct kb_ban_record *record, void *data)
{
	*(kban_usec *)data = record->until;
	return 1;
}

static void ban_in_force_is_extended(void **state)
{
	kban_auto(store) store = with_bans(state);
	struct kban_addr addr = test_addr("192.0.2.9");
	kban_usec until = 0;

	assert_int_equal(kb_store_extend_ban(store, "sshd", &addr, T(999), NULL), KBAN_OK);
	assert_int_equal(kb_store_each_ban_of(store, &addr, see_until, &until, NULL), 1);
	assert_int_equal(until, T(999));
}

static void bans_and_failures_move_with_the_clock(void **state)
{
	kban_auto(store) store = with_failures(state);
	struct kban_addr ending = test_addr("192.0.2.9"), lasting = test_addr("192.0.2.8");
	struct seen since = { 0 };
	kban_usec until = 0;

	assert_int_equal(add_ban(store, "sshd", "192.0.2.9", T(10), T(100)), KBAN_OK);
	assert_int_equal(add_ban(store, "sshd", "192.0.2.8", T(10), KBAN_FOREVER), KBAN_OK);
	assert_int_equal(kb_store_move(store, "sshd", T(5000) - T(0), NULL), KBAN_OK);
	assert_int_equal(kb_store_each_ban_of(store, &ending, see_until, &until, NULL), 1);
	assert_int_equal(until, T(5100));
	assert_int_equal(kb_store_each_ban_of(store, &lasting, see_until, &until, NULL), 1);
	assert_int_equal(until, KBAN_FOREVER);
	assert_int_equal(kb_store_has_ban(store, "sshd", &ending, T(5010), NULL), 1);
	assert_int_equal(kb_store_each_failure(store, "sshd", T(5020), see_failure, &since, NULL),
			 0);
	assert_string_equal(since.text, "sshd/2001:db8::1:2 sshd/192.0.2.1:3");
	assert_int_equal(kb_store_prune_failures(store, "mail", T(4000), NULL), KBAN_OK);
	assert_failures(store, "mail", "");
}

static void absent_ban_is_not_found(void **state)
{
	kban_auto(store) store = with_bans(state);
	struct kban_addr addr = test_addr("192.0.2.9");
	kban_auto(error) err = NULL;

	assert_int_equal(kb_store_extend_ban(store, "mail", &addr, T(9), &err), KBAN_E_NOTFOUND);
	assert_string_equal(kban_error_text(err), "192.0.2.9 is not banned in mail");
	assert_int_equal(kb_store_end_ban(store, "mail", &addr, KB_END_EXPIRED, T(9), NULL),
			 KBAN_E_NOTFOUND);
	/* That is no reason to give the transaction up. */
	assert_int_equal(kb_store_end_ban(store, "sshd", &addr, KB_END_EXPIRED, T(9), NULL),
			 KBAN_OK);
	assert_int_equal(kb_store_extend_ban(store, "sshd", &addr, T(9), NULL), KBAN_E_NOTFOUND);
	commit(store);
}

static void purge_forgets_bans_with_their_evidence(void **state)
{
	kban_auto(store) store = with_failures(state);
	struct kb_ban_record record = {
		.jail = "sshd", .addr = test_addr("192.0.2.1"), .since = T(40), .until = T(100)
	};
	struct seen evidence = { 0 };

	assert_int_equal(kb_store_add_ban(store, &record, 5, NULL), KBAN_OK);
	assert_int_equal(kb_store_purge(store, T(9999), NULL), KBAN_OK);
	assert_bans(store, "sshd/192.0.2.1");
	assert_int_equal(
		kb_store_end_ban(store, "sshd", &record.addr, KB_END_EXPIRED, T(100), NULL),
		KBAN_OK);
	assert_int_equal(kb_store_purge(store, T(101), NULL), KBAN_OK);
	assert_int_equal(kb_store_count_bans(store, NULL, &record.addr, NULL), 0);
	assert_int_equal(kb_store_each_evidence(store, record.id, see_failure, &evidence, NULL), 0);
	assert_int_equal(evidence.count, 0);
	assert_failures(store, "sshd", "sshd/2001:db8::1:2");
}

static void transaction_is_all_or_nothing(void **state)
{
	struct place *place = *state;
	kban_auto(store) store = open_store(place, NULL);

	assert_int_equal(kb_store_saved(store), KBAN_TIME_NONE);
	begin(store);
	assert_int_equal(add_ban(store, "sshd", "192.0.2.1", T(1), T(2)), KBAN_OK);
	kb_store_rollback(store);
	assert_bans(store, "");
	assert_int_equal(kb_store_saved(store), KBAN_TIME_NONE);
	begin(store);
	assert_int_equal(add_ban(store, "sshd", "192.0.2.2", T(1), T(2)), KBAN_OK);
	commit(store);
	assert_bans(store, "sshd/192.0.2.2");
	assert_int_equal(kb_store_saved(store), T(1732413214));
}

/* A rule of 2 MiB, which is more than a file may hold. */
static void failed_change_fails_the_transaction(void **state)
{
	kban_auto(store) store = with_bans(state);
	size_t len = 2 << 20;
	kb_autofree char *long_text = calloc(1, len + 1);
	struct kb_failure broken = { .addr = test_addr("192.0.2.1"),
				     .source = "/log",
				     .rule_text = long_text };
	kban_auto(error) err = NULL;

	memset(long_text, 'x', len);
	assert_int_equal(kb_store_add_failure(store, "sshd", &broken, NULL), KBAN_E_SYSTEM);
	assert_int_equal(add_ban(store, "sshd", "192.0.2.2", T(1), T(2)), KBAN_E_SYSTEM);
	assert_int_equal(kb_store_commit(store, &err), KBAN_E_SYSTEM);
	assert_string_equal(kban_error_text(err), "not saved after an earlier failure");
	assert_bans(store, "");
	begin(store);
	assert_int_equal(add_ban(store, "sshd", "192.0.2.2", T(1), T(2)), KBAN_OK);
	commit(store);
	assert_bans(store, "sshd/192.0.2.2");
}

/* How SQLite would look for what a statement asks. */
static void plan_of(struct kban_store *store, sqlite3_stmt *statement, char *out, size_t size)
{
	char text[2048];
	sqlite3_stmt *plan = NULL;
	size_t len = 0;

	out[0] = '\0';
	snprintf(text, sizeof(text), "EXPLAIN QUERY PLAN %s", sqlite3_sql(statement));
	if (sqlite3_prepare_v2(store->db, text, -1, &plan, NULL) != SQLITE_OK)
		return; /* of a PRAGMA there is none */
	while (sqlite3_step(plan) == SQLITE_ROW && len < size)
		len += (size_t)snprintf(out + len, size - len, "%s; ",
					(const char *)sqlite3_column_text(plan, 3));
	sqlite3_finalize(plan);
}

/* What is done for each line or each ban looks at that host alone, however many there are. */
static void statements_search_by_the_index_meant_for_them(void **state)
{
	static const struct {
		enum kb_sql which;
		const char *table;
		const char *index;
	} rows[] = {
		{ KB_SQL_FORGET_HOST, " failure ", "failure_host (addr=? AND jail=?)" },
		{ KB_SQL_DROP_OLDEST, " failure ", "failure_host (addr=? AND jail=?)" },
		{ KB_SQL_CLAIM, " failure ", "failure_host (addr=? AND jail=?)" },
		{ KB_SQL_EACH_FAILURE_OF, " f ", "failure_host (addr=?)" },
		{ KB_SQL_PRUNE, " failure ", "failure_time (jail=? AND time<?)" },
		{ KB_SQL_FORGET_ALL, " failure ", "failure_time (jail=?)" },
		{ KB_SQL_EACH_FAILURE, " f ", "failure_time (jail=? AND time>?)" },
		{ KB_SQL_EACH_EVIDENCE, " f ", "failure_claimed (ban=?)" },
		{ KB_SQL_PURGE_EVIDENCE, " failure ", "failure_claimed (ban=?)" },
		{ KB_SQL_REPLACE_BAN, " ban ", "ban_in_force (jail=? AND addr=?)" },
		{ KB_SQL_EXTEND_BAN, " ban ", "ban_in_force (jail=? AND addr=?)" },
		{ KB_SQL_END_BAN, " ban ", "ban_in_force (jail=? AND addr=?)" },
		{ KB_SQL_EACH_BAN_IN, " b ", "ban_in_force (jail=?)" },
		{ KB_SQL_EACH_BAN_OF, " b ", "ban_host (addr=?)" },
		{ KB_SQL_COUNT, " ban ", "ban_host (addr=?)" },
		{ KB_SQL_COUNT_IN, " ban ", "ban_host (addr=? AND jail=?)" },
		{ KB_SQL_PURGE_BANS, " ban ", "ban_over (ended<?)" },
	};
	kban_auto(store) store = open_store(*state, NULL);
	size_t i;

	for (i = 0; i < kb_array_size(rows); i++) {
		char plan[1024];
		const char *step;

		plan_of(store, store->statements[rows[i].which], plan, sizeof(plan));
		step = strstr(plan, rows[i].table);
		assert_non_null(step);
		for (; step != NULL; step = strstr(step + 1, rows[i].table)) {
			size_t len = strcspn(step, ";");
			const char *index = strstr(step, rows[i].index);

			if (index == NULL || index > step + len)
				fail_msg("%s", plan);
		}
	}
}

static void file_keeps_what_was_committed(void **state)
{
	struct place *place = *state;
	struct kban_store *store = open_store(place, place->directory);

	begin(store);
	assert_int_equal(add_ban(store, "sshd", "192.0.2.1", T(1), T(2)), KBAN_OK);
	commit(store);
	begin(store);
	assert_int_equal(add_ban(store, "sshd", "192.0.2.2", T(1), T(2)), KBAN_OK);
	kban_store_close(store);
	store = open_store(place, place->directory);
	assert_bans(store, "sshd/192.0.2.1");
	kban_store_close(store);
	assert_int_equal(place->log_count, 0);
}

#define test_place(function) cmocka_unit_test_setup_teardown(function, make_place, remove_place)

static int see_cursor(const char *journal, const char *cursor, kban_usec time, void *data)
{
	(void)data;
	assert_string_equal(journal, "systemd-journal");
	assert_string_equal(cursor, "s=2");
	assert_int_equal(time, 7);
	return 42;
}

static void cursors_come_back(void **state)
{
	kban_auto(store) store = in_memory(state);

	assert_int_equal(kb_store_put_cursor(store, "systemd-journal", "s=1", 6, NULL), KBAN_OK);
	assert_int_equal(kb_store_put_cursor(store, "systemd-journal", "s=2", 7, NULL), KBAN_OK);
	assert_int_equal(kb_store_each_cursor(store, see_cursor, NULL, NULL), 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_place(failure_comes_back_whole),
		test_place(lookups_are_replaced),
		test_place(positions_come_back_whole),
		test_place(cursors_come_back),
		test_place(long_lines_are_cut_between_characters),
		test_place(failures_are_read_oldest_first),
		test_place(failures_are_forgotten_by_host),
		test_place(old_failures_are_pruned),
		test_place(ban_claims_the_newest_failures_of_its_host),
		test_place(ban_comes_back_whole),
		test_place(bans_are_read_in_order_of_banning),
		test_place(ended_bans_are_history),
		test_place(the_store_may_number_bans),
		test_place(new_ban_replaces_the_one_in_force),
		test_place(ban_in_force_is_extended),
		test_place(bans_and_failures_move_with_the_clock),
		test_place(absent_ban_is_not_found),
		test_place(purge_forgets_bans_with_their_evidence),
		test_place(transaction_is_all_or_nothing),
		test_place(failed_change_fails_the_transaction),
		test_place(statements_search_by_the_index_meant_for_them),
		test_place(file_keeps_what_was_committed),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
