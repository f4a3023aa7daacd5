/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "ban/rules.h"
#include "base/buffer.h"
#include "base/text.h"
#include "failing-alloc.h"

#define REJECT4 "REJECT --reject-with icmp-port-unreachable"
#define REJECT6 "REJECT --reject-with icmp6-port-unreachable"

/* What most rules here are. */
static struct kban_rule usual(void)
{
	return (struct kban_rule){
		.jail = "mail",
		.set4 = "kban-mail",
		.chains = "INPUT",
		.protocols = "tcp",
		.ports = "25,587",
		.target4 = "DROP",
	};
}

/* The script with '#' for the hash in each comment. */
static char *without_hashes(struct kban_text script)
{
	kb_auto_clear(buffer) out = { 0 };
	struct kban_text line;

	while (kb_text_next_line(&script, &line)) {
		size_t comment = kb_text_find(line, KB_TEXT("\"kban:"));
		size_t end = comment + 1 +
			     kb_text_index(kb_text_slice(line, comment + 1, line.len), '"');

		if (comment < line.len) {
			kb_buffer_text(&out, kb_text_slice(line, 0, end - 8));
			kb_buffer_byte(&out, '#');
			line = kb_text_slice(line, end, line.len);
		}
		kb_buffer_text(&out, line);
		kb_buffer_byte(&out, '\n');
	}
	return kb_buffer_take(&out);
}

static char *script_of(const struct kban_rules *rules, enum kban_family family, const char *listing,
		       int expected_changes)
{
	struct kban_text script = { NULL, 0 };
	int changes = kban_rules_compare(rules, family, kb_text(listing), &script);
	char *text = script.data != NULL ? kb_text_copy(script) : NULL;

	assert_int_equal(changes, expected_changes);
	assert_int_equal(text == NULL, changes == 0);
	free((char *)(uintptr_t)script.data);
	return text;
}

/* What iptables -S would say after @a script: of each "-I CHAIN 1 X" and "-A CHAIN X". */
static char *listing_after(const char *script)
{
	kb_auto_clear(buffer) out = { 0 };
	struct kban_text rest = kb_text(script), line;

	kb_buffer_string(&out, "-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n");
	while (kb_text_next_line(&rest, &line)) {
		size_t first = kb_text_find(line, KB_TEXT(" 1 "));

		if (!kb_text_starts_with(line, "-I "))
			continue;
		kb_buffer_string(&out, "-A ");
		kb_buffer_text(&out, kb_text_slice(line, 3, first));
		kb_buffer_text(&out, kb_text_slice(line, first + 2, line.len));
		kb_buffer_byte(&out, '\n');
	}
	return kb_buffer_take(&out);
}

/* A rule that differs from the usual one, and the lines it becomes. */
struct row {
	struct kban_rule rule;
	const char *lines4, *lines6;
};

static void check_lines(const struct kban_rules *rules, enum kban_family family,
			const char *expected)
{
	size_t count = kban_rules_count(rules, family);
	kb_autofree char *script = script_of(rules, family, "", (int)count);
	kb_autofree char *plain = NULL;
	kb_auto_clear(buffer) whole = { 0 };

	if (expected == NULL) {
		assert_int_equal(count, 0);
		return;
	}
	assert_non_null(script);
	plain = without_hashes(kb_text(script));
	kb_buffer_printf(&whole, "*filter\n%sCOMMIT\n", expected);
	assert_string_equal(plain, whole.data);
}

static void written(void **state)
{
	for (const struct row *row = *state; row->rule.jail != NULL; row++) {
		kban_auto(rules) rules = kban_rules_new(KBAN_RULES_IPTABLES);
		kban_auto(error) err = NULL;

		assert_non_null(rules);
		assert_int_equal(kban_rules_add(rules, &row->rule, &err), KBAN_OK);
		assert_null(err);
		check_lines(rules, KBAN_IPV4, row->lines4);
		check_lines(rules, KBAN_IPV6, row->lines6);
	}
}

#define COMMENT "-m comment --comment \"kban:mail:#\" "
#define MATCH   "-m set --match-set kban-mail src " COMMENT
#define MATCH6  "-m set --match-set kban-mail6 src " COMMENT

static const struct row a_rule_is_split_by_what_it_names[] = {
	{ { .jail = "mail",
	    .set4 = "kban-mail",
	    .set6 = "kban-mail6",
	    .chains = "INPUT",
	    .protocols = "tcp",
	    .ports = "25,465,587",
	    .target4 = REJECT4,
	    .target6 = REJECT6 },
	  "-I INPUT 1 -p tcp -m multiport --dports 25,465,587 " MATCH "-j " REJECT4 "\n",
	  "-I INPUT 1 -p tcp -m multiport --dports 25,465,587 " MATCH6 "-j " REJECT6 "\n" },
	{ { .jail = "mail",
	    .set4 = "kban-mail",
	    .chains = "INPUT, FORWARD",
	    .protocols = "tcp,udp",
	    .ports = "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16",
	    .target4 = "DROP" },
	  "-I INPUT 1 -p tcp -m multiport --dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15 " MATCH
	  "-j DROP\n"
	  "-I INPUT 1 -p tcp -m multiport --dports 16 " MATCH "-j DROP\n"
	  "-I FORWARD 1 -p tcp -m multiport --dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15 " MATCH
	  "-j DROP\n"
	  "-I FORWARD 1 -p tcp -m multiport --dports 16 " MATCH "-j DROP\n"
	  "-I INPUT 1 -p udp -m multiport --dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15 " MATCH
	  "-j DROP\n"
	  "-I INPUT 1 -p udp -m multiport --dports 16 " MATCH "-j DROP\n"
	  "-I FORWARD 1 -p udp -m multiport --dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15 " MATCH
	  "-j DROP\n"
	  "-I FORWARD 1 -p udp -m multiport --dports 16 " MATCH "-j DROP\n",
	  NULL },
	{ { .jail = NULL }, NULL, NULL },
};

static const struct row protocols_may_be_all_or_without_ports[] = {
	{ { .jail = "mail",
	    .set4 = "kban-mail",
	    .chains = "INPUT",
	    .protocols = "all",
	    .target4 = "DROP" },
	  "-I INPUT 1 " MATCH "-j DROP\n",
	  NULL },
	{ { .jail = "mail",
	    .set4 = "kban-mail",
	    .chains = "INPUT",
	    .protocols = "all",
	    .ports = "25",
	    .target4 = "DROP" },
	  "-I INPUT 1 -p tcp -m multiport --dports 25 " MATCH "-j DROP\n"
	  "-I INPUT 1 -p udp -m multiport --dports 25 " MATCH "-j DROP\n",
	  NULL },
	{ { .jail = "mail",
	    .set4 = "kban-mail",
	    .set6 = "kban-mail6",
	    .chains = "INPUT",
	    .protocols = "icmp",
	    .ports = "0:65535",
	    .target4 = "DROP",
	    .target6 = "DROP" },
	  "-I INPUT 1 -p icmp " MATCH "-j DROP\n",
	  "-I INPUT 1 -p ipv6-icmp " MATCH6 "-j DROP\n" },
	{ { .jail = "mail",
	    .set6 = "kban-mail6",
	    .chains = "INPUT",
	    .protocols = "tcp",
	    .ports = "",
	    .target6 = "DROP" },
	  NULL,
	  "-I INPUT 1 -p tcp " MATCH6 "-j DROP\n" },
	{ { .jail = NULL }, NULL, NULL },
};

static const struct row a_rule_may_be_for_new_connections_log_or_let_in[] = {
	{ { .jail = "mail",
	    .set4 = "kban-mail",
	    .chains = "INPUT",
	    .protocols = "tcp",
	    .ports = "25",
	    .target4 = "DROP",
	    .new_only = 1 },
	  "-I INPUT 1 -p tcp -m multiport --dports 25 -m conntrack --ctstate NEW " MATCH
	  "-j DROP\n",
	  NULL },
	{ { .jail = "mail",
	    .set4 = "kban-mail",
	    .chains = "INPUT",
	    .protocols = "tcp",
	    .target4 = "DROP",
	    .log_prefix = "f2b-mail:DROP " },
	  "-I INPUT 1 -p tcp " MATCH "-j DROP\n"
	  "-I INPUT 1 -p tcp " MATCH "-m limit --limit 6/min --limit-burst 2 -j LOG --log-prefix "
	  "\"f2b-mail:DROP \"\n",
	  NULL },
	{ { .jail = "mail",
	    .set4 = "kban-mail",
	    .chains = "INPUT",
	    .protocols = "tcp",
	    .ports = "21",
	    .target4 = "DROP",
	    .inverted = 1 },
	  "-I INPUT 1 -p tcp -m multiport --dports 21 -m set ! --match-set kban-mail src " COMMENT
	  "-j DROP\n",
	  NULL },
	{ { .jail = NULL }, NULL, NULL },
};

static const struct row a_comment_has_only_plain_characters[] = {
	{ { .jail = "a b\"c'\\$(d)\n\xc3\xa4:e",
	    .set4 = "s",
	    .chains = "INPUT",
	    .protocols = "all",
	    .target4 = "DROP" },
	  "-I INPUT 1 -m set --match-set s src -m comment --comment "
	  "\"kban:a_b_c____d_____e:#\" -j DROP\n",
	  NULL },
	{ { .jail = "x2345678901234567890123456789012345678901234567890123456789012345",
	    .set4 = "s",
	    .chains = "INPUT",
	    .protocols = "all",
	    .target4 = "DROP" },
	  "-I INPUT 1 -m set --match-set s src -m comment --comment "
	  "\"kban:x234567890123456789012345678901234567890123456789012345678901234:#\" -j DROP\n",
	  NULL },
	{ { .jail = NULL }, NULL, NULL },
};

/* What differs from the usual rule. */
struct refused {
	struct kban_rule rule;
	const char *error;
};

static const struct refused what_cannot_be_is_refused[] = {
	{ { .protocols = "tpc" }, "unknown protocol 'tpc'" },
	{ { .protocols = "" }, "there is no protocol" },
	{ { .chains = "" }, "there is no chain" },
	{ { .chains = "INPUT,a/b" }, "'a/b' is no name of a chain or target" },
	{ { .ports = "25,x" }, "unknown port or service 'x'" },
	{ { .protocols = "icmp" }, "protocol 'icmp' has no ports" },
	{ { .target4 = "DROP \"" }, "target with '\"', which cannot be in a rule" },
	{ { .target4 = "" }, "there is no target" },
	{ { .set6 = "kban-mail6" }, "there is no target" },
	{ { .protocols = "tcp,udp", .target4 = "REJECT --reject-with tcp-reset" },
	  "target 'REJECT --reject-with tcp-reset' is for protocol tcp only" },
	{ { .set4 = "a b" }, "'a b' is no name of a set" },
	{ { .set4 = "" }, "'' is no name of a set" },
	{ { .set6 = "-x" }, "'-x' is no name of a set" },
	{ { .set4 = "12345678901234567890123456789012" },
	  "'12345678901234567890123456789012' is no name of a set" },
	{ { .log_prefix = "a\"b" }, "'a\"b' cannot be the prefix of a log line" },
	{ { .log_prefix = "123456789012345678901234567890" },
	  "'123456789012345678901234567890' cannot be the prefix of a log line" },
};

static const char *instead(const char *differing, const char *usually)
{
	return differing != NULL ? differing : usually;
}

static struct kban_rule differing_rule(const struct kban_rule *differing)
{
	struct kban_rule rule = usual();

	rule.set4 = instead(differing->set4, rule.set4);
	rule.set6 = differing->set6;
	rule.chains = instead(differing->chains, rule.chains);
	rule.protocols = instead(differing->protocols, rule.protocols);
	rule.ports = instead(differing->ports, rule.ports);
	rule.target4 = instead(differing->target4, rule.target4);
	rule.log_prefix = differing->log_prefix;
	return rule;
}

static void refusals_are_told_and_add_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < kb_array_size(what_cannot_be_is_refused); i++) {
		const struct refused *refused = &what_cannot_be_is_refused[i];
		kban_auto(rules) rules = kban_rules_new(KBAN_RULES_IPTABLES);
		kban_auto(error) err = NULL;
		struct kban_rule rule = differing_rule(&refused->rule);

		assert_int_equal(kban_rules_add(rules, &rule, &err), KBAN_E_SYNTAX);
		assert_string_equal(kban_error_text(err), refused->error);
		assert_int_equal(kban_rules_count(rules, KBAN_IPV4), 0);
		assert_int_equal(kban_rules_count(rules, KBAN_IPV6), 0);
	}
}

static void the_same_rule_counts_once(void **state)
{
	kban_auto(rules) rules = kban_rules_new(KBAN_RULES_IPTABLES);
	struct kban_rule rule = usual();

	(void)state;
	assert_int_equal(kban_rules_add(rules, &rule, NULL), KBAN_OK);
	assert_int_equal(kban_rules_add(rules, &rule, NULL), KBAN_OK);
	rule.ports = "25 587 25";
	rule.protocols = "TCP,6";
	assert_int_equal(kban_rules_add(rules, &rule, NULL), KBAN_OK);
	assert_int_equal(kban_rules_count(rules, KBAN_IPV4), 1);
	rule.jail = "other";
	assert_int_equal(kban_rules_add(rules, &rule, NULL), KBAN_OK);
	rule.ports = "25";
	assert_int_equal(kban_rules_add(rules, &rule, NULL), KBAN_OK);
	assert_int_equal(kban_rules_count(rules, KBAN_IPV4), 3);
	assert_int_equal(kban_rules_count(rules, KBAN_IPV6), 0);
}

static void what_is_there_needs_no_change(void **state)
{
	kban_auto(rules) rules = kban_rules_new(KBAN_RULES_IPTABLES);
	struct kban_rule rule = usual();
	kb_autofree char *script = NULL, *listing = NULL, *nothing = NULL;

	(void)state;
	rule.chains = "INPUT,FORWARD";
	rule.log_prefix = "kban: ";
	assert_int_equal(kban_rules_add(rules, &rule, NULL), KBAN_OK);
	script = script_of(rules, KBAN_IPV4, "", 4);
	listing = listing_after(script);
	nothing = script_of(rules, KBAN_IPV4, listing, 0);
	assert_null(nothing);
}

static void second_copies_go(void **state)
{
	kban_auto(rules) rules = kban_rules_new(KBAN_RULES_IPTABLES);
	struct kban_rule rule = usual();
	kb_autofree char *script = NULL, *listing = NULL, *twice = NULL, *plain = NULL;
	kb_auto_clear(buffer) both = { 0 };

	(void)state;
	assert_int_equal(kban_rules_add(rules, &rule, NULL), KBAN_OK);
	script = script_of(rules, KBAN_IPV4, "", 1);
	listing = listing_after(script);
	kb_buffer_printf(&both, "%s%s", listing, listing);
	twice = script_of(rules, KBAN_IPV4, both.data, 1);
	plain = without_hashes(kb_text(twice));
	assert_string_equal(plain, "*filter\n-D INPUT -p tcp -m multiport --dports 25,587 " MATCH
				   "-j DROP\nCOMMIT\n");
}

static void a_changed_port_leaves_no_orphan(void **state)
{
	kban_auto(rules) before = kban_rules_new(KBAN_RULES_IPTABLES);
	kban_auto(rules) after = kban_rules_new(KBAN_RULES_IPTABLES);
	struct kban_rule rule = usual();
	kb_autofree char *script = NULL, *listing = NULL, *change = NULL, *plain = NULL;

	(void)state;
	assert_int_equal(kban_rules_add(before, &rule, NULL), KBAN_OK);
	script = script_of(before, KBAN_IPV4, "", 1);
	listing = listing_after(script);
	rule.ports = "2525";
	assert_int_equal(kban_rules_add(after, &rule, NULL), KBAN_OK);
	change = script_of(after, KBAN_IPV4, listing, 2);
	plain = without_hashes(kb_text(change));
	assert_string_equal(
		plain, "*filter\n-D INPUT -p tcp -m multiport --dports 25,587 " MATCH "-j DROP\n"
		       "-I INPUT 1 -p tcp -m multiport --dports 2525 " MATCH "-j DROP\nCOMMIT\n");
}

/* Rules of others stay, whatever they look like; ours go when none are wanted. */
static const char mixed_listing[] =
	"-P INPUT ACCEPT\n"
	"-N f2b-sshd\n"
	"-A INPUT -p tcp -m multiport --dports 22 -j f2b-sshd\n"
	"-A INPUT -m comment --comment \"my kban:rule\" -j DROP\n"
	"-A INPUT -m comment --comment kban -j DROP\n"
	"-A INPUT -j LOG --log-prefix \"x \\\" --comment kban:no:12345678 \"\n"
	"-A INPUT -j LOG --log-prefix \"--comment kban:no:12345678\"\n"
	"-A INPUT -m comment --comment \"kban:sshd:0011aabb\" -m set --match-set a src -j DROP\n"
	"-A f2b-sshd -m comment --comment kban:old -j RETURN\n"
	"-A INPUT -m comment --comment\n"
	"-A INPUT -m comment --comment \"unfinished\n"
	"-A\n";

static void rules_of_others_stay(void **state)
{
	kb_autofree char *script = script_of(NULL, KBAN_IPV4, mixed_listing, 2);

	(void)state;
	assert_string_equal(script, "*filter\n"
				    "-D INPUT -m comment --comment \"kban:sshd:0011aabb\" -m set "
				    "--match-set a src -j DROP\n"
				    "-D f2b-sshd -m comment --comment kban:old -j RETURN\n"
				    "COMMIT\n");
}

/* Each with a rule in the listing: what is asked for, who cannot run, and what is left of it. */
static void rules_of_jails_that_cannot_run_stay(void **state)
{
	static const char listing[] =
		"-A INPUT -m comment --comment \"kban:bad:00000001\" -j DROP\n"
		"-A INPUT -m comment --comment \"kban:bad_er:00000002\" -j DROP\n"
		"-A INPUT -m comment --comment \"kban:good:00000003\" -j DROP\n"
		"-A INPUT -m comment --comment \"kban:gone:00000004\" -j DROP\n";
	kban_auto(rules) rules = kban_rules_new(KBAN_RULES_IPTABLES);
	kb_autofree char *script = NULL, *careful = NULL;

	(void)state;
	assert_int_equal(kb_rules_know(rules, "good", false), KBAN_OK);
	assert_int_equal(kb_rules_know(rules, "bad", true), KBAN_OK);
	assert_int_equal(kb_rules_know(rules, "bad er", true), KBAN_OK);
	script = script_of(rules, KBAN_IPV4, listing, 2);
	assert_string_equal(script, "*filter\n"
				    "-D INPUT -m comment --comment \"kban:good:00000003\" -j DROP\n"
				    "-D INPUT -m comment --comment \"kban:gone:00000004\" -j DROP\n"
				    "COMMIT\n");
	kb_rules_keep_unknown(rules);
	careful = script_of(rules, KBAN_IPV4, listing, 1);
	assert_string_equal(careful,
			    "*filter\n"
			    "-D INPUT -m comment --comment \"kban:good:00000003\" -j DROP\n"
			    "COMMIT\n");
}

static void a_missing_chain_costs_only_its_own_rules(void **state)
{
	static const char without[] = "-P INPUT ACCEPT\n-N other\n";
	static const char with[] = "-P INPUT ACCEPT\n-N DOCKER-USER\n-N refuse\n";
	kban_auto(rules) rules = kban_rules_new(KBAN_RULES_IPTABLES);
	struct kban_rule rule = usual();
	kb_autofree char *script = NULL, *all = NULL;
	const char *chain = NULL;

	(void)state;
	assert_int_equal(kban_rules_add(rules, &rule, NULL), KBAN_OK);
	rule.jail = "web";
	rule.chains = "DOCKER-USER";
	assert_int_equal(kban_rules_add(rules, &rule, NULL), KBAN_OK);
	rule.jail = "ftp";
	rule.chains = "INPUT";
	rule.target4 = "refuse";
	assert_int_equal(kban_rules_add(rules, &rule, NULL), KBAN_OK);
	script = script_of(rules, KBAN_IPV4, without, 1);
	assert_non_null(script);
	assert_string_equal(kban_rules_unplaced(rules, KBAN_IPV4, kb_text(without), 0, &chain),
			    "web");
	assert_string_equal(chain, "DOCKER-USER");
	assert_string_equal(kban_rules_unplaced(rules, KBAN_IPV4, kb_text(without), 1, &chain),
			    "ftp");
	assert_string_equal(chain, "refuse");
	assert_null(kban_rules_unplaced(rules, KBAN_IPV4, kb_text(without), 2, NULL));
	assert_null(kban_rules_unplaced(rules, KBAN_IPV6, kb_text(without), 0, NULL));
	assert_null(kban_rules_unplaced(rules, KBAN_IPV4, kb_text(with), 0, NULL));
	all = script_of(rules, KBAN_IPV4, with, 3);
	assert_non_null(all);
}

static void commands_are_those_of_the_family(void **state)
{
	(void)state;
	assert_string_equal(kban_rules_list_command(KBAN_IPV4)[0], "iptables");
	assert_string_equal(kban_rules_list_command(KBAN_IPV6)[0], "ip6tables");
	assert_string_equal(kban_rules_change_command(KBAN_IPV4)[0], "iptables-restore");
	assert_string_equal(kban_rules_change_command(KBAN_IPV6)[0], "ip6tables-restore");
	assert_null(kban_rules_list_command(KBAN_IPV4)[3]);
	assert_null(kban_rules_change_command(KBAN_IPV6)[3]);
}

static int add_and_compare(void *data)
{
	kban_auto(rules) rules = kban_rules_new(KBAN_RULES_IPTABLES);
	struct kban_rule rule = usual();
	struct kban_text script = { NULL, 0 };
	int status;

	(void)data;
	rule.set6 = "kban-mail6";
	rule.target6 = "refuse";
	rule.ports = "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17";
	rule.log_prefix = "kban: ";
	if (rules == NULL)
		return KBAN_E_NOMEM;
	status = kban_rules_add(rules, &rule, NULL);
	if (status < 0) {
		assert_int_equal(kban_rules_count(rules, KBAN_IPV4), 0);
		return status;
	}
	status = kb_rules_know(rules, "bad", true);
	if (status < 0)
		return status;
	status = kban_rules_compare(rules, KBAN_IPV4, kb_text(mixed_listing), &script);
	if (status >= 0)
		assert_int_equal(status, 6);
	free((char *)(uintptr_t)script.data);
	return status;
}

static void memory_may_run_out(void **state)
{
	(void)state;
	kban_rules_free(NULL);
	assert_every_allocation_may_fail(add_and_compare, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(written, a_rule_is_split_by_what_it_names),
		test_case(written, protocols_may_be_all_or_without_ports),
		test_case(written, a_rule_may_be_for_new_connections_log_or_let_in),
		test_case(written, a_comment_has_only_plain_characters),
		cmocka_unit_test(refusals_are_told_and_add_nothing),
		cmocka_unit_test(the_same_rule_counts_once),
		cmocka_unit_test(what_is_there_needs_no_change),
		cmocka_unit_test(second_copies_go),
		cmocka_unit_test(a_changed_port_leaves_no_orphan),
		cmocka_unit_test(rules_of_others_stay),
		cmocka_unit_test(rules_of_jails_that_cannot_run_stay),
		cmocka_unit_test(a_missing_chain_costs_only_its_own_rules),
		cmocka_unit_test(commands_are_those_of_the_family),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
