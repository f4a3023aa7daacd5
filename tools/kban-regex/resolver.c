/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/resolver.h"

#include <stdlib.h>
#include <string.h>

#include "cli/name-lookup.h"
#include "kban-regex/messages.h"

/* Names that are remembered; the oldest makes room. */
#define NAMES_MAX    1000
/* Names in a row without an answer, until no more are asked for. */
#define FAILURES_MAX 3

struct answer {
	char *name;
	struct kban_addr addresses[CLI_LOOKUP_ADDRESSES];
	int count; /* or KBAN_E_SYSTEM */
};

struct resolver {
	struct answer answers[NAMES_MAX];
	size_t count;
	unsigned failures; /* in a row */
	size_t oldest;     /* the next to make room, once all are in use */
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

/* Ask for the name, unless nobody answers anyway: a log may have thousands of names. */
static void ask(struct resolver *resolver, struct answer *answer)
{
	answer->count = KBAN_E_SYSTEM;
	if (resolver->failures >= FAILURES_MAX)
		return;
	answer->count = cli_name_lookup(answer->name, answer->addresses);
	resolver->failures = answer->count == KBAN_E_SYSTEM ? resolver->failures + 1 : 0;
	if (resolver->failures == FAILURES_MAX)
		message_print("%d names in a row could not be looked up; no more are tried",
			      FAILURES_MAX);
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
	ask(resolver, answer);
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
