/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Groups are found by a table and stand in a row by the time of their newest failure. */
#include "count/spread.h"

#include "base/addr-map.h"

struct member {
	struct kban_addr addr;
	kban_usec when;
};

struct group {
	struct kban_addr addr;
	struct group *older, *newer;
	kban_usec newest;
	size_t count, capacity;
	struct member *members; /* by time, oldest first */
};

struct kb_spread {
	struct kb_spread_options options;
	struct kb_addr_map *groups;
	struct group *oldest, *newest;
};

struct kb_spread *kb_spread_new(const struct kb_spread_options *options)
{
	kb_auto(spread) spread = calloc(1, sizeof(*spread));

	if (spread == NULL)
		return NULL;
	spread->options = *options;
	if (spread->options.enough == 0)
		spread->options.enough = 1;
	if (spread->options.enough > KB_SPREAD_MEMBERS_MAX)
		spread->options.enough = KB_SPREAD_MEMBERS_MAX;
	spread->groups = kb_addr_map_new();
	return spread->groups != NULL ? kb_steal(spread) : NULL;
}

static void unlink_group(struct kb_spread *spread, struct group *group)
{
	*(group->older ? &group->older->newer : &spread->oldest) = group->newer;
	*(group->newer ? &group->newer->older : &spread->newest) = group->older;
	group->older = group->newer = NULL;
}

/* Late failures are few, so that the way from the end is short. */
static void link_group(struct kb_spread *spread, struct group *group)
{
	struct group *before = spread->newest;

	while (before != NULL && before->newest > group->newest)
		before = before->older;
	group->older = before;
	group->newer = before ? before->newer : spread->oldest;
	*(group->older ? &group->older->newer : &spread->oldest) = group;
	*(group->newer ? &group->newer->older : &spread->newest) = group;
}

static void drop_group(struct kb_spread *spread, struct group *group)
{
	unlink_group(spread, group);
	kb_addr_map_remove(spread->groups, &group->addr);
	free(group->members);
	free(group);
}

void kb_spread_free(struct kb_spread *spread)
{
	if (spread == NULL)
		return;
	while (spread->oldest != NULL)
		drop_group(spread, spread->oldest);
	kb_addr_map_free(spread->groups);
	free(spread);
}

static struct group *make_group(struct kb_spread *spread, const struct kban_addr *addr)
{
	struct group *group = calloc(1, sizeof(*group));

	if (group == NULL)
		return NULL;
	group->addr = *addr;
	group->newest = KBAN_TIME_NONE;
	if (kb_addr_map_put(spread->groups, addr, group) < 0) {
		free(group);
		return NULL;
	}
	link_group(spread, group);
	return group;
}

static void take_out(struct group *group, size_t from, size_t count)
{
	memmove(&group->members[from], &group->members[from + count],
		(group->count - from - count) * sizeof(*group->members));
	group->count -= count;
}

static size_t find_member(const struct group *group, const struct kban_addr *addr)
{
	size_t i = 0;

	while (i < group->count && !kban_addr_equal(&group->members[i].addr, addr))
		i++;
	return i;
}

/* There is room for one more. */
static void put_in(struct group *group, const struct kban_addr *addr, kban_usec when)
{
	size_t at = group->count;

	while (at > 0 && group->members[at - 1].when > when)
		at--;
	memmove(&group->members[at + 1], &group->members[at],
		(group->count - at) * sizeof(*group->members));
	group->members[at] = (struct member){ .addr = *addr, .when = when };
	group->count++;
}

static void add_member(struct kb_spread *spread, struct group *group, const struct kban_addr *addr,
		       kban_usec when)
{
	size_t known = spread->options.distinct ? find_member(group, addr) : group->count;

	if (known < group->count) {
		if (group->members[known].when > when)
			when = group->members[known].when;
		take_out(group, known, 1);
	}
	if (group->count == spread->options.enough && when < group->members[0].when)
		return;
	if (group->count == spread->options.enough)
		take_out(group, 0, 1);
	put_in(group, addr, when);
}

static void drop_old(struct group *group, kban_usec before)
{
	size_t old = 0;

	while (old < group->count && group->members[old].when < before)
		old++;
	take_out(group, 0, old);
}

int kb_spread_add(struct kb_spread *spread, const struct kban_addr *addr,
		  const struct kban_addr *member, kban_usec when)
{
	struct group *group = kb_addr_map_find(spread->groups, addr);

	if (group == NULL)
		group = make_group(spread, addr);
	if (group == NULL)
		return KBAN_E_NOMEM;
	if (kb_array_room(&group->members, &group->capacity, group->count,
			  sizeof(*group->members)) < 0) {
		if (group->count == 0)
			drop_group(spread, group);
		return KBAN_E_NOMEM;
	}
	add_member(spread, group, member, when);
	if (when > group->newest) {
		unlink_group(spread, group);
		group->newest = when;
		link_group(spread, group);
	}
	drop_old(group, group->newest - spread->options.window);
	if (kb_addr_map_count(spread->groups) > spread->options.max_groups &&
	    spread->oldest != group)
		drop_group(spread, spread->oldest);
	return (int)group->count;
}

size_t kb_spread_members(const struct kb_spread *spread, const struct kban_addr *addr,
			 struct kban_addr *out, size_t room)
{
	const struct group *group = kb_addr_map_find(spread->groups, addr);
	size_t count = 0;

	for (size_t i = 0; group != NULL && i < group->count && count < room; i++)
		if (find_member(group, &group->members[i].addr) == i)
			out[count++] = group->members[i].addr;
	return count;
}

void kb_spread_forget(struct kb_spread *spread, const struct kban_addr *addr)
{
	struct group *group = kb_addr_map_find(spread->groups, addr);

	if (group != NULL)
		drop_group(spread, group);
}

void kb_spread_expire(struct kb_spread *spread, kban_usec before)
{
	while (spread->oldest != NULL && spread->oldest->newest < before)
		drop_group(spread, spread->oldest);
}

void kb_spread_move(struct kb_spread *spread, kban_usec by)
{
	for (struct group *group = spread->oldest; group != NULL; group = group->newer) {
		group->newest += by;
		for (size_t i = 0; i < group->count; i++)
			group->members[i].when += by;
	}
}

size_t kb_spread_groups(const struct kb_spread *spread)
{
	return kb_addr_map_count(spread->groups);
}
