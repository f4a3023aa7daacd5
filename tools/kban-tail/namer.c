/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A name is whatever the owner of an address says, so only what a name of a host may consist of is
 * taken. Questions are put to the C library in libuv's threads.
 */
#include "namer.h"

#include <netdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Names at once, and how long one is believed, in seconds. */
#define NAMES_MAX  256
#define NAME_VALID 300

struct name {
	struct namer *namer;
	struct kban_addr addr; /* its family is 0 for this machine */
	uv_work_t request;
	bool pending;
	time_t at;                      /* monotonic seconds */
	char text[KBAN_HOST_NAME_SIZE]; /* "" if there is none */
};

struct namer {
	uv_loop_t *loop;
	namer_answered_fn *answered;
	void *data;
	struct name *names[NAMES_MAX]; /* oldest first */
	size_t count;
	bool closing;
};

static time_t monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

struct namer *namer_new(uv_loop_t *loop, namer_answered_fn *answered, void *data)
{
	struct namer *namer = calloc(1, sizeof(*namer));

	if (namer == NULL)
		return NULL;
	namer->loop = loop;
	namer->answered = answered;
	namer->data = data;
	return namer;
}

void namer_close(struct namer *namer)
{
	if (namer == NULL)
		return;
	namer->closing = true;
	for (size_t i = 0; i < namer->count; i++)
		if (namer->names[i]->pending)
			uv_cancel((uv_req_t *)&namer->names[i]->request);
}

void namer_free(struct namer *namer)
{
	if (namer == NULL)
		return;
	for (size_t i = 0; i < namer->count; i++)
		free(namer->names[i]);
	free(namer);
}

static bool is_host_name(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.-_";

	return *text != '\0' && *text != '-' && text[strspn(text, allowed)] == '\0';
}

static void look_up_host(struct name *name)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };
	bool is_six = name->addr.family == KBAN_IPV6;
	const struct sockaddr *address =
		is_six ? (const struct sockaddr *)&six : (const struct sockaddr *)&four;

	memcpy(is_six ? (void *)&six.sin6_addr : (void *)&four.sin_addr, name->addr.bytes,
	       is_six ? sizeof(six.sin6_addr) : sizeof(four.sin_addr));
	if (getnameinfo(address, is_six ? sizeof(six) : sizeof(four), name->text,
			sizeof(name->text), NULL, 0, NI_NAMEREQD) != 0)
		name->text[0] = '\0';
}

/* With its domain, where somebody knows that. */
static void look_up_machine(struct name *name)
{
	const struct addrinfo hints = { .ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;

	if (gethostname(name->text, sizeof(name->text) - 1) < 0)
		name->text[0] = '\0';
	if (strchr(name->text, '.') != NULL || getaddrinfo(name->text, NULL, &hints, &found) != 0)
		return;
	if (found->ai_canonname != NULL && strchr(found->ai_canonname, '.') != NULL &&
	    strlen(found->ai_canonname) < sizeof(name->text))
		strcpy(name->text, found->ai_canonname);
	freeaddrinfo(found);
}

/* In a thread: nothing but the name is touched. */
static void look_up(uv_work_t *request)
{
	struct name *name = request->data;

	if (name->addr.family == 0)
		look_up_machine(name);
	else
		look_up_host(name);
	if (!is_host_name(name->text))
		name->text[0] = '\0';
}

static void looked_up(uv_work_t *request, int status)
{
	struct name *name = request->data;
	struct namer *namer = name->namer;

	if (status < 0)
		name->text[0] = '\0';
	name->pending = false;
	name->at = monotonic();
	if (!namer->closing)
		namer->answered(namer->data);
}

static void remove_at(struct namer *namer, size_t index)
{
	free(namer->names[index]);
	namer->count--;
	memmove(&namer->names[index], &namer->names[index + 1],
		(namer->count - index) * sizeof(namer->names[0]));
}

/* Drop what is too old; and the oldest name if there is no room. */
static bool make_room(struct namer *namer)
{
	time_t now = monotonic();

	for (size_t i = namer->count; i-- > 0;)
		if (!namer->names[i]->pending && now - namer->names[i]->at >= NAME_VALID)
			remove_at(namer, i);
	for (size_t i = 0; i < namer->count && namer->count == NAMES_MAX; i++)
		if (!namer->names[i]->pending)
			remove_at(namer, i);
	return namer->count < NAMES_MAX;
}

static struct name *find(const struct namer *namer, const struct kban_addr *addr)
{
	for (size_t i = 0; i < namer->count; i++)
		if (memcmp(&namer->names[i]->addr, addr, sizeof(*addr)) == 0)
			return namer->names[i];
	return NULL;
}

static struct name *ask(struct namer *namer, const struct kban_addr *addr)
{
	struct name *name;

	if (namer->closing || !make_room(namer))
		return NULL;
	name = calloc(1, sizeof(*name));
	if (name == NULL)
		return NULL;
	name->namer = namer;
	name->addr = *addr;
	name->at = monotonic();
	name->request.data = name;
	name->pending = uv_queue_work(namer->loop, &name->request, look_up, looked_up) == 0;
	namer->names[namer->count++] = name;
	return name;
}

int namer_ask(const struct kban_addr *addr, char *out, void *data)
{
	struct namer *namer = data;
	struct kban_addr key;
	struct name *name;

	/* Compared as bytes, so what lies between them counts. */
	memset(&key, 0, sizeof(key));
	if (addr != NULL) {
		key.family = addr->family;
		key.prefix = addr->prefix;
		memcpy(key.bytes, addr->bytes, sizeof(key.bytes));
	}
	name = find(namer, &key);
	if (name != NULL && !name->pending && monotonic() - name->at >= NAME_VALID) {
		make_room(namer);
		name = NULL;
	}
	if (name == NULL)
		name = ask(namer, &key);
	if (name == NULL)
		return 0;
	if (name->pending)
		return KBAN_RESOLVE_LATER;
	strcpy(out, name->text);
	return out[0] != '\0';
}
