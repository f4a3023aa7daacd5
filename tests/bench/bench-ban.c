/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How long bans take to reach the kernel, by each backend, and beside them what fail2ban's actions
 * run for each ban, and the same entries by programs that read a script. In a namespace of its own.
 */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "../net/namespace.h"
#include "ban/backend.h"

#define SINGLE  1000
#define BATCH   500
#define RESTORE 100000
#define MILLION 1000000

/* Bans by what fail2ban runs, of which each is alike. */
#define PEER_BANS 50

#define LENGTH (86400 * KBAN_SECOND)

static const struct kb_set set = { "kban-bench", KBAN_IPV4, KB_SET_IP, 131072, "" };
static const struct kb_set large_set = { "kban-bench", KBAN_IPV4, KB_SET_IP, 1048576, "" };

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

/* What holds so many entries. */
static const struct kb_set *set_for(unsigned count)
{
	return count > set.max_entries ? &large_set : &set;
}

static int ban(struct kban_backend *backend, unsigned from, unsigned count)
{
	for (unsigned i = from; i < from + count; i++) {
		struct kban_addr addr = nth_addr(i);

		if (backend->ops->ban(backend, set_for(count), &addr, LENGTH, NULL) < 0)
			return -1;
	}
	return backend->ops->commit(backend, NULL);
}

static int renew_set(struct kban_backend *backend, unsigned count)
{
	return backend->ops->remove(backend, &set, NULL) < 0
		       ? -1
		       : backend->ops->open(backend, set_for(count), NULL);
}

static int compare_times(const void *left, const void *right)
{
	double difference = *(const double *)left - *(const double *)right;

	return (difference > 0) - (difference < 0);
}

static int bench_single(struct kban_backend *backend)
{
	static double times[SINGLE];

	if (renew_set(backend, SINGLE) < 0)
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

/* Seconds, or a negative number. */
static double bench_batch(struct kban_backend *backend, unsigned count)
{
	double start, taken;

	if (renew_set(backend, count) < 0)
		return -1;
	start = now();
	if (ban(backend, 0, count) < 0)
		return -1;
	taken = now() - start;
	printf("%u bans at once: %.2f ms\n", count, taken * 1e3);
	return taken;
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
static int bench_script(struct kban_backend *backend, const char *format, const char *program,
			unsigned count)
{
	char path[] = "/tmp/kban-bench-XXXXXX", command[128], text[KBAN_ADDR_TEXT_SIZE];
	int fd = mkstemp(path);
	FILE *script = fd < 0 ? NULL : fdopen(fd, "w");
	double start;
	int status;

	if (script == NULL || renew_set(backend, count) < 0)
		return -1;
	for (unsigned i = 0; i < count; i++) {
		struct kban_addr addr = nth_addr(i);

		fprintf(script, "%s %s", format, kban_addr_print(&addr, text));
		fputs(format[0] == 'e' ? " timeout 86400s }\n" : " timeout 86400\n", script);
	}
	fclose(script);
	snprintf(command, sizeof(command), "%s < %s", program, path);
	start = now();
	status = namespace_run(command);
	printf("%u entries by %s: %.2f ms\n", count, program, (now() - start) * 1e3);
	unlink(path);
	return status;
}

/* What an action of fail2ban runs at its start, and by a shell for each ban. */
struct peer {
	const char *name, *prepare, *each, *clean;
};

static const struct peer peers[] = {
	{ "iptables-multiport",
	  "iptables -w -N f2b && iptables -w -I INPUT -p tcp -m multiport --dports 25 -j f2b",
	  "iptables -w -I f2b 1 -s $ip -j REJECT --reject-with icmp-port-unreachable",
	  "iptables -w -F && iptables -w -X f2b" },
	{ "iptables-ipset", "ipset create f2b hash:ip timeout 0",
	  "ipset -exist add f2b $ip timeout 600", "ipset destroy f2b" },
	{ "nftables", "nft add table inet f2b && nft 'add set inet f2b s { type ipv4_addr; }'",
	  "nft add element inet f2b s { $ip }", "nft delete table inet f2b" },
};

/* @a of_kban: seconds for one ban of many. */
static int bench_peer(const struct peer *peer, double of_kban)
{
	char command[512];
	double start, each;
	int status = namespace_run(peer->prepare);

	snprintf(command, sizeof(command),
		 "i=0; while [ $i -lt %d ]; do i=$((i+1)); ip=198.18.0.$i; export ip; "
		 "sh -c '%s' || exit 1; done",
		 PEER_BANS, peer->each);
	start = now();
	if (status == 0)
		status = namespace_run(command);
	each = (now() - start) / PEER_BANS;
	namespace_run(peer->clean);
	if (status != 0)
		printf("fail2ban's %s: cannot be run here\n", peer->name);
	else
		printf("fail2ban's %s: %.2f ms a ban, %.0f times kban's\n", peer->name, each * 1e3,
		       each / of_kban);
	return 0;
}

typedef int backend_new_fn(struct kban_context *ctx, struct kban_backend **out,
			   struct kban_error **err);

struct kind {
	const char *name;
	backend_new_fn *open;
	const char *line, *program;
	unsigned most; /* entries that the program takes at once in a namespace of a user */
};

static const struct kind kinds[] = {
	{ "ipset", kban_backend_ipset_new, "add kban-bench", "ipset -exist restore", RESTORE },
	{ "nft", kban_backend_nft_new, "element inet kban kban-bench {",
	  "sed 's/^/add /' | nft -f -", BATCH },
};

static int bench_kind(const struct kind *kind, struct kban_context *ctx, double *each)
{
	kban_auto(backend) backend = NULL;
	kban_auto(error) err = NULL;
	double batch;

	printf("-- %s\n", kind->name);
	if (kind->open(ctx, &backend, &err) < 0) {
		printf("%s\n", kban_error_text(err));
		return 0;
	}
	if (bench_single(backend) < 0)
		return -1;
	batch = bench_batch(backend, BATCH);
	if (batch < 0 || bench_script(backend, kind->line, kind->program, BATCH) != 0 ||
	    bench_batch(backend, RESTORE) < 0 || bench_list(backend) < 0 ||
	    (kind->most >= RESTORE &&
	     bench_script(backend, kind->line, kind->program, RESTORE) != 0) ||
	    bench_batch(backend, MILLION) < 0)
		return -1;
	*each = batch / BATCH;
	return backend->ops->remove(backend, &set, NULL);
}

int main(void)
{
	kban_auto(context) ctx = NULL;
	double each = 0;

	if (!namespace_enter())
		return EXIT_SUCCESS;
	ctx = kban_context_new();
	if (ctx == NULL)
		return EXIT_FAILURE;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (bench_kind(&kinds[i], ctx, &each) < 0)
			return EXIT_FAILURE;
		for (size_t k = 0; each > 0 && k < sizeof(peers) / sizeof(peers[0]); k++)
			bench_peer(&peers[k], each);
	}
	return EXIT_SUCCESS;
}
