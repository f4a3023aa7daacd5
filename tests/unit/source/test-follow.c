/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tells the stories in the files that it is given: a story is a line that says what holds, and
 * below it, indented, what happens, a verb and what it is about on each line. '|' in a text is its
 * line feed. All names are relative to a directory of the test.
 *
 * append put rename copy delete directory pipe link    what others do to files
 * follow follow-end follow-other                       the first reader, from the end, the second
 * wait                                                 for seconds
 * read read-other                                      what the readers are to get by now
 * save kill                                            positions; go on from what was saved
 * paths state log                                      what the follower says
 */
#include "kban-test.h"

#include <errno.h>
#include <stdio.h>

#include <kban/cleanup.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/text.h"
#include "failing-calls.h"
#include "log-dir.h"
#include "watched-count.h"

#define MAX_PATTERNS 8
#define MAX_SAVED    16
#define MAX_STORIES  200

struct story {
	char *name;
	struct kban_text text; /* what happens */
};

struct pattern {
	char name[NAME_MAX];
	enum kban_follow_from from;
	size_t reader;
};

struct saved {
	char path[PATH_MAX];
	struct kban_follow_position position;
};

/* What the kernel does for a follower: tells of changes; has no descriptor; refuses each watch; or
 * is not asked to tell. */
enum hints { HINTS, NO_DESCRIPTOR, NO_WATCHES, UNWANTED_HINTS };

struct bench {
	struct kban_context *ctx;
	struct kban_follow *follow;
	kban_usec now;
	enum hints hints;
	struct pattern patterns[MAX_PATTERNS];
	size_t pattern_count;
	struct saved saved[MAX_SAVED];
	size_t saved_count;
	struct kb_buffer lines[2]; /* what the readers got */
	struct kb_buffer log;
};

static void keep_log(int level, const char *topic, const char *line, void *data)
{
	struct bench *bench = data;

	(void)level;
	assert_string_equal(topic, "filter");
	assert_int_equal(kb_buffer_printf(&bench->log, "%s\n", line), KBAN_OK);
}

static void start(struct bench *bench)
{
	struct kban_follow_options options = KBAN_FOLLOW_OPTIONS_INIT;

	options.max_line = 64;
	options.block_size = 256;
	assert_int_equal(kban_follow_new(bench->ctx, &options, &bench->follow, NULL), KBAN_OK);
	assert_int_equal(kban_follow_fd(bench->follow) < 0, bench->hints == NO_DESCRIPTOR);
}

/* A reader is the buffer for its lines. */
static void add(struct bench *bench, const struct pattern *pattern)
{
	if (bench->hints == UNWANTED_HINTS)
		assert_int_equal(kban_follow_poll(bench->follow, &bench->lines[pattern->reader]),
				 KBAN_OK);
	assert_int_equal(kban_follow_add(bench->follow, log_path(pattern->name), pattern->from,
					 &bench->lines[pattern->reader], NULL),
			 KBAN_OK);
}

static void first_add(struct bench *bench, const char *name, enum kban_follow_from from,
		      size_t reader)
{
	struct pattern *pattern = &bench->patterns[bench->pattern_count++];

	assert_true(bench->pattern_count <= MAX_PATTERNS);
	snprintf(pattern->name, sizeof(pattern->name), "%s", name);
	pattern->from = from;
	pattern->reader = reader;
	add(bench, pattern);
}

static void do_follow(struct bench *bench, const char *name, const char *unused)
{
	(void)unused;
	first_add(bench, name, KBAN_FOLLOW_FROM_START, 0);
}

static void do_follow_end(struct bench *bench, const char *name, const char *unused)
{
	(void)unused;
	first_add(bench, name, KBAN_FOLLOW_FROM_END, 0);
}

static void do_follow_other(struct bench *bench, const char *name, const char *unused)
{
	(void)unused;
	first_add(bench, name, KBAN_FOLLOW_FROM_START, 1);
}

static void do_unfollow(struct bench *bench, const char *unused, const char *neither)
{
	(void)unused;
	(void)neither;
	kban_follow_remove(bench->follow, &bench->lines[0]);
}

static void do_unfollow_pattern(struct bench *bench, const char *pattern, const char *unused)
{
	const char *path = log_path(pattern);

	(void)unused;
	assert_int_equal(kban_follow_remove_pattern(bench->follow, path, &bench->lines[0]),
			 KBAN_OK);
	assert_int_equal(kban_follow_remove_pattern(bench->follow, path, &bench->lines[0]),
			 KBAN_E_NOTFOUND);
}

static void do_wait(struct bench *bench, const char *seconds, const char *unused)
{
	(void)unused;
	bench->now += atoi(seconds) * KBAN_SECOND;
}

static void read_all(struct bench *bench)
{
	struct kban_block block;
	int status;

	kb_buffer_reset(&bench->lines[0]);
	kb_buffer_reset(&bench->lines[1]);
	/* Without hints, the next look comes after two seconds; where none are wanted, after one.
	 */
	if (bench->hints != HINTS)
		bench->now += (bench->hints == UNWANTED_HINTS ? 1 : 2) * KBAN_SECOND;
	assert_int_equal(kban_follow_dispatch(bench->follow, bench->now), KBAN_OK);
	while ((status = kban_follow_next(bench->follow, &block)) > 0) {
		for (size_t i = 0; i < block.reader_count; i++)
			assert_int_equal(kb_buffer_text(block.readers[i], block.text), KBAN_OK);
	}
	assert_int_equal(status, 0);
}

static void translate(char *text, size_t len, char from, char to)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == from)
			text[i] = to;
	}
}

static void check_lines(struct kb_buffer *lines, const char *expected)
{
	if (lines->len > 0) {
		translate(lines->data, lines->len, '\n', '|');
		translate(lines->data, lines->len, '\0', '@');
	}
	if (!kb_text_is(kb_buffer_content(lines), expected))
		fail_msg("read '%s' instead of '%s'", lines->len ? lines->data : "", expected);
}

/* Text with blanks comes in two parts. */
static const char *joined(const char *first, const char *rest)
{
	static char text[1024];

	snprintf(text, sizeof(text), "%s%s%s", first, *rest ? " " : "", rest);
	return text;
}

static void do_read(struct bench *bench, const char *first, const char *rest)
{
	read_all(bench);
	check_lines(&bench->lines[0], joined(first, rest));
}

static void do_read_other(struct bench *bench, const char *first, const char *rest)
{
	check_lines(&bench->lines[1], joined(first, rest));
}

static void do_save(struct bench *bench, const char *unused, const char *neither)
{
	struct kban_follow_state state;

	(void)unused;
	(void)neither;
	bench->saved_count = 0;
	for (size_t i = 0; i < kban_follow_file_count(bench->follow); i++) {
		struct saved *saved = &bench->saved[bench->saved_count++];

		assert_true(i < MAX_SAVED);
		kban_follow_file(bench->follow, i, &state);
		strcpy(saved->path, state.path);
		saved->position = state.position;
		kban_follow_saved(bench->follow, i);
		kban_follow_file(bench->follow, i, &state);
		assert_false(state.changed);
	}
}

static void do_kill(struct bench *bench, const char *unused, const char *neither)
{
	(void)unused;
	(void)neither;
	kban_follow_free(bench->follow);
	start(bench);
	for (size_t i = 0; i < bench->saved_count; i++)
		assert_int_equal(kban_follow_restore(bench->follow, bench->saved[i].path,
						     &bench->saved[i].position),
				 KBAN_OK);
	for (size_t i = 0; i < bench->pattern_count; i++)
		add(bench, &bench->patterns[i]);
	/* What happens while nobody looks takes its time. */
	log_tick();
}

static void do_paths(struct bench *bench, const char *first, const char *rest)
{
	kb_auto_clear(buffer) paths = { 0 };
	const char *path;

	for (size_t i = 0; (path = kban_follow_path(bench->follow, &bench->lines[0], i)); i++)
		assert_int_equal(
			kb_buffer_printf(&paths, "%s%s", i ? " " : "", strrchr(path, '/') + 1),
			KBAN_OK);
	assert_string_equal(paths.data ? paths.data : "", joined(first, rest));
}

static void do_state(struct bench *bench, const char *name, const char *expected)
{
	struct kban_follow_state state;
	char text[128];
	size_t i = 0;

	do {
		assert_true(i < kban_follow_file_count(bench->follow));
		kban_follow_file(bench->follow, i++, &state);
	} while (strcmp(state.path, log_path(name)) != 0);
	snprintf(text, sizeof(text), "lines=%d truncated=%d dropped=%d missing=%d",
		 (int)state.position.lines, (int)state.truncated, (int)state.dropped,
		 state.missing);
	assert_string_equal(text, expected);
}

/* How many lines of the log end so. */
static void do_log(struct bench *bench, const char *number, const char *ending)
{
	struct kban_text rest = kb_buffer_content(&bench->log);
	struct kban_text line;
	int count = 0;

	while (kb_text_next_line(&rest, &line))
		count += kb_text_ends_with(line, ending);
	if (count != atoi(number))
		fail_msg("'%s' %d times in: %s", ending, count, bench->log.data);
}

static void do_append(struct bench *bench, const char *name, const char *text)
{
	(void)bench;
	log_append(name, text);
}

static void do_put(struct bench *bench, const char *name, const char *text)
{
	(void)bench;
	log_put(name, text);
}

static void do_rename(struct bench *bench, const char *from, const char *to)
{
	(void)bench;
	log_rename(from, to);
}

static void do_copy(struct bench *bench, const char *from, const char *to)
{
	(void)bench;
	log_copy(from, to);
}

static void do_delete(struct bench *bench, const char *name, const char *unused)
{
	(void)bench;
	(void)unused;
	log_tick();
	log_delete(name);
}

static void do_directory(struct bench *bench, const char *name, const char *unused)
{
	(void)bench;
	(void)unused;
	log_make_directory(name);
}

static void do_pipe(struct bench *bench, const char *name, const char *unused)
{
	(void)bench;
	(void)unused;
	log_make_pipe(name);
}

static void do_link(struct bench *bench, const char *name, const char *target)
{
	(void)bench;
	log_make_link(name, target);
}

static const struct {
	const char *verb;
	void (*run)(struct bench *bench, const char *first, const char *rest);
} verbs[] = {
	{ "append", do_append },
	{ "copy", do_copy },
	{ "delete", do_delete },
	{ "directory", do_directory },
	{ "follow", do_follow },
	{ "follow-end", do_follow_end },
	{ "follow-other", do_follow_other },
	{ "kill", do_kill },
	{ "link", do_link },
	{ "log", do_log },
	{ "paths", do_paths },
	{ "pipe", do_pipe },
	{ "put", do_put },
	{ "read", do_read },
	{ "read-other", do_read_other },
	{ "rename", do_rename },
	{ "save", do_save },
	{ "state", do_state },
	{ "unfollow", do_unfollow },
	{ "unfollow-pattern", do_unfollow_pattern },
	{ "wait", do_wait },
};

/* A verb, a word, and the rest of the line. */
static void do_line(struct bench *bench, struct kban_text line)
{
	kb_autofree char *copy = kb_text_copy(line);
	char *first = strchrnul(copy, ' ');
	char *rest;

	first += *first != '\0' ? (*first = '\0', 1) : 0;
	rest = strchrnul(first, ' ');
	rest += *rest != '\0' ? (*rest = '\0', 1) : 0;
	if (strcmp(copy, "append") == 0 || strcmp(copy, "put") == 0)
		translate(rest, strlen(rest), '|', '\n');
	for (size_t i = 0; i < kb_array_size(verbs); i++) {
		if (strcmp(verbs[i].verb, copy) == 0) {
			verbs[i].run(bench, first, rest);
			return;
		}
	}
	fail_msg("no verb '%s'", copy);
}

static void run(const struct story *story, enum hints hints)
{
	struct bench bench = { .now = 1000 * KBAN_SECOND, .hints = hints };
	struct kban_text rest = story->text;
	struct kban_text line;

	if (hints == NO_DESCRIPTOR)
		failing_calls_set(FAILING_INOTIFY_INIT, 1, EMFILE);
	if (hints == NO_WATCHES)
		failing_calls_set(FAILING_INOTIFY_WATCH, 1, ENOSPC);
	bench.ctx = kban_context_new();
	assert_non_null(bench.ctx);
	kban_context_set_log(bench.ctx, keep_log, &bench);
	log_dir_open();
	start(&bench);
	while (kb_text_next_line(&rest, &line))
		do_line(&bench, kb_text_trim(line));
	if (hints == UNWANTED_HINTS)
		assert_int_equal(watched_count(kban_follow_fd(bench.follow)), 0);
	if (hints == NO_WATCHES && bench.pattern_count > 0)
		assert_non_null(strstr(bench.log.data, "cannot be watched, files are looked at "
						       "every 2 seconds instead"));
	kban_follow_free(bench.follow);
	kban_context_unref(bench.ctx);
	log_dir_close();
	kb_buffer_clear(&bench.lines[0]);
	kb_buffer_clear(&bench.lines[1]);
	kb_buffer_clear(&bench.log);
	failing_calls_stop();
}

/* Whether the kernel gives hints or not, the same lines come. */
static void play(void **state)
{
	run(*state, HINTS);
	run(*state, NO_DESCRIPTOR);
	run(*state, NO_WATCHES);
	run(*state, UNWANTED_HINTS);
}

static bool is_indented(struct kban_text text)
{
	return text.len > 0 && text.data[0] == '\t';
}

/* Take the next story off @a rest. */
static bool next_story(struct kban_text *rest, struct story *story)
{
	struct kban_text line;
	const char *begin;

	do {
		if (!kb_text_next_line(rest, &line))
			return false;
	} while (line.len == 0 || line.data[0] == '#');
	story->name = kb_text_copy(line);
	begin = rest->data;
	while (is_indented(*rest))
		kb_text_next_line(rest, &line);
	story->text = (struct kban_text){ begin, (size_t)(rest->data - begin) };
	return true;
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[MAX_STORIES];
	static struct story stories[MAX_STORIES];
	struct kb_buffer files[8] = { 0 };
	size_t count = 0;
	int failures;

	for (int i = 1; i < argc; i++) {
		struct kban_text rest;

		if (i >= (int)kb_array_size(files) ||
		    kb_file_read(argv[i], 1 << 20, &files[i], NULL) < 0)
			return EXIT_FAILURE;
		rest = kb_buffer_content(&files[i]);
		while (next_story(&rest, &stories[count])) {
			tests[count].name = stories[count].name;
			tests[count].test_func = play;
			tests[count].initial_state = &stories[count];
			count++;
		}
	}
	failures = _cmocka_run_group_tests("follow", tests, count, NULL, NULL);
	for (size_t i = 0; i < count; i++)
		free(stories[i].name);
	for (size_t i = 0; i < kb_array_size(files); i++)
		kb_buffer_clear(&files[i]);
	return failures;
}
