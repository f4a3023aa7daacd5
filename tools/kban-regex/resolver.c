/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Names that are remembered; the oldest makes room. */
#define NAMES_MAX     1000
/* Addresses of one name that are remembered. */
#define ADDRESSES_MAX 16

struct answer {
	char *name;
	struct kban_addr addresses[ADDRESSES_MAX];
	int count; /* or KBAN_E_SYSTEM */
};

struct resolver {
	struct answer answers[NAMES_MAX];
	size_t count;
	size_t oldest; /* the next to make room, once all are in use */
};

struct resolver *resolver_new(void)
{
	return calloc(1, sizeof(struct resolver));
}

void resolver_free(struct resolver *resolver)
{
	if (resolver == NULL)
		return;
	for (size_t i = 0; i < resolver->count; i++)
		free(resolver->answers[i].name);
	free(resolver);
}

static bool read_sockaddr(const struct sockaddr *from, struct kban_addr *out)
{
	char text[INET6_ADDRSTRLEN];
	const void *bytes;

	if (from->sa_family == AF_INET)
		bytes = &((const struct sockaddr_in *)(const void *)from)->sin_addr;
	else if (from->sa_family == AF_INET6)
		bytes = &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr;
	else
		return false;
	if (inet_ntop(from->sa_family, bytes, text, sizeof(text)) == NULL)
		return false;
	return kban_addr_parse((struct kban_text){ text, strlen(text) }, out) == KBAN_OK;
}

static void ask(struct answer *answer)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	int error = getaddrinfo(answer->name, NULL, &hints, &list);

	answer->count = 0;
	if (error != 0 && error != EAI_NONAME)
		answer->count = KBAN_E_SYSTEM;
	if (error != 0)
		return;
	for (const struct addrinfo *item = list; item != NULL; item = item->ai_next)
		if (answer->count < ADDRESSES_MAX &&
		    read_sockaddr(item->ai_addr, &answer->addresses[answer->count]))
			answer->count++;
	freeaddrinfo(list);
}

/* A place for a new name: a free one, or the oldest. */
static struct answer *make_room(struct resolver *resolver)
{
	struct answer *answer;

	if (resolver->count < NAMES_MAX)
		return &resolver->answers[resolver->count++];
	answer = &resolver->answers[resolver->oldest];
	resolver->oldest = (resolver->oldest + 1) % NAMES_MAX;
	free(answer->name);
	return answer;
}

static const struct answer *find(struct resolver *resolver, const char *name)
{
	struct answer *answer;

	for (size_t i = 0; i < resolver->count; i++)
		if (resolver->answers[i].name != NULL &&
		    strcmp(resolver->answers[i].name, name) == 0)
			return &resolver->answers[i];
	answer = make_room(resolver);
	answer->name = strdup(name);
	if (answer->name == NULL)
		return NULL;
	ask(answer);
	return answer;
}

int resolver_resolve(const char *name, struct kban_addr *out, size_t max, void *data)
{
	const struct answer *answer = find(data, name);

	if (answer == NULL)
		return KBAN_E_NOMEM;
	if (answer->count < 0)
		return answer->count;
	if ((size_t)answer->count < max)
		max = (size_t)answer->count;
	memcpy(out, answer->addresses, max * sizeof(*out));
	return (int)max;
}
