/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/allow-entries.h"

#include <strings.h>

#include "base/context.h"
#include "base/error.h"
#include "base/text.h"

/* An answer is good for so long; a name that could not be looked up is asked for sooner. */
#define ANSWER_LIFETIME (300 * KBAN_SECOND)
#define RETRY_AFTER     (30 * KBAN_SECOND)

/* Addresses of one name; more are passed over. */
#define MOST_ADDRESSES 32

/* RFC 1035, 2.3.4: 255 bytes on the wire. */
#define NAME_LENGTH_MAX 254

struct kb_allow_name {
	const char *text;
	struct kban_addr addrs[MOST_ADDRESSES];
	size_t count;
	kban_usec asked; /* when the answer came, or KBAN_TIME_NONE */
	kban_usec due;   /* when to ask again */
};

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
static const char *keep_entry(struct kb_allow_entries *list, const char *entry)
{
	if (kb_string_list_append(&list->texts, kb_text(entry)) != KBAN_OK)
		return NULL;
	return list->texts.items[list->texts.count - 1];
}

static int add_network(struct kb_allow_entries *list, const char *entry, struct kban_addr *network)
{
	const char *kept = keep_entry(list, entry);

	unmap(network);
	return kept != NULL ? kb_network_set_add(&list->networks, network, kept) : KBAN_E_NOMEM;
}

static struct kb_allow_name *find_text(const struct kb_allow_entries *list, const char *entry)
{
	for (size_t i = 0; i < list->name_count; i++) {
		if (strcasecmp(list->names[i].text, entry) == 0)
			return &list->names[i];
	}
	return NULL;
}

static int add_name(struct kb_allow_entries *list, const char *entry)
{
	const char *kept;

	if (find_text(list, entry) != NULL)
		return KBAN_OK;
	kept = keep_entry(list, entry);
	if (kept == NULL || kb_array_room(&list->names, &list->name_capacity, list->name_count,
					  sizeof(*list->names)) < 0)
		return KBAN_E_NOMEM;
	list->names[list->name_count++] = (struct kb_allow_name){
		.text = kept,
		.asked = KBAN_TIME_NONE,
	};
	return KBAN_OK;
}

int kb_allow_entries_add(struct kb_allow_entries *list, const char *entry)
{
	struct kban_addr network;

	if (kban_addr_parse(kb_text(entry), &network) == KBAN_OK)
		return add_network(list, entry, &network);
	return is_host_name(entry) ? add_name(list, entry) : KBAN_E_SYNTAX;
}

void kb_allow_entries_learn(struct kb_allow_entries *list, const struct kb_allow_entries *from)
{
	for (size_t i = 0; i < list->name_count; i++) {
		struct kb_allow_name *name = &list->names[i];
		const struct kb_allow_name *known = find_text(from, name->text);
		const char *text = name->text;

		if (known == NULL)
			continue;
		*name = *known;
		name->text = text;
	}
}

/* True if both name the same network, or the same host. */
static bool is_same(const char *left, const char *right)
{
	struct kban_addr one, other;
	bool is_network = kban_addr_parse(kb_text(left), &one) == KBAN_OK;

	if (is_network != (kban_addr_parse(kb_text(right), &other) == KBAN_OK))
		return false;
	return is_network ? kban_addr_equal(&one, &other) : strcasecmp(left, right) == 0;
}

/* Networks within another are not kept apart, so the others are put together anew. */
int kb_allow_entries_remove(struct kb_allow_entries *list, const char *entry)
{
	kb_auto_clear(allow_entries) rest = { 0 };
	struct kb_allow_entries old = *list;
	int status = KBAN_OK;
	bool found = false;

	for (size_t i = 0; status == KBAN_OK && i < list->texts.count; i++) {
		if (is_same(list->texts.items[i], entry))
			found = true;
		else
			status = kb_allow_entries_add(&rest, list->texts.items[i]);
	}
	if (status != KBAN_OK || !found)
		return status != KBAN_OK ? status : KBAN_E_NOTFOUND;
	kb_allow_entries_learn(&rest, list);
	*list = rest;
	rest = old;
	return KBAN_OK;
}

void kb_allow_entries_clear(struct kb_allow_entries *list)
{
	kb_network_set_clear(&list->networks);
	kb_string_list_clear(&list->texts);
	free(list->names);
	*list = (struct kb_allow_entries){ 0 };
}

/*
 * Ask for a name when its answer is old. Until there is a better one the old one holds: a
 * resolver that is down must not expose whom the operator protects.
 */
static void refresh(const struct kban_context *ctx, struct kb_allow_name *name, kban_usec now)
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

static bool has_address(const struct kb_allow_name *name, const struct kban_addr *addr)
{
	size_t i;

	for (i = 0; i < name->count; i++) {
		if (kban_addr_contains(addr, &name->addrs[i]))
			return true;
	}
	return false;
}

static const char *find_name(const struct kb_allow_entries *list, const struct kban_context *ctx,
			     const struct kban_addr *addr)
{
	kban_usec now;

	if (list->name_count == 0)
		return NULL;
	now = kban_context_now(ctx);
	for (size_t i = 0; i < list->name_count; i++) {
		struct kb_allow_name *name = &list->names[i];

		refresh(ctx, name, now);
		if (has_address(name, addr))
			return name->text;
	}
	return NULL;
}

const char *kb_allow_entries_find(const struct kb_allow_entries *list,
				  const struct kban_context *ctx, const struct kban_addr *addr)
{
	const char *reason = kb_network_set_find(&list->networks, addr);

	return reason != NULL ? reason : find_name(list, ctx, addr);
}
