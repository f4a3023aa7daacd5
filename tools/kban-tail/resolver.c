/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "resolver.h"

#include <netdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/name-lookup.h"

/* fail2ban's figures: so many answers, so long. */
#define ANSWERS_MAX  1000
#define ANSWER_VALID 300 /* seconds */
#define ADDRESSES    CLI_LOOKUP_ADDRESSES

struct answer {
	struct resolver *resolver;
	char *name;
	uv_getaddrinfo_t request;
	bool pending;
	time_t at; /* monotonic seconds */
	struct kban_addr addresses[ADDRESSES];
	size_t count;
};

struct resolver {
	uv_loop_t *loop;
	resolver_answered_fn *answered;
	void *data;
	struct answer *answers[ANSWERS_MAX]; /* in order of asking, oldest first */
	size_t count;
	bool closing;
};

static const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC };

static time_t monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

struct resolver *resolver_new(uv_loop_t *loop, resolver_answered_fn *answered, void *data)
{
	struct resolver *resolver = calloc(1, sizeof(*resolver));

	/* Names behind one that nobody answers must not wait for long: 2 s each, unless the
	 * operator wants it otherwise. See resolv.conf(5). */
	setenv("RES_OPTIONS", "timeout:1 attempts:2", 0);
	if (resolver != NULL) {
		resolver->loop = loop;
		resolver->answered = answered;
		resolver->data = data;
	}
	return resolver;
}

static void free_answer(struct answer *answer)
{
	free(answer->name);
	free(answer);
}

void resolver_close(struct resolver *resolver)
{
	if (resolver == NULL)
		return;
	resolver->closing = true;
	for (size_t i = 0; i < resolver->count; i++)
		if (resolver->answers[i]->pending)
			uv_cancel((uv_req_t *)&resolver->answers[i]->request);
}

void resolver_free(struct resolver *resolver)
{
	if (resolver == NULL)
		return;
	for (size_t i = 0; i < resolver->count; i++)
		free_answer(resolver->answers[i]);
	free(resolver);
}

static bool read_address(const struct addrinfo *info, struct kban_addr *out)
{
	char text[64];

	if (getnameinfo(info->ai_addr, info->ai_addrlen, text, sizeof(text), NULL, 0,
			NI_NUMERICHOST) != 0)
		return false;
	return kban_addr_parse((struct kban_text){ text, strlen(text) }, out) == KBAN_OK;
}

static void take_answer(struct answer *answer, const struct addrinfo *found)
{
	answer->at = monotonic();
	answer->pending = false;
	answer->count = 0;
	for (; found != NULL && answer->count < ADDRESSES; found = found->ai_next)
		if (read_address(found, &answer->addresses[answer->count]))
			answer->count++;
}

static void answered(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
	struct answer *answer = request->data;
	struct resolver *resolver = answer->resolver;

	take_answer(answer, status == 0 ? found : NULL);
	uv_freeaddrinfo(found);
	if (!resolver->closing && resolver->answered != NULL)
		resolver->answered(resolver->data);
}

static void remove_at(struct resolver *resolver, size_t index)
{
	free_answer(resolver->answers[index]);
	resolver->count--;
	memmove(&resolver->answers[index], &resolver->answers[index + 1],
		(resolver->count - index) * sizeof(resolver->answers[0]));
}

/* Drop what is too old; and the oldest answer if there is no room. */
static bool make_room(struct resolver *resolver)
{
	time_t now = monotonic();

	for (size_t i = resolver->count; i-- > 0;)
		if (!resolver->answers[i]->pending &&
		    now - resolver->answers[i]->at >= ANSWER_VALID)
			remove_at(resolver, i);
	for (size_t i = 0; i < resolver->count && resolver->count == ANSWERS_MAX; i++)
		if (!resolver->answers[i]->pending)
			remove_at(resolver, i);
	return resolver->count < ANSWERS_MAX;
}

static struct answer *find(struct resolver *resolver, const char *name)
{
	for (size_t i = 0; i < resolver->count; i++)
		if (strcmp(resolver->answers[i]->name, name) == 0)
			return resolver->answers[i];
	return NULL;
}

/* Look the name up now; matching waits. */
static void ask_and_wait(struct answer *answer)
{
	int count = cli_name_lookup(answer->name, answer->addresses);

	answer->at = monotonic();
	answer->count = count > 0 ? (size_t)count : 0;
}

static struct answer *ask(struct resolver *resolver, const char *name)
{
	struct answer *answer;

	if (!make_room(resolver))
		return NULL;
	answer = calloc(1, sizeof(*answer));
	if (answer == NULL)
		return NULL;
	answer->name = strdup(name);
	answer->resolver = resolver;
	answer->request.data = answer;
	if (answer->name == NULL) {
		free_answer(answer);
		return NULL;
	}
	if (resolver->loop == NULL)
		ask_and_wait(answer);
	else
		answer->pending = uv_getaddrinfo(resolver->loop, &answer->request, answered, name,
						 NULL, &hints) == 0;
	resolver->answers[resolver->count++] = answer;
	return answer;
}

int resolver_ask(const char *name, struct kban_addr *out, size_t max, void *data)
{
	struct resolver *resolver = data;
	struct answer *answer = find(resolver, name);
	size_t count;

	if (answer != NULL && !answer->pending && monotonic() - answer->at >= ANSWER_VALID) {
		make_room(resolver);
		answer = NULL;
	}
	if (answer == NULL)
		answer = ask(resolver, name);
	if (answer == NULL)
		return KBAN_E_SYSTEM;
	if (answer->pending)
		return KBAN_RESOLVE_LATER;
	count = answer->count < max ? answer->count : max;
	memcpy(out, answer->addresses, count * sizeof(*out));
	return (int)count;
}
