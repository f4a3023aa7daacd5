/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sets without a kernel. A set is a list of bans; those whose time is over are dropped before each
 * look at it, so nothing needs to wake up.
 */
#include "ban/backend.h"
#include "ban/bans.h"

struct memory_set {
	struct kb_set set;
	struct kb_bans *bans;
};

struct memory_backend {
	struct kban_backend backend;
	struct memory_set *sets;
	size_t count;
	size_t capacity;
};

static struct memory_backend *memory_of(struct kban_backend *backend)
{
	return (struct memory_backend *)backend;
}

static void drop_ended(struct kb_bans *bans, kban_usec now)
{
	struct kb_ban *ban = kb_bans_first_due(bans);

	while (ban != NULL && ban->until <= now) {
		kb_bans_remove(bans, &ban->addr);
		ban = kb_bans_first_due(bans);
	}
}

/* The set of that name with what is in force now, or NULL. */
static struct memory_set *find_set(struct kban_backend *backend, const char *name)
{
	struct memory_backend *memory = memory_of(backend);

	for (size_t i = 0; i < memory->count; i++) {
		if (strcmp(memory->sets[i].set.name, name) != 0)
			continue;
		drop_ended(memory->sets[i].bans, kban_context_now(backend->ctx));
		return &memory->sets[i];
	}
	return NULL;
}

static int no_such_set(const struct kb_set *set, struct kban_error **err)
{
	return kb_fail(err, KBAN_E_NOTFOUND, NULL, "set '%s': there is no such set", set->name);
}

static unsigned entries_wanted(const struct kb_set *set)
{
	return set->max_entries != 0 ? set->max_entries : KB_SET_ENTRIES;
}

static int create_set(struct memory_backend *memory, const struct kb_set *set,
		      struct kban_error **err)
{
	struct memory_set *created;

	if (kb_array_room(&memory->sets, &memory->capacity, memory->count, sizeof(*memory->sets)) <
	    0)
		return kb_fail_memory(err);
	created = &memory->sets[memory->count];
	created->set = *set;
	created->set.max_entries = entries_wanted(set);
	created->bans = kb_bans_new();
	if (created->bans == NULL)
		return kb_fail_memory(err);
	memory->count++;
	return KBAN_OK;
}

static int memory_open(struct kban_backend *backend, const struct kb_set *set,
		       struct kban_error **err)
{
	struct memory_set *old = find_set(backend, set->name);
	struct kb_bans *empty;

	if (old == NULL)
		return create_set(memory_of(backend), set, err);
	if (old->set.family != set->family) {
		empty = kb_bans_new();
		if (empty == NULL)
			return kb_fail_memory(err);
		kb_bans_free(old->bans);
		old->bans = empty;
	}
	old->set.family = set->family;
	if (set->type == KB_SET_NET)
		old->set.type = KB_SET_NET;
	if (entries_wanted(set) > old->set.max_entries)
		old->set.max_entries = entries_wanted(set);
	return KBAN_OK;
}

static int memory_ban(struct kban_backend *backend, const struct kb_set *set,
		      const struct kban_addr *addr, kban_usec lasts, struct kban_error **err)
{
	struct memory_set *held = find_set(backend, set->name);
	kban_usec now = kban_context_now(backend->ctx), until = kb_entry_length(lasts);
	struct kb_ban *ban;
	int status = kb_set_check(set, addr, err);

	if (status < 0)
		return status;
	if (held == NULL)
		return no_such_set(set, err);
	if (kb_bans_count(held->bans) >= held->set.max_entries &&
	    kb_bans_find(held->bans, addr) == NULL)
		return kb_fail(err, KBAN_E_LIMIT, NULL, "set '%s' is full", set->name);
	until = until == KBAN_FOREVER ? until : now + until;
	if (kb_bans_add(held->bans, addr, now, until, &ban) < 0)
		return kb_fail_memory(err);
	ban->until = until;
	ban->renew = until;
	kb_bans_update(held->bans, ban);
	return KBAN_OK;
}

static int memory_lift(struct kban_backend *backend, const struct kb_set *set,
		       const struct kban_addr *addr, struct kban_error **err)
{
	struct memory_set *held = find_set(backend, set->name);
	int status = kb_set_check(set, addr, err);

	if (status < 0)
		return status;
	if (held == NULL)
		return no_such_set(set, err);
	kb_bans_remove(held->bans, addr);
	return KBAN_OK;
}

static int memory_commit(struct kban_backend *backend, struct kban_error **err)
{
	(void)backend;
	(void)err;
	return KBAN_OK;
}

static kban_usec remaining_of(const struct kb_ban *ban, kban_usec now)
{
	return ban->until == KBAN_FOREVER ? KBAN_FOREVER : ban->until - now;
}

static int memory_list(struct kban_backend *backend, const struct kb_set *set, kb_entry_fn *visit,
		       void *data, struct kban_error **err)
{
	struct memory_set *held = find_set(backend, set->name);
	kban_usec now = kban_context_now(backend->ctx);

	if (held == NULL)
		return no_such_set(set, err);
	for (struct kb_ban *ban = kb_bans_first(held->bans), *next; ban != NULL; ban = next) {
		next = ban->next;
		if (visit(&ban->addr, remaining_of(ban, now), data) != 0)
			break;
	}
	return KBAN_OK;
}

static int memory_remove(struct kban_backend *backend, const struct kb_set *set,
			 struct kban_error **err)
{
	struct memory_backend *memory = memory_of(backend);
	struct memory_set *held = find_set(backend, set->name);

	(void)err;
	if (held == NULL)
		return KBAN_OK;
	kb_bans_free(held->bans);
	*held = memory->sets[--memory->count];
	return KBAN_OK;
}

/* @a addr with only the first @a prefix of its bits. */
static struct kban_addr network_of(const struct kban_addr *addr, unsigned prefix)
{
	struct kban_addr network = *addr;

	network.prefix = (uint8_t)prefix;
	for (unsigned i = prefix / 8; i < sizeof(network.bytes); i++)
		network.bytes[i] &= i == prefix / 8 ? (uint8_t)(0xff00 >> prefix % 8) : 0;
	return network;
}

static bool memory_contains(struct kban_backend *backend, const struct kb_set *set,
			    const struct kban_addr *addr, kban_usec *remaining)
{
	struct memory_set *held = find_set(backend, set->name);
	kban_usec now = kban_context_now(backend->ctx);
	bool found = false;

	if (held == NULL)
		return false;
	for (unsigned prefix = addr->prefix; prefix > 0; prefix--) {
		struct kban_addr network = network_of(addr, prefix);
		struct kb_ban *ban = kb_bans_find(held->bans, &network);

		if (ban != NULL && (!found || remaining_of(ban, now) > *remaining)) {
			*remaining = remaining_of(ban, now);
			found = true;
		}
		if (held->set.type == KB_SET_IP)
			break;
	}
	return found;
}

static void memory_free(struct kban_backend *backend)
{
	struct memory_backend *memory = memory_of(backend);

	for (size_t i = 0; i < memory->count; i++)
		kb_bans_free(memory->sets[i].bans);
	free(memory->sets);
	kban_context_unref(backend->ctx);
	free(memory);
}

static const struct kb_backend_ops memory_ops = {
	.name = "memory",
	.open = memory_open,
	.ban = memory_ban,
	.lift = memory_lift,
	.commit = memory_commit,
	.list = memory_list,
	.remove = memory_remove,
	.contains = memory_contains,
	.free = memory_free,
};

int kban_backend_memory_new(struct kban_context *ctx, struct kban_backend **out)
{
	struct memory_backend *memory = calloc(1, sizeof(*memory));

	if (memory == NULL)
		return KBAN_E_NOMEM;
	memory->backend.ops = &memory_ops;
	memory->backend.ctx = kban_context_ref(ctx);
	*out = &memory->backend;
	return KBAN_OK;
}
