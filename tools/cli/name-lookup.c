/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/name-lookup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child says. It is less than a pipe takes at once. */
struct answer {
	int count; /* as of cli_name_lookup() */
	struct kban_addr addresses[CLI_LOOKUP_ADDRESSES];
};

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

static void ask(const char *name, struct answer *answer)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	int error = getaddrinfo(name, NULL, &hints, &list);

	if (error != 0 && error != EAI_NONAME)
		answer->count = KBAN_E_SYSTEM;
	if (error != 0)
		return;
	for (const struct addrinfo *item = list; item != NULL; item = item->ai_next)
		if (answer->count < CLI_LOOKUP_ADDRESSES &&
		    read_sockaddr(item->ai_addr, &answer->addresses[answer->count]))
			answer->count++;
	freeaddrinfo(list);
}

/* The child's life: the alarm ends it where the resolver does not. */
static void ask_and_end(const char *name, int fd)
{
	struct answer answer = { 0 };
	sigset_t alarms;

	signal(SIGALRM, SIG_DFL);
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &alarms, NULL);
	alarm(CLI_LOOKUP_SECONDS);
	ask(name, &answer);
	_exit(write(fd, &answer, sizeof(answer)) == (ssize_t)sizeof(answer) ? 0 : 1);
}

static bool read_answer(int fd, struct answer *answer)
{
	ssize_t len;

	do
		len = read(fd, answer, sizeof(*answer));
	while (len < 0 && errno == EINTR);
	return len == (ssize_t)sizeof(*answer);
}

int cli_name_lookup(const char *name, struct kban_addr out[CLI_LOOKUP_ADDRESSES])
{
	struct answer answer = { 0 };
	int ends[2];
	pid_t child;
	bool told;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return KBAN_E_SYSTEM;
	child = fork();
	if (child == 0)
		ask_and_end(name, ends[1]);
	close(ends[1]);
	told = child > 0 && read_answer(ends[0], &answer);
	close(ends[0]);
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	if (!told)
		return KBAN_E_SYSTEM;
	memcpy(out, answer.addresses, sizeof(answer.addresses));
	return answer.count;
}
