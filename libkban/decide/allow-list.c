/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/allow-list.h"

#include <strings.h>

#include "base/context.h"
#include "base/error.h"
#include "base/string-list.h"
#include "base/text.h"

/* An answer is good for so long; a name that could not be looked up is asked for sooner. */
#define ANSWER_LIFETIME (300 * KBAN_SECOND)
#define RETRY_AFTER     (30 * KBAN_SECOND)

/* Addresses of one name; more are passed over. */
#define MOST_ADDRESSES 32

/* RFC 1035, 2.3.4: 255 bytes on the wire. */
#define NAME_LENGTH_MAX 254

struct host_name {
	const char *text;
	struct kban_addr addrs[MOST_ADDRESSES];
	size_t count;
	kban_usec asked; /* when the answer came, or KBAN_TIME_NONE */
	kban_usec due;   /* when to ask again */
};

struct name_list {
	struct host_name *items;
	size_t count;
	size_t capacity;
};

struct kban_allow_list {
	struct kban_context *ctx;
	const struct kb_own_sources *sources;
	struct kb_string_list entries; /* as they were written; reasons point to them */
	struct kb_network_set networks;
	struct kb_network_set own;
	struct name_list names;
};

struct kban_allow_list *kban_allow_list_new(struct kban_context *ctx)
{
	struct kban_allow_list *list = calloc(1, sizeof(*list));

	if (list == NULL)
		return NULL;
	list->ctx = kban_context_ref(ctx);
	list->sources = &kb_own_sources_system;
	return list;
}

void kban_allow_list_free(struct kban_allow_list *list)
{
	if (list == NULL)
		return;
	kb_network_set_clear(&list->networks);
	kb_network_set_clear(&list->own);
	kb_string_list_clear(&list->entries);
	free(list->names.items);
	kban_context_unref(list->ctx);
	free(list);
}

void kb_allow_list_set_sources(struct kban_allow_list *list, const struct kb_own_sources *sources)
{
	list->sources = sources;
}

/*
 * An IPv4-mapped network (::ffff:192.0.2.0/120) becomes the IPv4 network: an IPv4-mapped address
 * that is looked for has become IPv4 as well, and would not be found in it.
 */
static void unmap(struct kban_addr *network)
{
	static const struct kban_addr mapped = {
		KBAN_IPV6, 96, { 0 }, { [10] = 0xff, [11] = 0xff }
	};
	struct kban_addr ipv4 = { .family = KBAN_IPV4 };

	if (!kban_addr_contains(&mapped, network))
		return;
	ipv4.prefix = (uint8_t)(network->prefix - mapped.prefix);
	memcpy(ipv4.bytes, network->bytes + 12, 4);
	*network = ipv4;
}

/* Of what a resolver takes; digits and dots alone are a mistyped address. */
static bool is_host_name(const char *entry)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.";
	size_t len = strlen(entry);

	return len > 0 && len <= NAME_LENGTH_MAX && strspn(entry, letters) == len &&
	       strspn(entry, "0123456789.") < len;
}

/* Keep what was written; the copy, or NULL without memory. */
static const char *keep_entry(struct kban_allow_list *list, const char *entry)
{
	if (kb_string_list_append(&list->entries, kb_text(entry)) != KBAN_OK)
		return NULL;
	return list->entries.items[list->entries.count - 1];
}

static int add_network(struct kban_allow_list *list, const char *entry, struct kban_addr *network)
{
	const char *kept = keep_entry(list, entry);

	unmap(network);
	return kept != NULL ? kb_network_set_add(&list->networks, network, kept) : KBAN_E_NOMEM;
}

static bool has_name(const struct name_list *names, const char *entry)
{
	size_t i;

	for (i = 0; i < names->count; i++) {
		if (strcasecmp(names->items[i].text, entry) == 0)
			return true;
	}
	return false;
}

static int add_name(struct kban_allow_list *list, const char *entry)
{
	struct name_list *names = &list->names;
	const char *kept;

	if (has_name(names, entry))
		return KBAN_OK;
	kept = keep_entry(list, entry);
	if (kept == NULL ||
	    kb_array_room(&names->items, &names->capacity, names->count, sizeof(*names->items)) < 0)
		return KBAN_E_NOMEM;
	names->items[names->count++] = (struct host_name){
		.text = kept,
		.asked = KBAN_TIME_NONE,
	};
	return KBAN_OK;
}

int kban_allow_list_add(struct kban_allow_list *list, const char *entry, struct kban_error **err)
{
	struct kban_addr network;
	int status;

	if (kban_addr_parse(kb_text(entry), &network) == KBAN_OK)
		status = add_network(list, entry, &network);
	else if (is_host_name(entry))
		status = add_name(list, entry);
	else
		return kb_fail(err, KBAN_E_SYNTAX, NULL,
			       "'%s' is no address, no network and no host name", entry);
	return status == KBAN_OK ? KBAN_OK : kb_fail_memory(err);
}

int kban_allow_list_add_self(struct kban_allow_list *list, struct kban_error **err)
{
	kb_auto_clear(network_set) own = { 0 };
	int status = kb_own_addresses_load(list->sources, &own, err);

	if (status != KBAN_OK)
		return status;
	kb_network_set_clear(&list->own);
	list->own = own;
	own = (struct kb_network_set){ 0 };
	return KBAN_OK;
}

/*
 * Ask for a name when its answer is old. Until there is a better one the old one holds: a
 * resolver that is down must not expose whom the operator protects.
 */
static void refresh(const struct kban_context *ctx, struct host_name *name, kban_usec now)
{
	struct kban_addr answer[MOST_ADDRESSES];
	int count;

	if (name->asked != KBAN_TIME_NONE && name->asked <= now && now < name->due)
		return;
	count = kb_context_resolve(ctx, name->text, answer, MOST_ADDRESSES);
	if (count == KBAN_RESOLVE_LATER)
		return;
	name->asked = now;
	name->due = now + (count > 0 ? ANSWER_LIFETIME : RETRY_AFTER);
	if (count < 0)
		return;
	name->count = (size_t)count;
	memcpy(name->addrs, answer, name->count * sizeof(*answer));
}

static bool has_address(const struct host_name *name, const struct kban_addr *addr)
{
	size_t i;

	for (i = 0; i < name->count; i++) {
		if (kban_addr_contains(addr, &name->addrs[i]))
			return true;
	}
	return false;
}

static const char *find_name(const struct kban_allow_list *list, const struct kban_addr *addr)
{
	kban_usec now;
	size_t i;

	if (list->names.count == 0)
		return NULL;
	now = kban_context_now(list->ctx);
	for (i = 0; i < list->names.count; i++) {
		struct host_name *name = &list->names.items[i];

		refresh(list->ctx, name, now);
		if (has_address(name, addr))
			return name->text;
	}
	return NULL;
}

const char *kban_allow_list_find(const struct kban_allow_list *list, const struct kban_addr *addr)
{
	const char *reason = kb_network_set_find(&list->own, addr);

	if (reason == NULL)
		reason = kb_network_set_find(&list->networks, addr);
	return reason != NULL ? reason : find_name(list, addr);
}
