/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The backend of kernel sets: what only a kernel can do. */
#include "kban-test.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ban/backend.h"
#include "namespace.h"
#include "netlink-trouble.h"

#define LENGTH (600 * KBAN_SECOND)

static const struct kb_set plain = { "kban-test", KBAN_IPV4, KB_SET_IP, 0, "" };
static const struct kb_set plain6 = { "kban-test6", KBAN_IPV6, KB_SET_IP, 0, "" };
static const struct kb_set nets = { "kban-test", KBAN_IPV4, KB_SET_NET, 0, "" };

static struct kban_context *ctx;

static int start(void **state)
{
	struct kban_backend *backend = NULL;

	namespace_run("iptables -F INPUT; ipset destroy");
	if (kban_backend_ipset_new(ctx, &backend, NULL) < 0)
		return -1;
	*state = backend;
	return 0;
}

static int stop(void **state)
{
	kban_backend_free(*state);
	return 0;
}

static int ban(struct kban_backend *backend, const struct kb_set *set, const char *text)
{
	struct kban_addr addr = test_addr(text);
	int status = backend->ops->ban(backend, set, &addr, LENGTH, NULL);

	return status < 0 ? status : backend->ops->commit(backend, NULL);
}

static bool holds(struct kban_backend *backend, const struct kb_set *set, const char *text)
{
	struct kban_addr addr = test_addr(text);

	return kban_backend_contains(backend, set->name, &addr, NULL);
}

static int open_set(struct kban_backend *backend, const struct kb_set *set)
{
	return backend->ops->open(backend, set, NULL);
}

static void tells_its_name(void **state)
{
	assert_string_equal(kban_backend_name(*state), "ipset");
}

/* Sets of others that have the name, and what of 192.0.2.1 and 198.51.100.0/24 is kept. */
struct foreign {
	const char *commands;
	const struct kb_set *wanted;
	bool keeps_address, keeps_network;
};

static const struct foreign foreign_sets[] = {
	{ "ipset create kban-test hash:ip && ipset add kban-test 192.0.2.1", &plain, true, false },
	{ "ipset create kban-test hash:ip timeout 60 netmask 24", &plain, false, false },
	{ "ipset create kban-test hash:net && ipset add kban-test 192.0.2.1 &&"
	  "ipset add kban-test 198.51.100.0/24",
	  &plain, true, false },
	{ "ipset create kban-test hash:net && ipset add kban-test 192.0.2.1 &&"
	  "ipset add kban-test 198.51.100.0/24 && ipset add kban-test 203.0.113.0/24 nomatch",
	  &nets, true, true },
	{ "ipset create kban-test hash:ip,port timeout 0 &&"
	  "ipset add kban-test 192.0.2.1,tcp:25",
	  &plain, false, false },
	{ "ipset create kban-test hash:ip family inet6 timeout 0 &&"
	  "ipset add kban-test 2001:db8::1",
	  &plain, false, false },
	{ "ipset create kban-test list:set timeout 0", &plain, false, false },
	{ "ipset create kban-test bitmap:port range 0-1023", &nets, false, false },
};

static void foreign_sets_are_replaced(void **state)
{
	struct kban_backend *backend = *state;

	for (size_t i = 0; i < kb_array_size(foreign_sets); i++) {
		const struct foreign *foreign = &foreign_sets[i];

		assert_int_equal(namespace_run("ipset destroy"), 0);
		assert_int_equal(namespace_run(foreign->commands), 0);
		assert_int_equal(open_set(backend, foreign->wanted), KBAN_OK);
		assert_int_equal(ban(backend, foreign->wanted, "192.0.2.99"), KBAN_OK);
		assert_true(holds(backend, foreign->wanted, "192.0.2.99"));
		assert_int_equal(holds(backend, foreign->wanted, "192.0.2.1"),
				 foreign->keeps_address);
		assert_int_equal(holds(backend, foreign->wanted, "198.51.100.5"),
				 foreign->keeps_network);
		assert_int_equal(namespace_run("ipset list -n | grep -q new"), 1);
	}
}

static void what_it_makes_can_hold_timeouts(void **state)
{
	struct kban_backend *backend = *state;

	assert_int_equal(open_set(backend, &plain6), KBAN_OK);
	assert_int_equal(namespace_run("ipset list kban-test6 | grep -q 'Header: family inet6 "
				       "hashsize 1024 maxelem 65536 timeout 0 '"),
			 0);
	assert_int_equal(ban(backend, &plain6, "2001:db8::1"), KBAN_OK);
	assert_int_equal(
		namespace_run(
			"ipset list kban-test6 | grep -Eq '^2001:db8::1 timeout (600|5[0-9]{2})$'"),
		0);
}

static void entries_survive_the_backend(void **state)
{
	struct kban_backend *backend = *state;

	assert_int_equal(open_set(backend, &plain), KBAN_OK);
	assert_int_equal(ban(backend, &plain, "192.0.2.1"), KBAN_OK);
	kban_backend_free(backend);
	assert_int_equal(kban_backend_ipset_new(ctx, &backend, NULL), KBAN_OK);
	*state = backend;
	assert_true(holds(backend, &plain, "192.0.2.1"));
	assert_int_equal(open_set(backend, &plain), KBAN_OK);
	assert_true(holds(backend, &plain, "192.0.2.1"));
}

#define REFER          "iptables -I INPUT -m set --match-set kban-test src -j DROP"
#define IS_REFERRED_TO "ipset list kban-test | grep -q '^References: 1$'"

static void a_set_is_replaced_under_its_rules(void **state)
{
	struct kban_backend *backend = *state;

	assert_int_equal(namespace_run("ipset create kban-test hash:ip maxelem 8 &&"
				       "ipset add kban-test 192.0.2.1 && " REFER),
			 0);
	assert_int_equal(open_set(backend, &plain), KBAN_OK);
	assert_int_equal(namespace_run(IS_REFERRED_TO), 0);
	assert_int_equal(namespace_run("ipset list kban-test | grep -q ' timeout 0 '"), 0);
	assert_true(holds(backend, &plain, "192.0.2.1"));
}

/* Hold back bans of so many hosts, the first 10.0.0.0. */
static void hold_many(struct kban_backend *backend, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct kban_addr addr = { .family = KBAN_IPV4, .prefix = 32, .bytes = { 10 } };

		addr.bytes[2] = (uint8_t)(i >> 8);
		addr.bytes[3] = (uint8_t)i;
		assert_int_equal(backend->ops->ban(backend, &plain, &addr, LENGTH, NULL), KBAN_OK);
	}
}

static void an_empty_set_is_made_for_many_under_its_rules(void **state)
{
	struct kban_backend *backend = *state;

	assert_int_equal(open_set(backend, &plain), KBAN_OK);
	assert_int_equal(
		namespace_run("iptables -A INPUT -m set --match-set kban-test src -j DROP"), 0);
	hold_many(backend, 10000);
	assert_int_equal(backend->ops->commit(backend, NULL), KBAN_OK);
	assert_int_equal(namespace_run("ipset list -t kban-test | grep -q 'hashsize 8192 '"), 0);
	assert_int_equal(namespace_run("ipset list -t kban-test | grep -q 'References: 1'"), 0);
	assert_int_equal(
		namespace_run("ipset list -t kban-test | grep -q 'Number of entries: 10000'"), 0);
	assert_int_equal(namespace_run("ipset list -n | grep -q new"), 1);
}

static void entries_of_others_stay_when_many_come(void **state)
{
	struct kban_backend *backend = *state;

	assert_int_equal(open_set(backend, &plain), KBAN_OK);
	assert_int_equal(namespace_run("ipset add kban-test 192.0.2.1"), 0);
	hold_many(backend, 10000);
	assert_int_equal(backend->ops->commit(backend, NULL), KBAN_OK);
	assert_true(holds(backend, &plain, "192.0.2.1"));
	assert_true(holds(backend, &plain, "10.0.39.15"));
}

static void networks_and_hosts_come_together(void **state)
{
	struct kban_backend *backend = *state;
	struct kban_addr network = test_addr("198.51.100.0/24");
	struct kban_addr host = test_addr("192.0.2.1");

	assert_int_equal(open_set(backend, &nets), KBAN_OK);
	assert_int_equal(backend->ops->ban(backend, &nets, &network, LENGTH, NULL), KBAN_OK);
	assert_int_equal(backend->ops->ban(backend, &nets, &host, LENGTH, NULL), KBAN_OK);
	assert_int_equal(backend->ops->commit(backend, NULL), KBAN_OK);
	assert_true(holds(backend, &nets, "198.51.100.7"));
	assert_true(holds(backend, &nets, "192.0.2.1"));
	assert_false(holds(backend, &nets, "192.0.2.2"));
}

static void another_type_under_rules_is_refused(void **state)
{
	struct kban_backend *backend = *state;
	kban_auto(error) err = NULL;

	assert_int_equal(open_set(backend, &plain), KBAN_OK);
	assert_int_equal(ban(backend, &plain, "192.0.2.1"), KBAN_OK);
	assert_int_equal(namespace_run(REFER), 0);
	assert_int_equal(backend->ops->open(backend, &nets, &err), KBAN_E_DENIED);
	assert_string_equal(kban_error_text(err),
			    "set 'kban-test' is a hash:ip that a rule refers to, and cannot become "
			    "a hash:net for IPv4");
	assert_true(holds(backend, &plain, "192.0.2.1"));
	assert_int_equal(namespace_run("ipset list -n | grep -q new"), 1);
	assert_int_equal(namespace_run("iptables -F INPUT"), 0);
	assert_int_equal(open_set(backend, &nets), KBAN_OK);
	assert_true(holds(backend, &nets, "192.0.2.1"));
}

static void remove_empties_a_set_that_rules_hold(void **state)
{
	struct kban_backend *backend = *state;
	kban_auto(error) err = NULL;

	assert_int_equal(open_set(backend, &plain), KBAN_OK);
	assert_int_equal(ban(backend, &plain, "192.0.2.1"), KBAN_OK);
	assert_int_equal(namespace_run(REFER), 0);
	assert_int_equal(backend->ops->remove(backend, &plain, &err), KB_SET_HELD);
	assert_null(err);
	assert_int_equal(namespace_run(IS_REFERRED_TO), 0);
	assert_false(holds(backend, &plain, "192.0.2.1"));
	assert_int_equal(namespace_run("iptables -F INPUT"), 0);
	assert_int_equal(backend->ops->remove(backend, &plain, &err), KBAN_OK);
	assert_int_equal(namespace_run("ipset list -n | grep -q kban-test"), 1);
}

static void one_missing_set_does_not_stop_the_others(void **state)
{
	struct kban_backend *backend = *state;
	struct kban_addr addr = test_addr("192.0.2.1"), addr6 = test_addr("2001:db8::1");
	kban_auto(error) err = NULL;

	assert_int_equal(open_set(backend, &plain), KBAN_OK);
	assert_int_equal(open_set(backend, &plain6), KBAN_OK);
	assert_int_equal(namespace_run("ipset destroy kban-test"), 0);
	assert_int_equal(backend->ops->ban(backend, &plain, &addr, LENGTH, NULL), KBAN_OK);
	assert_int_equal(backend->ops->ban(backend, &plain6, &addr6, LENGTH, NULL), KBAN_OK);
	assert_int_equal(backend->ops->commit(backend, &err), KBAN_E_NOTFOUND);
	assert_non_null(strstr(kban_error_text(err), "'kban-test'"));
	assert_true(holds(backend, &plain6, "2001:db8::1"));
}

static void another_set_of_the_name_is_told(void **state)
{
	struct kban_backend *backend = *state;

	assert_int_equal(open_set(backend, &plain), KBAN_OK);
	assert_int_equal(namespace_run("ipset destroy kban-test && ipset create kban-test hash:ip"),
			 0);
	assert_int_equal(ban(backend, &plain, "192.0.2.1"), KBAN_E_NOTFOUND);
	assert_int_equal(namespace_run("ipset destroy kban-test &&"
				       "ipset create kban-test hash:ip family inet6 timeout 0"),
			 0);
	assert_int_equal(ban(backend, &plain, "192.0.2.1"), KBAN_E_NOTFOUND);
	assert_int_equal(open_set(backend, &plain), KBAN_OK);
	assert_int_equal(ban(backend, &plain, "192.0.2.1"), KBAN_OK);
}

static void a_full_set_takes_what_it_can(void **state)
{
	struct kban_backend *backend = *state;
	struct kb_set small = plain;

	small.max_entries = 3;
	assert_int_equal(open_set(backend, &small), KBAN_OK);
	assert_int_equal(ban(backend, &small, "192.0.2.1"), KBAN_OK);
	for (unsigned i = 2; i < 200; i++) {
		struct kban_addr addr = test_addr("192.0.2.0");

		addr.bytes[3] = (uint8_t)i;
		assert_int_equal(backend->ops->ban(backend, &small, &addr, LENGTH, NULL), KBAN_OK);
	}
	/* Behind all that are refused, one that is there already. */
	assert_int_equal(ban(backend, &small, "192.0.2.1"), KBAN_E_LIMIT);
	assert_int_equal(namespace_run("test $(ipset list kban-test | grep -c timeout) = 4"), 0);
}

static const struct {
	int calls;
	unsigned nth;
	int error_number;
} troubles[] = {
	{ NETLINK_SEND, 3, ENOBUFS },
	{ NETLINK_SEND, 3, EAGAIN },
	{ NETLINK_RECEIVE, 3, ENOBUFS },
	{ NETLINK_RECEIVE, 3, EINTR },
	{ NETLINK_SEND | NETLINK_RECEIVE, 5, ENOBUFS },
	{ NETLINK_SEND | NETLINK_RECEIVE, 7, EINTR },
};

static int count_entry(const struct kban_addr *addr, kban_usec remaining, void *data)
{
	size_t *count = data;

	(void)addr;
	(void)remaining;
	(*count)++;
	return 0;
}

static void requests_that_get_lost_are_repeated(void **state)
{
	struct kban_backend *backend = *state;

	for (size_t i = 0; i < kb_array_size(troubles); i++) {
		size_t count = 0;

		assert_int_equal(namespace_run("ipset destroy"), 0);
		netlink_trouble_start(troubles[i].calls, troubles[i].nth, troubles[i].error_number);
		assert_int_equal(open_set(backend, &plain), KBAN_OK);
		for (unsigned j = 1; j <= 250; j++) {
			struct kban_addr addr = test_addr("192.0.2.0");

			addr.bytes[3] = (uint8_t)j;
			assert_int_equal(backend->ops->ban(backend, &plain, &addr, LENGTH, NULL),
					 KBAN_OK);
		}
		assert_int_equal(backend->ops->commit(backend, NULL), KBAN_OK);
		assert_true(netlink_trouble_stop() > 0);
		assert_int_equal(backend->ops->list(backend, &plain, count_entry, &count, NULL),
				 KBAN_OK);
		assert_int_equal(count, 250);
	}
}

static void trouble_without_end_is_told(void **state)
{
	struct kban_backend *backend = *state;
	struct kban_addr addr = test_addr("192.0.2.1");
	kban_auto(error) err = NULL;

	assert_int_equal(open_set(backend, &plain), KBAN_OK);
	assert_int_equal(backend->ops->ban(backend, &plain, &addr, LENGTH, NULL), KBAN_OK);
	netlink_trouble_start(NETLINK_SEND, 1, ENOBUFS);
	assert_int_equal(backend->ops->commit(backend, &err), KBAN_E_SYSTEM);
	assert_int_equal(netlink_trouble_stop(), 5);
	assert_string_equal(kban_error_text(err), "set 'kban-test': No buffer space available");
	assert_int_equal(ban(backend, &plain, "192.0.2.1"), KBAN_OK);
}

static void set_capabilities(bool net_admin)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	assert_int_equal(syscall(SYS_capget, &header, data), 0);
	data[0].effective = data[0].permitted;
	if (!net_admin)
		data[0].effective &= ~(1u << CAP_NET_ADMIN);
	assert_int_equal(syscall(SYS_capset, &header, data), 0);
}

static void the_missing_capability_is_told(void **state)
{
	struct kban_backend *backend = *state, *second = NULL;
	kban_auto(error) err = NULL;

	assert_int_equal(open_set(backend, &plain), KBAN_OK);
	set_capabilities(false);
	assert_int_equal(kban_backend_ipset_new(ctx, &second, &err), KBAN_E_DENIED);
	assert_null(second);
	assert_string_equal(kban_error_text(err), "ipset: not permitted, CAP_NET_ADMIN is missing");
	assert_int_equal(ban(backend, &plain, "192.0.2.1"), KBAN_E_DENIED);
	assert_int_equal(open_set(backend, &plain), KBAN_E_DENIED);
	assert_int_equal(backend->ops->remove(backend, &plain, &err), KBAN_E_DENIED);
	assert_string_equal(kban_error_text(err),
			    "set 'kban-test': not permitted, CAP_NET_ADMIN is missing");
	set_capabilities(true);
	assert_int_equal(ban(backend, &plain, "192.0.2.1"), KBAN_OK);
}

static void a_kernel_without_netlink_is_told(void **state)
{
	struct kban_backend *second = NULL;
	kban_auto(error) err = NULL;

	(void)state;
	netlink_trouble_start(NETLINK_SEND, 1, EPROTONOSUPPORT);
	assert_int_equal(kban_backend_ipset_new(ctx, &second, &err), KBAN_E_NOTFOUND);
	netlink_trouble_stop();
	assert_null(second);
	assert_string_equal(kban_error_text(err),
			    "ipset: the kernel has no sets, module ip_set is missing");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_its_name, start, stop),
		cmocka_unit_test_setup_teardown(foreign_sets_are_replaced, start, stop),
		cmocka_unit_test_setup_teardown(what_it_makes_can_hold_timeouts, start, stop),
		cmocka_unit_test_setup_teardown(entries_survive_the_backend, start, stop),
		cmocka_unit_test_setup_teardown(a_set_is_replaced_under_its_rules, start, stop),
		cmocka_unit_test_setup_teardown(an_empty_set_is_made_for_many_under_its_rules,
						start, stop),
		cmocka_unit_test_setup_teardown(entries_of_others_stay_when_many_come, start, stop),
		cmocka_unit_test_setup_teardown(networks_and_hosts_come_together, start, stop),
		cmocka_unit_test_setup_teardown(another_type_under_rules_is_refused, start, stop),
		cmocka_unit_test_setup_teardown(remove_empties_a_set_that_rules_hold, start, stop),
		cmocka_unit_test_setup_teardown(one_missing_set_does_not_stop_the_others, start,
						stop),
		cmocka_unit_test_setup_teardown(another_set_of_the_name_is_told, start, stop),
		cmocka_unit_test_setup_teardown(a_full_set_takes_what_it_can, start, stop),
		cmocka_unit_test_setup_teardown(requests_that_get_lost_are_repeated, start, stop),
		cmocka_unit_test_setup_teardown(trouble_without_end_is_told, start, stop),
		cmocka_unit_test_setup_teardown(the_missing_capability_is_told, start, stop),
		cmocka_unit_test_setup_teardown(a_kernel_without_netlink_is_told, start, stop),
	};
	int status;

	if (!namespace_enter())
		return EXIT_SUCCESS;
	ctx = kban_context_new();
	if (ctx == NULL)
		return EXIT_FAILURE;
	status = cmocka_run_group_tests_name("backend-ipset", tests, NULL, NULL);
	kban_context_unref(ctx);
	return status;
}
