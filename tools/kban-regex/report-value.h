/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the JSON reports have in common. All values are new references. */
#ifndef KBAN_REGEX_REPORT_VALUE_H
#define KBAN_REGEX_REPORT_VALUE_H

#include <jansson.h>

#include "kban-regex/report.h"

json_t *report_text_value(struct kban_text text);

/* "kind", "index", and where the rule stands. */
json_t *report_rule_value(const struct run *run, enum kban_rule_kind kind, size_t index);

/* What became of a line: the object of kban-regex(1). */
json_t *report_line_value(const struct run *run, const struct judged *judged);

/* The last object: sums. */
json_t *report_summary_value(const struct run *run);

/* Print on a line of its own and release. 0, or -1 and errno. */
int report_print_value(json_t *object);

#endif /* KBAN_REGEX_REPORT_VALUE_H */
