/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scan/lookahead.h"

#include <kban/cleanup.h>

int kban_lookahead_new(const struct kban_scanner *scanner, struct kban_lookahead **out)
{
	kban_auto(lookahead) ahead = calloc(1, sizeof(*ahead));

	if (ahead == NULL || kb_scanner_renew(scanner, ahead) != KBAN_OK)
		return KBAN_E_NOMEM;
	*out = kb_steal(ahead);
	return KBAN_OK;
}

void kban_lookahead_free(struct kban_lookahead *ahead)
{
	if (ahead == NULL)
		return;
	kb_prescan_free(ahead->prescan);
	kb_hit_list_clear(&ahead->found);
	free(ahead);
}

int kban_lookahead_block(struct kban_lookahead *ahead, struct kban_text block)
{
	ahead->block = block;
	return kb_hit_list_find(&ahead->found, ahead->prescan, block);
}
