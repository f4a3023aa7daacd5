/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/syslog-list.h"

#include <errno.h>
#include <sys/epoll.h>

static int add(struct kb_syslog_list *list, const char *name, struct kb_syslog **out,
	       struct kban_error **err)
{
	kb_auto(syslog) syslog = NULL;
	struct epoll_event event = { .events = EPOLLIN };
	int status = kb_syslog_new(list->ctx, name, &syslog, err);

	if (status < 0)
		return status;
	if (kb_array_room(&list->items, &list->capacity, list->count, sizeof(*list->items)) < 0)
		return kb_fail_memory(err);
	if (list->poll >= 0 &&
	    epoll_ctl(list->poll, EPOLL_CTL_ADD, kb_syslog_fd(syslog), &event) < 0)
		return kb_fail_errno(err, errno, NULL, "epoll_ctl");
	*out = list->items[list->count++] = kb_steal(syslog);
	return KBAN_OK;
}

static int find(struct kb_syslog_list *list, const char *name, struct kb_syslog **out,
		struct kban_error **err)
{
	for (size_t i = 0; i < list->count; i++) {
		*out = list->items[i];
		if (strcmp(kb_syslog_name(*out), name) == 0)
			return KBAN_OK;
	}
	return add(list, name, out, err);
}

int kb_syslog_list_follow(struct kb_syslog_list *list, const char *entry, void *reader,
			  struct kban_error **err)
{
	kb_auto_clear(syslog_address) address = { 0 };
	struct kb_syslog *syslog = NULL;
	int status = kb_syslog_address_parse(entry, NULL, &address, err);

	if (status == KBAN_OK)
		status = find(list, address.name, &syslog, err);
	if (status == KBAN_OK && kb_syslog_add(syslog, &address, reader) < 0)
		return kb_fail_memory(err);
	return status;
}

/* Who may send does not matter for an address that is to be given up. */
int kb_syslog_list_remove(struct kb_syslog_list *list, const char *entry, const void *reader,
			  struct kban_error **err)
{
	kb_auto_clear(syslog_address) address = { 0 };
	int status = KBAN_OK;

	for (size_t i = 0; i < list->count; i++)
		if (strcmp(kb_syslog_name(list->items[i]), entry) == 0 &&
		    kb_syslog_has_reader(list->items[i], reader)) {
			kb_syslog_remove(list->items[i], reader);
			return KBAN_OK;
		}
	status = kb_syslog_address_parse(entry, NULL, &address, err);
	if (status < 0 || strcmp(address.name, entry) == 0)
		return status < 0 ? status : KBAN_E_NOTFOUND;
	return kb_syslog_list_remove(list, address.name, reader, err);
}

void kb_syslog_list_unfollow(struct kb_syslog_list *list, const void *reader)
{
	for (size_t i = 0; i < list->count; i++)
		kb_syslog_remove(list->items[i], reader);
}

void kb_syslog_list_tidy(struct kb_syslog_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (kb_syslog_reader_count(list->items[i]) > 0)
			list->items[kept++] = list->items[i];
		else
			kb_syslog_free(list->items[i]);
	}
	list->count = kept;
}

int kb_syslog_list_dispatch(struct kb_syslog_list *list, kban_usec now)
{
	for (size_t i = 0; i < list->count; i++)
		if (kb_syslog_dispatch(list->items[i], now) < 0)
			return KBAN_E_NOMEM;
	return KBAN_OK;
}

kban_usec kb_syslog_list_next_due(const struct kb_syslog_list *list)
{
	kban_usec first = KBAN_FOREVER;

	for (size_t i = 0; i < list->count; i++) {
		kban_usec due = kb_syslog_next_due(list->items[i]);

		if (due < first)
			first = due;
	}
	return first;
}

const char *kb_syslog_list_name(const struct kb_syslog_list *list, const void *reader, size_t index)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!kb_syslog_has_reader(list->items[i], reader))
			continue;
		if (index-- == 0)
			return kb_syslog_name(list->items[i]);
	}
	return NULL;
}

void kb_syslog_list_clear(struct kb_syslog_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		kb_syslog_free(list->items[i]);
	free(list->items);
	list->items = NULL;
	list->count = list->capacity = 0;
}
