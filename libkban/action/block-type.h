/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What fail2ban's actions are told to do with packets, in the terms of iptables. */
#ifndef KB_ACTION_BLOCK_TYPE_H
#define KB_ACTION_BLOCK_TYPE_H

#include <kban/addr.h>

#include "base/buffer.h"
#include "base/error.h"

/* Whose terms a block type is in. */
enum kb_block_terms {
	KB_BLOCK_IPTABLES,  /* REJECT --reject-with icmp-port-unreachable */
	KB_BLOCK_NFTABLES,  /* reject with icmp port-unreachable */
	KB_BLOCK_FIREWALLD, /* reject type='icmp-port-unreachable' */
	KB_BLOCK_WORD,      /* reject, deny, drop */
};

/* Append the target that @a text means for @a family. KBAN_E_SYNTAX tells what it does not mean. */
int kb_block_type_print(struct kban_text text, enum kb_block_terms terms, enum kban_family family,
			struct kb_buffer *out, struct kban_error **err);

#endif /* KB_ACTION_BLOCK_TYPE_H */
