/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How often each rule and each date format hit, for those who ask afterwards. */
#include "match/matcher-state.h"

size_t kban_matcher_date_at(const struct kban_matcher *matcher, size_t position)
{
	if (position >= kban_filter_date_format_count(matcher->filter))
		return position;
	return kb_date_detector_at(matcher->line_time->detector, position);
}

double kban_matcher_date_weight(const struct kban_matcher *matcher, size_t format)
{
	if (format >= kban_filter_date_format_count(matcher->filter))
		return 0;
	return kb_date_detector_weight(matcher->line_time->detector, format);
}

uint64_t kban_matcher_date_hits(const struct kban_matcher *matcher, size_t format)
{
	if (format >= kban_filter_date_format_count(matcher->filter))
		return 0;
	return kb_date_detector_hits(matcher->line_time->detector, format);
}

uint64_t kban_matcher_date_limit_hits(const struct kban_matcher *matcher, size_t format)
{
	if (format >= kban_filter_date_format_count(matcher->filter))
		return 0;
	return kb_date_detector_limits(matcher->line_time->detector, format);
}

uint64_t kban_matcher_rule_hits(const struct kban_matcher *matcher, enum kban_rule_kind kind,
				size_t index)
{
	if (index >= kban_filter_rule_count(matcher->filter, kind))
		return 0;
	return matcher->counts[kind][index].hits;
}

uint64_t kban_matcher_limit_hits(const struct kban_matcher *matcher, enum kban_rule_kind kind,
				 size_t index)
{
	if (index >= kban_filter_rule_count(matcher->filter, kind))
		return 0;
	return matcher->counts[kind][index].limits;
}

uint64_t kban_matcher_limit_total(const struct kban_matcher *matcher)
{
	return matcher->limits + kb_date_detector_limit_total(matcher->line_time->detector);
}
