/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an action of a file and a jail's parameters becomes. Expected as fail2ban makes of it. */
#include "kban-test.h"

#include "action/action-load.h"
#include "base/text.h"
#include "failing-alloc.h"
#include "file-tree.h"

static const struct test_file files[] = {
	{ "action.d/base.conf", "[Definition]\n"
				"actionstart = start <kind> <family>\n"
				"actionstop = stop <kind>\n"
				"[Init]\n"
				"kind = old\n" },
	{ "action.d/t.conf", "[INCLUDES]\n"
			     "before = base.conf\n"
			     "[DEFAULT]\n"
			     "far = from default\n"
			     "[Definition]\n"
			     "actionban = <ip> <kind> %(var)s <far> <nested> <of/key> <unknown>.\n"
			     "actionunban = unban <maxretry> <findtime> <port>\n"
			     "actioncheck =\n"
			     "actionflush = flush <family> <block>\n"
			     "actionstart_on_demand = false\n"
			     "norestored = <nr>\n"
			     "var = a variable\n"
			     "nested = <second>\n"
			     "second = 2nd\n"
			     "mode-old = m-old\n"
			     "[of]\n"
			     "key = other <kind>\n"
			     "[Init]\n"
			     "block = b4\n"
			     "nr = 1\n"
			     "timeout = 90\n"
			     "[Init?family=inet6]\n"
			     "block = b6\n"
			     "kind = six\n" },
	{ "action.d/t.local", "[Init]\nmore = local\n" },
	{ "action.d/t.d/x.conf", "[Definition]\nsecond = from d\n" },
	{ "action.d/plain.conf", "[Definition]\nactionban = echo <mode-<kind>>\nmode-a = chosen\n"
				 "[Init]\nkind = a\n" },
	{ "action.d/circle.conf", "[Definition]\nactionban = <a>\na = <b>\nb = <a>\n" },
	{ "action.d/broken.conf", "[Definition]\nactionban = %(nope)s\n" },
	{ "action.d/twice.conf", "[Definition]\nactionban = a\nactionban = b\n" },
	{ NULL, NULL },
};

/* The options of the jail that actions see. */
static void set_options(struct kb_options *options)
{
	static const char *const pairs[][2] = { { "maxretry", "4" },
						{ "findtime", "10m" },
						{ "bantime", "1h" } };

	for (size_t i = 0; i < kb_array_size(pairs); i++) {
		kb_auto_clear(value) value = { 0 };

		assert_int_equal(kb_value_init(&value, kb_text(pairs[i][1]), NULL), KBAN_OK);
		assert_int_equal(kb_options_take(options, kb_text(pairs[i][0]), &value), KBAN_OK);
	}
}

static int load(const char *root, const char *given, struct kb_action **out,
		struct kban_error **err)
{
	kb_auto_clear(value) value = { 0 };
	kb_auto_clear(named_options) item = { 0 };
	kb_auto_clear(options) options = { 0 };
	struct kb_where where = { "jail.conf", 3 };
	struct kb_action_request request = {
		.config_dir = root, .jail = "mail", .item = &item, .options = &options
	};

	set_options(&options);
	assert_int_equal(kb_value_init(&value, kb_text(given), &where), KBAN_OK);
	assert_int_equal(kb_named_options_parse(&value, &item, NULL), KBAN_OK);
	request.name = item.name;
	return kb_action_load(&request, out, err);
}

struct row {
	const char *given;
	enum kb_action_event event;
	const char *inet4, *inet6; /* NULL: there is no script */
};

static void scripts(void **state)
{
	char *root = make_tree(files);

	for (const struct row *row = *state; row->given != NULL; row++) {
		kb_auto(action) action = NULL;
		kban_auto(error) err = NULL;

		assert_int_equal(load(root, row->given, &action, &err), KBAN_OK);
		if (row->inet4 == NULL) {
			assert_false(kb_action_has(action, row->event));
			continue;
		}
		assert_true(kb_action_has(action, row->event));
		assert_string_equal(action->scripts[row->event][KB_FAMILY_INET4], row->inet4);
		assert_string_equal(action->scripts[row->event][KB_FAMILY_INET6], row->inet6);
	}
	remove_tree(root);
}

static const struct row options_become_scripts[] = {
	{ "t", KB_ACTION_START, "start old <family>", "start six <family>" },
	{ "t", KB_ACTION_STOP, "stop old", "stop six" },
	{ "t", KB_ACTION_BAN, "<ip> old a variable from default from d other old <unknown>.",
	  "<ip> six a variable from default from d other six <unknown>." },
	{ "t", KB_ACTION_UNBAN, "unban 4 10m <port>", "unban 4 10m <port>" },
	{ "t", KB_ACTION_FLUSH, "flush <family> b4", "flush <family> b6" },
	{ "t", KB_ACTION_CHECK, NULL, NULL },
	{ "t", KB_ACTION_REPAIR, NULL, NULL },
	{ "plain", KB_ACTION_BAN, "echo chosen", "echo chosen" },
	{ "plain", KB_ACTION_UNBAN, NULL, NULL },
	{ NULL, 0, NULL, NULL },
};

static const struct row parameters_beat_the_file[] = {
	{ "t[kind=new]", KB_ACTION_STOP, "stop new", "stop new" },
	{ "t[kind=new, kind?family=inet6=n6]", KB_ACTION_STOP, "stop new", "stop n6" },
	{ "t[actionban=\"<more> <ip>\"]", KB_ACTION_BAN, "local <ip>", "local <ip>" },
	{ "t[actionban=\"<block>\", block=\"x<kind>\"]", KB_ACTION_BAN, "xold", "xsix" },
	{ "t[actionban=\"<known/block> <block>\", block=z]", KB_ACTION_BAN, "b4 z", "b6 z" },
	{ "t[actionban=\"<actname> <name>\", name=zoo]", KB_ACTION_BAN, "t zoo", "t zoo" },
	{ "t[actionban=\"<name>\"]", KB_ACTION_BAN, "mail", "mail" },
	{ "t[actionban=\"<ip_x>\", ip_x=\"[<ip>]\"]", KB_ACTION_BAN, "[<ip>]", "[<ip>]" },
	{ "t[actionban=\"<bantime>\", bantime=5]", KB_ACTION_BAN, "<bantime>", "<bantime>" },
	{ "t[actionban=\"<timeout>\"]", KB_ACTION_BAN, "90", "90" },
	{ "t[actionban=\"<KIND> <matches>\"]", KB_ACTION_BAN, "<KIND> <matches>",
	  "<KIND> <matches>" },
	{ "t[actionban=\"  \"]", KB_ACTION_BAN, NULL, NULL },
	{ NULL, 0, NULL, NULL },
};

struct flags {
	const char *given;
	bool conditional, on_demand, skips_restored, repairs;
	long long timeout;
};

static void flags(void **state)
{
	char *root = make_tree(files);

	for (const struct flags *row = *state; row->given != NULL; row++) {
		kb_auto(action) action = NULL;

		assert_int_equal(load(root, row->given, &action, NULL), KBAN_OK);
		assert_int_equal(action->is_conditional, row->conditional);
		assert_int_equal(action->start_on_demand, row->on_demand);
		assert_int_equal(action->skips_restored, row->skips_restored);
		assert_int_equal(action->repair_on_unban, row->repairs);
		assert_int_equal(action->timeout, row->timeout * KBAN_SECOND);
	}
	remove_tree(root);
}

static const struct flags how_it_is_run[] = {
	{ "t", true, false, true, false, 90 },
	{ "t[norestored=0, timeout=5m]", true, false, false, false, 300 },
	{ "t[kind=a, block=b]", false, false, true, false, 90 },
	{ "t[actionstart_on_demand=yes]", true, true, true, false, 90 },
	{ "plain", false, false, false, false, 60 },
	{ "plain[x?family=inet6=6]", true, true, false, false, 60 },
	{ "plain[actionrepair_on_unban=true]", false, false, false, true, 60 },
	{ NULL, false, false, false, false, 0 },
};

struct mistake {
	const char *given;
	int status;
	const char *text;
};

static void mistakes(void **state)
{
	char *root = make_tree(files);

	for (const struct mistake *row = *state; row->given != NULL; row++) {
		kb_auto(action) action = NULL;
		kban_auto(error) err = NULL;
		kb_autofree char *text = NULL;

		assert_int_equal(load(root, row->given, &action, &err), row->status);
		text = without_root(kban_error_text(err), root);
		assert_string_equal(text, row->text);
	}
	remove_tree(root);
}

static const struct mistake mistakes_have_a_place[] = {
	{ "none", KBAN_E_NOTFOUND, "jail.conf:3: no action 'none' in '@ROOT@/action.d'" },
	{ "circle", KBAN_E_SYNTAX,
	  "@ROOT@/action.d/circle.conf:4: option 'actionban': tag '<a>' refers to itself" },
	{ "broken", KBAN_E_SYNTAX,
	  "@ROOT@/action.d/broken.conf:2: option 'actionban' of [Definition]: '%(nope)s' refers to "
	  "no option; "
	  "define it, or write %% for a percent sign" },
	{ "twice", KBAN_E_SYNTAX,
	  "@ROOT@/action.d/twice.conf:3: option 'actionban' is there already, in line 2; "
	  "remove one of them" },
	{ "plain[timeout=soon]", KBAN_E_SYNTAX,
	  "jail.conf:3: timeout must be a span of time such as 10m or '1d 12h', not 'soon'" },
	{ "plain[timeout=0]", KBAN_E_SYNTAX, "jail.conf:3: timeout must be longer than '0'" },
	{ NULL, 0, NULL },
};

static void properties_can_be_changed(void **state)
{
	char *root = make_tree(files);
	kb_auto(action) action = NULL;
	kb_auto(action) changed = NULL;
	kb_auto(action) again = NULL;
	kban_auto(error) err = NULL;

	(void)state;
	assert_int_equal(load(root, "t", &action, NULL), KBAN_OK);
	remove_tree(root);
	assert_int_equal(kb_action_change(action, "block", "new <kind>", &changed, &err), KBAN_OK);
	/* The commands that referred to it have it already, unless it differs by family. */
	assert_string_equal(changed->scripts[KB_ACTION_FLUSH][KB_FAMILY_INET4],
			    "flush <family> new old");
	assert_string_equal(changed->scripts[KB_ACTION_FLUSH][KB_FAMILY_INET6],
			    "flush <family> b6");
	assert_string_equal(action->scripts[KB_ACTION_FLUSH][KB_FAMILY_INET4], "flush <family> b4");
	assert_int_equal(kb_action_change(changed, "timeout", "2m", &again, &err), KBAN_OK);
	assert_int_equal(again->timeout, 120 * KBAN_SECOND);
	kb_action_unref(kb_steal(again));
	assert_int_equal(kb_action_change(changed, "timeout", "x", &again, &err), KBAN_E_SYNTAX);
	assert_null(again);
}

static int attempt(void *data)
{
	kb_auto_clear(options) options = { 0 };
	struct kb_named_options item = { .name = (char *)(uintptr_t) "t" };
	struct kb_action_request request = {
		.config_dir = data, .jail = "mail", .name = "t", .item = &item, .options = &options
	};
	kb_auto(action) action = NULL;

	return kb_action_load(&request, &action, NULL);
}

/* Nothing is missing: that a file is not there can be told without memory. */
static const struct test_file complete[] = {
	{ "action.d/t.conf", "[Definition]\nactionban = <a> <b>\n[Init]\na=<b>\nb=1\n"
			     "[Init?family=inet6]\nb = 6\n" },
	{ "action.d/t.local", "[Definition]\nactionunban = <ip>\n" },
	{ NULL, NULL },
};

static void memory_may_run_out(void **state)
{
	char *root = make_tree(complete);

	(void)state;
	assert_every_allocation_may_fail(attempt, root);
	remove_tree(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(scripts, options_become_scripts),
		test_case(scripts, parameters_beat_the_file),
		test_case(flags, how_it_is_run),
		test_case(mistakes, mistakes_have_a_place),
		cmocka_unit_test(properties_can_be_changed),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("action-load", tests, NULL, NULL);
}
