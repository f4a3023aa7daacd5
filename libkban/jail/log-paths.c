/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/log-paths.h"

#include <glob.h>
#include <sys/stat.h>

#include "base/text.h"
#include "conf/blank.h"
#include "jail/own-bans.h"
#include "source/syslog-address.h"

/* A copy of @a like with another path. */
static int append(struct kb_log_paths *paths, struct kban_text path, const struct kb_log_path *like)
{
	struct kb_log_path item = *like;

	if (kb_array_room(&paths->items, &paths->capacity, paths->count, sizeof(*paths->items)) < 0)
		return KBAN_E_NOMEM;
	item.path = kb_text_copy(path);
	if (item.path == NULL)
		return KBAN_E_NOMEM;
	paths->items[paths->count++] = item;
	return KBAN_OK;
}

enum kb_log_source kb_log_source_of(const char *entry)
{
	if (strcmp(entry, KB_OWN_BANS) == 0)
		return KB_LOG_BANS;
	if (strcmp(entry, KB_INPUT) == 0)
		return KB_LOG_INPUT;
	return kb_syslog_is_address(entry) ? KB_LOG_SOCKET : KB_LOG_PATTERN;
}

static size_t last_blank(struct kban_text text)
{
	size_t at = text.len;

	while (at > 0 && text.data[at - 1] != ' ')
		at--;
	return at;
}

static int check_socket(const struct kb_log_path *entry, struct kban_error **err)
{
	kb_auto_clear(syslog_address) address = { 0 };

	if (kb_log_source_of(entry->path) != KB_LOG_SOCKET)
		return KBAN_OK;
	return kb_syslog_address_parse(entry->path, &entry->where, &address, err);
}

static int parse_line(struct kban_text line, const struct kb_where *where, struct kb_log_paths *out,
		      struct kban_error **err)
{
	size_t word = last_blank(line);
	struct kban_text option = kb_text_slice(line, word, line.len);
	struct kb_log_path entry = {
		.from = KBAN_FOLLOW_FROM_START,
		.rank = out->count,
		.where = *where,
	};

	if (word > 0) {
		if (kb_text_is(option, "tail"))
			entry.from = KBAN_FOLLOW_FROM_END;
		else if (!kb_text_is(option, "head"))
			return kb_fail(err, KBAN_E_SYNTAX, where,
				       "logpath has '%.*s' behind a path, where only 'head' or "
				       "'tail' may stand; write one path a line",
				       option.len < KB_QUOTE_MAX ? (int)option.len : KB_QUOTE_MAX,
				       option.data);
		line = kb_blank_trim(kb_text_slice(line, 0, word));
	}
	if (append(out, line, &entry) < 0)
		return kb_fail_memory(err);
	return check_socket(&out->items[out->count - 1], err);
}

int kb_log_paths_parse(const struct kb_value *value, struct kb_log_paths *out,
		       struct kban_error **err)
{
	kb_auto_clear(log_paths) paths = { 0 };
	struct kban_text rest = kb_text(value->text);
	struct kban_text line;

	for (size_t i = 0; kb_text_next_line(&rest, &line); i++) {
		int status;

		line = kb_blank_trim(line);
		if (line.len == 0)
			continue;
		status = parse_line(line, &value->lines[i], &paths, err);
		if (status != KBAN_OK)
			return status;
	}
	*out = paths;
	paths = (struct kb_log_paths){ 0 };
	return KBAN_OK;
}

/* KBAN_OK with a problem, or with the path appended. */
static int add_match(const struct kb_log_path *pattern, const char *path, const char *subject,
		     struct kb_problem_list *problems, struct kb_log_paths *out)
{
	struct stat about;

	if (stat(path, &about) < 0)
		return kb_problem_list_add(
			problems, KB_PROBLEM_WARNING, subject, &pattern->where,
			"logpath matches '%s', a link to nothing; it is left out", path);
	if (S_ISDIR(about.st_mode))
		return kb_problem_list_add(
			problems,
			strcmp(path, pattern->path) == 0 ? KB_PROBLEM_PART : KB_PROBLEM_WARNING,
			subject, &pattern->where,
			"logpath matches '%s', a directory; it is left out", path);
	return append(out, kb_text(path), pattern);
}

/* A socket is itself. Who listens where everybody may send is told so. */
static int add_socket(const struct kb_log_path *entry, const char *subject,
		      struct kb_problem_list *problems, struct kb_log_paths *out)
{
	kb_auto_clear(syslog_address) address = { 0 };
	int status = kb_syslog_address_parse(entry->path, &entry->where, &address, NULL);

	if (status == KBAN_OK && kb_syslog_address_is_public(&address))
		status = kb_problem_list_add(
			problems, KB_PROBLEM_WARNING, subject, &entry->where,
			"logpath listens on the public address %s; whoever can send there under an "
			"address of 'from' can have anybody banned",
			address.name);
	return status == KBAN_OK ? append(out, kb_text(entry->path), entry) : status;
}

static int expand(const struct kb_log_path *pattern, const char *subject,
		  struct kb_problem_list *problems, struct kb_log_paths *out,
		  struct kban_error **err)
{
	glob_t found;
	int failed = glob(pattern->path, GLOB_NOSORT | GLOB_NOESCAPE, NULL, &found);
	int status = failed == GLOB_NOSPACE ? KBAN_E_NOMEM : KBAN_OK;

	/* A directory that cannot be read is as good as an empty one. */
	for (size_t i = 0; failed == 0 && i < found.gl_pathc && status == KBAN_OK; i++) {
		if (out->count >= KB_LOG_FILES_MAX)
			status = kb_fail(err, KBAN_E_LIMIT, &pattern->where,
					 "logpath matches more than %d files", KB_LOG_FILES_MAX);
		else
			status = add_match(pattern, found.gl_pathv[i], subject, problems, out);
	}
	if (failed == 0)
		globfree(&found);
	return status;
}

static int by_path(const void *left, const void *right)
{
	const struct kb_log_path *a = left;
	const struct kb_log_path *b = right;
	int order = strcmp(a->path, b->path);

	return order != 0 ? order : (a->rank > b->rank) - (a->rank < b->rank);
}

static void keep_each_once(struct kb_log_paths *paths)
{
	size_t kept = 0;

	for (size_t i = 0; i < paths->count; i++) {
		if (kept > 0 && strcmp(paths->items[kept - 1].path, paths->items[i].path) == 0)
			free(paths->items[i].path);
		else
			paths->items[kept++] = paths->items[i];
	}
	paths->count = kept;
}

int kb_log_paths_expand(const struct kb_log_paths *patterns, const char *subject,
			struct kb_problem_list *problems, struct kb_log_paths *out,
			struct kban_error **err)
{
	int status = KBAN_OK;

	for (size_t i = 0; i < patterns->count && status == KBAN_OK; i++) {
		const struct kb_log_path *entry = &patterns->items[i];

		if (kb_log_source_of(entry->path) == KB_LOG_SOCKET)
			status = add_socket(entry, subject, problems, out);
		else if (kb_log_source_of(entry->path) == KB_LOG_INPUT)
			status = append(out, kb_text(entry->path), entry);
		else
			status = expand(entry, subject, problems, out, err);
	}
	if (status != KBAN_OK)
		return status == KBAN_E_NOMEM ? kb_fail_memory(err) : status;
	if (out->count > 0)
		qsort(out->items, out->count, sizeof(*out->items), by_path);
	keep_each_once(out);
	return KBAN_OK;
}

void kb_log_paths_clear(struct kb_log_paths *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		free(paths->items[i].path);
	free(paths->items);
	*paths = (struct kb_log_paths){ 0 };
}
