/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A server that reports failed logins to a jail itself: there is no log to be read or forged. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <kban/cleanup.h>

/* One guest: a password in a line. True if he may come in. */
static int serve(struct kban_jail *jail, int peer, const struct kban_addr *host, kban_usec now)
{
	char word[64] = "";

	if (kban_jail_find_ban(jail, host, NULL) || read(peer, word, sizeof(word) - 1) <= 0)
		return 0;
	if (strcmp(word, "open sesame\n") == 0)
		return dprintf(peer, "welcome\n") > 0;
	if (kban_jail_report(jail, host, now, (struct kban_text){ "wrong password", 14 }) < 0 ||
	    kban_jail_settle(jail, now, NULL) < 0)
		fprintf(stderr, "a failure was not counted\n");
	return 0;
}

int main(void)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(backend) backend = NULL;
	kban_auto(jail) jail = NULL;
	struct kban_jail_options options = KBAN_JAIL_OPTIONS_INIT;
	struct kban_jail_parts parts = { 0 };
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	options.name = "logins";
	options.max_retry = 3;
	if (kban_backend_memory_new(ctx, &backend) < 0)
		return 1;
	parts.backend = backend;
	if (kban_jail_new(ctx, &options, &parts, &jail, NULL) < 0 ||
	    bind(listener, (struct sockaddr *)&address, len) < 0 || listen(listener, 5) < 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &len) < 0)
		return 1;
	printf("listening on port %d\n", ntohs(address.sin_port));
	fflush(stdout);
	for (;;) {
		int peer = accept(listener, (struct sockaddr *)&address, &len);
		struct kban_addr host = { KBAN_IPV4, 32, { 0 }, { 0 } };

		memcpy(host.bytes, &address.sin_addr, 4);
		printf("%s\n", serve(jail, peer, &host, kban_context_now(ctx)) ? "in" : "out");
		fflush(stdout);
		close(peer);
	}
}
