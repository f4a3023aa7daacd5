/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A state directory of a test's own, and what the tests of the store put into it. */
#ifndef STORE_TEST_H
#define STORE_TEST_H

#include "kban-test.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "store/store.h"

#define T(seconds) ((seconds)*KBAN_SECOND)

struct place {
	char root[64];      /* removed by the teardown */
	char directory[80]; /* the state directory, not made yet */
	char log[4096];     /* last line that was logged */
	unsigned log_count;
	struct kban_context *ctx;
};

static inline void remember_line(int level, const char *topic, const char *line, void *data)
{
	struct place *place = data;

	(void)level;
	assert_string_equal(topic, "database");
	snprintf(place->log, sizeof(place->log), "%s", line);
	place->log_count++;
}

/* 2024-11-24 01:53:34 */
static inline kban_usec fixed_clock(void *data)
{
	(void)data;
	return T(1732413214);
}

static inline int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	const char *base = getenv("TMPDIR");

	snprintf(place->root, sizeof(place->root), "%s/kban-store-XXXXXX",
		 base != NULL && strlen(base) < 32 ? base : "/tmp");
	if (mkdtemp(place->root) == NULL)
		return -1;
	snprintf(place->directory, sizeof(place->directory), "%s/state", place->root);
	place->ctx = kban_context_new();
	kban_context_set_log(place->ctx, remember_line, place);
	kban_context_set_clock(place->ctx, fixed_clock, NULL);
	*state = place;
	return 0;
}

/* Remove what is in a directory of at most two levels, and the directory. */
static inline void remove_tree(const char *path)
{
	DIR *entries = opendir(path);
	struct dirent *entry;

	while (entries != NULL && (entry = readdir(entries)) != NULL) {
		char *below = NULL;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		assert_true(asprintf(&below, "%s/%s", path, entry->d_name) > 0);
		if (unlink(below) < 0)
			remove_tree(below);
		free(below);
	}
	if (entries != NULL)
		closedir(entries);
	rmdir(path);
}

static inline int remove_place(void **state)
{
	struct place *place = *state;

	remove_tree(place->root);
	kban_context_unref(place->ctx);
	free(place);
	return 0;
}

static inline struct kban_store *open_store(struct place *place, const char *directory)
{
	struct kban_store *store = NULL;
	kban_auto(error) err = NULL;
	int status = kban_store_open(place->ctx, directory, &store, &err);

	if (status != KBAN_OK)
		fail_msg("%s", kban_error_text(err));
	return store;
}

static inline void begin(struct kban_store *store)
{
	kban_auto(error) err = NULL;

	if (kb_store_begin(store, &err) != KBAN_OK)
		fail_msg("%s", kban_error_text(err));
}

static inline void commit(struct kban_store *store)
{
	kban_auto(error) err = NULL;

	if (kb_store_commit(store, &err) != KBAN_OK)
		fail_msg("%s", kban_error_text(err));
}

/* "auth.log" line @a line says that @a host failed at @a time. */
static inline int add_failure(struct kban_store *store, const char *jail, const char *host,
			      kban_usec time, uint64_t line)
{
	struct kb_failure failure = {
		.addr = test_addr(host),
		.time = time,
		.rule_text = "^Failed .* <HOST>$",
		.rule_file = "filter.d/sshd.conf",
		.rule_line = 42,
		.source = "/var/log/auth.log",
		.line = line,
		.text = KB_TEXT("Failed password"),
	};

	return kb_store_add_failure(store, jail, &failure, NULL);
}

static inline int add_ban(struct kban_store *store, const char *jail, const char *host,
			  kban_usec since, kban_usec until)
{
	struct kb_ban_record record = {
		.jail = jail, .addr = test_addr(host), .since = since, .until = until, .number = 1
	};

	return kb_store_add_ban(store, &record, 10, NULL);
}

/* What a walk saw, one item after another: "192.0.2.1 2001:db8::1". */
struct seen {
	char text[2048];
	int count;
	int stop_at; /* end the walk at this item */
};

static inline int see(struct seen *seen, const char *item)
{
	size_t len = strlen(seen->text);

	snprintf(seen->text + len, sizeof(seen->text) - len, "%s%s", len > 0 ? " " : "", item);
	return ++seen->count == seen->stop_at ? 7 : 0;
}

static inline int see_ban(const struct kb_ban_record *record, void *data)
{
	char addr[KBAN_ADDR_TEXT_SIZE];
	char item[128];

	snprintf(item, sizeof(item), "%s/%s", record->jail, kban_addr_print(&record->addr, addr));
	return see(data, item);
}

/* "sshd/192.0.2.1:line" */
static inline int see_failure(const char *jail, const struct kb_failure *failure, void *data)
{
	char addr[KBAN_ADDR_TEXT_SIZE];
	char item[128];

	snprintf(item, sizeof(item), "%s/%s:%u", jail, kban_addr_print(&failure->addr, addr),
		 (unsigned)failure->line);
	return see(data, item);
}

/* All bans in force. */
static inline void assert_bans(struct kban_store *store, const char *expected)
{
	struct seen seen = { 0 };

	assert_int_equal(kb_store_each_ban(store, NULL, see_ban, &seen, NULL), 0);
	assert_string_equal(seen.text, expected);
}

/* Failures of a jail that no ban has claimed. */
static inline void assert_failures(struct kban_store *store, const char *jail, const char *expected)
{
	struct seen seen = { 0 };

	assert_int_equal(kb_store_each_failure(store, jail, 0, see_failure, &seen, NULL), 0);
	assert_string_equal(seen.text, expected);
}

/* How many entries of a directory begin with @a prefix. */
static inline int count_files(const char *path, const char *prefix)
{
	DIR *entries = opendir(path);
	struct dirent *entry;
	int count = 0;

	assert_non_null(entries);
	while ((entry = readdir(entries)) != NULL)
		count += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
	closedir(entries);
	return count;
}

static inline void write_file(const char *path, struct kban_text content)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(content.data, 1, content.len, file), content.len);
	assert_int_equal(fclose(file), 0);
}

#endif /* STORE_TEST_H */
