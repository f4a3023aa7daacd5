/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/allow-list.h"

#include "base/error.h"
#include "decide/allow-entries.h"

struct kban_allow_list {
	struct kban_context *ctx;
	const struct kb_own_sources *sources;
	struct kb_allow_entries entries;
	struct kb_network_set own;
	struct kb_allow_file **files;
	size_t file_count, file_capacity;
};

struct kban_allow_list *kban_allow_list_new(struct kban_context *ctx)
{
	struct kban_allow_list *list = calloc(1, sizeof(*list));

	if (list == NULL)
		return NULL;
	list->ctx = kban_context_ref(ctx);
	list->sources = &kb_own_sources_system;
	return list;
}

void kban_allow_list_free(struct kban_allow_list *list)
{
	if (list == NULL)
		return;
	for (size_t i = 0; i < list->file_count; i++)
		kb_allow_file_unref(list->files[i]);
	free(list->files);
	kb_allow_entries_clear(&list->entries);
	kb_network_set_clear(&list->own);
	kban_context_unref(list->ctx);
	free(list);
}

void kb_allow_list_set_sources(struct kban_allow_list *list, const struct kb_own_sources *sources)
{
	list->sources = sources;
}

int kban_allow_list_add(struct kban_allow_list *list, const char *entry, struct kban_error **err)
{
	int status = kb_allow_entries_add(&list->entries, entry);

	if (status == KBAN_E_SYNTAX)
		return kb_fail(err, KBAN_E_SYNTAX, NULL,
			       "'%s' is no address, no network and no host name", entry);
	return status == KBAN_OK ? KBAN_OK : kb_fail_memory(err);
}

int kb_allow_list_add_file(struct kban_allow_list *list, struct kb_allow_file *file)
{
	if (kb_array_room(&list->files, &list->file_capacity, list->file_count,
			  sizeof(struct kb_allow_file *)) < 0)
		return KBAN_E_NOMEM;
	list->files[list->file_count++] = kb_allow_file_ref(file);
	return KBAN_OK;
}

int kban_allow_list_add_self(struct kban_allow_list *list, struct kban_error **err)
{
	kb_auto_clear(network_set) own = { 0 };
	int status = kb_own_addresses_load(list->sources, &own, err);

	if (status != KBAN_OK)
		return status;
	kb_network_set_clear(&list->own);
	list->own = own;
	own = (struct kb_network_set){ 0 };
	return KBAN_OK;
}

int kban_allow_list_remove(struct kban_allow_list *list, const char *entry, struct kban_error **err)
{
	int status = kb_allow_entries_remove(&list->entries, entry);

	if (status == KBAN_E_NOTFOUND)
		return kb_fail(err, KBAN_E_NOTFOUND, NULL, "'%s' is not in the list", entry);
	return status == KBAN_OK ? KBAN_OK : kb_fail_memory(err);
}

const char *kban_allow_list_entry(const struct kban_allow_list *list, size_t index)
{
	return index < list->entries.texts.count ? list->entries.texts.items[index] : NULL;
}

const char *kban_allow_list_file(const struct kban_allow_list *list, size_t index)
{
	return index < list->file_count ? kb_allow_file_path(list->files[index]) : NULL;
}

const char *kban_allow_list_find(const struct kban_allow_list *list, const struct kban_addr *addr)
{
	const char *reason = kb_network_set_find(&list->own, addr);

	if (reason == NULL)
		reason = kb_allow_entries_find(&list->entries, list->ctx, addr);
	for (size_t i = 0; i < list->file_count && reason == NULL; i++)
		reason = kb_allow_file_find(list->files[i], addr);
	return reason;
}
