/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Networks in sets of nft, which hold no network within another. The kernel is given the outer
 * ones; those within them are remembered as covered, and take their place when the outer one is
 * lifted. When it ends by itself, they are no longer listed, so that whoever audits puts them back.
 */
#ifndef KB_BAN_NFT_NETWORKS_H
#define KB_BAN_NFT_NETWORKS_H

#include "ban/change-queue.h"
#include "base/buffer.h"

/* Behind the name of a set: the one beside it for networks. No set's own name has a '/'. */
#define KB_NFT_NETWORKS "/net"

/* The most that are remembered as covered, in all sets; of more, the outer one alone counts. */
#define KB_NFT_COVERED_MAX 65536

struct kb_nft_network {
	char set[KB_SET_NAME_MAX + 1];
	struct kban_addr addr;
	kban_usec until;
};

struct kb_nft_networks {
	struct kb_nft_network *items; /* the covered ones */
	size_t count;
	size_t capacity;
};

/* What of one set the kernel has, and what is to be said so that it has something else. */
struct kb_nft_plan {
	struct kb_nft_networks *covered;
	const struct kb_set *set;
	kban_usec now;
	struct kb_nft_network *present;
	size_t count;
	size_t capacity;
	struct kb_buffer *commands;
};

/* Tell a plan what the kernel has; a kb_entry_fn, nonzero without memory. */
int kb_nft_plan_present(const struct kban_addr *addr, kban_usec remaining, void *plan);

/* Write the commands for @a change. KBAN_OK or KBAN_E_NOMEM. */
int kb_nft_plan_change(struct kb_nft_plan *plan, const struct kb_set_change *change);

void kb_nft_plan_clear(struct kb_nft_plan *plan);

/* Visit covered networks that lie in those that the kernel has; the others are forgotten. */
void kb_nft_plan_visit(struct kb_nft_plan *plan, kb_entry_fn *visit, void *data);

/* Forget what is covered in the set called @a name. */
void kb_nft_networks_forget(struct kb_nft_networks *networks, const char *name);

/* "add element inet kban kban-sshd/net { 192.0.2.0/24 timeout 60s }": the parts of it. */
const char *kb_nft_table(const struct kb_set *set);
void kb_nft_print_element(const struct kban_addr *addr, uint32_t timeout, struct kb_buffer *out);

KB_DEFINE_AUTO_CLEAR(nft_plan)

#endif /* KB_BAN_NFT_NETWORKS_H */
