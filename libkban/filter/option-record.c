/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filter/option-record.h"

int kb_option_record_add(struct kb_option_record *record, struct kban_text name,
			 struct kban_text value, bool is_given)
{
	struct kb_option_entry entry = { .is_given = is_given };

	if (kb_array_room(&record->items, &record->capacity, record->count,
			  sizeof(*record->items)) < 0)
		return KBAN_E_NOMEM;
	entry.name = kb_text_copy(name);
	entry.value = kb_text_copy(value);
	/* What is half made is cleared with the rest. */
	record->items[record->count++] = entry;
	return entry.name != NULL && entry.value != NULL ? KBAN_OK : KBAN_E_NOMEM;
}

int kb_option_record_copy(struct kb_option_record *record, const struct kb_option_record *from)
{
	int status = KBAN_OK;

	for (size_t i = 0; i < from->count && status == KBAN_OK; i++)
		status = kb_option_record_add(record, kb_text(from->items[i].name),
					      kb_text(from->items[i].value),
					      from->items[i].is_given);
	return status;
}

const char *kb_option_record_find(const struct kb_option_record *record, const char *name)
{
	for (size_t i = 0; i < record->count; i++)
		if (strcmp(record->items[i].name, name) == 0)
			return record->items[i].value;
	return NULL;
}

void kb_option_record_clear(struct kb_option_record *record)
{
	for (size_t i = 0; i < record->count; i++) {
		free(record->items[i].name);
		free(record->items[i].value);
	}
	free(record->items);
	*record = (struct kb_option_record){ 0 };
}
