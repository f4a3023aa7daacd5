/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Generations are put in order of their birth or, where the file system does not tell, of their
 * last change, which late lines can move. Its clock may stand still for 4 ms, in which a log that
 * bursts makes many files; then the number in the name decides. Dates grow. Counts mostly fall (the
 * newest is .1), but some rotators count up: what lies furthest apart tells which.
 */
#include "source/follow-rotate.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "source/follow-file.h"

/* A directory with more generations of one log is not searched further. */
#define MAX_SIBLINGS 10000

/* Numbers from here on are dates: 2026-11-24 without its strokes. */
#define FIRST_DATE 10000000
#define MAX_DIGITS 18

static bool is_compressed(struct kban_text name)
{
	static const char *const suffixes[] = { ".gz", ".bz2", ".xz",   ".zst", ".lz4",
						".Z",  ".zip", ".lzma", ".lzo", ".tmp" };

	for (size_t i = 0; i < kb_array_size(suffixes); i++) {
		if (kb_text_ends_with(name, suffixes[i]))
			return true;
	}
	return false;
}

/* All digits of @a text as one number. False if there are none, or too many. */
static bool read_number(struct kban_text text, uint64_t *number)
{
	unsigned digits = 0;

	*number = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (!isdigit((unsigned char)text.data[i]))
			continue;
		if (++digits > MAX_DIGITS)
			return false;
		*number = *number * 10 + (uint64_t)(text.data[i] - '0');
	}
	return digits > 0;
}

static bool has_digit(struct kban_text text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (isdigit((unsigned char)text.data[i]))
			return true;
	}
	return false;
}

static bool begins_suffix(struct kban_text text)
{
	return text.len > 0 && memchr(".-_~", text.data[0], 4) != NULL;
}

/* "maillog" + ".1": letters may be there, but not they alone: "error-ssl" is another log. */
static bool is_suffix(struct kban_text suffix)
{
	return begins_suffix(suffix) && !is_compressed(suffix) &&
	       (has_digit(suffix) || kb_text_ends_with(suffix, "old") || kb_text_is(suffix, "~"));
}

/* "mail" + "-20261124" + ".log": nothing but digits and what separates them. */
static bool is_infix(struct kban_text infix)
{
	for (size_t i = 0; i < infix.len; i++) {
		if (!isdigit((unsigned char)infix.data[i]) &&
		    memchr(".-_:T", infix.data[i], 5) == NULL)
			return false;
	}
	return begins_suffix(infix) && has_digit(infix);
}

bool kb_is_generation_name(const char *base, const char *name, bool *has_number, uint64_t *number)
{
	struct kban_text text = kb_text(name);
	const char *extension = strrchr(base, '.');
	size_t base_len = strlen(base);
	size_t stem_len = extension == NULL ? base_len : (size_t)(extension - base);
	size_t extension_len = base_len - stem_len;
	struct kban_text added;

	if (text.len <= base_len || memcmp(name, base, stem_len) != 0)
		return false;
	added = kb_text_slice(text, base_len, text.len);
	if (memcmp(name, base, base_len) == 0 && is_suffix(added)) {
		*has_number = read_number(added, number);
		return true;
	}
	added = kb_text_slice(text, stem_len, text.len - extension_len);
	if (extension_len == 0 || !kb_text_ends_with(text, extension) || !is_infix(added))
		return false;
	*has_number = read_number(added, number);
	return true;
}

void kb_sibling_list_clear(struct kb_sibling_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].name);
	free(list->items);
	if (list->directory >= 0)
		close(list->directory);
	*list = (struct kb_sibling_list){ .directory = -1 };
}

static uint64_t age(const struct kb_sibling *sibling)
{
	return sibling->facts.born ? sibling->facts.born : sibling->facts.modified;
}

static int compare_numbers(const struct kb_sibling *left, const struct kb_sibling *right,
			   bool counts_up)
{
	bool dates = left->number >= FIRST_DATE && right->number >= FIRST_DATE;
	int up;

	if (!left->has_number || !right->has_number)
		return 0;
	up = (left->number > right->number) - (left->number < right->number);
	return dates || counts_up ? up : -up;
}

static int compare(const void *left_item, const void *right_item, void *data)
{
	const struct kb_sibling *left = left_item;
	const struct kb_sibling *right = right_item;
	const struct kb_sibling_list *list = data;
	int order;

	if (age(left) != age(right))
		return age(left) < age(right) ? -1 : 1;
	order = compare_numbers(left, right, list->counts_up);
	if (order != 0)
		return order;
	if (left->facts.modified != right->facts.modified)
		return left->facts.modified < right->facts.modified ? -1 : 1;
	return strcmp(left->name, right->name);
}

static void find_direction(struct kb_sibling_list *list)
{
	const struct kb_sibling *low = NULL;
	const struct kb_sibling *high = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct kb_sibling *item = &list->items[i];

		if (!item->is_generation || !item->has_number || item->number >= FIRST_DATE)
			continue;
		if (low == NULL || item->number < low->number)
			low = item;
		if (high == NULL || item->number > high->number)
			high = item;
	}
	list->counts_up = low != NULL && age(low) < age(high);
}

static int add(struct kb_sibling_list *list, const struct kb_sibling *sibling, const char *name)
{
	struct kb_sibling *item;

	if (kb_array_room(&list->items, &list->capacity, list->count, sizeof(*list->items)) < 0)
		return KBAN_E_NOMEM;
	item = &list->items[list->count];
	*item = *sibling;
	item->name = strdup(name);
	if (item->name == NULL)
		return KBAN_E_NOMEM;
	list->count++;
	return KBAN_OK;
}

static int consider(struct kb_sibling_list *list, const char *base, uint64_t inode,
		    const struct dirent *entry)
{
	struct kb_sibling sibling = { 0 };

	if (strcmp(entry->d_name, base) == 0)
		return KBAN_OK;
	sibling.is_generation =
		kb_is_generation_name(base, entry->d_name, &sibling.has_number, &sibling.number);
	if (!sibling.is_generation && entry->d_ino != inode)
		return KBAN_OK;
	/* What is gone already need not be looked at. */
	if (kb_file_facts_at(list->directory, entry->d_name, &sibling.facts) < 0)
		return errno == ENOENT ? KBAN_OK : KBAN_E_SYSTEM;
	if (!kb_file_facts_is_regular(&sibling.facts))
		return KBAN_OK;
	return add(list, &sibling, entry->d_name);
}

static int scan(DIR *directory, const char *base, uint64_t inode, struct kb_sibling_list *list)
{
	while (list->count < MAX_SIBLINGS) {
		const struct dirent *entry;
		int status;

		errno = 0;
		entry = readdir(directory);
		if (entry == NULL)
			return errno == 0 ? KBAN_OK : KBAN_E_SYSTEM;
		status = consider(list, base, inode, entry);
		if (status < 0)
			return status;
	}
	return KBAN_OK;
}

static int open_directory(const char *place, size_t len)
{
	kb_autofree char *name = strndup(place, len);

	if (name == NULL)
		return -1;
	return open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static DIR *stream_of(int descriptor)
{
	int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
	DIR *stream = copy < 0 ? NULL : fdopendir(copy);

	if (stream == NULL && copy >= 0) {
		close(copy);
		errno = ENOMEM;
	}
	return stream;
}

int kb_sibling_list_scan(const char *place, uint64_t inode, struct kb_sibling_list *out)
{
	kb_auto_clear(sibling_list) list = { .directory = -1 };
	const char *base = strrchr(place, '/') + 1;
	DIR *stream;
	int status;

	list.directory = open_directory(place, (size_t)(base - place));
	stream = list.directory < 0 ? NULL : stream_of(list.directory);
	if (stream == NULL)
		return errno == ENOMEM ? KBAN_E_NOMEM : KBAN_E_SYSTEM;
	status = scan(stream, base, inode, &list);
	closedir(stream);
	if (status < 0)
		return status;
	find_direction(&list);
	if (list.count > 1)
		qsort_r(list.items, list.count, sizeof(*list.items), compare, &list);
	*out = list;
	list = (struct kb_sibling_list){ .directory = -1 };
	return KBAN_OK;
}

const struct kb_sibling *kb_sibling_list_find(const struct kb_sibling_list *list, uint64_t inode)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].facts.inode == inode)
			return &list->items[i];
	}
	return NULL;
}

bool kb_sibling_is_after(const struct kb_sibling_list *list, const struct kb_sibling *sibling,
			 const struct kb_sibling *before, uint64_t seen)
{
	if (!sibling->is_generation || sibling == before)
		return false;
	/* A generation that was read long ago may have got its last line in the same moment. */
	if (before == NULL)
		return age(sibling) > seen;
	if (age(sibling) == age(before) || age(sibling) == seen) {
		int order = compare_numbers(before, sibling, list->counts_up);

		return order != 0 ? order < 0 : sibling > before;
	}
	return age(sibling) > seen &&
	       (sibling->facts.born == 0 || sibling->facts.born > before->facts.born);
}

bool kb_sibling_counts_after(const struct kb_sibling_list *list, const struct kb_sibling *sibling,
			     const struct kb_sibling *other)
{
	return compare_numbers(other, sibling, list->counts_up) < 0;
}

bool kb_sibling_may_be_copy(const struct kb_sibling *sibling,
			    const struct kban_follow_position *mark)
{
	return sibling->is_generation && mark->offset > 0 && sibling->facts.size >= mark->offset &&
	       sibling->facts.modified >= mark->seen;
}

int kb_sibling_open(const struct kb_sibling_list *list, const struct kb_sibling *sibling, int *fd,
		    struct kb_file_facts *facts)
{
	int opened = -1;
	int status =
		kb_follow_file_open(list->directory, sibling->name, O_NOFOLLOW, &opened, facts);

	if (status == KBAN_OK && !kb_file_facts_is_same_file(facts, &sibling->facts)) {
		close(opened);
		return KBAN_E_NOTFOUND;
	}
	if (status == KBAN_OK)
		*fd = opened;
	return status;
}
