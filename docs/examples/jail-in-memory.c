/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A whole jail, fed from memory, that bans in memory: no root, no kernel, no clock. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kban/cleanup.h>

static const char *const rules[] = { "^ login from <HOST> failed$", NULL };

static const char *const lines[] = {
	"2026-03-01 10:00:00 login from 192.0.2.7 failed",
	"2026-03-01 10:00:01 login from 2001:db8::7 failed",
	"2026-03-01 10:00:02 login from 192.0.2.7 failed",
	"2026-03-01 10:00:03 login from 192.0.2.7 failed",
};

static void tell(const struct kban_event *event, void *data)
{
	char host[KBAN_ADDR_TEXT_SIZE];

	(void)data;
	if (event->kind == KBAN_EVENT_BAN)
		printf("%s is banned after %u failures\n", kban_addr_print(&event->host, host),
		       event->failures);
}

int main(void)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(backend) backend = NULL;
	kban_auto(filter) filter = NULL;
	kban_auto(jail) jail = NULL;
	kban_auto(error) err = NULL;
	struct kban_jail_options options = KBAN_JAIL_OPTIONS_INIT;
	struct kban_jail_parts parts = { 0 };

	options.name = "logins";
	options.max_retry = 3;
	if (kban_backend_memory_new(ctx, &backend) < 0 ||
	    kban_filter_new(ctx, rules, NULL, &filter, &err) < 0)
		return EXIT_FAILURE;
	parts.backend = backend;
	parts.filter = filter;
	if (kban_jail_new(ctx, &options, &parts, &jail, &err) < 0)
		return EXIT_FAILURE;
	kban_jail_set_listener(jail, tell, NULL);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct kban_line line = { .text = { lines[i], strlen(lines[i]) },
					  .source = "memory",
					  .number = i + 1,
					  .age = KBAN_LINE_REPLAY };

		if (kban_jail_feed(jail, &line, kban_context_now(ctx)) < 0)
			return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
