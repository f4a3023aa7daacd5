/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A journal that grows, is rotated, loses files, and is read by several. */
#include "kban-test.h"

#include <stdbool.h>

#include "base/text.h"
#include "failing-alloc.h"
#include "journal-files.h"
#include "log-dir.h"
#include "source/journal-reader.h"

#define T0 (1700000000 * KBAN_SECOND)

static int reader_a, reader_b;

/* What the library logged. */
static char logged[4096];

static void note_log(int level, const char *topic, const char *line, void *data)
{
	size_t len = strlen(logged);

	(void)level;
	(void)topic;
	(void)data;
	snprintf(logged + len, sizeof(logged) - len, "%s\n", line);
}

static struct kban_context *new_context(void)
{
	struct kban_context *ctx = kban_context_new();

	assert_non_null(ctx);
	logged[0] = '\0';
	kban_context_set_log(ctx, note_log, NULL);
	return ctx;
}

/* Entry @a number of program @a program, that many seconds after T0. */
static void write_entry(const char *file, const char *program, int number)
{
	char message[64], identifier[64];
	const char *const fields[] = { identifier, message, "_HOSTNAME=mx", NULL };

	snprintf(message, sizeof(message), "MESSAGE=%d", number);
	snprintf(identifier, sizeof(identifier), "SYSLOG_IDENTIFIER=%s", program);
	journal_write(log_path(file), T0 + number * KBAN_SECOND, fields);
}

static struct kban_journal *open_in(struct kban_context *ctx, const char *directory, int once)
{
	struct kban_journal_options options = KBAN_JOURNAL_OPTIONS_INIT;
	struct kban_journal *journal = NULL;

	options.directory = log_path(directory);
	options.once = once;
	assert_int_equal(kban_journal_new(ctx, &options, &journal, NULL), KBAN_OK);
	return journal;
}

static void want(struct kban_journal *journal, void *reader, const char *word)
{
	const char *const words[] = { word, NULL };

	assert_int_equal(kban_journal_add(journal, words, reader, NULL), KBAN_OK);
}

/* All that can be read now, as "mx a: 1|mx a: 2|"; now is late enough to look at all. */
static const char *read_all(struct kban_journal *journal)
{
	static char text[4096];
	static kban_usec now = KBAN_SECOND;
	struct kban_journal_line line;
	size_t len = 0;

	text[0] = '\0';
	do {
		now += 10 * KBAN_SECOND;
		assert_int_equal(kban_journal_dispatch(journal, now), KBAN_OK);
		while (kban_journal_next(journal, &line) > 0)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%.*s|",
						(int)line.text.len, line.text.data);
	} while (kban_journal_next_due(journal) == 0);
	return text;
}

static void reads_to_the_end(void **state)
{
	kban_auto(context) ctx = new_context();
	kban_auto(journal) journal = NULL;
	struct kban_journal_line line;
	struct kban_journal_state stands;

	(void)state;
	write_entry("system.journal", "a", 1);
	write_entry("system.journal", "b", 2);
	journal = open_in(ctx, ".", 1);
	want(journal, &reader_a, NULL);
	kban_journal_state(journal, &stands);
	assert_null(stands.cursor);
	assert_int_equal(stands.time, KBAN_TIME_NONE);
	assert_int_equal(kban_journal_next(journal, &line), 1);
	assert_true(kb_text_is(line.text, "mx a: 1"));
	assert_int_equal(line.time, T0 + KBAN_SECOND);
	assert_int_equal(line.reader_count, 1);
	assert_ptr_equal(line.readers[0], &reader_a);
	assert_true(line.catching_up);
	kban_journal_state(journal, &stands);
	assert_non_null(stands.cursor);
	assert_int_equal(stands.time, T0 + KBAN_SECOND);
	assert_true(stands.changed);
	kban_journal_saved(journal);
	kban_journal_state(journal, &stands);
	assert_false(stands.changed);
	assert_int_equal(kban_journal_next(journal, &line), 1);
	assert_int_equal(kban_journal_next(journal, &line), 0);
	assert_int_equal(kban_journal_next_due(journal), KBAN_FOREVER);
	kban_journal_state(journal, &stands);
	assert_int_equal(stands.entries, 2);
	assert_int_equal(stands.lines, 2);
	assert_true(stands.changed);
	assert_string_equal(logged, "");
}

static void each_reader_has_its_own(void **state)
{
	kban_auto(context) ctx = new_context();
	kban_auto(journal) journal = NULL;
	struct kban_journal_line line;

	(void)state;
	write_entry("system.journal", "a", 1);
	write_entry("system.journal", "b", 2);
	write_entry("system.journal", "c", 3);
	journal = open_in(ctx, ".", 1);
	want(journal, &reader_a, "SYSLOG_IDENTIFIER=a");
	want(journal, &reader_a, "SYSLOG_IDENTIFIER=b");
	want(journal, &reader_b, "SYSLOG_IDENTIFIER=b");
	assert_int_equal(kban_journal_reader_count(journal), 2);
	assert_int_equal(kban_journal_next(journal, &line), 1);
	assert_true(kb_text_is(line.text, "mx a: 1"));
	assert_int_equal(line.reader_count, 1);
	assert_ptr_equal(line.readers[0], &reader_a);
	assert_int_equal(kban_journal_next(journal, &line), 1);
	assert_true(kb_text_is(line.text, "mx b: 2"));
	assert_int_equal(line.reader_count, 2);
	assert_int_equal(kban_journal_next(journal, &line), 0);
}

/* Readers may come and go; nobody gets an entry again. */
static void readers_change_on_the_way(void **state)
{
	kban_auto(context) ctx = new_context();
	kban_auto(journal) journal = NULL;
	struct kban_journal_line line;

	(void)state;
	for (int i = 1; i <= 3; i++) {
		write_entry("system.journal", "a", 2 * i);
		write_entry("system.journal", "b", 2 * i + 1);
	}
	journal = open_in(ctx, ".", 0);
	want(journal, &reader_a, "SYSLOG_IDENTIFIER=a");
	assert_int_equal(kban_journal_dispatch(journal, KBAN_SECOND), KBAN_OK);
	assert_int_equal(kban_journal_next(journal, &line), 1);
	assert_true(kb_text_is(line.text, "mx a: 2"));
	want(journal, &reader_b, "SYSLOG_IDENTIFIER=b");
	assert_int_equal(kban_journal_next(journal, &line), 1);
	assert_true(kb_text_is(line.text, "mx b: 3"));
	kban_journal_remove(journal, &reader_a);
	assert_string_equal(read_all(journal), "mx b: 5|mx b: 7|");
	kban_journal_remove(journal, &reader_b);
	assert_int_equal(kban_journal_next_due(journal), KBAN_FOREVER);
	want(journal, &reader_a, NULL);
	assert_string_equal(read_all(journal), "");
	assert_string_equal(logged, "");
}

static void begins_at_a_time(void **state)
{
	kban_auto(context) ctx = new_context();
	kban_auto(journal) journal = NULL;

	(void)state;
	for (int i = 1; i <= 4; i++)
		write_entry("system.journal", "a", i);
	journal = open_in(ctx, ".", 0);
	want(journal, &reader_a, NULL);
	kban_journal_begin(journal, T0 + 3 * KBAN_SECOND);
	assert_string_equal(read_all(journal), "mx a: 3|mx a: 4|");
	assert_string_equal(logged, "");
}

static void sees_what_is_written_later(void **state)
{
	kban_auto(context) ctx = new_context();
	kban_auto(journal) journal = open_in(ctx, "later", 0);

	(void)state;
	want(journal, &reader_a, NULL);
	assert_string_equal(read_all(journal), "");
	assert_int_equal(kban_journal_fd(journal), -1);
	assert_non_null(strstr(logged, "later: cannot be read and is tried again: No such file"));
	log_make_directory("later");
	write_entry("later/system.journal", "a", 1);
	assert_string_equal(read_all(journal), "mx a: 1|");
	assert_non_null(strstr(logged, "later: is read again"));
	assert_true(kban_journal_fd(journal) >= 0);
	write_entry("later/system.journal", "a", 2);
	assert_string_equal(read_all(journal), "mx a: 2|");
	write_entry("later/other.journal", "b", 3);
	assert_string_equal(read_all(journal), "mx b: 3|");
}

/* The position of @a journal in another one, as after a restart. */
static struct kban_journal *go_on(struct kban_context *ctx, const struct kban_journal *journal)
{
	struct kban_journal *next = open_in(ctx, ".", 0);
	struct kban_journal_state stands;

	kban_journal_state(journal, &stands);
	assert_int_equal(kban_journal_restore(next, stands.cursor, stands.time), KBAN_OK);
	return next;
}

static void goes_on_after_a_restart(void **state)
{
	kban_auto(context) ctx = new_context();
	kban_auto(journal) journal = open_in(ctx, ".", 0);
	kban_auto(journal) next = NULL;
	kban_auto(journal) late = NULL;

	(void)state;
	want(journal, &reader_a, NULL);
	write_entry("system.journal", "a", 1);
	write_entry("system.journal", "b", 2);
	assert_string_equal(read_all(journal), "mx a: 1|mx b: 2|");
	write_entry("system.journal", "a", 3);
	next = go_on(ctx, journal);
	/* Another match than before: the entry with the cursor is not among them. */
	want(next, &reader_a, "SYSLOG_IDENTIFIER=a");
	assert_string_equal(read_all(next), "mx a: 3|");
	late = go_on(ctx, journal);
	want(late, &reader_a, NULL);
	kban_journal_begin(late, T0 + 100 * KBAN_SECOND);
	write_entry("system.journal", "a", 101);
	assert_string_equal(read_all(late), "mx a: 101|");
	assert_string_equal(logged, "");
}

static void survives_rotation(void **state)
{
	kban_auto(context) ctx = new_context();
	kban_auto(journal) journal = open_in(ctx, ".", 0);
	kban_auto(journal) next = NULL;

	(void)state;
	want(journal, &reader_a, NULL);
	write_entry("system.journal", "a", 1);
	assert_string_equal(read_all(journal), "mx a: 1|");
	write_entry("system.journal", "a", 2);
	log_rename("system.journal", "system@1.journal");
	write_entry("system.journal", "a", 3);
	log_rename("system.journal", "system@2.journal");
	write_entry("system.journal", "a", 4);
	next = go_on(ctx, journal);
	want(next, &reader_a, NULL);
	assert_string_equal(read_all(journal), "mx a: 2|mx a: 3|mx a: 4|");
	assert_string_equal(read_all(next), "mx a: 2|mx a: 3|mx a: 4|");
	log_delete("system@1.journal");
	log_delete("system@2.journal");
	write_entry("system.journal", "a", 5);
	assert_string_equal(read_all(journal), "mx a: 5|");
	assert_string_equal(logged, "");
}

static void tells_of_a_gap(void **state)
{
	kban_auto(context) ctx = new_context();
	kban_auto(journal) journal = open_in(ctx, ".", 0);
	kban_auto(journal) next = NULL;

	(void)state;
	want(journal, &reader_a, NULL);
	write_entry("system.journal", "a", 1);
	assert_string_equal(read_all(journal), "mx a: 1|");
	write_entry("system.journal", "a", 2);
	log_delete("system.journal");
	write_entry("system.journal", "a", 3);
	write_entry("system.journal", "a", 4);
	next = go_on(ctx, journal);
	want(next, &reader_a, NULL);
	assert_string_equal(read_all(next), "mx a: 3|mx a: 4|");
	assert_non_null(strstr(logged, ": the entry that was read last, of 20"));
	assert_non_null(strstr(logged, "is gone; reading goes on with the oldest after it, of 20"));
	assert_ptr_equal(strchr(logged, '\n') + 1, logged + strlen(logged));
}

static void files_that_are_passed_over_are_told(void **state)
{
	kban_auto(context) ctx = new_context();
	kban_auto(journal) journal = NULL;
	kban_auto(journal) next = NULL;

	(void)state;
	log_put("bad.journal", "this is no journal at all\n");
	journal = open_in(ctx, ".", 0);
	want(journal, &reader_a, NULL);
	assert_string_equal(read_all(journal), "");
	assert_non_null(strstr(logged, "bad.journal: what this file of the journal has is not "
				       "read: Bad message\n"));
	assert_non_null(strstr(logged, "cannot be read and is tried again: Bad message\n"));
	/* With others it is no trouble, but told. */
	logged[0] = '\0';
	write_entry("system.journal", "a", 1);
	next = open_in(ctx, ".", 0);
	want(next, &reader_a, NULL);
	assert_string_equal(read_all(next), "mx a: 1|");
	assert_non_null(strstr(logged, "bad.journal: what this file of the journal has is not"));
	assert_null(strstr(logged, "tried again"));
}

static void bad_cursors_do_no_harm(void **state)
{
	static const char *const cursors[] = { "", "nonsense", "s=1;i=2", "i=;t=;", "%s%n" };

	(void)state;
	write_entry("system.journal", "a", 1);
	for (size_t i = 0; i < kb_array_size(cursors); i++) {
		kban_auto(context) ctx = new_context();
		kban_auto(journal) journal = open_in(ctx, ".", 0);

		want(journal, &reader_a, NULL);
		assert_int_equal(kban_journal_restore(journal, cursors[i], T0), KBAN_OK);
		assert_string_equal(read_all(journal), "mx a: 1|");
	}
}

static void follows_patterns_of_files(void **state)
{
	struct kban_journal_options options = KBAN_JOURNAL_OPTIONS_INIT;
	const char *const files[] = { log_path("sys*m.journal"), log_path("none"), NULL };
	kban_auto(context) ctx = new_context();
	kban_auto(journal) journal = NULL;

	(void)state;
	options.files = files;
	assert_int_equal(kban_journal_new(ctx, &options, &journal, NULL), KBAN_OK);
	want(journal, &reader_a, NULL);
	assert_string_equal(read_all(journal), "");
	write_entry("system.journal", "a", 1);
	write_entry("other.journal", "b", 2);
	assert_string_equal(read_all(journal), "mx a: 1|");
	write_entry("system.journal", "a", 3);
	log_rename("system.journal", "old.journal");
	write_entry("system.journal", "a", 4);
	assert_string_equal(read_all(journal), "mx a: 3|mx a: 4|");
	/* Never without files while they are exchanged. */
	write_entry("system.journal", "a", 5);
	log_rename("system.journal", "old.journal");
	assert_string_equal(read_all(journal), "mx a: 5|");
	write_entry("system.journal", "a", 6);
	assert_string_equal(read_all(journal), "mx a: 6|");
}

/* Of several files, those that are journals are read; the others, when they have become some. */
static void one_bad_file_of_a_pattern_costs_itself(void **state)
{
	struct kban_journal_options options = KBAN_JOURNAL_OPTIONS_INIT;
	const char *const files[] = { log_path("*.journal"), NULL };
	kban_auto(context) ctx = new_context();
	kban_auto(journal) journal = NULL;

	(void)state;
	options.files = files;
	assert_int_equal(kban_journal_new(ctx, &options, &journal, NULL), KBAN_OK);
	log_put("bad.journal", "this is no journal");
	log_put("new.journal", "");
	write_entry("system.journal", "a", 1);
	want(journal, &reader_a, NULL);
	assert_string_equal(read_all(journal), "mx a: 1|");
	assert_non_null(strstr(logged, "bad.journal: what this file of the journal has is not"));
	write_entry("system.journal", "a", 2);
	assert_string_equal(read_all(journal), "mx a: 2|");
	write_entry("new.journal", "b", 3);
	assert_string_equal(read_all(journal), "mx b: 3|");
	log_delete("bad.journal");
	write_entry("bad.journal", "c", 4);
	assert_string_equal(read_all(journal), "mx c: 4|");
	assert_null(strstr(logged, "tried again"));
}

static void damaged_files_cost_what_is_in_them(void **state)
{
	kban_auto(context) ctx = new_context();
	kban_auto(journal) journal = NULL;

	(void)state;
	log_put("user.journal", "this is no journal");
	log_put("empty.journal", "");
	write_entry("system.journal", "a", 1);
	journal = open_in(ctx, ".", 0);
	want(journal, &reader_a, NULL);
	assert_string_equal(read_all(journal), "mx a: 1|");
}

static void says_what_it_cannot_open(void **state)
{
	struct kban_journal_options options = KBAN_JOURNAL_OPTIONS_INIT;
	kban_auto(context) ctx = new_context();
	kban_auto(error) error = NULL;
	struct kban_journal *journal = NULL;
	const char *const files[] = { log_path("*.journal"), NULL };

	(void)state;
	options.once = 1;
	options.directory = log_path("none");
	assert_int_equal(kban_journal_new(ctx, &options, &journal, &error), KBAN_E_NOTFOUND);
	assert_non_null(strstr(kban_error_text(error), "none: cannot be opened: No such file"));
	options.files = files;
	assert_int_equal(kban_journal_new(ctx, &options, &journal, NULL), KBAN_E_INVAL);
	options.directory = NULL;
	assert_int_equal(kban_journal_new(ctx, &options, &journal, NULL), KBAN_E_NOTFOUND);
	options.max_line = 0;
	assert_int_equal(kban_journal_new(ctx, &options, &journal, NULL), KBAN_E_INVAL);
}

static void refuses_bad_matches(void **state)
{
	kban_auto(context) ctx = new_context();
	kban_auto(journal) journal = open_in(ctx, ".", 0);
	const char *const words[] = { "sshd", NULL };
	const char *many[KB_JOURNAL_WORDS_MAX + 1] = { NULL };

	(void)state;
	for (size_t i = 0; i < KB_JOURNAL_WORDS_MAX; i++)
		many[i] = "_COMM=a";
	assert_int_equal(kban_journal_add(journal, words, &reader_a, NULL), KBAN_E_SYNTAX);
	assert_int_equal(kban_journal_add(journal, many, &reader_b, NULL), KBAN_OK);
	assert_int_equal(kban_journal_add(journal, many, &reader_b, NULL), KBAN_E_LIMIT);
}

/* A journal that is opened, read to its end, and seen again after a rotation. */
struct reading {
	struct kban_context *ctx;
	const char *directory;
	const char *const *files;
	int once;
	unsigned rotations; /* that happened */
	unsigned lines;     /* that were handed out the last time */
};

static void rotate(struct reading *reading)
{
	char name[32];

	snprintf(name, sizeof(name), "system@%u.journal", ++reading->rotations);
	log_rename("system.journal", name);
	write_entry("system.journal", "a", (int)reading->rotations + 1);
}

static int read_journal(struct reading *reading, struct kban_journal *journal, kban_usec now)
{
	struct kban_journal_line line;
	int status;

	do {
		now += 10 * KBAN_SECOND;
		status = kban_journal_dispatch(journal, now);
		while (status >= 0 && (status = kban_journal_next(journal, &line)) > 0)
			reading->lines++;
	} while (status == KBAN_OK && kban_journal_next_due(journal) == 0);
	return status;
}

static int open_and_read(void *data)
{
	struct reading *reading = data;
	struct kban_journal_options options = KBAN_JOURNAL_OPTIONS_INIT;
	const char *const words[] = { "SYSLOG_IDENTIFIER=a", NULL };
	kban_auto(journal) journal = NULL;
	int status;

	options.directory = reading->directory;
	options.files = reading->files;
	options.once = reading->once;
	reading->lines = 0;
	status = kban_journal_new(reading->ctx, &options, &journal, NULL);
	if (status == KBAN_OK)
		status = kban_journal_restore(journal, "nonsense", T0);
	if (status == KBAN_OK)
		status = kban_journal_add(journal, words, &reader_a, NULL);
	if (status == KBAN_OK)
		status = read_journal(reading, journal, KBAN_SECOND);
	if (status == KBAN_OK && !reading->once) {
		if (reading->rotations < 3)
			rotate(reading);
		status = read_journal(reading, journal, 100 * KBAN_SECOND);
	}
	return status;
}

/* All entries come, or it is said why not. What is only logged may be missing. */
static void fail_each_allocation(struct reading *reading)
{
	bool failed = true;

	for (unsigned long n = 1; failed; n++) {
		int status;

		assert_true(n < 1000);
		failing_alloc_start(n);
		status = open_and_read(reading);
		failed = failing_alloc_stop();
		if (status != KBAN_OK)
			assert_int_equal(status, KBAN_E_NOMEM);
		else
			assert_int_equal(reading->lines, reading->rotations + 1);
		assert_true(failed || status == KBAN_OK);
	}
}

/* Also with a file that libsystemd passes over. */
static void memory_may_run_out(void **state)
{
	kban_auto(context) ctx = new_context();
	kb_autofree char *directory = strdup(log_path("."));
	kb_autofree char *pattern = strdup(log_path("*.journal"));
	const char *const files[] = { pattern, NULL };
	struct reading reading = { .ctx = ctx, .directory = directory, .once = 1 };

	(void)state;
	write_entry("system.journal", "a", 1);
	fail_each_allocation(&reading);
	reading.once = 0;
	log_put("bad.journal", "this is no journal at all");
	fail_each_allocation(&reading);
	reading.directory = NULL;
	reading.files = files;
	fail_each_allocation(&reading);
	assert_int_equal(reading.rotations, 3);
}

static void says_that_it_was_built_without(void **state)
{
	kban_auto(context) ctx = new_context();
	kban_auto(error) error = NULL;
	struct kban_journal *journal = NULL;

	(void)state;
	assert_int_equal(kban_journal_new(ctx, NULL, &journal, &error), KBAN_E_SYSTEM);
	assert_non_null(strstr(kban_error_text(error), "this kban was built without libsystemd"));
}

static int in_directory(void **state)
{
	(void)state;
	log_dir_open();
	return 0;
}

static int out_of_directory(void **state)
{
	(void)state;
	log_dir_close();
	return 0;
}

#define journal_test(function) \
	cmocka_unit_test_setup_teardown(function, in_directory, out_of_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		journal_test(reads_to_the_end),
		journal_test(each_reader_has_its_own),
		journal_test(readers_change_on_the_way),
		journal_test(begins_at_a_time),
		journal_test(sees_what_is_written_later),
		journal_test(goes_on_after_a_restart),
		journal_test(survives_rotation),
		journal_test(tells_of_a_gap),
		journal_test(files_that_are_passed_over_are_told),
		journal_test(bad_cursors_do_no_harm),
		journal_test(follows_patterns_of_files),
		journal_test(one_bad_file_of_a_pattern_costs_itself),
		journal_test(damaged_files_cost_what_is_in_them),
		journal_test(says_what_it_cannot_open),
		journal_test(refuses_bad_matches),
		journal_test(memory_may_run_out),
	};
	const struct CMUnitTest without[] = {
		cmocka_unit_test(says_that_it_was_built_without),
	};

	if (!kb_journal_is_supported())
		return cmocka_run_group_tests_name("journal", without, NULL, NULL);
	if (!journal_files_possible()) {
		puts("1..0 # SKIP there is no systemd-journal-remote");
		return 0;
	}
	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
