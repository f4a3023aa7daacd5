/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/journal-list.h"

#include <stdio.h>
#include <sys/epoll.h>

#include "base/text.h"
#include "jail/journal-backend.h"

static void release(struct kb_listed_journal *item)
{
	kban_journal_free(item->journal);
	free(item->name);
}

/* "systemd-journal[journalpath=/x]" */
static char *name_journal(const struct kb_value *backend)
{
	const char *options = backend != NULL ? strchr(backend->text, '[') : NULL;
	char *name;

	if (asprintf(&name, "%s%s", KB_JOURNAL_NAME, options ? options : "") < 0)
		return NULL;
	return name;
}

static int open_journal(const struct kb_journal_list *list, const struct kb_value *backend,
			struct kban_journal **out, struct kban_error **err)
{
	kb_auto_clear(journal_backend) parsed = { .options = KBAN_JOURNAL_OPTIONS_INIT };
	int status = backend != NULL ? kb_journal_backend_parse(backend, &parsed, err) : KBAN_OK;

	return status < 0 ? status : kban_journal_new(list->ctx, &parsed.options, out, err);
}

static int restore_cursor(const char *journal, const char *cursor, kban_usec time, void *data)
{
	struct kb_listed_journal *item = data;

	if (strcmp(journal, item->name) != 0)
		return 0;
	return kban_journal_restore(item->journal, cursor, time);
}

static int add(struct kb_journal_list *list, char *name, const struct kb_value *backend,
	       struct kb_listed_journal **out, struct kban_error **err)
{
	struct kb_listed_journal item = { .name = name, .since = KBAN_FOREVER };
	int status = KBAN_OK;

	if (name == NULL ||
	    kb_array_room(&list->items, &list->capacity, list->count, sizeof(*list->items)) < 0)
		status = kb_fail_memory(err);
	if (status == KBAN_OK)
		status = open_journal(list, backend, &item.journal, err);
	if (status == KBAN_OK && list->store != NULL)
		status = kb_store_each_cursor(list->store, restore_cursor, &item, err);
	if (status < 0) {
		release(&item);
		return status == KBAN_E_NOMEM ? kb_fail_memory(err) : status;
	}
	*out = &list->items[list->count++];
	**out = item;
	return KBAN_OK;
}

static int find(struct kb_journal_list *list, const struct kb_value *backend,
		struct kb_listed_journal **out, struct kban_error **err)
{
	kb_autofree char *name = name_journal(backend);

	for (size_t i = 0; name != NULL && i < list->count; i++) {
		*out = &list->items[i];
		if (strcmp((*out)->name, name) == 0)
			return KBAN_OK;
	}
	return add(list, kb_steal(name), backend, out, err);
}

int kb_journal_list_follow(struct kb_journal_list *list, const struct kb_value *backend,
			   const struct kb_string_list *matches, size_t match_count,
			   kban_usec since, void *reader, struct kban_error **err)
{
	struct kb_listed_journal *item = NULL;
	int status = find(list, backend, &item, err);

	if (status == KBAN_OK && match_count == 0)
		status = kban_journal_add(item->journal, NULL, reader, err);
	for (size_t i = 0; status == KBAN_OK && i < match_count; i++)
		status = kban_journal_add(item->journal, (const char *const *)matches[i].items,
					  reader, err);
	if (status == KBAN_OK && since < item->since)
		item->since = since;
	return status;
}

void kb_journal_list_unfollow(struct kb_journal_list *list, const void *reader)
{
	for (size_t i = 0; i < list->count; i++)
		kban_journal_remove(list->items[i].journal, reader);
}

void kb_journal_list_tidy(struct kb_journal_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (kban_journal_reader_count(list->items[i].journal) > 0)
			list->items[kept++] = list->items[i];
		else
			release(&list->items[i]);
	}
	list->count = kept;
}

int kb_journal_list_dispatch(struct kb_journal_list *list, kban_usec now)
{
	for (size_t i = 0; i < list->count; i++) {
		struct kb_listed_journal *item = &list->items[i];

		if (!item->has_begun && !list->from_oldest)
			kban_journal_begin(item->journal, item->since);
		item->has_begun = true;
		if (kban_journal_dispatch(item->journal, now) < 0)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

/* What is there already may be another descriptor of that number, so it is not remembered. */
void kb_journal_list_poll(const struct kb_journal_list *list, int poll)
{
	for (size_t i = 0; i < list->count; i++) {
		struct epoll_event event = { .events = EPOLLIN };
		int fd = kban_journal_fd(list->items[i].journal);

		if (fd >= 0)
			(void)epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
	}
}

kban_usec kb_journal_list_next_due(const struct kb_journal_list *list)
{
	kban_usec first = KBAN_FOREVER;

	for (size_t i = 0; i < list->count; i++) {
		kban_usec due = kban_journal_next_due(list->items[i].journal);

		if (due < first)
			first = due;
	}
	return first;
}

bool kb_journal_list_has_changed(const struct kb_journal_list *list)
{
	struct kban_journal_state state;

	for (size_t i = 0; i < list->count; i++) {
		kban_journal_state(list->items[i].journal, &state);
		if (state.changed)
			return true;
	}
	return false;
}

int kb_journal_list_write(const struct kb_journal_list *list, struct kban_store *store,
			  struct kban_error **err)
{
	struct kban_journal_state state;
	int status = KBAN_OK;

	for (size_t i = 0; status == KBAN_OK && i < list->count; i++) {
		kban_journal_state(list->items[i].journal, &state);
		if (state.changed)
			status = kb_store_put_cursor(store, list->items[i].name, state.cursor,
						     state.time, err);
	}
	return status;
}

void kb_journal_list_saved(struct kb_journal_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		kban_journal_saved(list->items[i].journal);
}

void kb_journal_list_clear(struct kb_journal_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		release(&list->items[i]);
	free(list->items);
	list->items = NULL;
	list->count = list->capacity = 0;
}
