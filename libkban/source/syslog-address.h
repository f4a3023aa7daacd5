/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where syslog messages are to be taken from, as it stands in logpath:
 *
 *     syslog://127.0.0.1:5514                      UDP
 *     syslog+tcp://[2001:db8::1]:5514?from=2001:db8::/64,192.0.2.7
 *     syslog+unix:///run/kban.syslog?mode=0660     datagrams
 */
#ifndef KB_SOURCE_SYSLOG_ADDRESS_H
#define KB_SOURCE_SYSLOG_ADDRESS_H

#include <stdbool.h>

#include <kban/addr.h>

#include "base/error.h"
#include "base/memory.h"

/* Networks of senders at most; more is an error. */
#define KB_SYSLOG_FROM_MAX 1000

/* What sun_path of sockaddr_un holds. */
#define KB_SYSLOG_PATH_SIZE 108

enum kb_syslog_transport { KB_SYSLOG_UDP, KB_SYSLOG_TCP, KB_SYSLOG_UNIX };

struct kb_syslog_address {
	char *name; /* in one spelling, without options: who has the same shares a socket */
	enum kb_syslog_transport transport;
	struct kban_addr addr; /* not of a path */
	uint16_t port;
	char path[KB_SYSLOG_PATH_SIZE];
	unsigned mode;          /* of the path */
	struct kban_addr *from; /* who may send; without meaning for a path */
	size_t from_count;
};

/* True if @a entry is meant as such an address, right or wrong. */
bool kb_syslog_is_address(const char *entry);

/* Read an address. KBAN_OK; KBAN_E_SYNTAX with the reason and @a where; KBAN_E_NOMEM. */
int kb_syslog_address_parse(const char *entry, const struct kb_where *where,
			    struct kb_syslog_address *out, struct kban_error **err);

/* True if the address is one that the whole internet may know. */
bool kb_syslog_address_is_public(const struct kb_syslog_address *address);

/* True if @a sender is among those who may send. */
bool kb_syslog_address_allows(const struct kb_syslog_address *address,
			      const struct kban_addr *sender);

void kb_syslog_address_clear(struct kb_syslog_address *address);

KB_DEFINE_AUTO_CLEAR(syslog_address)

#endif /* KB_SOURCE_SYSLOG_ADDRESS_H */
