/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known about one failure, or about one session on its way to be one. */
#ifndef KB_MATCH_RECORD_H
#define KB_MATCH_RECORD_H

#include "match/fields.h"
#include "match/text-list.h"

struct kb_record {
	struct kb_fields fields;
	struct kb_text_list users;    /* of the session */
	struct kb_text_list lines;    /* that make up the failure */
	struct kb_text_list promised; /* lines of no failure, for the next one */
	bool pending;                 /* a failure was seen, but not whose */
};

int kb_record_copy(struct kb_record *to, const struct kb_record *from);
void kb_record_reset(struct kb_record *record);
void kb_record_clear(struct kb_record *record);

KB_DEFINE_AUTO_CLEAR(record)

#endif /* KB_MATCH_RECORD_H */
