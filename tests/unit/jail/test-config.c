/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <stdio.h>

#include <kban/config.h>

#include "base/buffer.h"
#include "failing-alloc.h"
#include "file-tree.h"

#define JAIL_CONF                                                                            \
	"[DEFAULT]\nbackend = auto\nfilter = f\nlogpath = @ROOT@/a.log\naction = iptables\n" \
	"enabled = false\n"

/* A tree that has all that a jail wants, with @a jail_local beside it. */
static char *make_config(const char *jail_local, const char *fail2ban_conf)
{
	const struct test_file files[] = {
		{ "jail.conf", JAIL_CONF },
		{ "jail.local", jail_local },
		{ "fail2ban.conf", fail2ban_conf },
		{ "filter.d/f.conf", "[Definition]\nfailregex = ^f <HOST>\n" },
		{ "filter.d/broken.conf", "[Definition]\nfailregex = %(nope)s\n" },
		{ "action.d/act.conf", "[Definition]\nactionban =\n" },
		{ "action.d/twice.conf", "[Definition]\nactionban =\nactionban =\n" },
		{ "a.log", "" },
		{ NULL, NULL },
	};

	return make_tree(files);
}

static void print_problems(struct kb_buffer *out, const struct kban_config *config)
{
	for (size_t i = 0; i < kban_config_problem_count(config); i++) {
		const char *jail = kban_config_problem_jail(config, i);

		kb_buffer_printf(out, "%s%s %s\n", jail != NULL ? jail : "",
				 kban_config_problem_is_error(config, i) ? "!" : "?",
				 kban_config_problem_text(config, i));
	}
}

static void print_jails(struct kb_buffer *out, const struct kban_config *config)
{
	for (size_t i = 0; i < kban_config_jail_count(config); i++) {
		const struct kban_jail_config *jail = kban_config_jail(config, i);

		kb_buffer_printf(out, "%s%s\n", kban_config_jail_name(config, i),
				 kban_jail_config_is_usable(jail) ? "" : " (unusable)");
	}
}

/* Load, and print the jails, or the problems, or why it failed; the caller frees it. */
static char *load_and_print(const char *root,
			    void (*print)(struct kb_buffer *, const struct kban_config *))
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(config) config = NULL;
	kban_auto(error) err = NULL;
	kb_auto_clear(buffer) out = { 0 };

	assert_non_null(ctx);
	kb_buffer_string(&out, "");
	if (kban_config_load(ctx, root, &config, &err) == KBAN_OK)
		print(&out, config);
	else
		kb_buffer_string(&out, kban_error_text(err));
	return without_root(out.data, root);
}

struct sample {
	const char *jail_local;
	const char *expected;
};

static void print_with(const struct sample *row,
		       void (*print)(struct kb_buffer *, const struct kban_config *))
{
	for (; row->jail_local != NULL; row++) {
		char *root = make_config(row->jail_local, "[DEFAULT]\n");
		kb_autofree char *printed = load_and_print(root, print);

		assert_string_equal(printed, row->expected);
		remove_tree(root);
	}
}

static void jails(void **state)
{
	print_with(*state, print_jails);
}

static void problems(void **state)
{
	print_with(*state, print_problems);
}

static const struct sample enabled_sections_are_jails[] = {
	{ "[a]\n", "" },
	{ "[a]\nenabled = true\n[b]\nenabled = 1\n[c]\nenabled = no\n[d]\nenabled=YES",
	  "a\nb\nd\n" },
	{ "[DEFAULT]\nenabled = on\n[b]\n[a]\nx=1\n[c]\nenabled=off\n", "b\na\n" },
	{ "[j]\nenabled=1\n[J]\nenabled=1", "j\nJ\n" },
	{ "[INCLUDES]\nbefore=\n[x]\nfoo=1", "" },
	{ NULL, NULL },
};

static const struct sample mistakes_cost_one_jail[] = {
	{ "[good]\nenabled=1\n[a]\nenabled=1\nfilter=nosuch", "good\na (unusable)\n" },
	{ "[good]\nenabled=1\n[a]\nenabled=1\nfilter=broken", "good\na (unusable)\n" },
	{ "[good]\nenabled=1\n[a]\nenabled=1\nfilter=f[x", "good\na (unusable)\n" },
	{ "[good]\nenabled=1\n[a]\nenabled=1\naction=nosuch", "good\na (unusable)\n" },
	{ "[good]\nenabled=1\n[a]\nenabled=1\naction=twice", "good\na (unusable)\n" },
	{ "[good]\nenabled=1\n[a]\nenabled=1\naction=act[", "good\na (unusable)\n" },
	{ "[good]\nenabled=1\n[a]\nenabled=1\nbantime=%(nope)s", "good\na (unusable)\n" },
	{ "[good]\nenabled=1\n[a]\nenabled=1\nmaxretry=6 # x", "good\na (unusable)\n" },
	{ "[good]\nenabled=1\n[a]\nenabled=1\nbantime=1\nbantime=1", "good\na (unusable)\n" },
	{ "[good]\nenabled=1\n[a]\nenabled=1\njunk", "good\na (unusable)\n" },
	{ "[good]\nenabled=1\n[a]\nenabled=1\n[a]\nx=1", "good\na (unusable)\n" },
	{ "[good]\nenabled=1\n[a/b]\nenabled=1\n", "good\na/b (unusable)\n" },
	{ "[good]\nenabled=1\n[a]\nenabled=%(nope)s", "good\na (unusable)\n" },
	/* What nobody runs costs nobody anything. */
	{ "[good]\nenabled=1\n[a]\njunk", "good\n" },
	/* What all have in common costs all. */
	{ "[DEFAULT]\njunk\n[a]\nenabled=1", "a (unusable)\n" },
	{ "x=1\n[a]\nenabled=1", "" },
	{ "[DEFAULT]\nenabled=1\n[a]\n[b]\n[INCLUDES]\nbefore=%(x)s",
	  "a (unusable)\nb (unusable)\n" },
	{ NULL, NULL },
};

#define AT            "@ROOT@/jail.local:"
/* What a shell action is told to be. */
#define NOT_RUN(line) "a? " AT line ": action 'act' is no firewall action and is not run\n"

static const struct sample each_mistake_is_told[] = {
	{ "[a]\nenabled = 1\nfilter = nosuch",
	  "a! " AT "3: no filter 'nosuch' in '@ROOT@/filter.d'\n" },
	{ "[a]\nenabled = 1\nfilter = broken",
	  "a! @ROOT@/filter.d/broken.conf:2: option 'failregex' of [Definition]: '%(nope)s' refers "
	  "to no option; define it, or write %% for a percent sign\n" },
	{ "[a]\nenabled = 1\nfilter =\nfailregex = ^no host\n  ^ok <HOST>\n  ^nor here\n",
	  "a! " AT "4: failregex: No failure-id group in '^no host'\n"
	  "a! " AT "6: failregex: No failure-id group in '^nor here'\n" },
	{ "[a]\nenabled = 1\naction = nosuch[x=1]",
	  "a! " AT "3: no action 'nosuch' in '@ROOT@/action.d'\n" },
	{ "[a]\nenabled = 1\naction = twice",
	  "a! @ROOT@/action.d/twice.conf:3: option 'actionban' is there already, in line 2; remove "
	  "one of them\n" },
	{ "[a]\nenabled = 1\naction = act[x",
	  "a! " AT "3: expected '=' and a value at column 6 of 'act[x'\n" },
	{ "[a]\nenabled = 1\naction = act\n  act[x=1]\n",
	  NOT_RUN("3") "a! " AT "4: action 'act' is there already, in line 3; give one of them "
		       "another actname\n" NOT_RUN("4") },
	{ "[a]\nenabled = 1\naction = act\n  smtp.py[x=1]\n",
	  NOT_RUN("3") "a? " AT "4: action 'smtp.py' is a Python program, which kban does not run; "
		       "it is left "
		       "out\n" },
	{ "[a]\nenabled = 1\nmaxretry = 6 # x\nbantime = soon\nfindtime = 0\n",
	  "a! " AT "3: maxretry must be a whole number below 2147483648, not '6 # x'; '#' does not "
	  "start a comment behind a value, ' ;' does\n"
	  "a! " AT "5: findtime must be longer than '0'\n"
	  "a! " AT "4: bantime must be a span of time such as 10m or '1d 12h', not 'soon'\n" },
	{ "[a]\nenabled = 1\nbantime.maxtime = -1\nbantime.factor = x\n"
	  "bantime.multipliers = 1 two\n",
	  "a! " AT "3: bantime.maxtime must not be negative, as '-1' is\n"
	  "a! " AT "4: bantime.factor must be a number above zero, not 'x'\n"
	  "a! " AT "5: bantime.multipliers must be at most 1000 whole numbers from 1 up, not "
	  "'1 two'\n" },
	{ "[a]\nenabled = 1\nbackend = inotify\n",
	  "a! " AT "3: backend must be auto, pyinotify, polling or systemd, not 'inotify'\n" },
	{ "[a]\nenabled = 1\nlogpath = @ROOT@/a.log @ROOT@/b.log\n",
	  "a! " AT "3: logpath has '@ROOT@/b.log' behind a path, where only 'head' or 'tail' may "
	  "stand; write one path a line\n" },
	{ "[a]\nenabled = 1\nfindtime = %(bantme)s\n",
	  "a! " AT "3: option 'findtime' of [a]: '%(bantme)s' refers to no option; define it, or "
	  "write %% for a percent sign\n" },
	{ "[a b]\nenabled = 1\n",
	  "a b! " AT
	  "2: jail 'a b' must have a name of at most 100 bytes without blank and '/'\n" },
	{ "[a]\njunk\n",
	  "a? " AT "2: no '=' in 'junk'; write OPTION = VALUE, or indent the line to continue the "
	  "one above\n" },
	{ NULL, NULL },
};

static const struct sample what_works_by_chance_is_a_warning[] = {
	{ "[a]\nenabled = 1\nignorecommand = /bin/x <ip>\n",
	  "a? " AT
	  "3: ignorecommand is not run: '/bin/x <ip>'; whom it would pass over is counted; "
	  "ignoreip can protect addresses\n" },
	{ "[a]\nenabled = maybe",
	  "a? " AT "2: enabled must be yes or no, not 'maybe', which counts as no\n" },
	{ "[a]\nenabled = true # yes",
	  "a? " AT "2: enabled must be yes or no, not 'true # yes', which counts as no; '#' does "
	  "not start a comment behind a value, ' ;' does\n" },
	{ "[a]\nenabled = 1\nignoreself = maybe",
	  "a? " AT "3: ignoreself must be yes or no, not 'maybe', which counts as no\n" },
	{ "[a]\nenabled = 1\nusedns = perhaps",
	  "a? " AT "3: usedns must be yes, warn, no or raw, not 'perhaps'; 'no' is used\n" },
	{ "[a]\nenabled = 1\nbantime = -5m",
	  "a? " AT "3: bantime is negative in '-5m'; that is for ever, as -1 is\n" },
	{ "[a]\nenabled = 1\nbantime = -1", "" },
	{ "[a]\nenabled = 1\nignoreip = 300.1.1.1",
	  "a? " AT "3: ignoreip has '300.1.1.1', which is no address, network or host name; it is "
	  "left out\n" },
	{ "[a]\nenabled = 1\nlogpath = @ROOT@/b*.log",
	  "a? " AT "3: jail 'a' has no log yet: no file is called @ROOT@/b*.log\n" },
	{ "[a]\nenabled = 1\nlogpath =",
	  "a? @ROOT@/jail.conf:3: jail 'a' has no logpath: it reads nothing\n" },
	{ "[a]\nenabled = 1\nfilter =",
	  "a? " AT "3: jail 'a' has no failregex: hosts can be banned by hand only\n" },
	{ "[a]\nenabled = 1\nbantime.increment = 1\nbantime.formula = ban.Time * 2",
	  "a? " AT "4: bantime.formula is not evaluated: 'ban.Time * 2'; each ban lasts twice as "
	  "long as the one before; bantime.multipliers can say otherwise\n" },
	{ "[a]\nenabled = 1\nbantime.increment = 1\nbantime.formula = "
	  "ban.Time * (1<<(ban.Count if ban.Count<20 else 20)) * banFactor",
	  "" },
	{ NULL, NULL },
};

static const struct sample slips_in_names_are_told[] = {
	{ "[a]\nenabled = 1\nbantim = 3",
	  "a? " AT "3: option 'bantim' of [a] means nothing; is 'bantime' meant?\n" },
	{ "[DEFAULT]\nmaxrety = 3\n",
	  "? " AT "2: option 'maxrety' of [DEFAULT] means nothing; is 'maxretry' meant?\n" },
	{ "[a]\nenabled = 1\nfoo = 3\ntcpport = 5\nmta = x\naction_mw = y", "" },
	{ "[a]\nenabled = 1\nbantim = 3\nbantime = %(bantim)s", "" },
	{ "[a]\nenabled = 1\nbantim = 3\n[b]\nbantime = %(a/bantim)s", "" },
	{ "[a]\nbantim = 3", "" },
	{ NULL, NULL },
};

static void what_files_are_for_can_be_asked(void **state)
{
	char *root = make_config("[b]\nenabled=1\n[a]\nenabled=1\n", "[DEFAULT]\n");
	kban_auto(context) ctx = kban_context_new();
	kban_auto(config) config = NULL;

	(void)state;
	assert_int_equal(kban_config_load(ctx, root, &config, NULL), KBAN_OK);
	assert_string_equal(kban_config_dir(config), root);
	assert_ptr_equal(kban_config_find_jail(config, "a"), kban_config_jail(config, 1));
	assert_null(kban_config_find_jail(config, "c"));
	assert_ptr_equal(kban_config_ref(config), config);
	assert_null(kban_config_unref(config));
	assert_string_equal(kban_config_jail_name(config, 0), "b");
	assert_null(kban_config_unref(NULL));
	remove_tree(root);
}

static void one_jail_can_be_read_alone(void **state)
{
	char *root = make_config("[b]\nenabled=1\nfilter=nosuch\n[a]\nenabled=0\n", "[DEFAULT]\n");
	kban_auto(context) ctx = kban_context_new();
	kban_auto(config) config = NULL;
	kban_auto(error) err = NULL;
	kb_autofree char *text = NULL;

	(void)state;
	assert_int_equal(kban_config_load_jail(ctx, root, "a", &config, &err), KBAN_OK);
	assert_int_equal(kban_config_jail_count(config), 1);
	assert_string_equal(kban_config_jail_name(config, 0), "a");
	assert_int_equal(kban_config_problem_count(config), 0);
	kban_config_unref(kb_steal(config));
	assert_int_equal(kban_config_load_jail(ctx, root, "c", &config, &err), KBAN_E_NOTFOUND);
	text = without_root(kban_error_text(err), root);
	assert_string_equal(text, "no jail 'c' in '@ROOT@'");
	assert_null(config);
	remove_tree(root);
}

static void a_directory_without_jails_is_not_found(void **state)
{
	const struct test_file files[] = { { "fail2ban.conf", "" }, { NULL, NULL } };
	char *root = make_tree(files);
	kban_auto(context) ctx = kban_context_new();
	kban_auto(config) config = NULL;
	kban_auto(error) err = NULL;
	kb_autofree char *text = NULL;

	(void)state;
	assert_int_equal(kban_config_load(ctx, root, &config, &err), KBAN_E_NOTFOUND);
	text = without_root(kban_error_text(err), root);
	assert_string_equal(text, "no file '@ROOT@/jail.conf'");
	remove_tree(root);
}

static void service_defaults(void **state)
{
	char *root = make_config("[a]\n", "[DEFAULT]\n");
	kban_auto(context) ctx = kban_context_new();
	kban_auto(config) config = NULL;

	(void)state;
	assert_int_equal(kban_config_load(ctx, root, &config, NULL), KBAN_OK);
	assert_null(kban_config_log_level(config));
	assert_null(kban_config_log_target(config));
	assert_null(kban_config_socket(config));
	assert_int_equal(kban_config_purge_age(config), 86400 * KBAN_SECOND);
	assert_int_equal(kban_config_max_stored_matches(config), 10);
	remove_tree(root);
}

static void service_settings(void **state)
{
	char *root =
		make_config("[a]\n", "[DEFAULT]\nlogtarget = SYSLOG\nd = /run\n[Definition]\n"
				     "loglevel = DEBUG\nsyslogsocket = auto\nsocket = %(d)s/s\n"
				     "pidfile = %(d)s/p\nallowipv6 = no\ndbfile = None\n"
				     "dbpurgeage = 2d\ndbmaxmatches = 0\n");
	kban_auto(context) ctx = kban_context_new();
	kban_auto(config) config = NULL;

	(void)state;
	assert_int_equal(kban_config_load(ctx, root, &config, NULL), KBAN_OK);
	assert_int_equal(kban_config_problem_count(config), 0);
	assert_string_equal(kban_config_log_level(config), "DEBUG");
	assert_string_equal(kban_config_log_target(config), "SYSLOG");
	assert_string_equal(kban_config_syslog_socket(config), "auto");
	assert_string_equal(kban_config_socket(config), "/run/s");
	assert_string_equal(kban_config_pid_file(config), "/run/p");
	assert_string_equal(kban_config_allow_ipv6(config), "no");
	assert_string_equal(kban_config_database(config), "None");
	assert_int_equal(kban_config_purge_age(config), 2 * 86400 * KBAN_SECOND);
	assert_int_equal(kban_config_max_stored_matches(config), 0);
	remove_tree(root);
}

static void a_bad_service_file_costs_no_jail(void **state)
{
	char *root = make_config("[a]\nenabled = 1\n", "[Definition]\ndbpurgeage = soon\n"
						       "dbmaxmatches = x\nsocket = %(x)s\njunk\n");
	kb_autofree char *printed_jails = load_and_print(root, print_jails);
	kb_autofree char *told = load_and_print(root, print_problems);

	(void)state;
	assert_string_equal(printed_jails, "a\n");
	assert_string_equal(
		told,
		"! @ROOT@/fail2ban.conf:5: no '=' in 'junk'; write OPTION = VALUE, or indent the "
		"line to continue the one above\n"
		"! @ROOT@/fail2ban.conf:4: option 'socket' of [Definition]: '%(x)s' refers to no "
		"option; define it, or write %% for a percent sign\n"
		"! @ROOT@/fail2ban.conf:2: dbpurgeage must be a span of time such as 10m or '1d "
		"12h', not 'soon'\n"
		"! @ROOT@/fail2ban.conf:3: dbmaxmatches must be a whole number below 2147483648, "
		"not 'x'\n");
	remove_tree(root);
}

static void default_directory(void **state)
{
	const char *dir = kban_config_default_dir();

	(void)state;
	assert_true(strcmp(dir, "/etc/kban") == 0 || strcmp(dir, "/etc/fail2ban") == 0);
}

struct attempt {
	struct kban_context *ctx;
	const char *root;
};

static int attempt_load(void *data)
{
	const struct attempt *attempt = data;
	kban_auto(config) config = NULL;

	return kban_config_load(attempt->ctx, attempt->root, &config, NULL);
}

/* Nothing is missing: that a file is not there can be told without memory. */
static const struct test_file complete[] = {
	{ "jail.conf", "[DEFAULT]\nlogpath = @ROOT@/a.log\nfilter = f\nbantim = 1\n" },
	{ "jail.local", "[a]\nenabled = 1\naction = act[name=x]\nfailregex = %(known/failregex)s\n"
			"ignoreip = ::1\nbantime.multipliers = 1 2\njournalmatch = a 'b'\n" },
	{ "fail2ban.conf", "[Definition]\nsocket = /s\ndbpurgeage = 1d\n" },
	{ "fail2ban.local", "[Definition]\nsocket = /t\n" },
	{ "filter.d/f.conf", "[Definition]\nfailregex = ^f <HOST>\n" },
	{ "filter.d/f.local", "[Definition]\nignoreregex = ^i\n" },
	{ "action.d/act.conf", "[Definition]\nactionban =\n" },
	{ "action.d/act.local", "[Definition]\nactionunban =\n" },
	{ "a.log", "" },
	{ NULL, NULL },
};

static void memory_may_run_out(void **state)
{
	char *root = make_tree(complete);
	kban_auto(context) ctx = kban_context_new();
	struct attempt attempt = { ctx, root };

	(void)state;
	assert_every_allocation_may_fail(attempt_load, &attempt);
	remove_tree(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(jails, enabled_sections_are_jails),
		test_case(jails, mistakes_cost_one_jail),
		test_case(problems, each_mistake_is_told),
		test_case(problems, what_works_by_chance_is_a_warning),
		test_case(problems, slips_in_names_are_told),
		cmocka_unit_test(what_files_are_for_can_be_asked),
		cmocka_unit_test(one_jail_can_be_read_alone),
		cmocka_unit_test(a_directory_without_jails_is_not_found),
		cmocka_unit_test(service_defaults),
		cmocka_unit_test(service_settings),
		cmocka_unit_test(a_bad_service_file_costs_no_jail),
		cmocka_unit_test(default_directory),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
