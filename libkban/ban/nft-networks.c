/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ban/nft-networks.h"

#include <stdio.h>

const char *kb_nft_table(const struct kb_set *set)
{
	return set->table[0] != '\0' ? set->table : KB_TABLE_DEFAULT;
}

void kb_nft_print_element(const struct kban_addr *addr, uint32_t timeout, struct kb_buffer *out)
{
	char text[KBAN_ADDR_TEXT_SIZE];

	kb_buffer_string(out, kban_addr_print(addr, text));
	if (timeout != 0)
		kb_buffer_printf(out, " timeout %us", timeout);
}

static void say(struct kb_nft_plan *plan, const char *verb, const struct kban_addr *addr,
		uint32_t timeout)
{
	kb_buffer_printf(plan->commands, "%s element inet %s %s" KB_NFT_NETWORKS " { ", verb,
			 kb_nft_table(plan->set), plan->set->name);
	kb_nft_print_element(addr, timeout, plan->commands);
	kb_buffer_string(plan->commands, " }\n");
}

static struct kb_nft_network make(const struct kb_nft_plan *plan, const struct kban_addr *addr,
				  kban_usec remaining)
{
	struct kb_nft_network network = { .addr = *addr, .until = KBAN_FOREVER };

	snprintf(network.set, sizeof(network.set), "%s", plan->set->name);
	if (remaining != KBAN_FOREVER)
		network.until = plan->now + remaining;
	return network;
}

static kban_usec remaining_of(const struct kb_nft_plan *plan, const struct kb_nft_network *network)
{
	return network->until == KBAN_FOREVER ? KBAN_FOREVER : network->until - plan->now;
}

int kb_nft_plan_present(const struct kban_addr *addr, kban_usec remaining, void *data)
{
	struct kb_nft_plan *plan = data;

	if (kb_array_room(&plan->present, &plan->capacity, plan->count, sizeof(*plan->present)) < 0)
		return KBAN_E_NOMEM;
	plan->present[plan->count++] = make(plan, addr, remaining);
	return KBAN_OK;
}

void kb_nft_plan_clear(struct kb_nft_plan *plan)
{
	free(plan->present);
	plan->present = NULL;
	plan->count = plan->capacity = 0;
}

static int cover(struct kb_nft_plan *plan, const struct kb_nft_network *network)
{
	struct kb_nft_networks *covered = plan->covered;

	if (covered->count == KB_NFT_COVERED_MAX)
		return KBAN_OK;
	if (kb_array_room(&covered->items, &covered->capacity, covered->count,
			  sizeof(*covered->items)) < 0)
		return KBAN_E_NOMEM;
	covered->items[covered->count++] = *network;
	return KBAN_OK;
}

static void uncover(struct kb_nft_networks *covered, size_t index)
{
	covered->items[index] = covered->items[--covered->count];
}

static bool is_of(const struct kb_nft_plan *plan, const struct kb_nft_network *network)
{
	return strcmp(network->set, plan->set->name) == 0;
}

/* The present network that contains @a addr, or NULL. There is one at most. */
static struct kb_nft_network *find_outer(const struct kb_nft_plan *plan,
					 const struct kban_addr *addr)
{
	for (size_t i = 0; i < plan->count; i++)
		if (kban_addr_contains(&plan->present[i].addr, addr))
			return &plan->present[i];
	return NULL;
}

static void forget_covered(struct kb_nft_plan *plan, const struct kban_addr *addr)
{
	for (size_t i = plan->covered->count; i-- > 0;)
		if (is_of(plan, &plan->covered->items[i]) &&
		    kban_addr_equal(&plan->covered->items[i].addr, addr))
			uncover(plan->covered, i);
}

static int add(struct kb_nft_plan *plan, const struct kban_addr *addr, uint32_t timeout)
{
	kban_usec remaining = timeout == 0 ? KBAN_FOREVER : (kban_usec)timeout * KBAN_SECOND;

	say(plan, "add", addr, timeout);
	return kb_nft_plan_present(addr, remaining, plan);
}

/* If its time comes before the kernel is told, it refuses all, and all is said again. */
static void drop(struct kb_nft_plan *plan, struct kb_nft_network *network)
{
	say(plan, "delete", &network->addr, 0);
	*network = plan->present[--plan->count];
}

/* Those within @a addr give way to it. */
static int give_way(struct kb_nft_plan *plan, const struct kban_addr *addr)
{
	for (size_t i = plan->count; i-- > 0;) {
		struct kb_nft_network *inner = &plan->present[i];

		if (!kban_addr_contains(addr, &inner->addr))
			continue;
		if (!kban_addr_equal(addr, &inner->addr) && cover(plan, inner) < 0)
			return KBAN_E_NOMEM;
		drop(plan, inner);
	}
	return KBAN_OK;
}

static int ban(struct kb_nft_plan *plan, const struct kb_set_change *change)
{
	const struct kb_nft_network *outer = find_outer(plan, &change->addr);

	forget_covered(plan, &change->addr);
	if (outer != NULL && !kban_addr_equal(&outer->addr, &change->addr)) {
		struct kb_nft_network network =
			make(plan, &change->addr,
			     change->timeout == 0 ? KBAN_FOREVER
						  : (kban_usec)change->timeout * KBAN_SECOND);

		return cover(plan, &network);
	}
	if (give_way(plan, &change->addr) < 0)
		return KBAN_E_NOMEM;
	return add(plan, &change->addr, change->timeout);
}

/* The largest covered network of the set that nothing present contains any more, or the count. */
static size_t find_bare(const struct kb_nft_plan *plan)
{
	const struct kb_nft_networks *covered = plan->covered;
	size_t found = covered->count;

	for (size_t i = 0; i < covered->count; i++) {
		const struct kb_nft_network *each = &covered->items[i];

		if (!is_of(plan, each) || find_outer(plan, &each->addr) != NULL ||
		    (each->until != KBAN_FOREVER && each->until <= plan->now))
			continue;
		if (found == covered->count ||
		    each->addr.prefix < covered->items[found].addr.prefix)
			found = i;
	}
	return found;
}

static int lift(struct kb_nft_plan *plan, const struct kban_addr *addr)
{
	struct kb_nft_network *outer = find_outer(plan, addr);
	size_t bare;

	forget_covered(plan, addr);
	if (outer == NULL || !kban_addr_equal(&outer->addr, addr))
		return KBAN_OK;
	drop(plan, outer);
	while ((bare = find_bare(plan)) < plan->covered->count) {
		struct kb_nft_network network = plan->covered->items[bare];

		uncover(plan->covered, bare);
		if (add(plan, &network.addr, kb_entry_timeout(remaining_of(plan, &network))) < 0)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

int kb_nft_plan_change(struct kb_nft_plan *plan, const struct kb_set_change *change)
{
	int status = change->is_lift ? lift(plan, &change->addr) : ban(plan, change);

	return plan->commands->failed ? KBAN_E_NOMEM : status;
}

void kb_nft_plan_visit(struct kb_nft_plan *plan, kb_entry_fn *visit, void *data)
{
	bool going = true;

	for (size_t i = plan->covered->count; i-- > 0;) {
		struct kb_nft_network *each = &plan->covered->items[i];

		if (!is_of(plan, each))
			continue;
		if (find_outer(plan, &each->addr) == NULL || remaining_of(plan, each) <= 0)
			uncover(plan->covered, i);
		else if (going)
			going = visit(&each->addr, remaining_of(plan, each), data) == 0;
	}
}

void kb_nft_networks_forget(struct kb_nft_networks *networks, const char *name)
{
	for (size_t i = networks->count; i-- > 0;)
		if (strcmp(networks->items[i].set, name) == 0)
			uncover(networks, i);
}
