/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <net/route.h>
#include <stdio.h>

#include "decide/own-addresses.h"
#include "failing-alloc.h"
#include "file-tree.h"

/* eth0 with 192.0.2.10/24 and 2001:db8::10, a tunnel without broadcast, a link without address. */
static struct sockaddr_in eth0_ipv4, eth0_broadcast, tunnel_ipv4, tunnel_peer;
static struct sockaddr_in6 eth0_ipv6;
static struct sockaddr packet = { .sa_family = AF_PACKET };
static struct ifaddrs interfaces[5];
static int listed, freed;

static void fill_ipv4(struct sockaddr_in *address, const char *text)
{
	address->sin_family = AF_INET;
	assert_int_equal(inet_pton(AF_INET, text, &address->sin_addr), 1);
}

static int make_interfaces(void **state)
{
	(void)state;
	fill_ipv4(&eth0_ipv4, "192.0.2.10");
	fill_ipv4(&eth0_broadcast, "192.0.2.255");
	fill_ipv4(&tunnel_ipv4, "198.51.100.10");
	fill_ipv4(&tunnel_peer, "198.51.100.11");
	eth0_ipv6.sin6_family = AF_INET6;
	assert_int_equal(inet_pton(AF_INET6, "2001:db8::10", &eth0_ipv6.sin6_addr), 1);

	interfaces[0].ifa_addr = (struct sockaddr *)&eth0_ipv4;
	interfaces[0].ifa_flags = IFF_BROADCAST;
	interfaces[0].ifa_broadaddr = (struct sockaddr *)&eth0_broadcast;
	interfaces[1].ifa_addr = (struct sockaddr *)&eth0_ipv6;
	interfaces[2].ifa_addr = (struct sockaddr *)&tunnel_ipv4;
	interfaces[2].ifa_flags = IFF_POINTOPOINT;
	interfaces[2].ifa_dstaddr = (struct sockaddr *)&tunnel_peer;
	interfaces[3].ifa_addr = &packet;
	for (size_t i = 0; i + 1 < kb_array_size(interfaces); i++)
		interfaces[i].ifa_next = &interfaces[i + 1];
	return 0;
}

static int list_interfaces(struct ifaddrs **out)
{
	listed++;
	*out = interfaces;
	return 0;
}

static int list_none(struct ifaddrs **out)
{
	listed++;
	*out = NULL;
	return 0;
}

static int list_denied(struct ifaddrs **out)
{
	(void)out;
	errno = EPERM;
	return -1;
}

static void free_interfaces(struct ifaddrs *list)
{
	(void)list;
	freed++;
}

struct route {
	const char *destination, *gateway, *mask;
	unsigned flags;
};

static const struct route routes4[] = {
	{ "0.0.0.0", "192.0.2.1", "0.0.0.0", RTF_UP | RTF_GATEWAY },
	{ "198.51.100.0", "192.0.2.2", "255.255.255.0", RTF_UP | RTF_GATEWAY },
	{ "0.0.0.0", "192.0.2.3", "128.0.0.0", RTF_UP | RTF_GATEWAY },
	{ "0.0.0.0", "192.0.2.4", "0.0.0.0", RTF_UP },
	{ "0.0.0.0", "0.0.0.0", "0.0.0.0", RTF_UP },
};

/* The kernel prints an address as a number of its own byte order. */
static uint32_t as_number(const char *text)
{
	uint32_t number;

	assert_int_equal(inet_pton(AF_INET, text, &number), 1);
	return number;
}

static void write_routes4(char *text, size_t size)
{
	FILE *out = fmemopen(text, size, "w");

	assert_non_null(out);
	fputs("Iface\tDestination\tGateway "
	      "\tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n",
	      out);
	for (size_t i = 0; i < kb_array_size(routes4); i++)
		fprintf(out, "eth0\t%08X\t%08X\t%04X\t0\t0\t100\t%08X\t0\t0\t0\n",
			as_number(routes4[i].destination), as_number(routes4[i].gateway),
			routes4[i].flags, as_number(routes4[i].mask));
	fclose(out);
}

#define ZEROS "00000000000000000000000000000000"

static const char routes6[] =
	"20010db8000000000000000000000000 40 " ZEROS " 00 " ZEROS
	" 00000100 00000001 00000000 00000001     eth0\n"
	"20010db8000100000000000000000000 30 " ZEROS " 00 20010db80000000000000000000000ee"
	" 00000100 00000001 00000000 00000003     eth0\n" ZEROS " 00 " ZEROS
	" 00 fe8000000000000000000000000000fe 00000400 00000002 00000000 00000003     eth0\n" ZEROS
	" 00 " ZEROS " 00 20010db80000000000000000000000f0"
	" 00000400 00000002 00000000 00000003     eth1\n" ZEROS " 00 " ZEROS " 00 " ZEROS
	" ffffffff 00000001 00000000 00200200       lo\n";

static const char resolvers[] = "# nameserver 203.0.113.99\n"
				"; nameserver 203.0.113.98\n"
				"nameserver 203.0.113.53\n"
				"nameserver\t2001:db8::53\n"
				"nameserver fe80::53%eth0\n"
				"nameserver 203.0.113.999\n"
				"nameserver\n"
				"search mail.example\n"
				"options ndots:2\n"
				"nameserver 203.0.113.54 # without line feed";

struct expectation {
	const char *addr;
	const char *reason;
};

static const struct expectation what_the_system_tells[] = {
	{ "127.0.0.1", "own address" },
	{ "127.255.0.3", "own address" },
	{ "::1", "own address" },
	{ "192.0.2.10", "own address" },
	{ "192.0.2.255", "own address" },
	{ "2001:db8::10", "own address" },
	{ "198.51.100.10", "own address" },
	{ "192.0.2.0/24", "gateway" },
	{ "192.0.2.1", "gateway" },
	{ "fe80::fe", "gateway" },
	{ "2001:db8::f0", "gateway" },
	{ "203.0.113.53", "resolver" },
	{ "2001:db8::53", "resolver" },
	{ "fe80::53", "resolver" },
	{ "203.0.113.54", "resolver" },
	{ "128.0.0.1", NULL },
	{ "::2", NULL },
	{ "192.0.2.9", NULL },
	{ "198.51.100.11", NULL },
	{ "192.0.2.2", NULL },
	{ "192.0.2.3", NULL },
	{ "192.0.2.4", NULL },
	{ "2001:db8::ee", NULL },
	{ "203.0.113.98", NULL },
	{ "203.0.113.99", NULL },
	{ "0.0.0.0", NULL },
	{ "::", NULL },
	{ NULL, NULL },
};

/* Files below a directory of their own, and who asks them. */
struct fixture {
	char *root;
	char paths[3][200];
	struct kb_own_sources sources;
};

static void make_fixture(struct fixture *fixture, const struct test_file *files)
{
	static const char *const names[] = { "route", "ipv6_route", "resolv.conf" };
	size_t i;

	fixture->root = make_tree(files);
	for (i = 0; i < kb_array_size(names); i++)
		snprintf(fixture->paths[i], sizeof(fixture->paths[i]), "%s/%s", fixture->root,
			 names[i]);
	fixture->sources = (struct kb_own_sources){
		list_interfaces,   free_interfaces,   fixture->paths[0],
		fixture->paths[1], fixture->paths[2],
	};
}

static void make_full_fixture(struct fixture *fixture)
{
	char routes[1000];
	struct test_file files[] = { { "route", routes },
				     { "ipv6_route", routes6 },
				     { "resolv.conf", resolvers },
				     { NULL, NULL } };

	write_routes4(routes, sizeof(routes));
	make_fixture(fixture, files);
}

static void tells_who_must_not_be_cut_off(void **state)
{
	const struct expectation *row = what_the_system_tells;
	kb_auto_clear(network_set) set = { 0 };
	struct fixture fixture;

	(void)state;
	make_full_fixture(&fixture);
	listed = freed = 0;
	assert_int_equal(kb_own_addresses_load(&fixture.sources, &set, NULL), KBAN_OK);
	remove_tree(fixture.root);
	assert_int_equal(listed, 1);
	assert_int_equal(freed, 1);
	for (; row->addr != NULL; row++) {
		struct kban_addr addr = test_addr(row->addr);
		const char *reason = kb_network_set_find(&set, &addr);

		if (row->reason == NULL)
			assert_null(reason);
		else
			assert_string_equal(reason, row->reason);
	}
}

static void files_that_do_not_exist_tell_nothing(void **state)
{
	static const struct test_file none[] = { { NULL, NULL } };
	kb_auto_clear(network_set) set = { 0 };
	struct fixture fixture;

	(void)state;
	make_fixture(&fixture, none);
	fixture.sources.list_interfaces = list_none;
	assert_int_equal(kb_own_addresses_load(&fixture.sources, &set, NULL), KBAN_OK);
	remove_tree(fixture.root);
	assert_int_equal(set.count, 2);
}

static void garbage_tells_nothing(void **state)
{
	static char long_line[3000];
	struct test_file garbage[] = {
		{ "route", "eth0\nzz 0 0 0\n\n\xff\xfe 1 2 3 4 5 6 7\n" },
		{ "ipv6_route",
		  ZEROS " 00 " ZEROS " 00 fe80 0 0 0 3 x\n" ZEROS " 00\n" ZEROS " 00 " ZEROS
			" 00 zz8000000000000000000000000000fe 0 0 0 3 x\n" },
		{ "resolv.conf", long_line },
		{ NULL, NULL },
	};
	kb_auto_clear(network_set) set = { 0 };
	struct fixture fixture;

	(void)state;
	memset(long_line, 'x', sizeof(long_line) - 1);
	make_fixture(&fixture, garbage);
	fixture.sources.list_interfaces = list_none;
	assert_int_equal(kb_own_addresses_load(&fixture.sources, &set, NULL), KBAN_OK);
	remove_tree(fixture.root);
	assert_int_equal(set.count, 2);
}

static void says_what_it_could_not_read(void **state)
{
	static const struct test_file directory[] = { { "resolv.conf", NULL }, { NULL, NULL } };
	kb_auto_clear(network_set) set = { 0 };
	kban_auto(error) err = NULL;
	struct fixture fixture;
	char *text;

	(void)state;
	make_fixture(&fixture, directory);
	assert_int_equal(kb_own_addresses_load(&fixture.sources, &set, &err), KBAN_E_SYSTEM);
	text = without_root(kban_error_text(err), fixture.root);
	assert_string_equal(text, "@ROOT@/resolv.conf: cannot read: Is a directory");
	free(text);

	fixture.sources.resolvers = "/dev/null/resolv.conf";
	assert_int_equal(kb_own_addresses_load(&fixture.sources, &set, &err), KBAN_E_SYSTEM);
	assert_string_equal(kban_error_text(err),
			    "/dev/null/resolv.conf: cannot open: Not a directory");

	fixture.sources.list_interfaces = list_denied;
	assert_int_equal(kb_own_addresses_load(&fixture.sources, &set, &err), KBAN_E_SYSTEM);
	assert_string_equal(kban_error_text(err),
			    "cannot list network interfaces: Operation not permitted");
	remove_tree(fixture.root);
}

static int load(void *data)
{
	const struct fixture *fixture = data;
	kb_auto_clear(network_set) set = { 0 };

	return kb_own_addresses_load(&fixture->sources, &set, NULL);
}

static void every_allocation_may_fail(void **state)
{
	struct fixture fixture;

	(void)state;
	make_full_fixture(&fixture);
	assert_every_allocation_may_fail(load, &fixture);
	remove_tree(fixture.root);
}

static void this_system_can_be_asked(void **state)
{
	kb_auto_clear(network_set) set = { 0 };
	struct kban_addr loopback = test_addr("127.0.0.1");

	(void)state;
	assert_int_equal(kb_own_addresses_load(&kb_own_sources_system, &set, NULL), KBAN_OK);
	assert_non_null(kb_network_set_find(&set, &loopback));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_who_must_not_be_cut_off),
		cmocka_unit_test(files_that_do_not_exist_tell_nothing),
		cmocka_unit_test(garbage_tells_nothing),
		cmocka_unit_test(says_what_it_could_not_read),
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(this_system_can_be_asked),
	};

	return cmocka_run_group_tests_name("own-addresses", tests, make_interfaces, NULL);
}
