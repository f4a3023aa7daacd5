/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "decide/allow-file.h"
#include "failing-alloc.h"
#include "file-tree.h"

struct world {
	kban_usec now;
	char *root;
	char *path;
	struct kb_buffer told;
};

static kban_usec tell_time(void *data)
{
	return ((struct world *)data)->now;
}

static void hear(int level, const char *topic, const char *line, void *data)
{
	(void)level;
	(void)topic;
	kb_buffer_printf(&((struct world *)data)->told, "%s\n", line);
}

static int set_up(void **state)
{
	static const struct test_file tree[] = { { "white.txt", "" }, { NULL, NULL } };
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->now = 1000000 * KBAN_SECOND;
	world->root = make_tree(tree);
	assert_true(asprintf(&world->path, "%s/white.txt", world->root) > 0);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	kb_buffer_clear(&world->told);
	remove_tree(world->root);
	free(world->path);
	free(world);
	return 0;
}

static struct kban_context *context_of(struct world *world)
{
	struct kban_context *ctx = kban_context_new();

	assert_non_null(ctx);
	kban_context_set_clock(ctx, tell_time, world);
	kban_context_set_log(ctx, hear, world);
	return ctx;
}

/* Written @a age ago. */
static void write_file(const struct world *world, const char *content, kban_usec age)
{
	time_t when = (world->now - age) / KBAN_SECOND;
	const struct timespec times[] = { { when, 0 }, { when, 0 } };
	FILE *file = fopen(world->path, "w");

	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(utimensat(AT_FDCWD, world->path, times, 0), 0);
}

static struct kb_allow_file *open_file(struct world *world)
{
	kban_auto(context) ctx = context_of(world);
	struct kb_allow_file *file = kb_allow_file_new(ctx, world->path);

	assert_non_null(file);
	return file;
}

static bool has(struct kb_allow_file *file, const char *text)
{
	struct kban_addr addr = test_addr(text);
	const char *found = kb_allow_file_find(file, &addr);

	if (found != NULL)
		assert_int_equal(strncmp(found, "file:/", 6), 0);
	return found != NULL;
}

static void assert_told(struct world *world, const char *expected)
{
	kb_autofree char *told =
		without_root(world->told.data != NULL ? world->told.data : "", world->root);

	assert_string_equal(told, expected);
	kb_buffer_clear(&world->told);
}

#define GOOD  "192.0.2.1, 2001:db8::/64 # us\n; nobody 192.0.2.9\n192.0.2.0/30\n"
#define STAYS "; what ignoreip had of it before stays in force\n"

static void has_entries_of_each_kind(void **state)
{
	struct world *world = *state;
	struct kb_allow_file *file;

	write_file(world, GOOD, 0);
	file = open_file(world);
	assert_true(has(file, "192.0.2.1"));
	assert_true(has(file, "192.0.2.3"));
	assert_true(has(file, "2001:db8::7"));
	assert_false(has(file, "192.0.2.9"));
	assert_told(world, "");
	kb_allow_file_unref(file);
}

static void is_read_again_when_it_changed(void **state)
{
	struct world *world = *state;
	struct kb_allow_file *file;

	write_file(world, GOOD, 60 * KBAN_SECOND);
	file = open_file(world);
	write_file(world, "198.51.100.1\n", 30 * KBAN_SECOND);
	/* Not within the same second. */
	world->now += KBAN_SECOND - 1;
	assert_false(has(file, "198.51.100.1"));
	world->now += 1;
	assert_true(has(file, "198.51.100.1"));
	assert_false(has(file, "192.0.2.1"));
	assert_told(world, "@ROOT@/white.txt: ignoreip has it read again, with 1 entries\n");
	/* It may become empty. */
	write_file(world, "", 20 * KBAN_SECOND);
	world->now += KBAN_SECOND;
	assert_false(has(file, "198.51.100.1"));
	kb_allow_file_unref(file);
}

static void is_left_while_it_may_be_half_written(void **state)
{
	struct world *world = *state;
	struct kb_allow_file *file;

	write_file(world, GOOD, 60 * KBAN_SECOND);
	file = open_file(world);
	world->now += 10 * KBAN_SECOND;
	write_file(world, "198.51.100.1\n", 0);
	assert_true(has(file, "192.0.2.1"));
	world->now += KBAN_SECOND;
	assert_false(has(file, "192.0.2.1"));
	assert_true(has(file, "198.51.100.1"));
	kb_allow_file_unref(file);
}

/* What becomes of a good file, and what is told of it. */
struct damage {
	void (*damage)(const struct world *world);
	const char *told;
};

static void a_wrong_word(const struct world *world)
{
	write_file(world, "198.51.100.1\n300.1.1.1\n", 30 * KBAN_SECOND);
}

static void it_is_removed(const struct world *world)
{
	assert_int_equal(unlink(world->path), 0);
}

static void it_becomes_a_directory(const struct world *world)
{
	assert_int_equal(unlink(world->path), 0);
	assert_int_equal(mkdir(world->path, 0700), 0);
	/* Not as young as its like that is left alone. */
	const struct timespec times[] = { { 1, 0 }, { 1, 0 } };

	assert_int_equal(utimensat(AT_FDCWD, world->path, times, 0), 0);
}

static void too_many_entries(const struct world *world)
{
	kb_auto_clear(buffer) text = { 0 };

	for (int i = 0; i <= KB_ALLOW_FILE_ENTRIES_MAX; i++)
		kb_buffer_string(&text, "::1\n");
	write_file(world, text.data, 30 * KBAN_SECOND);
}

static void the_last_good_content_stays(void **state)
{
	static const struct damage rows[] = {
		{ a_wrong_word,
		  "@ROOT@/white.txt:2: '300.1.1.1' is no address, network or host name" STAYS },
		{ it_is_removed, "@ROOT@/white.txt: no such file" STAYS },
		{ too_many_entries, "@ROOT@/white.txt: more than 100000 entries" STAYS },
		{ it_becomes_a_directory, "@ROOT@/white.txt: cannot read: Is a directory" STAYS },
	};
	struct world *world = *state;

	for (size_t i = 0; i < kb_array_size(rows); i++) {
		struct kb_allow_file *file;

		write_file(world, GOOD, 60 * KBAN_SECOND);
		file = open_file(world);
		rows[i].damage(world);
		for (int looks = 0; looks < 5; looks++) {
			world->now += KBAN_SECOND;
			assert_true(has(file, "192.0.2.1"));
			assert_false(has(file, "198.51.100.1"));
		}
		/* Said once. */
		assert_told(world, rows[i].told);
		rmdir(world->path);
		write_file(world, "198.51.100.1", 30 * KBAN_SECOND);
		world->now += KBAN_SECOND;
		assert_true(has(file, "198.51.100.1"));
		assert_told(world,
			    "@ROOT@/white.txt: ignoreip has it read again, with 1 entries\n");
		kb_allow_file_unref(file);
	}
}

static void may_come_later(void **state)
{
	struct world *world = *state;
	struct kb_allow_file *file;

	assert_int_equal(unlink(world->path), 0);
	file = open_file(world);
	assert_false(has(file, "192.0.2.1"));
	write_file(world, GOOD, 30 * KBAN_SECOND);
	world->now += KBAN_SECOND;
	assert_true(has(file, "192.0.2.1"));
	kb_allow_file_unref(file);
}

static void a_clock_that_is_set_back_is_no_reason_to_wait(void **state)
{
	struct world *world = *state;
	struct kb_allow_file *file;

	write_file(world, GOOD, 60 * KBAN_SECOND);
	file = open_file(world);
	write_file(world, "198.51.100.1", 30 * KBAN_SECOND);
	world->now -= 86400 * KBAN_SECOND;
	assert_true(has(file, "198.51.100.1"));
	kb_allow_file_unref(file);
}

static int attempt(void *data)
{
	struct world *world = data;
	kban_auto(context) ctx = kban_context_new();
	struct kb_allow_file *file;
	struct kban_addr addr = test_addr("192.0.2.1");
	int status = KBAN_E_NOMEM;

	if (ctx == NULL)
		return KBAN_E_NOMEM;
	kban_context_set_clock(ctx, tell_time, world);
	file = kb_allow_file_new(ctx, world->path);
	if (file == NULL)
		return KBAN_E_NOMEM;
	/* A change that cannot be read now leaves what there was. */
	write_file(world, "192.0.2.1 198.51.100.1", 30 * KBAN_SECOND);
	world->now += KBAN_SECOND;
	assert_non_null(kb_allow_file_find(file, &addr));
	addr = test_addr("198.51.100.1");
	if (kb_allow_file_find(file, &addr) != NULL)
		status = KBAN_OK;
	kb_allow_file_unref(file);
	write_file(world, GOOD, 60 * KBAN_SECOND);
	return status;
}

static void memory_may_run_out(void **state)
{
	struct world *world = *state;

	write_file(world, GOOD, 60 * KBAN_SECOND);
	assert_every_allocation_may_fail(attempt, world);
}

#define case_of(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		case_of(has_entries_of_each_kind),
		case_of(is_read_again_when_it_changed),
		case_of(is_left_while_it_may_be_half_written),
		case_of(the_last_good_content_stays),
		case_of(may_come_later),
		case_of(a_clock_that_is_set_back_is_no_reason_to_wait),
		case_of(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("allow-file", tests, NULL, NULL);
}
