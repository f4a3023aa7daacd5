/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "action/firewall-commands.h"
#include "base/text.h"
#include "file-tree.h"

/* A file that is added to an action as fail2ban has it, and the option that makes it foreign. */
struct row {
	const char *path, *text;
	const char *foreign; /* NULL: it is as before */
};

static void check(const struct row *row)
{
	const struct test_file files[] = {
		{ "action.d/iptables.conf", "[Definition]\nactionban = x\n_own = y\n"
					    "[Init]\niptables = iptables\n" },
		{ row->path, row->text },
		{ NULL, NULL },
	};
	struct kb_named_options item = { .name = (char *)(uintptr_t) "iptables" };
	struct kb_action_options options = { .item = &item, .jail = "mail" };
	kb_auto_clear(problem_list) problems = { 0 };
	kb_auto(conf) conf = NULL;
	kban_auto(error) err = NULL;
	char *root = make_tree(files);

	assert_int_equal(kb_conf_load(root, "action.d/iptables", &problems, &conf, NULL), KBAN_OK);
	options.conf = conf;
	if (row->foreign == NULL) {
		assert_int_equal(kb_firewall_check_commands(&options, &err), KBAN_OK);
		assert_null(err);
	} else {
		assert_int_equal(kb_firewall_check_commands(&options, &err), KBAN_E_NOTFOUND);
		assert_non_null(strstr(kban_error_text(err), row->path));
		assert_non_null(strstr(kban_error_text(err), row->foreign));
	}
	remove_tree(root);
}

static void files(void **state)
{
	for (const struct row *row = *state; row->path != NULL; row++)
		check(row);
}

static const struct row changed_commands_are_foreign[] = {
	{ "action.d/iptables.local", "[Definition]\nactionban = z\n", "2: actionban: " },
	{ "action.d/iptables.local", "[Definition]\nactionflush =\n", "2: actionflush: " },
	{ "action.d/iptables.local", "[Definition]\n_own = z\n", "2: _own: " },
	{ "action.d/iptables.local", "[Definition]\nrule-jump = z\n", "2: rule-jump: " },
	{ "action.d/iptables.local", "[Init]\niptables = iptables-legacy\n", "2: iptables: " },
	{ "action.d/iptables.local", "[Init?family=inet6]\niptables = true\n",
	  "2: iptables?family=inet6: " },
	{ "action.d/iptables.d/a.conf", "[Definition]\nactionban = z\n", "2: actionban: " },
	{ "action.d/iptables.d/a.local", "[Definition]\nactionban = z\n", "2: actionban: " },
	{ NULL, NULL, NULL },
};

static const struct row other_changes_are_not[] = {
	{ "action.d/other.conf", "[Definition]\nactionban = z\n", NULL },
	{ "action.d/iptables.local", "[Init]\nblocktype = DROP\nlockingopt = -w 5\n", NULL },
	{ "action.d/iptables.local", "[Definition]\nactionstart_on_demand = no\ntype = allports\n",
	  NULL },
	{ "action.d/iptables.d/a.conf", "[Init]\nchain = FORWARD\n", NULL },
	{ NULL, NULL, NULL },
};

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(files, changed_commands_are_foreign),
		test_case(files, other_changes_are_not),
	};

	return cmocka_run_group_tests_name("firewall-commands", tests, NULL, NULL);
}
