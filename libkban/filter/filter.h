/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KB_FILTER_FILTER_H
#define KB_FILTER_FILTER_H

#include <kban/filter.h>

#include "date/date-formats.h"
#include "filter/filter-load.h"
#include "filter/rule.h"

/* Compile what filter_load read. */
int kb_filter_compile(struct kban_context *ctx, const struct kb_filter_source *source,
		      const struct kban_filter_options *options, struct kban_filter **out,
		      struct kban_error **err);

/* Log which rules a stranger's text can mislead (filter/rule-safety.h). KBAN_OK or KBAN_E_NOMEM. */
int kb_filter_log_unsafe_rules(const struct kban_filter *filter);

/* What a matcher needs. All of it lives as long as the filter. */
struct kban_context *kb_filter_context(const struct kban_filter *filter);
/* NULL beyond the last. */
const struct kb_rule *kb_filter_rule(const struct kban_filter *filter, enum kban_rule_kind kind,
				     size_t index);
const struct kb_date_formats *kb_filter_date_formats(const struct kban_filter *filter);
/* Minutes east of UTC of stamps that name no zone; NULL: local time. */
const int *kb_filter_zone(const struct kban_filter *filter);
/* Never KBAN_USEDNS_DEFAULT. */
enum kban_usedns kb_filter_usedns(const struct kban_filter *filter);

#endif /* KB_FILTER_FILTER_H */
