/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "ban/rules.h"
#include "base/text.h"

static const struct kban_rule usual = {
	.jail = "a",
	.set4 = "kban-a",
	.chains = "INPUT,MINE",
	.protocols = "tcp",
	.ports = "25",
	.target4 = "DROP",
};

static struct kban_rules *make_rules(void)
{
	struct kban_rules *rules = kban_rules_new(KBAN_RULES_NFT);

	assert_non_null(rules);
	assert_int_equal(kban_rules_add(rules, &usual, NULL), KBAN_OK);
	assert_int_equal(rules->count, 2);
	return rules;
}

/* A listing of table kban with chain INPUT and @a lines in it. */
static char *list(const char *lines, const char *more)
{
	kb_auto_clear(buffer) out = { 0 };

	kb_buffer_printf(&out,
			 "table inet kban { # handle 1\n\tchain INPUT { # handle 2\n"
			 "\t\ttype filter hook input priority filter - 1; policy accept;\n"
			 "%s\t}\n%s}\n",
			 lines, more);
	return kb_buffer_take(&out);
}

static char *line_of(const struct kban_rules *rules, unsigned handle)
{
	kb_auto_clear(buffer) out = { 0 };

	kb_buffer_printf(&out, "\t\ttcp dport 25 drop comment \"%s\" # handle %u\n",
			 rules->lines[0].comment, handle);
	return kb_buffer_take(&out);
}

static void check(const struct kban_rules *rules, const char *listing, int changes,
		  const char *expected)
{
	kb_auto_clear(buffer) out = { 0 };

	assert_int_equal(kb_rules_compare_nft(rules, kb_text(listing), &out), changes);
	assert_string_equal(out.data != NULL ? out.data : "", expected);
}

static void what_is_missing_is_made_with_its_chain(void **state)
{
	kban_auto(rules) rules = make_rules();
	kb_auto_clear(buffer) expected = { 0 };

	(void)state;
	kb_buffer_printf(&expected,
			 "add table inet kban\n"
			 "add chain inet kban INPUT { type filter hook input priority filter - 1; "
			 "policy accept; }\n"
			 "insert rule inet kban INPUT %s\n",
			 rules->lines[0].text);
	check(rules, "", 1, expected.data);
	assert_string_equal(kb_rule_chain_lacking_nft(&rules->lines[1], kb_text("")), "MINE");
}

static void a_chain_that_appears_gets_its_rule(void **state)
{
	kban_auto(rules) rules = make_rules();
	kb_autofree char *line = line_of(rules, 3);
	kb_autofree char *listing = list(line, "\n\tchain MINE { # handle 4\n\t}\n");
	kb_auto_clear(buffer) expected = { 0 };

	(void)state;
	kb_buffer_printf(&expected, "insert rule inet kban MINE %s\n", rules->lines[1].text);
	check(rules, listing, 1, expected.data);
}

static void what_is_there_stays(void **state)
{
	kban_auto(rules) rules = make_rules();
	kb_autofree char *line = line_of(rules, 3);
	kb_autofree char *listing = list(line, "");

	(void)state;
	check(rules, listing, 0, "");
}

static void a_second_copy_goes(void **state)
{
	kban_auto(rules) rules = make_rules();
	kb_autofree char *first = line_of(rules, 3);
	kb_autofree char *second = line_of(rules, 9);
	kb_auto_clear(buffer) both = { 0 };
	kb_autofree char *listing = NULL;

	(void)state;
	kb_buffer_printf(&both, "%s%s", first, second);
	listing = list(both.data, "");
	check(rules, listing, 1, "delete rule inet kban INPUT handle 9\n");
}

static void an_orphan_goes_with_its_chain(void **state)
{
	kb_autofree char *listing =
		list("\t\tdrop comment \"kban:gone:01234567\" # handle 3\n", "");

	(void)state;
	check(NULL, listing, 1,
	      "delete rule inet kban INPUT handle 3\ndelete chain inet kban INPUT\n");
}

static void what_others_made_stays(void **state)
{
	kb_autofree char *listing = list("\t\tdrop comment \"kban:gone:01234567\" # handle 3\n"
					 "\t\taccept comment \"not kban:\" # handle 4\n",
					 "\n\tchain MINE { # handle 5\n\t}\n");

	(void)state;
	check(NULL, listing, 1, "delete rule inet kban INPUT handle 3\n");
}

static void rules_of_jails_that_cannot_run_stay(void **state)
{
	kban_auto(rules) rules = kban_rules_new(KBAN_RULES_NFT);
	kb_autofree char *bad = list("\t\tdrop comment \"kban:bad:01234567\" # handle 3\n", "");
	kb_autofree char *both = list("\t\tdrop comment \"kban:bad:01234567\" # handle 3\n"
				      "\t\tdrop comment \"kban:gone:01234567\" # handle 4\n",
				      "");

	(void)state;
	assert_int_equal(kb_rules_know(rules, "bad", true), KBAN_OK);
	check(rules, bad, 0, "");
	check(rules, both, 1, "delete rule inet kban INPUT handle 4\n");
	kb_rules_keep_unknown(rules);
	check(rules, both, 0, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_missing_is_made_with_its_chain),
		cmocka_unit_test(a_chain_that_appears_gets_its_rule),
		cmocka_unit_test(what_is_there_stays),
		cmocka_unit_test(a_second_copy_goes),
		cmocka_unit_test(an_orphan_goes_with_its_chain),
		cmocka_unit_test(what_others_made_stays),
		cmocka_unit_test(rules_of_jails_that_cannot_run_stay),
	};

	return cmocka_run_group_tests_name("rules-compare-nft", tests, NULL, NULL);
}
