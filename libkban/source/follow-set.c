/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Identity is looked up by walking over all paths, which is done only when a file is opened. An
 * inode number says little by itself, as file systems use it again: the bytes must agree.
 */
#include "source/follow-set.h"

#include <unistd.h>

void kb_follow_set_clear(struct kb_follow_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		kb_follow_path_free(set->paths[i], set->notify);
	free(set->paths);
	for (size_t i = 0; i < set->restored_count; i++)
		free(set->restored[i].path);
	free(set->restored);
	for (size_t i = 0; i < set->excluded_count; i++)
		free(set->excluded[i].path);
	free(set->excluded);
	kb_reader_list_clear(&set->polling);
	kb_notify_free(set->notify);
	kb_read_buffer_clear(&set->buffer);
	kban_context_unref(set->ctx);
}

bool kb_follow_set_wants_hints(const struct kb_follow_set *set,
			       const struct kb_reader_list *readers)
{
	for (size_t i = 0; i < readers->count; i++)
		if (!kb_reader_list_contains(&set->polling, readers->items[i]))
			return true;
	return false;
}

/* Index of the first path whose name is not before @a name. */
static size_t lower_bound(const struct kb_follow_set *set, const char *name)
{
	size_t low = 0;
	size_t high = set->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(set->paths[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct kb_follow_path *kb_follow_set_find(const struct kb_follow_set *set, const char *name)
{
	size_t i = lower_bound(set, name);

	return i < set->count && strcmp(set->paths[i]->name, name) == 0 ? set->paths[i] : NULL;
}

static size_t find_restored(const struct kb_follow_set *set, const char *name)
{
	size_t i = 0;

	while (i < set->restored_count && strcmp(set->restored[i].path, name) != 0)
		i++;
	return i;
}

int kb_follow_set_restore(struct kb_follow_set *set, const char *name,
			  const struct kban_follow_position *position)
{
	struct kb_follow_path *path = kb_follow_set_find(set, name);
	size_t i = find_restored(set, name);
	char *copy;

	if (path != NULL) {
		kb_follow_path_restore(path, set->notify, position);
		return KBAN_OK;
	}
	if (i < set->restored_count) {
		set->restored[i].position = *position;
		return KBAN_OK;
	}
	if (kb_array_room(&set->restored, &set->restored_capacity, set->restored_count,
			  sizeof(*set->restored)) < 0)
		return KBAN_E_NOMEM;
	copy = strdup(name);
	if (copy == NULL)
		return KBAN_E_NOMEM;
	set->restored[i] = (struct kb_restored){ .path = copy, .position = *position };
	set->restored_count++;
	return KBAN_OK;
}

bool kb_follow_set_has_restored(const struct kb_follow_set *set, const char *name)
{
	return find_restored(set, name) < set->restored_count;
}

/* Hand over what was restored for a path, if anything was. */
static bool take_restored(struct kb_follow_set *set, const char *name,
			  struct kban_follow_position *position)
{
	size_t i = find_restored(set, name);

	if (i == set->restored_count)
		return false;
	*position = set->restored[i].position;
	free(set->restored[i].path);
	set->restored[i] = set->restored[--set->restored_count];
	return true;
}

int kb_follow_set_add(struct kb_follow_set *set, const char *name, enum kban_follow_from from,
		      struct kb_follow_path **out)
{
	size_t i = lower_bound(set, name);
	struct kban_follow_position position;
	struct kb_follow_path *path;

	if (set->count >= KB_FOLLOW_MAX) {
		if (!set->is_full)
			kb_path_log(set->ctx, KBAN_ERROR, name,
				    "one file too many, it is not followed", 0);
		set->is_full = true;
		return KBAN_E_LIMIT;
	}
	if (kb_array_room(&set->paths, &set->capacity, set->count, sizeof(*set->paths)) < 0)
		return KBAN_E_NOMEM;
	path = kb_follow_path_new(name, from);
	if (path == NULL)
		return KBAN_E_NOMEM;
	memmove(set->paths + i + 1, set->paths + i, (set->count - i) * sizeof(*set->paths));
	set->paths[i] = path;
	set->count++;
	if (take_restored(set, name, &position))
		kb_follow_path_restore(path, set->notify, &position);
	*out = path;
	return KBAN_OK;
}

void kb_follow_set_remove(struct kb_follow_set *set, size_t index)
{
	kb_follow_path_free(set->paths[index], set->notify);
	set->count--;
	memmove(set->paths + index, set->paths + index + 1,
		(set->count - index) * sizeof(*set->paths));
	set->is_full = false;
}

static struct kb_follow_file *find_open(const struct kb_follow_set *set,
					const struct kb_file_facts *facts)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct kb_follow_path *path = set->paths[i];

		for (size_t k = 0; k < path->count; k++) {
			if (kb_follow_file_is(path->files[k].file, facts))
				return path->files[k].file;
		}
	}
	return NULL;
}

struct search {
	int fd;
	const struct kb_file_facts *facts;
	struct kban_follow_position *best;
	bool found;
};

static void try_mark(struct search *search, const struct kban_follow_position *mark)
{
	if (search->found && mark->offset <= search->best->offset)
		return;
	if (!kb_mark_may_be(mark, search->facts) || kb_mark_check(mark, search->fd) != KB_MARK_SAME)
		return;
	*search->best = *mark;
	search->found = true;
}

static void try_position(struct search *search, const struct kban_follow_position *position)
{
	struct kban_follow_position old = kb_mark_of_old(position);

	try_mark(search, position);
	try_mark(search, &old);
}

/* The furthest that the file was read. */
static bool find_mark(const struct kb_follow_set *set, int fd, const struct kb_file_facts *facts,
		      struct kban_follow_position *best)
{
	struct search search = { .fd = fd, .facts = facts, .best = best };

	for (size_t i = 0; i < set->restored_count; i++)
		try_position(&search, &set->restored[i].position);
	for (size_t i = 0; i < set->count; i++) {
		const struct kb_follow_path *path = set->paths[i];

		try_position(&search, &path->last);
		for (size_t k = 0; k < path->done_count; k++)
			try_mark(&search, &path->done[k]);
	}
	return search.found;
}

struct kb_follow_file *kb_follow_set_adopt(struct kb_follow_set *set, int fd,
					   const struct kb_file_facts *facts,
					   const struct kban_follow_position *mark)
{
	struct kb_follow_file *file = find_open(set, facts);
	struct kban_follow_position known;

	if (file != NULL) {
		close(fd);
		file->holders++;
		return file;
	}
	file = kb_follow_file_take(fd, facts);
	if (file == NULL) {
		close(fd);
		return NULL;
	}
	/* Another path may know more of it. */
	if (find_mark(set, fd, facts, &known) && (mark == NULL || mark->offset < known.offset))
		mark = &known;
	if (mark != NULL)
		kb_follow_file_resume(file, mark);
	return file;
}

static bool is_excluded(const struct kb_excluded *item, const char *name, const void *reader)
{
	return item->reader == reader && (name == NULL || strcmp(item->path, name) == 0);
}

int kb_follow_set_exclude(struct kb_follow_set *set, const char *name, const void *reader)
{
	struct kb_excluded item = { .path = strdup(name), .reader = reader };

	if (item.path == NULL)
		return KBAN_E_NOMEM;
	if (kb_array_room(&set->excluded, &set->excluded_capacity, set->excluded_count,
			  sizeof(*set->excluded)) < 0) {
		free(item.path);
		return KBAN_E_NOMEM;
	}
	set->excluded[set->excluded_count++] = item;
	return KBAN_OK;
}

bool kb_follow_set_excludes(const struct kb_follow_set *set, const char *name, const void *reader)
{
	for (size_t i = 0; i < set->excluded_count; i++)
		if (is_excluded(&set->excluded[i], name, reader))
			return true;
	return false;
}

void kb_follow_set_include(struct kb_follow_set *set, const char *name, const void *reader)
{
	size_t kept = 0;

	for (size_t i = 0; i < set->excluded_count; i++) {
		if (is_excluded(&set->excluded[i], name, reader))
			free(set->excluded[i].path);
		else
			set->excluded[kept++] = set->excluded[i];
	}
	set->excluded_count = kept;
}
