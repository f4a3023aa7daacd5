/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/follow-path.h"

#include <assert.h>
#include <errno.h>

#include "source/follow-look.h"
#include "source/follow-set.h"

/* How long a file that lost its name is looked at after it was last seen growing: if there is a
 * successor, or it was deleted; and if it was renamed and nothing took its place. */
#define QUIET      (5 * KBAN_SECOND)
#define QUIET_LAST (3600 * KBAN_SECOND)

struct kb_follow_path *kb_follow_path_new(const char *name, enum kban_follow_from from)
{
	struct kb_follow_path *path = calloc(1, sizeof(*path));

	if (path == NULL)
		return NULL;
	path->name = strdup(name);
	path->from = from;
	if (path->name == NULL) {
		free(path);
		return NULL;
	}
	return path;
}

static void close_files(struct kb_follow_path *path, struct kb_notify *notify)
{
	for (size_t i = 0; i < path->count; i++)
		kb_follow_file_release(path->files[i].file, notify);
	path->count = 0;
	path->reading = 0;
}

void kb_follow_path_free(struct kb_follow_path *path, struct kb_notify *notify)
{
	if (path == NULL)
		return;
	close_files(path, notify);
	free(path->files);
	kb_reader_list_clear(&path->readers);
	free(path->place);
	free(path->name);
	free(path);
}

void kb_follow_path_restore(struct kb_follow_path *path, struct kb_notify *notify,
			    const struct kban_follow_position *position)
{
	close_files(path, notify);
	path->last = *position;
	path->saved = *position;
	path->done[0] = kb_mark_of_old(position);
	path->done_count = position->old_inode != 0;
	path->looked = false;
	path->begun = false;
	path->caught_up = false;
}

/* Keep what is known of a file that is about to be closed. */
static void remember(struct kb_follow_path *path, const struct kban_follow_position *mark)
{
	if (path->done_count < KB_PATH_DONE)
		path->done_count++;
	memmove(path->done + 1, path->done, (path->done_count - 1) * sizeof(path->done[0]));
	path->done[0] = *mark;
	if (path->last.inode == mark->inode)
		path->last = *mark;
}

/* Let go of the file at @a index, which has no lines to read. */
static void drop(struct kb_follow_path *path, size_t index, struct kb_notify *notify)
{
	struct kb_follow_file *file = path->files[index].file;
	struct kban_follow_position position = kb_follow_path_position(path);

	path->bytes += file->bytes;
	path->reads += file->reads;
	path->truncated += file->truncated;
	path->dropped += file->holders == 1 && kb_follow_file_has_rest(file);
	remember(path, &file->mark);
	kb_follow_file_release(file, notify);
	path->count--;
	memmove(path->files + index, path->files + index + 1,
		(path->count - index) * sizeof(*path->files));
	if (index < path->reading)
		path->reading--;
	if (path->count == 0)
		path->last = position;
}

/* What came after a file was not at the path before it. */
static void keep_rising(struct kb_follow_path *path)
{
	for (size_t i = 1; i < path->count; i++) {
		if (path->files[i].seen < path->files[i - 1].seen)
			path->files[i].seen = path->files[i - 1].seen;
	}
}

void kb_follow_path_note(struct kb_follow_path *path, uint64_t seen)
{
	path->files[path->count - 1].seen = seen;
	keep_rising(path);
}

int kb_follow_path_insert(struct kb_follow_path *path, size_t index,
			  const struct kb_held_file *held, struct kb_notify *notify)
{
	assert(index >= path->reading);
	if (path->count >= KB_PATH_FILES) {
		/* The one before the one that is read stays: it is part of the position. */
		if (path->reading < 2)
			return KBAN_E_LIMIT;
		drop(path, 0, notify);
		index--;
	}
	if (kb_array_room(&path->files, &path->capacity, path->count, sizeof(*path->files)) < 0)
		return KBAN_E_NOMEM;
	memmove(path->files + index + 1, path->files + index,
		(path->count - index) * sizeof(*path->files));
	path->files[index] = *held;
	path->count++;
	keep_rising(path);
	return KBAN_OK;
}

size_t kb_follow_path_index(const struct kb_follow_path *path, const struct kb_file_facts *facts)
{
	size_t i = 0;

	while (i < path->count && !kb_follow_file_is(path->files[i].file, facts))
		i++;
	return i;
}

bool kb_follow_path_holds(const struct kb_follow_path *path, const struct kb_follow_file *file)
{
	for (size_t i = 0; i < path->count; i++) {
		if (path->files[i].file == file)
			return true;
	}
	return false;
}

static bool is_quiet(struct kb_follow_file *file, kban_usec now, kban_usec length)
{
	struct kb_file_facts facts;

	/* A clock that was set back starts the wait again. */
	if (file->quiet_since == KBAN_TIME_NONE || file->quiet_since > now)
		file->quiet_since = now;
	if (file->ready || file->trouble != 0 || now - file->quiet_since < length)
		return false;
	/* What came since the last look is found by the next one. */
	return kb_file_facts_of_descriptor(file->fd, &facts) == KBAN_OK && facts.size == file->size;
}

void kb_follow_path_expire(struct kb_follow_set *set, struct kb_follow_path *path)
{
	struct kb_follow_file *newest;
	size_t i = 0;

	while (i < path->reading) {
		if (is_quiet(path->files[i].file, set->now, QUIET))
			drop(path, i, set->notify);
		else
			i++;
	}
	if (!path->missing || path->count != 1)
		return;
	/* A deleted file keeps its space on the disk for as long as it is open. */
	newest = path->files[0].file;
	if (is_quiet(newest, set->now, newest->deleted ? QUIET : QUIET_LAST))
		drop(path, 0, set->notify);
}

/* Read from one file; what is no progress for the path is KB_READ_NOTHING. */
static enum kb_read read_file(struct kb_follow_set *set, struct kb_follow_path *path, size_t index,
			      struct kban_text *lines)
{
	struct kb_follow_file *file = path->files[index].file;
	bool is_newest = index + 1 == path->count && !path->crowded;
	enum kb_read result = kb_follow_file_read(file, &set->buffer, is_newest, lines);

	if (result == KB_READ_REPLACED)
		return kb_follow_path_look(set, path) == KBAN_OK ? KB_READ_ON : KB_READ_NOTHING;
	kb_path_trouble(set->ctx, path->name, &file->trouble, result == KB_READ_FAILED ? errno : 0,
			0);
	return result == KB_READ_FAILED ? KB_READ_NOTHING : result;
}

/* Go to the next file, if there is one. */
static bool turn_to_next(struct kb_follow_set *set, struct kb_follow_path *path)
{
	if (path->reading + 1 < path->count) {
		path->files[path->reading++].file->quiet_since = set->now;
		return true;
	}
	if (!path->crowded)
		return false;
	return kb_follow_path_look(set, path) == KBAN_OK && path->reading + 1 < path->count;
}

enum kb_read kb_follow_path_read(struct kb_follow_set *set, struct kb_follow_path *path,
				 struct kb_follow_file **file, struct kban_text *lines)
{
	do {
		for (size_t i = 0; i <= path->reading && i < path->count; i++) {
			enum kb_read result = KB_READ_NOTHING;

			*file = path->files[i].file;
			if ((*file)->ready)
				result = read_file(set, path, i, lines);
			if (result != KB_READ_NOTHING)
				return result;
		}
	} while (turn_to_next(set, path));
	path->caught_up = true;
	return KB_READ_NOTHING;
}

struct kban_follow_position kb_follow_path_position(const struct kb_follow_path *path)
{
	const struct kban_follow_position *old = NULL;
	struct kban_follow_position position = path->last;

	if (path->count == 0)
		return position;
	position = path->files[path->reading].file->mark;
	position.seen = path->files[path->reading].seen;
	if (path->reading > 0)
		old = &path->files[path->reading - 1].file->mark;
	else if (path->done_count > 0)
		old = &path->done[0];
	/* A truncated file is older than the copy that is read before it. After a restart it would
	 * not be looked for. */
	for (size_t i = path->count; i-- > path->reading + 1;) {
		if (path->files[i].file->mark.born < position.born)
			old = &path->files[i].file->mark;
	}
	if (old != NULL) {
		position.old_inode = old->inode;
		position.old_born = old->born;
		position.old_offset = old->offset;
		position.old_tail_hash = old->tail_hash;
	}
	return position;
}

static bool is_same_place(const struct kban_follow_position *left,
			  const struct kban_follow_position *right)
{
	return left->device == right->device && left->inode == right->inode &&
	       left->offset == right->offset && left->born == right->born &&
	       left->tail_hash == right->tail_hash && left->old_inode == right->old_inode &&
	       left->old_offset == right->old_offset;
}

void kb_follow_path_state(const struct kb_follow_path *path, struct kban_follow_state *out)
{
	*out = (struct kban_follow_state){
		.path = path->name,
		.position = kb_follow_path_position(path),
		.bytes = path->bytes,
		.reads = path->reads,
		.truncated = path->truncated,
		.dropped = path->dropped,
		.missing = path->missing,
	};
	for (size_t i = 0; i < path->count; i++) {
		out->bytes += path->files[i].file->bytes;
		out->reads += path->files[i].file->reads;
		out->truncated += path->files[i].file->truncated;
	}
	out->changed = !is_same_place(&out->position, &path->saved);
}
