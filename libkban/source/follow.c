/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hints only decide what is looked at first: every two seconds all names are looked at, whatever
 * the kernel reported or failed to report; every second, if somebody wants no hints.
 */
#include <kban/follow.h>

#include "base/error.h"
#include "base/options.h"
#include "source/follow-look.h"
#include "source/follow-pattern.h"

#define LOOK_EVERY (2 * KBAN_SECOND)
#define POLL_EVERY KBAN_SECOND

#define DEFAULT_BLOCK ((size_t)256 * 1024)
#define MAX_SIZE      ((size_t)16 * 1024 * 1024)

/* Blocks without any line, of one line that does not end, until others have their turn. */
#define MAX_FRUITLESS 64

struct kban_follow {
	struct kb_follow_set set;
	struct kb_follow_pattern **patterns;
	size_t count;
	size_t capacity;
	struct kb_reader_list everybody;
	struct kb_reader_list together; /* who gets a block; room for everybody */
	kban_usec next_look;
	size_t turn; /* index of the path that is next */
	bool once;
	bool has_more; /* kban_follow_next() stopped though there is more to read */
};

static int take_options(const struct kban_follow_options *given, struct kban_follow_options *out)
{
	*out = (struct kban_follow_options)KBAN_FOLLOW_OPTIONS_INIT;
	kb_options_complete(out, sizeof(*out), given);
	if (out->max_line == 0 || out->max_line > MAX_SIZE || out->block_size > MAX_SIZE)
		return KBAN_E_INVAL;
	if (out->block_size == 0)
		out->block_size = out->max_line > DEFAULT_BLOCK ? out->max_line : DEFAULT_BLOCK;
	return out->block_size < out->max_line ? KBAN_E_INVAL : KBAN_OK;
}

int kban_follow_new(struct kban_context *ctx, const struct kban_follow_options *options,
		    struct kban_follow **out, struct kban_error **err)
{
	kban_auto(follow) follow = NULL;
	struct kban_follow_options taken;

	if (take_options(options, &taken) < 0)
		return kb_fail(err, KBAN_E_INVAL, NULL, "no use following with such sizes");
	follow = calloc(1, sizeof(*follow));
	if (follow == NULL)
		return kb_fail_memory(err);
	follow->set.ctx = kban_context_ref(ctx);
	follow->set.now = KBAN_TIME_NONE;
	follow->set.notify = kb_notify_new(ctx, taken.once ? KB_NOTIFY_NOTHING : KB_NOTIFY_HINTS);
	/* A line of max_line bytes fits with its line feed. */
	if (follow->set.notify == NULL ||
	    kb_read_buffer_init(&follow->set.buffer, taken.block_size + 1, taken.max_line) < 0)
		return kb_fail_memory(err);
	follow->set.buffer.last_line_counts = taken.once;
	follow->once = taken.once;
	*out = kb_steal(follow);
	return KBAN_OK;
}

void kban_follow_free(struct kban_follow *follow)
{
	if (follow == NULL)
		return;
	for (size_t i = 0; i < follow->count; i++)
		kb_follow_pattern_free(follow->patterns[i]);
	free(follow->patterns);
	kb_reader_list_clear(&follow->everybody);
	kb_reader_list_clear(&follow->together);
	kb_follow_set_clear(&follow->set);
	free(follow);
}

static struct kb_follow_pattern *find_pattern(const struct kban_follow *follow, const char *text)
{
	for (size_t i = 0; i < follow->count; i++) {
		if (strcmp(follow->patterns[i]->text, text) == 0)
			return follow->patterns[i];
	}
	return NULL;
}

static struct kb_follow_pattern *add_pattern(struct kban_follow *follow, const char *text,
					     enum kban_follow_from from)
{
	struct kb_follow_pattern *pattern;

	if (kb_array_room(&follow->patterns, &follow->capacity, follow->count,
			  sizeof(*follow->patterns)) < 0)
		return NULL;
	pattern = kb_follow_pattern_new(text, from);
	if (pattern != NULL)
		follow->patterns[follow->count++] = pattern;
	return pattern;
}

/* Who names a path anew wants it. */
static void include_named(struct kban_follow *follow, const struct kb_follow_pattern *pattern,
			  const void *reader)
{
	struct kb_follow_set *set = &follow->set;

	for (size_t i = set->excluded_count; i-- > 0;) {
		kb_autofree char *path = NULL;

		if (i >= set->excluded_count || set->excluded[i].reader != reader ||
		    !kb_follow_pattern_names(pattern, set->excluded[i].path))
			continue;
		path = kb_steal(set->excluded[i].path);
		set->excluded[i] = set->excluded[--set->excluded_count];
	}
}

int kban_follow_add(struct kban_follow *follow, const char *pattern, enum kban_follow_from from,
		    void *reader, struct kban_error **err)
{
	struct kb_follow_pattern *known = find_pattern(follow, pattern);

	if (pattern[0] != '/')
		return kb_fail(err, KBAN_E_INVAL, NULL, "no absolute path: '%s'", pattern);
	if (known == NULL && follow->count >= KB_FOLLOW_MAX)
		return kb_fail(err, KBAN_E_LIMIT, NULL, "more than %d logs: '%s'", KB_FOLLOW_MAX,
			       pattern);
	if (kb_reader_list_add(&follow->everybody, reader) < 0 ||
	    kb_reader_list_reserve(&follow->together, follow->everybody.count) < 0)
		return kb_fail_memory(err);
	if (known == NULL)
		known = add_pattern(follow, pattern, from);
	if (known != NULL)
		include_named(follow, known, reader);
	if (known == NULL || kb_reader_list_add(&known->readers, reader) < 0 ||
	    kb_follow_pattern_expand(known, &follow->set, KB_WAS_THERE) < 0)
		return kb_fail_memory(err);
	/* Its directories are not watched yet. */
	follow->next_look = 0;
	return KBAN_OK;
}

static void drop_pattern(struct kban_follow *follow, size_t index)
{
	kb_follow_pattern_free(follow->patterns[index]);
	follow->count--;
	memmove(follow->patterns + index, follow->patterns + index + 1,
		(follow->count - index) * sizeof(*follow->patterns));
}

static void drop_path(struct kban_follow *follow, size_t index, const void *reader)
{
	kb_reader_list_remove(&follow->set.paths[index]->readers, reader);
	if (follow->set.paths[index]->readers.count == 0)
		kb_follow_set_remove(&follow->set, index);
}

int kban_follow_poll(struct kban_follow *follow, void *reader)
{
	return kb_reader_list_add(&follow->set.polling, reader);
}

void kban_follow_remove(struct kban_follow *follow, const void *reader)
{
	kb_reader_list_remove(&follow->everybody, reader);
	kb_reader_list_remove(&follow->set.polling, reader);
	kb_follow_set_include(&follow->set, NULL, reader);
	for (size_t i = follow->count; i-- > 0;) {
		kb_reader_list_remove(&follow->patterns[i]->readers, reader);
		if (follow->patterns[i]->readers.count == 0)
			drop_pattern(follow, i);
	}
	for (size_t i = follow->set.count; i-- > 0;)
		drop_path(follow, i, reader);
}

static bool is_wanted(const struct kban_follow *follow, const char *path, const void *reader)
{
	for (size_t i = 0; i < follow->count; i++)
		if (kb_reader_list_contains(&follow->patterns[i]->readers, reader) &&
		    kb_follow_pattern_names(follow->patterns[i], path))
			return true;
	return false;
}

/* A path that is the reader's by a pattern with wildcards. */
static int remove_path(struct kban_follow *follow, const char *name, const void *reader)
{
	for (size_t i = 0; i < follow->set.count; i++) {
		struct kb_follow_path *path = follow->set.paths[i];

		if (strcmp(path->name, name) != 0 ||
		    !kb_reader_list_contains(&path->readers, reader))
			continue;
		if (kb_follow_set_exclude(&follow->set, name, reader) < 0)
			return KBAN_E_NOMEM;
		drop_path(follow, i, reader);
		return KBAN_OK;
	}
	return KBAN_E_NOTFOUND;
}

int kban_follow_remove_pattern(struct kban_follow *follow, const char *pattern, const void *reader)
{
	size_t i = 0;

	while (i < follow->count && strcmp(follow->patterns[i]->text, pattern) != 0)
		i++;
	if (i == follow->count || !kb_reader_list_contains(&follow->patterns[i]->readers, reader))
		return remove_path(follow, pattern, reader);
	kb_reader_list_remove(&follow->patterns[i]->readers, reader);
	if (follow->patterns[i]->readers.count == 0)
		drop_pattern(follow, i);
	for (size_t k = follow->set.count; k-- > 0;)
		if (!is_wanted(follow, follow->set.paths[k]->name, reader))
			drop_path(follow, k, reader);
	return KBAN_OK;
}

int kban_follow_restore(struct kban_follow *follow, const char *path,
			const struct kban_follow_position *position)
{
	struct kb_follow_path *known = kb_follow_set_find(&follow->set, path);

	if (!kb_mark_is_valid(position) || (known != NULL && known->handed_out))
		return KBAN_E_INVAL;
	return kb_follow_set_restore(&follow->set, path, position);
}

int kban_follow_fd(const struct kban_follow *follow)
{
	return kb_notify_descriptor(follow->set.notify);
}

/* Find files that appeared, and watch where more may appear. */
static int expand_all(struct kban_follow *follow)
{
	struct kb_follow_set *set = &follow->set;
	int status = KBAN_OK;

	/* Watches first, so that what appears between the two is reported. */
	kb_notify_begin_directories(set->notify);
	for (size_t i = 0; i < follow->count; i++)
		if (kb_follow_set_wants_hints(set, &follow->patterns[i]->readers))
			kb_follow_pattern_watch(follow->patterns[i], set->notify);
	kb_notify_end_directories(set->notify);
	for (size_t i = 0; i < follow->count; i++) {
		if (kb_follow_pattern_expand(follow->patterns[i], set, KB_APPEARED) < 0)
			status = KBAN_E_NOMEM;
	}
	return status;
}

static bool has_hit(const struct kb_follow_set *set, const struct kb_follow_path *path)
{
	for (size_t i = 0; i < path->count; i++) {
		if (kb_notify_has_hit(set->notify, path->files[i].file->watch))
			return true;
	}
	return false;
}

static int look_at(struct kb_follow_set *set, bool all)
{
	int status = KBAN_OK;

	for (size_t i = 0; i < set->count; i++) {
		struct kb_follow_path *path = set->paths[i];

		kb_follow_path_expire(set, path);
		if ((all || !path->looked || has_hit(set, path)) &&
		    kb_follow_path_look(set, path) < 0)
			status = KBAN_E_NOMEM;
	}
	return status;
}

/* Forget names that are no longer used; a pattern finds them again, should they come back. */
static void forget_unused(struct kb_follow_set *set)
{
	for (size_t i = set->count; i-- > 0;) {
		const struct kb_follow_path *path = set->paths[i];

		if (path->missing && path->count == 0 && !path->by_name)
			kb_follow_set_remove(set, i);
	}
}

int kban_follow_dispatch(struct kban_follow *follow, kban_usec now)
{
	kban_usec every = follow->set.polling.count > 0 ? POLL_EVERY : LOOK_EVERY;
	bool all = now >= follow->next_look || follow->next_look - now > every;
	int expanded = KBAN_OK;
	int looked;

	follow->set.now = now;
	if (follow->once)
		return look_at(&follow->set, false);
	all |= kb_notify_read(follow->set.notify);
	if (all)
		expanded = expand_all(follow);
	looked = look_at(&follow->set, all);
	forget_unused(&follow->set);
	if (all)
		follow->next_look = now + every;
	return expanded < 0 ? expanded : looked;
}

kban_usec kban_follow_next_due(const struct kban_follow *follow)
{
	if (follow->has_more)
		return 0;
	return follow->once ? KBAN_FOREVER : follow->next_look;
}

/* All who follow @a file, under this path or another. */
static const struct kb_reader_list *readers_of(struct kban_follow *follow,
					       const struct kb_follow_path *path,
					       const struct kb_follow_file *file)
{
	if (file->holders == 1)
		return &path->readers;
	follow->together.count = 0;
	for (size_t i = 0; i < follow->set.count; i++) {
		const struct kb_follow_path *other = follow->set.paths[i];

		/* Cannot fail: there is room for everybody. */
		if (kb_follow_path_holds(other, file))
			(void)kb_reader_list_add_all(&follow->together, &other->readers);
	}
	return &follow->together;
}

static enum kb_read read_path(struct kban_follow *follow, struct kb_follow_path *path,
			      struct kban_block *out)
{
	const struct kb_reader_list *readers;
	struct kb_follow_file *file;
	struct kban_text lines;
	enum kb_read result = kb_follow_path_read(&follow->set, path, &file, &lines);

	if (result != KB_READ_LINES)
		return result;
	readers = readers_of(follow, path, file);
	*out = (struct kban_block){
		.path = path->name,
		.readers = readers->items,
		.reader_count = readers->count,
		.text = lines,
		.first_line = file->first_line,
		.catching_up = !path->caught_up,
	};
	path->handed_out = true;
	return KB_READ_LINES;
}

int kban_follow_next(struct kban_follow *follow, struct kban_block *out)
{
	struct kb_follow_set *set = &follow->set;
	unsigned fruitless = 0;
	size_t idle = 0;

	follow->has_more = false;
	while (idle < set->count) {
		struct kb_follow_path *path = set->paths[follow->turn++ % set->count];
		enum kb_read result;

		if (!path->looked && kb_follow_path_look(set, path) < 0)
			return KBAN_E_NOMEM;
		result = read_path(follow, path, out);
		if (result == KB_READ_LINES)
			return 1;
		idle = result == KB_READ_ON ? 0 : idle + 1;
		if (result == KB_READ_ON && !follow->once && ++fruitless >= MAX_FRUITLESS) {
			follow->has_more = true;
			return 0;
		}
	}
	return 0;
}

size_t kban_follow_file_count(const struct kban_follow *follow)
{
	return follow->set.count;
}

void kban_follow_file(const struct kban_follow *follow, size_t index, struct kban_follow_state *out)
{
	kb_follow_path_state(follow->set.paths[index], out);
}

void kban_follow_saved(struct kban_follow *follow, size_t index)
{
	struct kb_follow_path *path = follow->set.paths[index];

	path->saved = kb_follow_path_position(path);
}

const char *kban_follow_path(const struct kban_follow *follow, const void *reader, size_t index)
{
	for (size_t i = 0; i < follow->set.count; i++) {
		const struct kb_follow_path *path = follow->set.paths[i];

		if (kb_reader_list_contains(&path->readers, reader) && index-- == 0)
			return path->name;
	}
	return NULL;
}
