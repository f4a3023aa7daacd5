/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which options decided how the files of a filter were read: what tools show of it. */
#ifndef KB_FILTER_OPTION_RECORD_H
#define KB_FILTER_OPTION_RECORD_H

#include <stdbool.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

struct kb_option_entry {
	char *name;
	char *value;
	bool is_given; /* by the caller, not by the files */
};

struct kb_option_record {
	struct kb_option_entry *items;
	size_t count;
	size_t capacity;
};

/* Note an option, behind the others. KBAN_OK or KBAN_E_NOMEM. */
int kb_option_record_add(struct kb_option_record *record, struct kban_text name,
			 struct kban_text value, bool is_given);

/* Note all of @a from. */
int kb_option_record_copy(struct kb_option_record *record, const struct kb_option_record *from);

/* Value of an option, or NULL. */
const char *kb_option_record_find(const struct kb_option_record *record, const char *name);

void kb_option_record_clear(struct kb_option_record *record);

KB_DEFINE_AUTO_CLEAR(option_record)

#endif /* KB_FILTER_OPTION_RECORD_H */
