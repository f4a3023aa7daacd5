/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Knows a line's stamp without a search, where the line begins as the last one did.
 *
 * Lines that follow each other mostly differ, up to their stamps' ends, in minutes, seconds and
 * fractions alone. None of the default formats cares which minute or second it is, and none looks
 * further behind a stamp than an optional zone or year is long; so the same bytes around other
 * digits there are a match of the same format in the same place.
 */
#ifndef KB_DATE_DATE_MEMO_H
#define KB_DATE_DATE_MEMO_H

#include "date/date-fields.h"
#include "regex/pattern.h"

/* A stamp that ends further right is not remembered. */
#define KB_DATE_MEMO_BYTES 96

struct kb_date_memo {
	bool is_set;
	size_t from, to, format; /* as in struct kb_date */
	bool has_zone;
	struct kb_date_fields fields;

	size_t len;                        /* bytes that have to be the same, but for the digits */
	size_t minute, second;             /* where their two digits are */
	size_t fraction_from, fraction_to; /* and those of the fraction, if any */
	char text[KB_DATE_MEMO_BYTES];
	char same[KB_DATE_MEMO_BYTES]; /* all bits set where a byte of it has to be the same */
};

/* A line that was searched. */
struct kb_date_finding {
	struct kban_text line;
	size_t from, to, format;
	bool has_zone;
	struct kb_date_fields fields;
	const struct kb_match *match; /* of a default format, in the place it was expected */
	const struct kb_date_capture *captures;
	size_t capture_count;
};

/* Remember a finding, or nothing if it is of no help. */
void kb_date_memo_set(struct kb_date_memo *memo, const struct kb_date_finding *finding);

/* True if @a line has its stamp where the remembered one had it; @a fields receives what it says.
 */
bool kb_date_memo_read(const struct kb_date_memo *memo, struct kban_text line,
		       struct kb_date_fields *fields);

#endif /* KB_DATE_DATE_MEMO_H */
