/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/action-hosts.h"

int kb_action_hosts_init(struct kb_action_hosts *hosts)
{
	hosts->map = kb_addr_map_new();
	return hosts->map != NULL ? KBAN_OK : KBAN_E_NOMEM;
}

void kb_action_hosts_clear(struct kb_action_hosts *hosts)
{
	struct kb_action_host *after;

	for (struct kb_action_host *host = hosts->all; host != NULL; host = after) {
		after = host->after;
		free(host);
	}
	kb_addr_map_free(hosts->map);
	*hosts = (struct kb_action_hosts){ 0 };
}

size_t kb_action_hosts_count(const struct kb_action_hosts *hosts)
{
	return kb_addr_map_count(hosts->map);
}

struct kb_action_host *kb_action_hosts_find(const struct kb_action_hosts *hosts,
					    const struct kban_addr *addr)
{
	return kb_addr_map_find(hosts->map, addr);
}

struct kb_action_host *kb_action_hosts_add(struct kb_action_hosts *hosts,
					   const struct kban_addr *addr)
{
	struct kb_action_host *host = kb_action_hosts_find(hosts, addr);

	if (host != NULL)
		return host;
	host = calloc(1, sizeof(*host));
	if (host == NULL || kb_addr_map_put(hosts->map, addr, host) < 0) {
		free(host);
		return NULL;
	}
	host->news.addr = *addr;
	host->after = hosts->all;
	if (hosts->all != NULL)
		hosts->all->before = host;
	hosts->all = host;
	return host;
}

void kb_action_hosts_remove(struct kb_action_hosts *hosts, struct kb_action_host *host)
{
	kb_action_hosts_forget_wish(hosts, host);
	kb_addr_map_remove(hosts->map, &host->news.addr);
	*(host->before != NULL ? &host->before->after : &hosts->all) = host->after;
	if (host->after != NULL)
		host->after->before = host->before;
	free(host);
}

void kb_action_hosts_wish(struct kb_action_hosts *hosts, struct kb_action_host *host,
			  enum kb_wish wish)
{
	bool is_listed = host->wish != KB_WISH_NONE;

	host->wish = wish;
	if (is_listed)
		return;
	host->previous = hosts->last;
	*(hosts->last != NULL ? &hosts->last->next : &hosts->first) = host;
	hosts->last = host;
	hosts->wishes++;
}

void kb_action_hosts_forget_wish(struct kb_action_hosts *hosts, struct kb_action_host *host)
{
	if (host->wish == KB_WISH_NONE)
		return;
	*(host->previous != NULL ? &host->previous->next : &hosts->first) = host->next;
	*(host->next != NULL ? &host->next->previous : &hosts->last) = host->previous;
	host->next = host->previous = NULL;
	host->wish = KB_WISH_NONE;
	hosts->wishes--;
}
