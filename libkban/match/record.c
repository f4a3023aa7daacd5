/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "match/record.h"

int kb_record_copy(struct kb_record *to, const struct kb_record *from)
{
	kb_record_reset(to);
	to->pending = from->pending;
	if (kb_fields_copy(&to->fields, &from->fields) != KBAN_OK ||
	    kb_text_list_append_all(&to->users, &from->users) != KBAN_OK ||
	    kb_text_list_append_all(&to->lines, &from->lines) != KBAN_OK)
		return KBAN_E_NOMEM;
	return kb_text_list_append_all(&to->promised, &from->promised);
}

void kb_record_reset(struct kb_record *record)
{
	kb_fields_reset(&record->fields);
	kb_text_list_reset(&record->users);
	kb_text_list_reset(&record->lines);
	kb_text_list_reset(&record->promised);
	record->pending = false;
}

void kb_record_clear(struct kb_record *record)
{
	kb_fields_clear(&record->fields);
	kb_text_list_clear(&record->users);
	kb_text_list_clear(&record->lines);
	kb_text_list_clear(&record->promised);
	record->pending = false;
}
