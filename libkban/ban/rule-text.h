/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parts of a rule as operators write them, checked and brought into the form that goes into a
 * script. What cannot be is KBAN_E_SYNTAX, and the error names it.
 */
#ifndef KB_BAN_RULE_TEXT_H
#define KB_BAN_RULE_TEXT_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

/* Between the items of lists of chains, protocols and ports. */
#define KB_RULE_SEPARATORS ", \t\r\n"

/* What -p is given for IPv4 and for IPv6; empty: there is no -p. */
struct kb_protocol {
	char match4[12], match6[12]; /* "icmp", "ipv6-icmp" */
	bool has_ports;
};

/* Of a protocol known by its number only, no more is known. */
int kb_protocol_parse(struct kban_text text, struct kb_protocol *out, struct kban_error **err);

/* Letters, digits, '_', '.' and '-', at most 28. */
int kb_chain_check(struct kban_text chain, struct kban_error **err);

struct kb_port_range {
	uint16_t first, last;
};

struct kb_port_list {
	struct kb_port_range *items;
	size_t count;
	size_t capacity;
};

/*
 * Numbers, names of services and ranges of both, in order and each once. An empty list means all
 * ports; so does one that names all.
 *
 * @param protocol  Whose services are meant: "tcp".
 */
int kb_port_list_parse(struct kban_text text, const char *protocol, struct kb_port_list *out,
		       struct kban_error **err);
void kb_port_list_clear(struct kb_port_list *list);

/* Append "25,1000:2000": from item *next on as many as one rule may hold. Moves *next. */
int kb_port_list_print(const struct kb_port_list *list, size_t *next, struct kb_buffer *out);

/* Append a target, its words with one blank between; --reject-with is put into @a family's terms.
 */
int kb_target_print(struct kban_text target, enum kban_family family, struct kb_buffer *out,
		    struct kban_error **err);

/* True if @a target, printed, is a chain rather than a target of iptables-extensions(8). */
bool kb_target_is_chain(struct kban_text target);

/* True if only TCP can be answered so. */
bool kb_target_needs_tcp(struct kban_text target);

KB_DEFINE_AUTO_CLEAR(port_list)

#endif /* KB_BAN_RULE_TEXT_H */
