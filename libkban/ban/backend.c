/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ban/backend.h"

void kban_backend_free(struct kban_backend *backend)
{
	if (backend == NULL)
		return;
	kb_connections_free(backend->connections);
	backend->ops->free(backend);
}

int kb_backend_cut(struct kban_backend *backend, const struct kban_addr *addr,
		   struct kban_error **err)
{
	int status = KBAN_OK;

	if (backend->connections == NULL)
		status = kb_connections_new(&backend->connections, err);
	return status < 0 ? status : kb_connections_cut(backend->connections, addr, err);
}

const char *kban_backend_name(const struct kban_backend *backend)
{
	return backend->ops->name;
}

int kban_backend_makes_rules(const struct kban_backend *backend)
{
	return backend->ops->put_rules != NULL;
}

int kban_backend_put_rules(struct kban_backend *backend, const struct kban_rules *rules,
			   struct kban_error **err)
{
	if (backend->ops->put_rules == NULL)
		return kb_fail(err, KBAN_E_INVAL, NULL, "rules for %s are made by programs",
			       backend->ops->name);
	return backend->ops->put_rules(backend, rules, err);
}

kban_usec kb_entry_length(kban_usec lasts)
{
	if (lasts == KBAN_FOREVER)
		return KBAN_FOREVER;
	if (lasts <= KBAN_SECOND)
		return KBAN_SECOND;
	if (lasts >= KB_TIMEOUT_MAX_SECONDS * KBAN_SECOND)
		return KB_TIMEOUT_MAX_SECONDS * KBAN_SECOND;
	return (lasts + KBAN_SECOND - 1) / KBAN_SECOND * KBAN_SECOND;
}

/* The kernel's hash types refuse it. */
static bool is_null(const struct kban_addr *addr)
{
	static const struct kban_addr zero;

	return addr->prefix == 0 || memcmp(addr->bytes, zero.bytes, sizeof(zero.bytes)) == 0;
}

int kb_set_check(const struct kb_set *set, const struct kban_addr *addr, struct kban_error **err)
{
	char text[KBAN_ADDR_TEXT_SIZE];

	if (addr->family != set->family)
		return kb_fail(err, KBAN_E_INVAL, NULL, "set '%s' is for IPv%d, not for %s",
			       set->name, set->family, kban_addr_print(addr, text));
	if (set->type == KB_SET_IP && kban_addr_is_network(addr))
		return kb_fail(err, KBAN_E_INVAL, NULL, "set '%s' holds no networks such as %s",
			       set->name, kban_addr_print(addr, text));
	if (is_null(addr))
		return kb_fail(err, KBAN_E_INVAL, NULL, "set '%s' cannot hold %s", set->name,
			       kban_addr_print(addr, text));
	return KBAN_OK;
}

struct search {
	const struct kban_addr *addr;
	kban_usec remaining;
	bool found;
};

static int look(const struct kban_addr *addr, kban_usec remaining, void *data)
{
	struct search *search = data;

	if (!kban_addr_contains(addr, search->addr))
		return 0;
	if (!search->found || remaining > search->remaining)
		search->remaining = remaining;
	search->found = true;
	return 0;
}

static bool find_listed(struct kban_backend *backend, const struct kb_set *set,
			const struct kban_addr *addr, kban_usec *remaining)
{
	struct search search = { .addr = addr };

	if (backend->ops->list(backend, set, look, &search, NULL) < 0 || !search.found)
		return false;
	*remaining = search.remaining;
	return true;
}

int kban_backend_contains(struct kban_backend *backend, const char *set,
			  const struct kban_addr *addr, kban_usec *remaining)
{
	struct kb_set named = { .family = addr->family, .type = KB_SET_NET };
	kban_usec rest;

	if (strlen(set) > KB_SET_NAME_MAX)
		return 0;
	memcpy(named.name, set, strlen(set) + 1);
	if (backend->ops->contains == NULL ? !find_listed(backend, &named, addr, &rest)
					   : !backend->ops->contains(backend, &named, addr, &rest))
		return 0;
	if (remaining != NULL)
		*remaining = rest;
	return 1;
}
