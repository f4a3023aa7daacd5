/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/buffer.h"
#include "jail/jail.h"
#include "jail/own-bans.h"

int kb_own_bans_count(struct kban_jail *jail, const struct kban_event *event)
{
	kb_auto_clear(buffer) text = { 0 };
	char host[KBAN_ADDR_TEXT_SIZE];
	struct kb_sighting sighting = {
		.time = event->time, .rule = -1, .source = KB_OWN_BANS, .line = event->line
	};

	kb_buffer_printf(&text, "[%s] Ban %s", event->jail, kban_addr_print(&event->host, host));
	if (text.failed)
		return KBAN_E_NOMEM;
	sighting.text = kb_buffer_content(&text);
	if (jail->clock == KBAN_TIME_NONE || event->time > jail->clock)
		jail->clock = event->time;
	return kb_jail_count(jail, &event->host, &sighting);
}
