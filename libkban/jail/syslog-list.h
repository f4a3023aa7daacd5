/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The syslog sockets that jails listen to: each once, whatever the number of jails on it. */
#ifndef KB_JAIL_SYSLOG_LIST_H
#define KB_JAIL_SYSLOG_LIST_H

#include "source/syslog.h"

struct kb_syslog_list {
	struct kban_context *ctx;
	int poll; /* epoll(7) descriptor that tells of them, or -1 */
	struct kb_syslog **items;
	size_t count, capacity;
};

/* Let @a reader have what comes to the address @a entry. As kb_syslog_address_parse(). */
int kb_syslog_list_follow(struct kb_syslog_list *list, const char *entry, void *reader,
			  struct kban_error **err);

/* Take @a reader off one. KBAN_OK; KBAN_E_NOTFOUND; or as kb_syslog_address_parse(). */
int kb_syslog_list_remove(struct kb_syslog_list *list, const char *entry, const void *reader,
			  struct kban_error **err);

/* Take @a reader off all of them, and close those that nobody reads. */
void kb_syslog_list_unfollow(struct kb_syslog_list *list, const void *reader);
void kb_syslog_list_tidy(struct kb_syslog_list *list);

/* KBAN_OK or KBAN_E_NOMEM. */
int kb_syslog_list_dispatch(struct kb_syslog_list *list, kban_usec now);
kban_usec kb_syslog_list_next_due(const struct kb_syslog_list *list);

/* Names of those that @a reader listens to; NULL ends the walk. */
const char *kb_syslog_list_name(const struct kb_syslog_list *list, const void *reader,
				size_t index);

void kb_syslog_list_clear(struct kb_syslog_list *list);

#endif /* KB_JAIL_SYSLOG_LIST_H */
