/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How long bans take to reach the kernel, and the same entries by ipset restore. In a namespace of
 * its own.
 */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "../net/namespace.h"
#include "ban/backend.h"

#define SINGLE  1000
#define BATCH   500
#define RESTORE 100000

#define LENGTH (86400 * KBAN_SECOND)

static const struct kb_set set = { "kban-bench", KBAN_IPV4, KB_SET_IP, 131072 };

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The first address is 198.18.0.1, of the range for benchmarks (RFC 2544). */
static struct kban_addr nth_addr(unsigned n)
{
	unsigned bits = (198u << 24 | 18u << 16) + 1 + n;
	struct kban_addr addr = { .family = KBAN_IPV4, .prefix = 32 };

	for (unsigned i = 0; i < 4; i++)
		addr.bytes[i] = (uint8_t)(bits >> (24 - 8 * i));
	return addr;
}

static int ban(struct kban_backend *backend, unsigned from, unsigned count)
{
	for (unsigned i = from; i < from + count; i++) {
		struct kban_addr addr = nth_addr(i);

		if (backend->ops->ban(backend, &set, &addr, LENGTH, NULL) < 0)
			return -1;
	}
	return backend->ops->commit(backend, NULL);
}

static int renew_set(struct kban_backend *backend)
{
	return backend->ops->remove(backend, &set, NULL) < 0
		       ? -1
		       : backend->ops->open(backend, &set, NULL);
}

static int compare_times(const void *left, const void *right)
{
	double difference = *(const double *)left - *(const double *)right;

	return (difference > 0) - (difference < 0);
}

static int bench_single(struct kban_backend *backend)
{
	static double times[SINGLE];

	if (renew_set(backend) < 0)
		return -1;
	for (unsigned i = 0; i < SINGLE; i++) {
		double start = now();

		if (ban(backend, i, 1) < 0)
			return -1;
		times[i] = now() - start;
	}
	qsort(times, SINGLE, sizeof(*times), compare_times);
	printf("one ban: %.1f µs (median of %d), %.1f µs (99 %%)\n", times[SINGLE / 2] * 1e6,
	       SINGLE, times[SINGLE * 99 / 100] * 1e6);
	return 0;
}

static int bench_batch(struct kban_backend *backend, unsigned count)
{
	double start;

	if (renew_set(backend) < 0)
		return -1;
	start = now();
	if (ban(backend, 0, count) < 0)
		return -1;
	printf("%u bans at once: %.2f ms\n", count, (now() - start) * 1e3);
	return 0;
}

static int count_entry(const struct kban_addr *addr, kban_usec remaining, void *data)
{
	unsigned *count = data;

	(void)addr;
	(void)remaining;
	(*count)++;
	return 0;
}

static int bench_list(struct kban_backend *backend)
{
	double start = now();
	unsigned count = 0;

	if (backend->ops->list(backend, &set, count_entry, &count, NULL) < 0)
		return -1;
	printf("%u entries listed: %.2f ms\n", count, (now() - start) * 1e3);
	return 0;
}

/* The same by a program that reads a script, its start included. */
static int bench_ipset(struct kban_backend *backend, unsigned count)
{
	char path[] = "/tmp/kban-bench-XXXXXX", command[128], text[KBAN_ADDR_TEXT_SIZE];
	int fd = mkstemp(path);
	FILE *script = fd < 0 ? NULL : fdopen(fd, "w");
	double start;
	int status;

	if (script == NULL || renew_set(backend) < 0)
		return -1;
	for (unsigned i = 0; i < count; i++) {
		struct kban_addr addr = nth_addr(i);

		fprintf(script, "add %s %s timeout 86400\n", set.name,
			kban_addr_print(&addr, text));
	}
	fclose(script);
	snprintf(command, sizeof(command), "ipset -exist restore < %s", path);
	start = now();
	status = namespace_run(command);
	printf("%u entries by ipset restore: %.2f ms\n", count, (now() - start) * 1e3);
	unlink(path);
	return status;
}

int main(void)
{
	kban_auto(context) ctx = NULL;
	kban_auto(backend) backend = NULL;
	kban_auto(error) err = NULL;

	if (!namespace_enter())
		return EXIT_SUCCESS;
	ctx = kban_context_new();
	if (ctx == NULL || kban_backend_ipset_new(ctx, &backend, &err) < 0) {
		fprintf(stderr, "bench-ban: %s\n", kban_error_text(err));
		return EXIT_FAILURE;
	}
	if (bench_single(backend) < 0 || bench_batch(backend, BATCH) < 0 ||
	    bench_ipset(backend, BATCH) != 0 || bench_batch(backend, RESTORE) < 0 ||
	    bench_list(backend) < 0 || bench_ipset(backend, RESTORE) != 0)
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}
