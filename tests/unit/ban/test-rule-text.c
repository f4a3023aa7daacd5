/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <unistd.h>

#include "ban/rule-text.h"

/* What was read, printed again; NULL: it is refused with @a error. */
struct row {
	const char *text;
	const char *expected;
	const char *error;
};

/* Ports as they would stand in rules, one rule a line. */
static void print_ports(const struct kb_port_list *list, struct kb_buffer *out)
{
	size_t next = 0;

	while (next < list->count) {
		if (out->len > 0)
			kb_buffer_byte(out, '\n');
		assert_int_equal(kb_port_list_print(list, &next, out), KBAN_OK);
	}
	kb_buffer_string(out, "");
}

static void check(int status, struct kban_error *const *written, const struct kb_buffer *out,
		  const struct row *row)
{
	struct kban_error *err = *written;

	if (row->expected == NULL) {
		assert_int_equal(status, KBAN_E_SYNTAX);
		assert_string_equal(kban_error_text(err), row->error);
	} else {
		assert_int_equal(status, KBAN_OK);
		assert_null(err);
		assert_string_equal(out->len > 0 ? out->data : "", row->expected);
	}
	kban_error_free(err);
}

static void ports_of(const struct row *row, const char *protocol)
{
	for (; row->text != NULL; row++) {
		kb_auto_clear(port_list) list = { 0 };
		kb_auto_clear(buffer) out = { 0 };
		struct kban_error *err = NULL;
		int status = kb_port_list_parse(kb_text(row->text), protocol, &list, &err);

		print_ports(&list, &out);
		check(status, &err, &out, row);
	}
}

static void tcp_ports(void **state)
{
	ports_of(*state, "tcp");
}

static void tcp_services(void **state)
{
	if (access("/etc/services", R_OK) < 0)
		test_leave("there is no /etc/services");
	ports_of(*state, "tcp");
}

static void udp_services(void **state)
{
	if (access("/etc/services", R_OK) < 0)
		test_leave("there is no /etc/services");
	ports_of(*state, "udp");
}

static const struct row ports_are_numbers_and_ranges[] = {
	{ "25", "25", NULL },
	{ "25,465,587", "25,465,587", NULL },
	{ " 25 , 465\n587\t", "25,465,587", NULL },
	{ "1000:2000", "1000:2000", NULL },
	{ "1000-2000", "1000:2000", NULL },
	{ ":1023", "0:1023", NULL },
	{ "60000:", "60000:65535", NULL },
	{ "25:25", "25", NULL },
	{ "25,25,20:30,22,20:30", "25,20:30", NULL },
	{ NULL, NULL, NULL },
};

static const struct row services_are_ports[] = {
	{ "ssh", "22", NULL },          { "smtp,465,submission", "25,465,587", NULL },
	{ "smtp:587", "25:587", NULL }, { "ms-sql-s", "1433", NULL },
	{ "25,smtp", "25", NULL },      { NULL, NULL, NULL },
};

static const struct row no_ports_are_all_ports[] = {
	{ "", "", NULL },        { " , ", "", NULL },        { "0:65535", "", NULL },
	{ "1:65535", "", NULL }, { "25,0:65535", "", NULL }, { "0-65535", "", NULL },
	{ ":", "", NULL },       { NULL, NULL, NULL },
};

static const struct row what_is_no_port_is_refused[] = {
	{ "smptp", NULL, "unknown port or service 'smptp'" },
	{ "65536", NULL, "unknown port or service '65536'" },
	{ "-1", NULL, "unknown port or service '-1'" },
	{ "25;rm", NULL, "unknown port or service '25;rm'" },
	{ "20:10", NULL, "ports '20:10' run backwards" },
	{ "22:25:30", NULL, "unknown port or service '25:30'" },
	{ "10-70000", NULL, "unknown port or service '70000'" },
	{ "<port>", NULL, "unknown port or service '<port>'" },
	{ "25\x1b[m", NULL, "unknown port or service '25\\x1b[m'" },
	{ "x234567890123456789012345678901234567890123456789012345678901234", NULL,
	  "unknown port or service "
	  "'x234567890123456789012345678901234567890123456789012345678901234'" },
	{ NULL, NULL, NULL },
};

/* /etc/services has smtp for tcp alone, and tftp for udp alone. */
static const struct row a_service_of_another_protocol_will_do[] = {
	{ "smtp,587", "25,587", NULL },
	{ NULL, NULL, NULL },
};

static const struct row a_service_of_udp_alone_will_do[] = {
	{ "tftp", "69", NULL },
	{ NULL, NULL, NULL },
};

static const struct row a_rule_has_15_ports_and_a_range_counts_twice[] = {
	{ "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15", NULL },
	{ "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n16",
	  NULL },
	{ "1,2,3,4,5,6,7,8,9,10,11,12,13,14,20:30", "1,2,3,4,5,6,7,8,9,10,11,12,13,14\n20:30",
	  NULL },
	{ "1,2,3,4,5,6,7,8,9,10,11,12,13,20:30", "1,2,3,4,5,6,7,8,9,10,11,12,13,20:30", NULL },
	{ NULL, NULL, NULL },
};

static void protocols(void **state)
{
	for (const struct row *row = *state; row->text != NULL; row++) {
		kb_auto_clear(buffer) out = { 0 };
		struct kb_protocol protocol = { 0 };
		struct kban_error *err = NULL;
		int status = kb_protocol_parse(kb_text(row->text), &protocol, &err);

		kb_buffer_printf(&out, "%s %s%s", protocol.match4, protocol.match6,
				 protocol.has_ports ? " ports" : "");
		check(status, &err, &out, row);
	}
}

static const struct row protocols_are_those_of_their_family[] = {
	{ "tcp", "tcp tcp ports", NULL },
	{ "TCP", "tcp tcp ports", NULL },
	{ "6", "tcp tcp ports", NULL },
	{ "udp", "udp udp ports", NULL },
	{ "udplite", "udplite udplite ports", NULL },
	{ "sctp", "sctp sctp ports", NULL },
	{ "dccp", "dccp dccp ports", NULL },
	{ "icmp", "icmp ipv6-icmp", NULL },
	{ "icmpv6", "icmp ipv6-icmp", NULL },
	{ "ipv6-icmp", "icmp ipv6-icmp", NULL },
	{ "58", "icmp ipv6-icmp", NULL },
	{ "esp", "esp esp", NULL },
	{ "89", "89 89", NULL },
	{ "255", "255 255", NULL },
	{ "all", " ", NULL },
	{ "0", " ", NULL },
	{ "tpc", NULL, "unknown protocol 'tpc'" },
	{ "256", NULL, "unknown protocol '256'" },
	{ "", NULL, "unknown protocol ''" },
	{ NULL, NULL, NULL },
};

static void targets_of(const struct row *row, enum kban_family family)
{
	for (; row->text != NULL; row++) {
		kb_auto_clear(buffer) out = { 0 };
		struct kban_error *err = NULL;
		int status = kb_target_print(kb_text(row->text), family, &out, &err);

		check(status, &err, &out, row);
	}
}

static void targets4(void **state)
{
	targets_of(*state, KBAN_IPV4);
}

static void targets6(void **state)
{
	targets_of(*state, KBAN_IPV6);
}

static const struct row targets_are_words[] = {
	{ "DROP", "DROP", NULL },
	{ " REJECT  --reject-with\ticmp-port-unreachable ",
	  "REJECT --reject-with icmp-port-unreachable", NULL },
	{ "REJECT --reject-with icmp6-adm-prohibited", "REJECT --reject-with icmp-admin-prohibited",
	  NULL },
	{ "REJECT --reject-with host-unreach", "REJECT --reject-with icmp-host-unreachable", NULL },
	{ "LOG --log-level 4 --log-prefix kban:", "LOG --log-level 4 --log-prefix kban:", NULL },
	{ "my_chain-1.x", "my_chain-1.x", NULL },
	{ NULL, NULL, NULL },
};

static const struct row targets_of_ipv6_answer_in_its_terms[] = {
	{ "REJECT --reject-with icmp-port-unreachable",
	  "REJECT --reject-with icmp6-port-unreachable", NULL },
	{ "REJECT --reject-with icmp6-port-unreachable",
	  "REJECT --reject-with icmp6-port-unreachable", NULL },
	{ "REJECT --reject-with icmp-net-prohibited", "REJECT --reject-with icmp6-adm-prohibited",
	  NULL },
	{ "REJECT --reject-with policy-fail", "REJECT --reject-with icmp6-policy-fail", NULL },
	{ "REJECT --reject-with tcp-reset", "REJECT --reject-with tcp-reset", NULL },
	{ NULL, NULL, NULL },
};

static const struct row what_a_script_could_misread_is_refused[] = {
	{ "", NULL, "there is no target" },
	{ " \n", NULL, "there is no target" },
	{ "-j", NULL, "'-j' is no name of a chain or target" },
	{ "DROP;x", NULL, "'DROP;x' is no name of a chain or target" },
	{ "LOG --log-prefix \"a", NULL, "target with '\"a', which cannot be in a rule" },
	{ "LOG --log-prefix 'a'", NULL, "target with ''a'', which cannot be in a rule" },
	{ "LOG --log-prefix a\\", NULL, "target with 'a\\', which cannot be in a rule" },
	{ "LOG --log-prefix #", NULL, "target with '#', which cannot be in a rule" },
	{ "DROP \x7f", NULL, "target with '\\x7f', which cannot be in a rule" },
	{ "REJECT --reject-with x", NULL,
	  "target 'REJECT --reject-with x': cannot reject with 'x'" },
	{ "x234567890123456789012345678", "x234567890123456789012345678", NULL },
	{ "x2345678901234567890123456789", NULL,
	  "chain 'x2345678901234567890123456789' has a name of more than 28 bytes" },
	{ NULL, NULL, NULL },
};

static void targets_that_are_chains_are_known(void **state)
{
	(void)state;
	assert_false(kb_target_is_chain(KB_TEXT("DROP")));
	assert_false(kb_target_is_chain(KB_TEXT("REJECT --reject-with tcp-reset")));
	assert_true(kb_target_is_chain(KB_TEXT("DROPPED")));
	assert_true(kb_target_is_chain(KB_TEXT("drop")));
	assert_true(kb_target_needs_tcp(KB_TEXT("REJECT --reject-with tcp-reset")));
	assert_true(kb_target_needs_tcp(KB_TEXT("TARPIT")));
	assert_false(kb_target_needs_tcp(KB_TEXT("DROP")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(tcp_ports, ports_are_numbers_and_ranges),
		test_case(tcp_services, services_are_ports),
		test_case(tcp_ports, no_ports_are_all_ports),
		test_case(tcp_ports, what_is_no_port_is_refused),
		test_case(udp_services, a_service_of_another_protocol_will_do),
		test_case(tcp_services, a_service_of_udp_alone_will_do),
		test_case(tcp_ports, a_rule_has_15_ports_and_a_range_counts_twice),
		test_case(protocols, protocols_are_those_of_their_family),
		test_case(targets4, targets_are_words),
		test_case(targets6, targets_of_ipv6_answer_in_its_terms),
		test_case(targets4, what_a_script_could_misread_is_refused),
		cmocka_unit_test(targets_that_are_chains_are_known),
	};

	return cmocka_run_group_tests_name("rule-text", tests, NULL, NULL);
}
