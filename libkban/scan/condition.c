/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scan/condition.h"

#include "base/text.h"

/* After so many lines it is known whether it fails on one in so many. */
#define TRIAL_LINES  64
#define FAILED_LEAST 4

void kb_scan_condition_set(struct kb_scan_condition *condition, struct kb_literal_factor *factor)
{
	kb_scan_condition_clear(condition);
	condition->factor = *factor;
	*factor = (struct kb_literal_factor){ 0 };
}

void kb_scan_condition_clear(struct kb_scan_condition *condition)
{
	kb_literal_factor_clear(&condition->factor);
	kb_prescan_free(condition->prescan);
	*condition = (struct kb_scan_condition){ 0 };
}

static int note_text(size_t id, size_t end, void *data)
{
	(void)id;
	(void)end;
	*(bool *)data = true;
	return 1;
}

/* What cannot be looked for is there. */
static bool has_text(struct kb_scan_condition *condition, struct kban_text line)
{
	const struct kb_literal_factor *factor = &condition->factor;
	bool found = false;

	if (condition->prescan == NULL)
		condition->is_vain = kb_prescan_new(factor->items, factor->count, KB_PRESCAN_BEST,
						    &condition->prescan) != KBAN_OK;
	return condition->is_vain ||
	       kb_prescan_block(condition->prescan, line, note_text, &found) != KBAN_OK || found;
}

bool kb_scan_condition_fails(struct kb_scan_condition *condition, struct kban_text line)
{
	/* A character that is not ASCII may be one in another case. */
	if (!kb_scan_condition_asks(condition) || !kb_text_is_ascii(line))
		return false;
	condition->asked++;
	if (!has_text(condition, line)) {
		condition->failed++;
		return true;
	}
	condition->is_vain |= condition->asked >= TRIAL_LINES &&
			      condition->failed < condition->asked / FAILED_LEAST;
	return false;
}
