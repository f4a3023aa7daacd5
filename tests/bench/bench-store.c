/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What it costs to remember: hosts that fail once, half a million of them, in transactions of
 * different sizes; then a ban of every tenth of them, each in a transaction of its own as when they
 * come one at a time; then taking all of it up again.
 */
#include <dirent.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "store/store.h"

#define HOSTS 500000U
#define BANS  2000U

static double seconds(clockid_t which)
{
	struct timespec now;

	clock_gettime(which, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Scattered, as hosts are. */
static struct kban_addr numbered(uint32_t number)
{
	struct kban_addr addr = { .family = KBAN_IPV4, .prefix = 32 };
	uint32_t scattered = number * 2654435761U;

	memcpy(addr.bytes, &scattered, sizeof(scattered));
	return addr;
}

static void check(int status)
{
	if (status < 0)
		exit(EXIT_FAILURE);
}

static void add_failure(struct kban_store *store, uint32_t number)
{
	struct kb_failure failure = {
		.addr = numbered(number),
		.time = number * 20,
		.rule_text = "^Failed password for .* from <HOST> port \\d+",
		.rule_file = "/etc/kban/filter.d/sshd.conf",
		.rule_line = 7,
		.source = "/var/log/auth.log",
		.line = number,
		.text = KB_TEXT("host sshd[4242]: Failed password for root from 192.0.2.7 port 22"),
	};

	check(kb_store_add_failure(store, "sshd", &failure, NULL));
}

static void add_failures(struct kban_store *store, uint32_t batch)
{
	double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	double wall = seconds(CLOCK_MONOTONIC);
	uint32_t number;

	check(kb_store_begin(store, NULL));
	check(kb_store_forget_failures(store, "sshd", NULL, NULL));
	check(kb_store_commit(store, NULL));
	for (number = 0; number < HOSTS; number++) {
		if (number % batch == 0)
			check(kb_store_begin(store, NULL));
		add_failure(store, number);
		if (number % batch == batch - 1 || number == HOSTS - 1)
			check(kb_store_commit(store, NULL));
	}
	printf("store: %6.1f us of processor, %6.1f us in all, a failure; %u in a transaction\n",
	       (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) / HOSTS * 1e6,
	       (seconds(CLOCK_MONOTONIC) - wall) / HOSTS * 1e6, batch);
}

static void add_bans(struct kban_store *store)
{
	double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	double wall = seconds(CLOCK_MONOTONIC);
	uint32_t number;

	for (number = 0; number < BANS; number++) {
		struct kb_ban_record record = { .jail = "sshd",
						.addr = numbered(number * 10),
						.until = KBAN_FOREVER };

		check(kb_store_begin(store, NULL));
		check(kb_store_add_ban(store, &record, 10, NULL));
		check(kb_store_commit(store, NULL));
	}
	printf("store: %6.1f us of processor, %6.1f us in all, a ban of its own among %u hosts\n",
	       (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) / BANS * 1e6,
	       (seconds(CLOCK_MONOTONIC) - wall) / BANS * 1e6, HOSTS);
}

static int count(const char *jail, const struct kb_failure *failure, void *data)
{
	(void)jail;
	(void)failure;
	++*(unsigned *)data;
	return 0;
}

static void read_again(struct kban_context *ctx, const char *directory)
{
	kban_auto(store) store = NULL;
	double start = seconds(CLOCK_MONOTONIC);
	double opened;
	unsigned failures = 0;

	check(kban_store_open(ctx, directory, &store, NULL));
	opened = seconds(CLOCK_MONOTONIC);
	check(kb_store_each_failure(store, "sshd", 0, count, &failures, NULL));
	printf("store: %.2f s to open and check, %.2f s to read %u failures\n", opened - start,
	       seconds(CLOCK_MONOTONIC) - opened, failures);
}

static void remove_directory(const char *path)
{
	DIR *entries = opendir(path);
	const struct dirent *entry;

	while (entries != NULL && (entry = readdir(entries)) != NULL)
		unlinkat(dirfd(entries), entry->d_name, 0);
	closedir(entries);
	rmdir(path);
}

int main(void)
{
	kban_auto(context) ctx = kban_context_new();
	struct kban_store *store = NULL;
	char directory[] = "/tmp/kban-bench-XXXXXX";

	if (ctx == NULL || mkdtemp(directory) == NULL)
		return EXIT_FAILURE;
	check(kban_store_open(ctx, directory, &store, NULL));
	add_failures(store, 2500);
	add_failures(store, 50000);
	add_bans(store);
	kban_store_close(store);
	read_again(ctx, directory);
	remove_directory(directory);
	return EXIT_SUCCESS;
}
