/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One look at one path. First the name is asked what file it means, and only then the files that
 * are open are asked for their sizes: so all lines that were written before a rename are seen
 * before the file that came after it.
 *
 * A file that is not known yet comes last; before it come those that had the name in between, and
 * before them, after a restart, the one in which reading stopped. A file that was truncated is
 * taken for the successor of the copy that was made of it, if there is one.
 */
#include "source/follow-look.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "source/follow-rotate.h"

/* Failures that say nothing about the file and will pass. Until then nothing newer is read, or what
 * is older would be forgotten. */
static bool will_pass(int error_number)
{
	static const int passing[] = { EMFILE, ENFILE, ENOMEM, EINTR, EAGAIN, ENOENT };

	for (size_t i = 0; i < kb_array_size(passing); i++) {
		if (error_number == passing[i])
			return true;
	}
	return false;
}

/*
 * Say what is in the way; the next look tries again. That a file was renamed or removed while it
 * was looked for is nothing to talk about.
 */
static int put_off(struct kb_follow_set *set, struct kb_follow_path *path, int error_number)
{
	if (error_number != ENOENT)
		kb_path_trouble(set->ctx, path->name, &path->trouble, error_number, 0);
	return KBAN_E_SYSTEM;
}

/* True if there is a regular file at the path. */
static bool find_file(struct kb_follow_set *set, struct kb_follow_path *path,
		      struct kb_file_facts *facts)
{
	kb_trouble trouble = 0;

	if (kb_file_facts_of_path(path->name, facts) < 0)
		trouble = errno;
	else if (!kb_file_facts_is_regular(facts))
		trouble = KB_TROUBLE_KIND;
	path->missing = trouble != 0;
	if (path->missing)
		kb_path_trouble(set->ctx, path->name, &path->trouble, trouble, facts->mode);
	return !path->missing;
}

/* Remember what the path leads to: generations are beside that. */
static void note_place(struct kb_follow_path *path)
{
	char *place = realpath(path->name, NULL);

	if (place == NULL)
		return;
	free(path->place);
	path->place = place;
}

static const char *place_of(struct kb_follow_path *path)
{
	if (path->place == NULL)
		note_place(path);
	return path->place == NULL ? path->name : path->place;
}

/* Takes @a fd. @a at moves behind what was inserted. */
static int insert(struct kb_follow_set *set, struct kb_follow_path *path, size_t *at, int fd,
		  const struct kb_file_facts *facts, const struct kban_follow_position *mark)
{
	struct kb_held_file held = { .seen = facts->born ? facts->born : facts->modified };
	size_t before = path->count;
	int status;

	held.file = kb_follow_set_adopt(set, fd, facts, mark);
	if (held.file == NULL)
		return KBAN_E_NOMEM;
	if (mark != NULL && mark->seen > held.seen)
		held.seen = mark->seen;
	status = kb_follow_path_insert(path, *at, &held, set->notify);
	if (status < 0) {
		kb_follow_file_release(held.file, set->notify);
		path->crowded |= status == KBAN_E_LIMIT;
		return status;
	}
	/* One may have been closed to make room. */
	*at += path->count - before;
	return KBAN_OK;
}

/* Insert a sibling. One that nobody may read is logged and left out. */
static int insert_sibling(struct kb_follow_set *set, struct kb_follow_path *path, size_t *at,
			  const struct kb_sibling_list *list, const struct kb_sibling *sibling)
{
	struct kb_file_facts facts;
	int fd;

	switch (kb_sibling_open(list, sibling, &fd, &facts)) {
	case KBAN_OK:
		return insert(set, path, at, fd, &facts, NULL);
	case KBAN_E_NOTFOUND:
		return put_off(set, path, ENOENT);
	default:
		if (will_pass(errno))
			return put_off(set, path, errno);
		kb_path_log(set->ctx, KBAN_WARNING, sibling->name, "cannot be read", errno);
		return KBAN_OK;
	}
}

/* Where generations are missing. */
struct gap {
	const struct kb_sibling *before; /* the file before it, or NULL if that has no name */
	uint64_t seen;                   /* when that was last seen at the path */
	uint64_t truncated; /* inode of a file that begins anew, and belongs here; 0: none */
	uint64_t until; /* last change of the file after it; UINT64_MAX if that is at the path */
	const struct kb_sibling *after; /* that file, if it has another name by now, or NULL */
};

static bool belongs_in(const struct gap *gap, const struct kb_sibling_list *list,
		       const struct kb_sibling *sibling)
{
	if (sibling->facts.modified > gap->until)
		return false;
	/* Within one step of the clock the names tell. */
	if (gap->after != NULL && sibling->facts.modified == gap->until &&
	    kb_sibling_counts_after(list, sibling, gap->after))
		return false;
	return (sibling->is_generation && sibling->facts.inode == gap->truncated) ||
	       kb_sibling_is_after(list, sibling, gap->before, gap->seen);
}

static int insert_generations(struct kb_follow_set *set, struct kb_follow_path *path, size_t *at,
			      const struct kb_sibling_list *list, const struct gap *gap)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct kb_sibling *sibling = &list->items[i];
		int status;

		if (!belongs_in(gap, list, sibling) ||
		    kb_follow_path_index(path, &sibling->facts) < path->count)
			continue;
		status = insert_sibling(set, path, at, list, sibling);
		if (status < 0)
			return status;
	}
	return KBAN_OK;
}

/* Insert @a sibling if its bytes say that it was read up to @a mark. 1 if so, 0 if not. */
static int insert_if_same(struct kb_follow_set *set, struct kb_follow_path *path, size_t *at,
			  const struct kb_sibling_list *list, const struct kb_sibling *sibling,
			  const struct kban_follow_position *mark)
{
	struct kb_file_facts facts;
	enum kb_mark_verdict verdict;
	int fd;
	int status = kb_sibling_open(list, sibling, &fd, &facts);

	if (status == KBAN_E_NOTFOUND)
		return put_off(set, path, ENOENT);
	if (status < 0)
		return will_pass(errno) ? put_off(set, path, errno) : 0;
	verdict = kb_mark_check(mark, fd);
	if (verdict != KB_MARK_SAME) {
		status = verdict == KB_MARK_UNKNOWN ? put_off(set, path, errno) : 0;
		close(fd);
		return status;
	}
	status = insert(set, path, at, fd, &facts, mark);
	return status < 0 ? status : 1;
}

/*
 * Insert the copy that was made of a file before it was truncated, and tell which it is: lines that
 * were not read before are in it.
 */
static int insert_copy(struct kb_follow_set *set, struct kb_follow_path *path, size_t *at,
		       const struct kb_sibling_list *list, const struct kban_follow_position *mark,
		       const struct kb_sibling **copy)
{
	*copy = NULL;
	for (size_t i = list->count; i-- > 0;) {
		const struct kb_sibling *sibling = &list->items[i];
		int status;

		if (!kb_sibling_may_be_copy(sibling, mark) ||
		    kb_follow_path_index(path, &sibling->facts) < path->count)
			continue;
		status = insert_if_same(set, path, at, list, sibling, mark);
		if (status > 0)
			*copy = sibling;
		if (status != 0)
			return status < 0 ? status : KBAN_OK;
	}
	return KBAN_OK;
}

static int scan(struct kb_follow_set *set, struct kb_follow_path *path, uint64_t inode,
		struct kb_sibling_list *list)
{
	int status = kb_sibling_list_scan(place_of(path), inode, list);

	if (status != KBAN_E_SYSTEM)
		return status;
	/* Who may not list the directory goes without generations. */
	return will_pass(errno) && errno != ENOENT ? put_off(set, path, errno) : KBAN_OK;
}

/* The file at @a index was truncated, or written anew in place. */
static int begin_again(struct kb_follow_set *set, struct kb_follow_path *path, size_t index)
{
	kb_auto_clear(sibling_list) list = { .directory = -1 };
	struct kb_follow_file *file = path->files[index].file;
	struct kban_follow_position mark = file->mark;
	struct gap gap = { .seen = path->files[index].seen };
	struct kb_file_facts facts;
	int status;

	if (kb_file_facts_of_descriptor(file->fd, &facts) < 0)
		return put_off(set, path, errno);
	/* Births tell nothing here: the file is older than the copies of what it was. */
	gap.until = facts.modified;
	mark.seen = gap.seen;
	status = scan(set, path, mark.inode, &list);
	gap.after = kb_sibling_list_find(&list, mark.inode);
	if (status == KBAN_OK)
		status = insert_copy(set, path, &index, &list, &mark, &gap.before);
	if (status == KBAN_OK)
		status = insert_generations(set, path, &index, &list, &gap);
	if (status < 0)
		return status;
	kb_path_log(set->ctx, KBAN_INFO, path->name, "was truncated, it is read from its start", 0);
	kb_follow_file_restart(file);
	return KBAN_OK;
}

static int look_at_files(struct kb_follow_set *set, struct kb_follow_path *path)
{
	/* From the newest: what is inserted before it is new and need not be looked at. */
	for (size_t i = path->count; i-- > 0;) {
		struct kb_follow_file *file = path->files[i].file;
		enum kb_mark_verdict verdict = kb_follow_file_look(file, set->now);
		int status = KBAN_OK;

		if (verdict == KB_MARK_UNKNOWN)
			kb_path_trouble(set->ctx, path->name, &file->trouble, errno, 0);
		else if (verdict == KB_MARK_OTHER && i >= path->reading)
			status = begin_again(set, path, i);
		if (status < 0)
			return status;
	}
	return KBAN_OK;
}

/* No file is open: find the one in which reading stopped, under whatever name. */
static int rejoin(struct kb_follow_set *set, struct kb_follow_path *path,
		  const struct kb_sibling_list *list, struct gap *gap)
{
	const struct kban_follow_position *last = &path->last;
	const struct kb_sibling *sibling = kb_sibling_list_find(list, last->inode);
	size_t at = path->count;
	int status = 0;

	/* By the inode alone, an empty file is known only if its name is right. */
	if (sibling != NULL && kb_mark_may_be(last, &sibling->facts) &&
	    (sibling->is_generation || last->offset > 0)) {
		status = insert_if_same(set, path, &at, list, sibling, last);
		gap->truncated = sibling->facts.inode;
	}
	gap->before = status > 0 ? sibling : NULL;
	if (status == 0)
		return insert_copy(set, path, &at, list, last, &gap->before);
	return status < 0 ? status : KBAN_OK;
}

/* Insert all that came between the newest known file and the one at the path now. */
static int insert_between(struct kb_follow_set *set, struct kb_follow_path *path)
{
	kb_auto_clear(sibling_list) list = { .directory = -1 };
	struct gap gap = { .seen = path->last.seen, .until = UINT64_MAX };
	uint64_t inode = path->last.inode;
	size_t at;
	int status;

	if (path->count > 0) {
		gap.seen = path->files[path->count - 1].seen;
		inode = path->files[path->count - 1].file->mark.inode;
	}
	if (inode == 0)
		return KBAN_OK;
	status = scan(set, path, inode, &list);
	if (status < 0)
		return status;
	gap.before = kb_sibling_list_find(&list, inode);
	if (path->count == 0)
		status = rejoin(set, path, &list, &gap);
	at = path->count;
	if (status == KBAN_OK)
		status = insert_generations(set, path, &at, &list, &gap);
	return status;
}

/* The newest of its files went elsewhere and came back. */
static void move_to_end(struct kb_follow_path *path, size_t index)
{
	struct kb_held_file held = path->files[index];

	memmove(path->files + index, path->files + index + 1,
		(path->count - 1 - index) * sizeof(*path->files));
	path->files[path->count - 1] = held;
	/* Both may have been read in part, and a position tells of two files only like this. */
	path->reading = path->count - 1;
}

/* The file at the path, open as @a fd, is the newest now, and goes on at @a mark. Takes @a fd. */
static int append(struct kb_follow_set *set, struct kb_follow_path *path, int fd,
		  const struct kb_file_facts *facts, const struct kban_follow_position *mark)
{
	bool from_end = !path->begun && path->from == KBAN_FOLLOW_FROM_END && path->last.inode == 0;
	size_t index = kb_follow_path_index(path, facts);
	struct kb_follow_file *file;
	int status;

	if (index < path->count) {
		close(fd);
		move_to_end(path, index);
		kb_follow_path_note(path, facts->changed);
		return KBAN_OK;
	}
	index = path->count;
	status = insert(set, path, &index, fd, facts, mark);
	if (status < 0)
		return status;
	kb_follow_path_note(path, facts->changed);
	file = path->files[path->count - 1].file;
	if (from_end && file->holders == 1 && file->mark.offset == 0 &&
	    kb_follow_file_seek_end(file, &set->buffer) < 0)
		kb_path_trouble(set->ctx, path->name, &file->trouble, errno, 0);
	if (file->watch == NULL)
		file->polled = true;
	note_place(path);
	return KBAN_OK;
}

/* Another file has the name. Takes @a fd. */
static int succeed(struct kb_follow_set *set, struct kb_follow_path *path, int fd,
		   const struct kb_file_facts *facts)
{
	const struct kban_follow_position *mark = NULL;
	enum kb_mark_verdict verdict = KB_MARK_OTHER;
	int status = KBAN_OK;

	/* Reading may have stopped in it. */
	if (path->count == 0 && kb_mark_may_be(&path->last, facts))
		verdict = kb_mark_check(&path->last, fd);
	if (verdict == KB_MARK_UNKNOWN)
		status = put_off(set, path, errno);
	else if (verdict == KB_MARK_SAME)
		mark = &path->last;
	else
		status = insert_between(set, path);
	if (status == KBAN_OK)
		return append(set, path, fd, facts, mark);
	close(fd);
	return status;
}

static int open_new(struct kb_follow_set *set, struct kb_follow_path *path)
{
	struct kb_file_facts facts;
	size_t files_before = path->count;
	int fd;
	int status = kb_follow_file_open(AT_FDCWD, path->name, 0, &fd, &facts);

	/* It may have gone, or become something else, since it was asked for. */
	if (status < 0)
		return put_off(set, path, status == KBAN_E_NOTFOUND ? ENOENT : errno);
	status = succeed(set, path, fd, &facts);
	if (status == KBAN_OK && files_before > 0)
		kb_path_log(set->ctx, KBAN_INFO, path->name, "was rotated", 0);
	return status;
}

/* After a restart, the file before the one that is read may have got late lines. */
static int rejoin_old(struct kb_follow_set *set, struct kb_follow_path *path)
{
	kb_auto_clear(sibling_list) list = { .directory = -1 };
	const struct kban_follow_position old = path->done[0];
	const struct kb_sibling *sibling;
	size_t at = 0;
	int status;

	if (path->begun || path->done_count == 0 || path->count == 0 || path->reading > 0)
		return KBAN_OK;
	status = scan(set, path, old.inode, &list);
	if (status < 0)
		return status;
	sibling = kb_sibling_list_find(&list, old.inode);
	if (sibling == NULL || (old.offset == 0 && !sibling->is_generation) ||
	    kb_follow_path_index(path, &sibling->facts) < path->count)
		return KBAN_OK;
	status = insert_if_same(set, path, &at, &list, sibling, &old);
	/* It comes behind what was read already, or the position would go back to it. */
	path->reading += at;
	return status < 0 ? status : KBAN_OK;
}

static int look(struct kb_follow_set *set, struct kb_follow_path *path)
{
	struct kb_file_facts there = { 0 };
	bool was_missing = path->missing;
	bool is_there = find_file(set, path, &there);
	int status = look_at_files(set, path);
	struct kb_follow_file *newest = path->count > 0 ? path->files[path->count - 1].file : NULL;

	if (status < 0)
		return status;
	path->crowded = false;
	/* From now on it may be closed when nothing more comes. */
	if (newest != NULL && !is_there && !was_missing)
		newest->quiet_since = set->now;
	if (!is_there)
		return insert_between(set, path);
	if (newest != NULL && kb_follow_file_is(newest, &there))
		kb_follow_path_note(path, there.changed);
	else
		status = open_new(set, path);
	if (status == KBAN_OK)
		kb_path_trouble(set->ctx, path->name, &path->trouble, 0, 0);
	return status;
}

/* Readers come and go; what one of them wants is so for a file of several names. */
static void watch_newest(const struct kb_follow_set *set, const struct kb_follow_path *path)
{
	bool wanted = kb_follow_set_wants_hints(set, &path->readers);
	struct kb_follow_file *file;

	if (path->count == 0)
		return;
	file = path->files[path->count - 1].file;
	if (wanted && file->polled) {
		file->watch = kb_notify_watch_file(set->notify, path->name);
		file->polled = false;
	} else if (!wanted && !file->polled && file->holders == 1) {
		kb_notify_release(set->notify, file->watch);
		file->watch = NULL;
		file->polled = true;
	}
}

int kb_follow_path_look(struct kb_follow_set *set, struct kb_follow_path *path)
{
	int status;

	path->looked = true;
	status = look(set, path);
	watch_newest(set, path);
	if (status == KBAN_OK)
		status = rejoin_old(set, path);
	path->begun |= status == KBAN_OK;
	return status == KBAN_E_NOMEM ? status : KBAN_OK;
}
