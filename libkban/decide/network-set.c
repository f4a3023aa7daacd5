/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two networks are apart, or one lies within the other; of the latter only the outer is kept. So
 * the entries do not overlap, and in the order of their first addresses only the neighbours of the
 * place where an address belongs can concern it.
 */
#include "decide/network-set.h"

/* The order: by family, first address, and the wider first. */
static int compare(const struct kban_addr *left, const struct kban_addr *right)
{
	int order = left->family - right->family;

	if (order == 0)
		order = memcmp(left->bytes, right->bytes, sizeof(left->bytes));
	return order != 0 ? order : left->prefix - right->prefix;
}

/* How many entries come before @a addr or are equal to it. */
static size_t count_up_to(const struct kb_network_set *set, const struct kban_addr *addr)
{
	size_t from = 0;
	size_t to = set->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (compare(&set->items[middle].addr, addr) <= 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

int kb_network_set_add(struct kb_network_set *set, const struct kban_addr *addr, const char *reason)
{
	size_t place = count_up_to(set, addr);
	size_t end = place;

	if (place > 0 && kban_addr_contains(&set->items[place - 1].addr, addr))
		return KBAN_OK;
	while (end < set->count && kban_addr_contains(addr, &set->items[end].addr))
		end++;
	if (end == place &&
	    kb_array_room(&set->items, &set->capacity, set->count, sizeof(*set->items)) < 0)
		return KBAN_E_NOMEM;
	if (place < set->count)
		memmove(&set->items[place + 1], &set->items[end],
			(set->count - end) * sizeof(*set->items));
	set->items[place] = (struct kb_network){ *addr, reason };
	set->count = set->count - (end - place) + 1;
	return KBAN_OK;
}

const char *kb_network_set_find(const struct kb_network_set *set, const struct kban_addr *addr)
{
	size_t place = count_up_to(set, addr);

	if (place > 0 && kban_addr_contains(&set->items[place - 1].addr, addr))
		return set->items[place - 1].reason;
	if (place < set->count && kban_addr_contains(addr, &set->items[place].addr))
		return set->items[place].reason;
	return NULL;
}

void kb_network_set_clear(struct kb_network_set *set)
{
	free(set->items);
	*set = (struct kb_network_set){ 0 };
}
