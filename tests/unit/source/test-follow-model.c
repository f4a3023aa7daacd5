/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random histories of a log and its follower, against what is promised: each line is handed out
 * once. A history has lives: what is written under one name until the file is renamed, truncated or
 * deleted. After a copy and a truncation, a life goes on in the copy.
 *
 * Lines may be lost if they were in a file that was deleted before it was looked at, or while
 * nobody looked; or if they were in a copy of a file of which nothing had been read, for there is
 * nothing to know the copy by. No line may come twice, unless the follower was killed before it was
 * saved.
 */
#include "kban-test.h"

#include <stdbool.h>
#include <stdio.h>

#include <kban/cleanup.h>

#include "failing-calls.h"
#include "file-stamps.h"
#include "log-dir.h"

#define STEPS     12000
#define MAX_LINES 100000
#define MAX_LIVES 10000
#define MAX_SAVED 64
#define KEPT      12 /* generations, like a rotator */

enum naming { COUNTS_DOWN, COUNTS_UP, DATES };

struct history {
	const char *name;
	uint64_t seed;
	unsigned steps;
	enum naming naming;
	bool polls;
	bool coarse; /* the file system's clock moves in steps */
	bool waits;  /* that clock is the system's, not the test's own */
	bool has_copies;
	const char *pattern;
};

struct life {
	char name[32]; /* empty: deleted */
	bool is_copy;
	bool looked_at; /* by the process that runs */
	bool was_read;  /* some of it, by the process that runs or those before */
	bool was_saved; /* some of it */
	bool has_rest;
};

struct line {
	unsigned life;
	bool handed_out;
	bool saved;
	bool may_be_lost;
	bool never; /* it has no end */
};

struct saved {
	char path[PATH_MAX];
	struct kban_follow_position position;
};

struct world {
	const struct history *history;
	uint64_t random;
	struct kban_context *ctx;
	struct kban_follow *follow;
	kban_usec now;
	bool down;
	struct life lives[MAX_LIVES];
	unsigned life_count; /* the last is the one at the path, if that is there */
	bool is_there;
	unsigned rotations;
	struct line lines[MAX_LINES];
	unsigned line_count;
	unsigned first_open; /* all lines before it are saved, or may be lost */
	int rest;            /* number of the line that has no end yet, or -1 */
	unsigned newest_saved_life;
	struct saved saved[MAX_SAVED];
	size_t saved_count;
};

static unsigned below(struct world *world, unsigned limit)
{
	world->random ^= world->random << 13;
	world->random ^= world->random >> 7;
	world->random ^= world->random << 17;
	return (unsigned)((world->random >> 11) % limit);
}

static struct life *current(struct world *world)
{
	return &world->lives[world->life_count - 1];
}

static void begin_life(struct world *world)
{
	assert_true(world->life_count < MAX_LIVES);
	world->life_count++;
	strcpy(current(world)->name, "log");
	world->is_there = true;
	log_append("log", "");
}

/* Lengths differ, so that offsets do. */
static void text_of(unsigned number, char *text, size_t size)
{
	int len = snprintf(text, size, "line %u ", number);

	memset(text + len, 'a' + (int)(number % 26), number * 7 % 90);
	strcpy(text + len + number * 7 % 90, ".\n");
}

static unsigned add_line(struct world *world, unsigned life)
{
	assert_true(world->line_count < MAX_LINES);
	world->lines[world->line_count].life = life;
	return world->line_count++;
}

static void write_lines(struct world *world)
{
	char text[256];

	if (!world->is_there)
		begin_life(world);
	if (world->rest >= 0) {
		text_of((unsigned)world->rest, text, sizeof(text));
		world->lines[world->rest].never = false;
		world->rest = -1;
		current(world)->has_rest = false;
		log_append("log", text + 5);
	}
	for (unsigned i = below(world, 8); i > 0; i--) {
		text_of(add_line(world, world->life_count - 1), text, sizeof(text));
		log_append("log", text);
	}
}

static void write_half(struct world *world)
{
	char text[256];

	if (!world->is_there || world->rest >= 0)
		return;
	world->rest = (int)add_line(world, world->life_count - 1);
	world->lines[world->rest].never = true;
	current(world)->has_rest = true;
	text_of((unsigned)world->rest, text, sizeof(text));
	text[5] = '\0';
	log_append("log", text);
}

/* Into the file that was renamed last, by somebody who has it open. */
static void write_late(struct world *world)
{
	unsigned life = world->life_count - 2;
	unsigned line;
	char text[256];

	if (world->life_count < 2 || world->lives[life].name[0] == '\0' ||
	    world->lives[life].is_copy || world->lives[life].has_rest)
		return;
	line = add_line(world, life);
	world->lines[line].may_be_lost = true;
	text_of(line, text, sizeof(text));
	log_append(world->lives[life].name, text);
}

static void lose(struct world *world, unsigned life)
{
	for (unsigned i = world->first_open; i < world->line_count; i++) {
		if (world->lines[i].life == life && !world->lines[i].handed_out)
			world->lines[i].may_be_lost = true;
	}
}

static bool is_settled(struct world *world, unsigned life)
{
	for (unsigned i = world->first_open; i < world->line_count; i++) {
		const struct line *line = &world->lines[i];

		if (line->life == life && !line->saved && !line->may_be_lost && !line->never)
			return false;
	}
	return true;
}

static void move(struct life *life, const char *to)
{
	if (strcmp(life->name, to) == 0)
		return;
	log_rename(life->name, to);
	strcpy(life->name, to);
}

/* Make room for one more generation. False: the oldest are still needed. */
static bool prune(struct world *world)
{
	unsigned kept = 0;

	for (unsigned i = world->life_count - world->is_there; i-- > 0;) {
		struct life *life = &world->lives[i];

		if (life->name[0] == '\0' || ++kept < KEPT)
			continue;
		if (!is_settled(world, i) || i + 1 >= world->newest_saved_life)
			return false;
		log_delete(life->name);
		life->name[0] = '\0';
	}
	return true;
}

/* The name for the next generation. */
static void next_name(struct world *world, char *name, size_t size)
{
	unsigned number = 1;

	world->rotations++;
	switch (world->history->naming) {
	case COUNTS_UP:
		/* That they count up is seen by files of different age. */
		if (world->rotations % 4 < 2)
			log_tick();
		snprintf(name, size, "log.%u", world->rotations);
		return;
	case DATES:
		snprintf(name, size, "log-2026%04u", world->rotations);
		return;
	case COUNTS_DOWN:
		break;
	}
	/* The newest is number 1. */
	for (unsigned i = world->life_count - world->is_there; i-- > 0;)
		number += world->lives[i].name[0] != '\0';
	for (unsigned i = 0; i < world->life_count - world->is_there; i++) {
		if (world->lives[i].name[0] == '\0')
			continue;
		snprintf(name, size, "log.%u", number--);
		move(&world->lives[i], name);
	}
	strcpy(name, "log.1");
}

static void end_life(struct world *world)
{
	world->rest = -1;
	world->is_there = false;
}

static void rotate(struct world *world)
{
	char name[32];

	if (!world->is_there || !prune(world))
		return;
	next_name(world, name, sizeof(name));
	move(current(world), name);
	end_life(world);
	if (below(world, 2))
		write_lines(world);
}

static void copy_and_truncate(struct world *world)
{
	char name[32];

	if (!world->is_there || !world->history->has_copies || !prune(world))
		return;
	if (!current(world)->was_read)
		lose(world, world->life_count - 1);
	next_name(world, name, sizeof(name));
	log_copy("log", name);
	log_put("log", "");
	strcpy(current(world)->name, name);
	current(world)->is_copy = true;
	end_life(world);
	begin_life(world);
	world->lives[world->life_count - 1].looked_at =
		world->lives[world->life_count - 2].looked_at;
	write_lines(world);
}

static void delete_log(struct world *world)
{
	if (!world->is_there)
		return;
	if (world->down || !current(world)->looked_at)
		lose(world, world->life_count - 1);
	log_tick();
	log_delete("log");
	current(world)->name[0] = '\0';
	end_life(world);
	if (below(world, 2))
		write_lines(world);
}

static void fail_line(struct world *world, const char *text, size_t len, const char *what)
{
	fail_msg("%s, seed %llu: %s: %.*s", world->history->name,
		 (unsigned long long)world->history->seed, what, (int)len, text);
}

static void take_line(struct world *world, struct kban_text text)
{
	char expected[256];
	unsigned number;
	struct line *line;

	if (sscanf(text.data, "line %u ", &number) != 1 || number >= world->line_count)
		fail_line(world, text.data, text.len, "no line of ours");
	text_of(number, expected, sizeof(expected));
	if (text.len != strlen(expected) || memcmp(text.data, expected, text.len) != 0)
		fail_line(world, text.data, text.len, "damaged");
	line = &world->lines[number];
	if (line->handed_out)
		fail_line(world, text.data, text.len, "twice");
	if (line->never)
		fail_line(world, text.data, text.len, "without end");
	line->handed_out = true;
	world->lives[line->life].was_read = true;
}

static void take_block(struct world *world, const struct kban_block *block)
{
	size_t begin = 0;

	assert_int_equal(block->reader_count, 1);
	for (size_t i = 0; i < block->text.len; i++) {
		if (block->text.data[i] != '\n')
			continue;
		take_line(world, (struct kban_text){ block->text.data + begin, i + 1 - begin });
		begin = i + 1;
	}
	assert_int_equal(begin, block->text.len);
}

static void read_blocks(struct world *world, unsigned limit)
{
	struct kban_block block;
	int status = 1;

	if (world->down)
		return;
	world->now += world->history->polls ? 2 * KBAN_SECOND : below(world, 1000);
	assert_int_equal(kban_follow_dispatch(world->follow, world->now), KBAN_OK);
	if (world->is_there)
		current(world)->looked_at = true;
	while (limit-- > 0 && (status = kban_follow_next(world->follow, &block)) > 0)
		take_block(world, &block);
	assert_true(status >= 0);
}

/* Where the position of @a path is kept; those of paths that are not there now stay. */
static struct saved *slot_for(struct world *world, const char *path)
{
	size_t i = 0;

	while (i < world->saved_count && strcmp(world->saved[i].path, path) != 0)
		i++;
	assert_true(i < MAX_SAVED);
	world->saved_count += i == world->saved_count;
	return &world->saved[i];
}

static void save(struct world *world)
{
	struct kban_follow_state state;

	if (world->down)
		return;
	for (size_t i = 0; i < kban_follow_file_count(world->follow); i++) {
		struct saved *saved;

		kban_follow_file(world->follow, i, &state);
		saved = slot_for(world, state.path);
		strcpy(saved->path, state.path);
		saved->position = state.position;
	}
	for (unsigned i = world->first_open; i < world->line_count; i++) {
		struct line *line = &world->lines[i];

		if (!line->handed_out)
			continue;
		line->saved = true;
		world->lives[line->life].was_saved = true;
		if (line->life > world->newest_saved_life)
			world->newest_saved_life = line->life;
	}
	while (world->first_open < world->line_count && world->lines[world->first_open].saved)
		world->first_open++;
}

static void read_and_save(struct world *world)
{
	read_blocks(world, UINT32_MAX);
	save(world);
}

static void start(struct world *world)
{
	struct kban_follow_options options = KBAN_FOLLOW_OPTIONS_INIT;

	options.max_line = 128;
	options.block_size = 300;
	assert_int_equal(kban_follow_new(world->ctx, &options, &world->follow, NULL), KBAN_OK);
	for (size_t i = 0; i < world->saved_count; i++)
		assert_int_equal(kban_follow_restore(world->follow, world->saved[i].path,
						     &world->saved[i].position),
				 KBAN_OK);
	assert_int_equal(kban_follow_add(world->follow, log_path(world->history->pattern),
					 KBAN_FOLLOW_FROM_START, NULL, NULL),
			 KBAN_OK);
	world->down = false;
}

/* What was handed out and not saved is to be handed out again. */
static void roll_back(struct world *world)
{
	for (unsigned i = 0; i < world->life_count; i++) {
		world->lives[i].looked_at = false;
		world->lives[i].was_read = world->lives[i].was_saved;
	}
	for (unsigned i = world->first_open; i < world->line_count; i++) {
		struct line *line = &world->lines[i];
		const struct life *life = &world->lives[line->life];

		if (line->saved)
			continue;
		line->handed_out = false;
		if (life->name[0] == '\0' || (life->is_copy && !life->was_saved))
			line->may_be_lost = true;
	}
}

static void kill_or_start(struct world *world)
{
	if (world->down) {
		start(world);
		return;
	}
	kban_follow_free(world->follow);
	world->follow = NULL;
	world->down = true;
	roll_back(world);
	log_tick();
}

static void step(struct world *world)
{
	unsigned choice = below(world, 100);

	if (choice < 35)
		write_lines(world);
	else if (choice < 40)
		write_half(world);
	else if (choice < 43)
		write_late(world);
	else if (choice < 55)
		rotate(world);
	else if (choice < 59)
		copy_and_truncate(world);
	else if (choice < 62)
		delete_log(world);
	else if (choice < 70)
		read_blocks(world, UINT32_MAX);
	else if (choice < 78)
		read_blocks(world, 1 + below(world, 3));
	else if (choice < 82)
		save(world);
	else if (choice < 90)
		read_and_save(world);
	else if (choice < 94)
		kill_or_start(world);
	else
		world->now += below(world, 3000000);
}

static void finish(struct world *world)
{
	if (world->down)
		start(world);
	for (int i = 0; i < 10; i++) {
		world->now += 3 * KBAN_SECOND;
		read_blocks(world, UINT32_MAX);
	}
	for (unsigned i = 0; i < world->line_count; i++) {
		const struct line *line = &world->lines[i];

		if (!line->handed_out && !line->may_be_lost && !line->never)
			fail_msg("%s, seed %llu: line %u of life %u is lost", world->history->name,
				 (unsigned long long)world->history->seed, i, line->life);
	}
}

static void live(void **state)
{
	const struct history *history = *state;
	struct world *world = calloc(1, sizeof(*world));
	const char *seed = getenv("KBAN_TEST_SEED");
	struct history seeded = *history;

	assert_non_null(world);
	if (seed != NULL)
		seeded.seed = strtoull(seed, NULL, 10);
	print_message("# %s: KBAN_TEST_SEED=%llu\n", history->name,
		      (unsigned long long)seeded.seed);
	world->history = &seeded;
	world->random = seeded.seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	world->rest = -1;
	world->now = 1000 * KBAN_SECOND;
	world->ctx = kban_context_new();
	assert_non_null(world->ctx);
	if (history->polls)
		failing_calls_set(FAILING_INOTIFY_INIT, 1, 0);
	failing_calls_coarsen(history->coarse);
	if (!history->waits)
		file_stamps_start();
	log_dir_open();
	start(world);
	/* What was there before the first look is nobody's loss. */
	write_lines(world);
	read_and_save(world);
	for (unsigned i = 0; i < history->steps; i++)
		step(world);
	finish(world);
	kban_follow_free(world->follow);
	kban_context_unref(world->ctx);
	log_dir_close();
	failing_calls_stop();
	file_stamps_stop();
	free(world);
}

static const struct history histories[] = {
	{ "hints", 1, STEPS, COUNTS_DOWN, false, false, false, true, "log" },
	{ "polling", 2, STEPS, COUNTS_DOWN, true, false, false, true, "log" },
	{ "coarse clock", 3, STEPS, COUNTS_DOWN, false, true, false, true, "log" },
	{ "counting up", 4, STEPS, COUNTS_UP, false, true, false, true, "log" },
	{ "dates", 5, STEPS, DATES, true, false, false, true, "log" },
	{ "pattern", 6, STEPS, COUNTS_DOWN, false, false, false, false, "log*" },
	{ "the system's clock", 7, STEPS / 8, COUNTS_UP, false, true, true, true, "log" },
};

int main(void)
{
	struct CMUnitTest tests[sizeof(histories) / sizeof(histories[0])];
	size_t count = sizeof(histories) / sizeof(histories[0]);

	memset(tests, 0, sizeof(tests));
	for (size_t i = 0; i < count; i++) {
		tests[i].name = histories[i].name;
		tests[i].test_func = live;
		tests[i].initial_state = (void *)(uintptr_t)&histories[i];
	}
	return _cmocka_run_group_tests("follow-model", tests, count, NULL, NULL);
}
