/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stamps that are a number: seconds since 1970 in one of three spellings. */
#ifndef KB_DATE_DATE_NUMBER_H
#define KB_DATE_DATE_NUMBER_H

#include <stdbool.h>

#include "date/date-pattern.h"

/* Read what a pattern of a @a kind other than KB_DATE_BY_FIELDS has matched. False: too large. */
bool kb_date_number_time(enum kb_date_kind kind, struct kban_text text, kban_usec *time);

#endif /* KB_DATE_DATE_NUMBER_H */
