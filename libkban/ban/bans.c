/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ban/bans.h"

#include "ban/due-queue.h"
#include "base/addr-map.h"

/* Every ban is in all three: the list that owns it, the map and the queue. */
struct kb_bans {
	struct kb_ban *first, *last; /* in order of banning */
	struct kb_addr_map *by_addr;
	struct kb_due_queue due;
};

struct kb_bans *kb_bans_new(void)
{
	kb_auto(bans) bans = calloc(1, sizeof(*bans));

	if (bans == NULL)
		return NULL;
	bans->by_addr = kb_addr_map_new();
	if (bans->by_addr == NULL)
		return NULL;
	return kb_steal(bans);
}

void kb_bans_free(struct kb_bans *bans)
{
	struct kb_ban *ban, *next;

	if (bans == NULL)
		return;
	for (ban = bans->first; ban != NULL; ban = next) {
		next = ban->next;
		free(ban);
	}
	kb_due_queue_clear(&bans->due);
	kb_addr_map_free(bans->by_addr);
	free(bans);
}

static void append(struct kb_bans *bans, struct kb_ban *ban)
{
	ban->previous = bans->last;
	if (bans->last != NULL)
		bans->last->next = ban;
	else
		bans->first = ban;
	bans->last = ban;
}

static void detach(struct kb_bans *bans, struct kb_ban *ban)
{
	if (ban->previous != NULL)
		ban->previous->next = ban->next;
	else
		bans->first = ban->next;
	if (ban->next != NULL)
		ban->next->previous = ban->previous;
	else
		bans->last = ban->previous;
}

static struct kb_ban *add_new(struct kb_bans *bans, const struct kban_addr *addr, kban_usec since,
			      kban_usec until)
{
	struct kb_ban *ban = calloc(1, sizeof(*ban));

	if (ban == NULL)
		return NULL;
	ban->addr = *addr;
	ban->since = since;
	ban->until = until;
	ban->renew = until;
	ban->number = 1;
	if (kb_due_queue_add(&bans->due, ban) < 0) {
		free(ban);
		return NULL;
	}
	if (kb_addr_map_put(bans->by_addr, addr, ban) < 0) {
		kb_due_queue_remove(&bans->due, ban);
		free(ban);
		return NULL;
	}
	append(bans, ban);
	return ban;
}

static void make_longer(struct kb_bans *bans, struct kb_ban *ban, kban_usec until)
{
	if (until <= ban->until)
		return;
	ban->until = until;
	ban->renew = until;
	ban->state = KB_BAN_WANTED;
	kb_due_queue_update(&bans->due, ban);
}

int kb_bans_add(struct kb_bans *bans, const struct kban_addr *addr, kban_usec since,
		kban_usec until, struct kb_ban **out)
{
	struct kb_ban *ban = kb_bans_find(bans, addr);
	int is_new = ban == NULL;

	if (is_new)
		ban = add_new(bans, addr, since, until);
	else
		make_longer(bans, ban, until);
	if (ban == NULL)
		return KBAN_E_NOMEM;
	if (out != NULL)
		*out = ban;
	return is_new;
}

struct kb_ban *kb_bans_find(const struct kb_bans *bans, const struct kban_addr *addr)
{
	return kb_addr_map_find(bans->by_addr, addr);
}

bool kb_bans_remove(struct kb_bans *bans, const struct kban_addr *addr)
{
	struct kb_ban *ban = kb_addr_map_remove(bans->by_addr, addr);

	if (ban == NULL)
		return false;
	kb_due_queue_remove(&bans->due, ban);
	detach(bans, ban);
	free(ban);
	return true;
}

struct kb_ban *kb_bans_first_due(const struct kb_bans *bans)
{
	return kb_due_queue_first(&bans->due);
}

void kb_bans_update(struct kb_bans *bans, struct kb_ban *ban)
{
	kb_due_queue_update(&bans->due, ban);
}

/* Who is due before whom stays as it is. */
void kb_bans_move(struct kb_bans *bans, kban_usec by)
{
	for (struct kb_ban *ban = bans->first; ban != NULL; ban = ban->next) {
		ban->since += by;
		if (ban->until != KBAN_FOREVER)
			ban->until += by;
		if (ban->renew != KBAN_FOREVER)
			ban->renew += by;
	}
}

struct kb_ban *kb_bans_first(const struct kb_bans *bans)
{
	return bans->first;
}

size_t kb_bans_count(const struct kb_bans *bans)
{
	return kb_addr_map_count(bans->by_addr);
}
