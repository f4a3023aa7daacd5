/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * set-probe ipset|nft SET: looks at a set of IPv4 addresses every 10 ms, whole listings by netlink
 * alone, until its input ends. What the first look finds must be there at each other one.
 *
 * Says "ready" after the first look, and at the end how often it looked, how many looks missed
 * something, and the median and the longest time in milliseconds from one look to the next.
 */
/* Before those of the kernel, which then leave its part to it. */
#include <netinet/in.h>

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libmnl/libmnl.h>

#define EVERY_MS  10
#define ADDRS_MAX 100000
#define LOOKS_MAX 100000

struct probe {
	struct mnl_socket *socket;
	bool is_nft;
	const char *set;
	unsigned sequence;
	uint32_t found[ADDRS_MAX], expected[ADDRS_MAX];
	size_t found_count, expected_count;
	double between[LOOKS_MAX]; /* milliseconds */
	size_t looks, gaps;
};

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void note(struct probe *probe, const struct nlattr *addr)
{
	if (mnl_attr_get_payload_len(addr) == sizeof(uint32_t) && probe->found_count < ADDRS_MAX)
		memcpy(&probe->found[probe->found_count++], mnl_attr_get_payload(addr),
		       sizeof(uint32_t));
}

/* Some attributes, one behind the other. */
struct attributes {
	const struct nlattr *next;
	const char *end;
};

static struct attributes of_attribute(const struct nlattr *outer)
{
	const char *payload = mnl_attr_get_payload(outer);

	return (struct attributes){ mnl_attr_get_payload(outer),
				    payload + mnl_attr_get_payload_len(outer) };
}

static struct attributes of_message(const struct nlmsghdr *message)
{
	return (struct attributes){
		mnl_nlmsg_get_payload_offset(message, sizeof(struct nfgenmsg)),
		mnl_nlmsg_get_payload_tail(message),
	};
}

/* The next of them, or NULL. (The loops of libmnl cast constness away.) */
static const struct nlattr *next_of(struct attributes *attributes)
{
	const struct nlattr *attr = attributes->next;

	if (!mnl_attr_ok(attr, (int)(attributes->end - (const char *)attr)))
		return NULL;
	attributes->next = mnl_attr_next(attr);
	return attr;
}

/* The one of a type, or NULL. */
static const struct nlattr *find(struct attributes attributes, uint16_t type)
{
	const struct nlattr *attr;

	while ((attr = next_of(&attributes)) != NULL && mnl_attr_get_type(attr) != type)
		;
	return attr;
}

static const struct nlattr *inside(const struct nlattr *outer, uint16_t type)
{
	return outer != NULL ? find(of_attribute(outer), type) : NULL;
}

static const struct nlattr *addr_of(const struct probe *probe, const struct nlattr *entry)
{
	if (probe->is_nft)
		return inside(inside(entry, NFTA_SET_ELEM_KEY), NFTA_DATA_VALUE);
	return inside(inside(entry, IPSET_ATTR_IP), IPSET_ATTR_IPADDR_IPV4);
}

static int on_message(const struct nlmsghdr *message, void *data)
{
	struct probe *probe = data;
	const struct nlattr *entries = find(
		of_message(message), probe->is_nft ? NFTA_SET_ELEM_LIST_ELEMENTS : IPSET_ATTR_ADT);
	struct attributes rest;
	const struct nlattr *entry;

	if (entries == NULL)
		return MNL_CB_OK;
	rest = of_attribute(entries);
	while ((entry = next_of(&rest)) != NULL) {
		const struct nlattr *addr = addr_of(probe, entry);

		if (addr != NULL)
			note(probe, addr);
	}
	return MNL_CB_OK;
}

static struct nlmsghdr *ask(struct probe *probe, char *buffer)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *header;

	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	message->nlmsg_seq = ++probe->sequence;
	if (probe->is_nft)
		message->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETSETELEM;
	else
		message->nlmsg_type = NFNL_SUBSYS_IPSET << 8 | IPSET_CMD_LIST;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->nfgen_family = probe->is_nft ? NFPROTO_INET : NFPROTO_IPV4;
	if (probe->is_nft) {
		mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_TABLE, "kban");
		mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_SET, probe->set);
	} else {
		mnl_attr_put_u8(message, IPSET_ATTR_PROTOCOL, IPSET_PROTOCOL);
		mnl_attr_put_strz(message, IPSET_ATTR_SETNAME, probe->set);
	}
	return message;
}

/* 1: found is what the set holds; 0: there is no set; -1: it changed meanwhile, or trouble. */
static int list(struct probe *probe)
{
	static char buffer[65536];
	struct nlmsghdr *message = ask(probe, buffer);
	int status = MNL_CB_OK;

	probe->found_count = 0;
	if (mnl_socket_sendto(probe->socket, message, message->nlmsg_len) < 0)
		return -1;
	while (status == MNL_CB_OK) {
		ssize_t size = mnl_socket_recvfrom(probe->socket, buffer, sizeof(buffer));

		if (size < 0)
			return -1;
		status = mnl_cb_run(buffer, (size_t)size, probe->sequence,
				    mnl_socket_get_portid(probe->socket), on_message, probe);
	}
	if (status == MNL_CB_ERROR)
		return errno == ENOENT ? 0 : -1;
	return 1;
}

/* A listing that was disturbed says nothing. */
static int look(struct probe *probe)
{
	int status = list(probe);

	for (int tries = 0; status < 0 && tries < 1000; tries++)
		status = list(probe);
	return status;
}

static int compare_addrs(const void *left, const void *right)
{
	return memcmp(left, right, sizeof(uint32_t));
}

static int compare_times(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static void sort(uint32_t *addrs, size_t count)
{
	qsort(addrs, count, sizeof(*addrs), compare_addrs);
}

/* Both sorted. */
static size_t missing(const struct probe *probe)
{
	size_t absent = 0, at = 0;

	for (size_t i = 0; i < probe->expected_count; i++) {
		const uint32_t *wanted = &probe->expected[i];

		while (at < probe->found_count && compare_addrs(&probe->found[at], wanted) < 0)
			at++;
		absent += at == probe->found_count || probe->found[at] != *wanted;
	}
	return absent;
}

static void look_again(struct probe *probe)
{
	int status = look(probe);
	size_t absent = probe->expected_count;

	if (status > 0) {
		sort(probe->found, probe->found_count);
		absent = missing(probe);
	}
	if (absent > 0)
		printf("look %zu: %s, %zu missing\n", probe->looks,
		       status < 0 ? strerror(errno) : "listed", absent);
	probe->gaps += absent > 0;
}

/* True when the input ended. */
static bool wait_until(double when)
{
	struct pollfd input = { .fd = 0, .events = POLLIN };
	double left = when - now_ms();

	return poll(&input, 1, left > 0 ? (int)(left + 0.5) : 0) != 0;
}

static void watch(struct probe *probe)
{
	double last = now_ms(), next = last + EVERY_MS;

	while (!wait_until(next) && probe->looks < LOOKS_MAX) {
		double now = now_ms();

		look_again(probe);
		probe->between[probe->looks++] = now - last;
		last = now;
		next = next + EVERY_MS > now ? next + EVERY_MS : now;
	}
}

static struct probe probe;

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	probe.is_nft = strcmp(argv[1], "nft") == 0;
	probe.set = argv[2];
	probe.socket = mnl_socket_open(NETLINK_NETFILTER);
	if (probe.socket == NULL || mnl_socket_bind(probe.socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    look(&probe) <= 0) {
		perror("set-probe");
		return 1;
	}
	memcpy(probe.expected, probe.found, sizeof(probe.found));
	probe.expected_count = probe.found_count;
	sort(probe.expected, probe.expected_count);
	printf("ready %zu\n", probe.expected_count);
	fflush(stdout);
	watch(&probe);
	if (probe.looks == 0)
		return 1;
	qsort(probe.between, probe.looks, sizeof(double), compare_times);
	printf("end %zu %zu %.1f %.1f\n", probe.looks, probe.gaps, probe.between[probe.looks / 2],
	       probe.between[probe.looks - 1]);
	mnl_socket_close(probe.socket);
	return 0;
}
