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
		{ "action.d/act.conf", "[Definition]\nactionban = <used>\nactionother = 1\nother = "
				       "<actionother>\n[Init]\nparameter = 1\nblocktype = 2\n" },
		{ "action.d/slip.conf", "[Definition]\nactionbann = x\nactionban = y\nnorestored = "
					"maybe\ntimeout = 5\n" },
		{ "action.d/twice.conf", "[Definition]\nactionban =\nactionban =\n" },
		{ "filter.d/modal.conf",
		  "[Definition]\nfailregex = ^a <HOST>\n  <mdre-<mode>>\nignoreregex = <tag>\n"
		  "mdre-strict = ^s <HOST>\nused = <asked>\n[Init]\nparameter = 1\ntag = "
		  "<HOST>\n" },
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
				 kban_config_problem_is_error(config, i)     ? "!"
				 : kban_config_problem_is_waiting(config, i) ? "~"
									     : "?",
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
	{ "[good]\nenabled=1\n[a]\nenabled=1\naction=twice", "good\na\n" },
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
	{ "[DEFAULT]\nenabled=1\n[a]\n[b]\n[INCLUDES]\nbefore=%(x)s",
	  "a (unusable)\nb (unusable)\n" },
	{ NULL, NULL },
};

#define AT "@ROOT@/jail.local:"

static const struct sample what_is_in_no_section_costs_itself[] = {
	{ "bantime=1\n[a]\nenabled=1", "a\n" },
	{ "[good]\nenabled=1\n[a]\nenabled=1\nfilter=\xff", "good\na (unusable)\n" },
	{ "\xef\xbb\xbf[a]\nenabled=1", "a\n" },
	{ "enabled=1", "" },
	{ NULL, NULL },
};

static const struct sample each_mistake_is_told[] = {
	{ "bantime = 1\n[a]\nenabled = 1",
	  "! " AT "1: no section before 'bantime = 1'; put a header such as [DEFAULT] or "
	  "[Definition] above it; what stands above line 2 is left out\n" },
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
	{ "[a]\nenabled = 1\naction = act\n  act[used=1]\n",
	  "a! " AT "4: action 'act' is there already, in line 3; give one of them "
	  "another actname\n" },
	{ "[a]\nenabled = 1\naction = act\n  smtp.py[x=1]\n",
	  "a? " AT "4: action 'smtp.py' is a Python program, which kban does not run; "
	  "in place of smtp.py use sendmail or mail, or an action of yours that runs the program "
	  "you want\n" },
	{ "[a]\nenabled = 1\naction = iptables[actionban=\"echo <ip>\", port=25]\n",
	  "a? " AT "3: actionban: no rule with a set does what action 'iptables' is to do with it; "
	  "its commands are run\n"
	  "a! " AT "3: no action 'iptables' in '@ROOT@/action.d'\n" },
	{ "[a]\nenabled = 1\naction = act[timeout=soon]\n",
	  "a! " AT "3: timeout must be a span of time such as 10m or '1d 12h', not 'soon'\n" },
	{ "[a]\nenabled = 1\nmaxretry = 6 # x\nbantime = soon\nfindtime = 0\n",
	  "a! " AT "3: maxretry must be a whole number below 2147483648, not '6 # x'; '#' does not "
	  "start a comment behind a value, ' ;' does\n"
	  "a! " AT "5: findtime must be longer than '0'\n"
	  "a! " AT "4: bantime must be a span of time such as 10m or '1d 12h', not 'soon'\n" },
	{ "[a]\nenabled = 1\nbantime.maxtime = -1\nbantime.factor = x\n"
	  "bantime.multipliers = 1 two\n",
	  "a! " AT "3: bantime.maxtime must not be negative, as '-1' is\n"
	  "a! " AT "4: bantime.factor must be a number above zero, not 'x': unknown name at 'x' in "
	  "column 1\n"
	  "a! " AT "5: bantime.multipliers must be at most 1000 whole numbers from 1 up, not "
	  "'1 two'\n" },
	{ "[a]\nenabled = 1\nbackend = kqueue\n",
	  "a! " AT "3: backend must be auto, inotify, polling or systemd, not 'kqueue'\n" },
	{ "[a]\nenabled = 1\nlogpath = @ROOT@/a.log @ROOT@/b.log\n",
	  "a! " AT "3: logpath has '@ROOT@/b.log' behind a path, where only 'head' or 'tail' may "
	  "stand; write one path a line\n" },
	{ "[a]\nenabled = 1\nfindtime = %(bantme)s\n",
	  "a! " AT "3: option 'findtime' of [a]: '%(bantme)s' refers to no option; define it, or "
	  "write %% for a percent sign\n" },
	{ "[a]\nenabled = 1\nignorecache = max-count=9\n",
	  "a! " AT "3: ignorecache has no key; write, for instance, key=\"<ip>\"\n" },
	{ "[a]\nenabled = 1\nignorecache = key=<ip>, max-count=many\n",
	  "a! " AT "3: ignorecache: max-count must be a number up to 100000, not 'many'\n" },
	{ "[a]\nenabled = 1\nignorecache = key=<ip>, max-time=soon\n",
	  "a! " AT "3: ignorecache: max-time must be a time such as 5m, not 'soon'\n" },
	{ "[a b]\nenabled = 1\n",
	  "a b! " AT
	  "2: jail 'a b' must have a name of at most 100 bytes without blank and '/'\n" },
	{ "[a]\njunk\n",
	  "a? " AT "2: no '=' in 'junk'; write OPTION = VALUE, or indent the line to continue the "
	  "one above\n" },
	{ NULL, NULL },
};

static const struct sample what_works_by_chance_is_a_warning[] = {
	{ "[a]\nenabled = 1\nignorecommand = /bin/x <ip>\n"
	  "ignorecache = key=\"<ip>\", max-count=9, max-tim=5m\n",
	  "a? " AT "4: ignorecache: 'max-tim' means nothing; there are key, max-count and "
	  "max-time\n" },
	{ "[a]\nenabled = maybe",
	  "a? " AT "2: enabled must be yes or no, not 'maybe', which counts as no\n" },
	{ "[a]\nenabled = true # yes",
	  "a? " AT "2: enabled must be yes or no, not 'true # yes', which counts as no; '#' does "
	  "not start a comment behind a value, ' ;' does\n" },
	{ "[a]\nenabled = 1\nignoreself = maybe",
	  "a? " AT "3: ignoreself must be yes or no, not 'maybe', which counts as no\n" },
	{ "[a]\nenabled = 1\nusedns = perhaps",
	  "a? " AT "3: usedns must be yes, warn, no or raw, not 'perhaps'; 'no' is used\n" },
	{ "[a]\nenabled = 1\nlogtimezone = Europe/Berlin",
	  "a! " AT "3: logtimezone: unknown zone 'Europe/Berlin'; write an offset, such as "
	  "UTC+0200\n" },
	{ "[a]\nenabled = 1\nbackend = Inotify", "" },
	{ "[a]\nenabled = 1\nlogtimezone = UTC+0200\nlogencoding = latin1", "" },
	{ "[a]\nenabled = 1\nlogencoding = latin99",
	  "a! " AT "3: logencoding: unknown encoding 'latin99'; iconv -l lists those that there "
	  "are\n" },
	{ "[a]\nenabled = 1\nbantime = -5m",
	  "a? " AT "3: bantime is negative in '-5m'; that is for ever, as -1 is\n" },
	{ "[a]\nenabled = 1\nbantime = -1", "" },
	{ "[a]\nenabled = 1\nlogpath = @ROOT@/b*.log",
	  "a~ " AT "3: logpath: jail 'a' has no log yet: no file is called @ROOT@/b*.log\n" },
	{ "[a]\nenabled = 1\nskip_if_nologs = yes\nlogpath = @ROOT@/b*.log",
	  "a? " AT "4: logpath: jail 'a' has no log yet: no file is called @ROOT@/b*.log\n" },
	{ "[a]\nenabled = 1\nlogpath =",
	  "a? @ROOT@/jail.conf:3: jail 'a' has no logpath: it reads nothing\n" },
	{ "[a]\nenabled = 1\nfilter =",
	  "a? " AT "3: jail 'a' has no failregex: hosts can be banned by hand only\n" },
	{ "[a]\nenabled = 1\nbantime.increment = 1\nbantime.formula = ban.Time * 2", "" },
	{ "[a]\nenabled = 1\nbantime.increment = 1\nbantime.formula = "
	  "ban.Time * (1<<(ban.Count if ban.Count<20 else 20)) * banFactor",
	  "" },
	{ NULL, NULL },
};

/* Each is an error, but the jail can do without it. */
static const struct sample what_is_left_out_is_an_error[] = {
	{ "[a]\nenabled = 1\nignoreip = 300.1.1.1",
	  "a! " AT "3: ignoreip has '300.1.1.1', which is no address, network or host name; it is "
	  "left out\n" },
	{ "[a]\nenabled = 1\nbantime.increment = 1\nbantime.formula = os.system('id')",
	  "a! " AT "4: bantime.formula: unknown name at 'os.system' in column 1; each ban is twice "
	  "the one before instead\n" },
	{ "[a]\nenabled = 1\nbantime.increment = 1\nbantime.formula = 1 / (ban.Count - 3)",
	  "a! " AT "4: bantime.formula: for ban number 4 it has no value: a division by zero; each "
	  "ban is twice the one before instead\n" },
	{ "[a]\nenabled = 1\nkban_window = F2B\nkban_restore = strict-f2b", "" },
	{ "[a]\nenabled = 1\nkban_window = inexact\nkban_restore = stricter",
	  "a! " AT "3: kban_window must be exact or f2b, not 'inexact'; 'exact' is used\n"
	  "a! " AT "4: kban_restore must be keep or strict-f2b, not 'stricter'; 'keep' is used\n" },
	{ "[a]\nenabled = 1\nlogpath = @ROOT@/action.d",
	  "a! " AT "3: logpath matches '@ROOT@/action.d', a directory; it is left out\n"
	  "a~ " AT "3: logpath: jail 'a' has no log yet: no file is called @ROOT@/action.d\n" },
	{ NULL, NULL },
};

static const struct sample who_can_do_without_runs[] = {
	{ "[a]\nenabled = 1\nignoreip = 300.1.1.1", "a\n" },
	{ "[a]\nenabled = 1\nbantime.formula = os.system('id')", "a\n" },
	{ "[a]\nenabled = 1\nlogpath = @ROOT@/action.d @ROOT@/a.log", "a (unusable)\n" },
	{ "[a]\nenabled = 1\nlogpath = @ROOT@/action.d\n @ROOT@/a.log", "a\n" },
	{ "[a]\nenabled = 1\nlogpath = @ROOT@/b*.log", "a\n" },
	{ NULL, NULL },
};

static const struct sample slips_in_names_are_told[] = {
	{ "[a]\nenabled = 1\nbantim = 3",
	  "a? " AT "3: option 'bantim' of [a] means nothing; is 'bantime' meant?\n" },
	{ "[DEFAULT]\nmaxrety = 3\n",
	  "? " AT "2: option 'maxrety' of [DEFAULT] means nothing; is 'maxretry' meant?\n" },
	{ "[a]\nenabled = 1\nfoo = 3\ntcpport = 5\nmta = x\naction_mw = %(tcpport)s",
	  "a? " AT "3: option 'foo' of [a] means nothing, and nothing refers to it\n" },
	{ "[DEFAULT]\nfoo = 3", "" },
	{ "[a]\nenabled = 1\nbantim = 3\nbantime = %(bantim)s", "" },
	{ "[a]\nenabled = 1\nbantim = 3\n[b]\nbantime = %(a/bantim)s", "" },
	{ "[a]\nbantim = 3", "" },
	{ NULL, NULL },
};

/* The same of what an action is told, and of its file. */
static const struct sample slips_in_actions_are_told[] = {
	{ "[a]\nenabled = 1\naction = act[paramter=1, Parameter=2, name=x, port=1, chain=y]",
	  "a? " AT "3: option 'paramter' of action act means nothing; is 'parameter' meant?\n" },
	{ "[a]\nenabled = 1\naction = act[nosuchthing=1, blocktype?family=inet6=\"2\", used=3]",
	  "a? " AT "3: option 'nosuchthing' of action act means nothing, and nothing refers to "
	  "it\n" },
	{ "[a]\nenabled = 1\naction = act[actionbann=1, actionunban=2]",
	  "a? " AT "3: option 'actionbann' of action act means nothing; is 'actionban' meant?\n" },
	{ "[a]\nenabled = 1\naction = slip",
	  "a? @ROOT@/action.d/slip.conf:2: option 'actionbann' of [Definition] means nothing; is "
	  "'actionban' meant?\n"
	  "a? @ROOT@/action.d/slip.conf:4: norestored must be yes or no, not 'maybe', which counts "
	  "as no\n"
	  "a? @ROOT@/action.d/slip.conf:5: timeout means nothing in [Definition]; write it under "
	  "[Init]\n" },
	{ NULL, NULL },
};

#define MODAL "a? @ROOT@/filter.d/modal.conf:"

static const struct sample slips_in_filters_are_told[] = {
	{ "[a]\nenabled = 1\nfilter = modal[mdoe=x, mode=strict, Parameter=2, failregex=^<HOST>, "
	  "asked=1]",
	  "a? " AT "3: option 'mdoe' of filter modal means nothing; is 'mode' meant?\n" },
	{ "[a]\nenabled = 1\nfilter = modal[mode=strict, nosuchthing=1]",
	  "a? " AT "3: option 'nosuchthing' of filter modal means nothing, and nothing refers to "
	  "it\n" },
	{ "[a]\nenabled = 1\nfilter = modal[mode=srtict]", MODAL
	  "3: failregex: '<mdre-srtict>' is no rule, as there is no such option; is 'mdre-strict' "
	  "meant?\n"
	  "a! @ROOT@/filter.d/modal.conf:"
	  "3: failregex: No failure-id group in '<mdre-srtict>'\n" },
	{ "[a]\nenabled = 1\nfilter = modal[mode=strict, tag=<ip-x>]",
	  "a? " AT "3: ignoreregex: '<ip-x>' is no rule, as there is no such option\n" },
	{ "[a]\nenabled = 1\nfilter = modal[mode=strict, tag=<ADDR>]", "" },
	{ NULL, NULL },
};

/* What all rules of a filter share is wrong once. */
static const struct sample what_rules_share_is_told_once[] = {
	{ "[a]\nenabled = 1\nfilter =\nfailregex = ^a <HOST>\n  ^b <HOST>\ndatepattern = %%Q",
	  "a! " AT
	  "6: Failed to set datepattern '%Q' (may be an invalid format or unescaped percent "
	  "char): a % is followed by nothing it could stand for\n" },
	{ "[a]\nenabled = 1\nfilter =\nfailregex = ^a\n  ^b\n  ^a\n",
	  "a! " AT "4: failregex: No failure-id group in '^a'\n"
	  "a! " AT "5: failregex: No failure-id group in '^b'\n"
	  "a! " AT "6: failregex: No failure-id group in '^a'\n" },
	{ NULL, NULL },
};

static const struct sample numbers_out_of_range_are_told[] = {
	{ "[a]\nenabled = 1\nmaxretry = 0\n",
	  "a? " AT "3: maxretry bans at the first failure with '0'; as 1 does\n" },
	{ "[a]\nenabled = 1\nmaxretry = -1\nmaxmatches = 0",
	  "a? " AT "3: maxretry bans at the first failure with '-1'; as 1 does\n" },
	{ "[DEFAULT]\nmaxretry = 0\n[a]\nenabled = 1\nlogpath = kban:bans\n",
	  "a? " AT "2: maxretry bans at the first failure with '0'; as 1 does\n"
	  "a? " AT "2: maxretry: jail 'a' counts bans, and with '0' bans at once whom any other "
	  "jail bans; give it a maxretry of its own\n" },
	{ "[DEFAULT]\nmaxretry = 0\n[a]\nenabled = 1\nmaxretry = 2\nlogpath = kban:bans\n", "" },
	{ "[a]\nenabled = 1\nmaxretry = 70000\n",
	  "a? " AT "3: maxretry is out of its range with '70000'; 65535 is used\n" },
	{ "[a]\nenabled = 1\nbanprefix4 = 33\nbanprefix6 = 0\n",
	  "a? " AT "3: banprefix4 is out of its range with '33'; 32 is used\n"
	  "a? " AT "4: banprefix6 is out of its range with '0'; 1 is used\n" },
	{ "[a]\nenabled = 1\nsubnetretry = -3\nsubnetprefix4 = 0\nsubnetprefix6 = 129\nmaxhosts = "
	  "0\nmaxmatches = -1",
	  "a? " AT "7: maxmatches is out of its range with '-1'; 0 is used\n"
	  "a? " AT "3: subnetretry is out of its range with '-3'; 0 is used\n"
	  "a? " AT "4: subnetprefix4 is out of its range with '0'; 1 is used\n"
	  "a? " AT "5: subnetprefix6 is out of its range with '129'; 128 is used\n"
	  "a? " AT "6: maxhosts is out of its range with '0'; 1 is used\n" },
	{ NULL, NULL },
};

/* fail2ban.conf, with a jail that has nothing wrong. */
static void check_service(void **state)
{
	for (const struct sample *row = *state; row->jail_local != NULL; row++) {
		char *root = make_config("[a]\nenabled = 1\n", row->jail_local);
		kb_autofree char *got = load_and_print(root, print_problems);

		assert_string_equal(got, row->expected);
		remove_tree(root);
	}
}

#define SERVICE "? @ROOT@/fail2ban.conf:"

static const struct sample slips_in_the_service_are_told[] = {
	{ "[DEFAULT]\nloglevel = INFO\nlogtarget = /x\nsyslogsocket = auto\nsocket = /s\npidfile = "
	  "/p\ndbfile = None\ndbpurgeage = 1d\ndbmaxmatches = 10\nallowipv6 = auto\n[Definition]\n"
	  "[Thread]\nstacksize = 0\n",
	  "" },
	{ "[Definition]\nlogtarge = /x\nfoo = 1\nbar = 2\npidfile = %(bar)s\n", SERVICE
	  "2: option 'logtarge' of [Definition] means nothing; is 'logtarget' meant?\n" SERVICE
	  "3: option 'foo' of [Definition] means nothing, and nothing refers to it\n" },
	{ "[DEFAULT]\ndbpurgage = 1d\n[Thread]\nstacksiz = 1\n", SERVICE
	  "2: option 'dbpurgage' of [DEFAULT] means nothing; is 'dbpurgeage' meant?\n" SERVICE
	  "4: option 'stacksiz' of [Thread] means nothing; is 'stacksize' meant?\n" },
	{ "[Defintion]\nloglevel = INFO\n",
	  SERVICE "2: section [Defintion] means nothing; write these options under "
		  "[Definition]\n" },
	{ "[Definition]\nloglevel = INF\n",
	  "! @ROOT@/fail2ban.conf:2: loglevel: 'INF' is no value for it; is 'INFO' meant?\n" },
	{ "[Definition]\nloglevel = notice\nallowipv6 = maybe\n",
	  SERVICE "3: allowipv6: 'maybe' is no value for it; is 'auto' meant?\n" },
	{ "[Definition]\nlogtarget = SYSLOG[facilty=mail, padding=on]\nsyslogsocket = /dev/log\n",
	  SERVICE "2: logtarget: 'facilty' is no option of a log target; is 'facility' meant?\n" },
	{ "[Definition]\nlogtarget = /x.log[datetime=off\n",
	  "! @ROOT@/fail2ban.conf:2: expected ',' or ']' behind a value at column 20 of "
	  "'/x.log[datetime=off'\n" },
	{ "[Definition]\nlogtarget = /x.log[format=\"%%(message)s\"]\nsyslogsocket = AUTO\n", "" },
	{ "[Definition]\nsyslogsocket = dev/log\n",
	  "! @ROOT@/fail2ban.conf:2: syslogsocket must be auto or an absolute path, not "
	  "'dev/log'\n" },
	{ "[Definition]\nloglevel = 10\ndbmaxmatches = x\n",
	  "! @ROOT@/fail2ban.conf:3: dbmaxmatches must be a whole number below 2147483648, not "
	  "'x'\n" },
	{ NULL, NULL },
};

/* A target of iptables for which nft has nothing. */
static void targets_must_be_of_the_packet_filter(void **state)
{
	static const char jail[] =
		"[a]\nenabled = 1\naction = act\n  iptables[blocktype=X --y z]\n";
	static const struct sample rows[] = {
		{ "[Definition]\npacketfilter = ipset\n", "" },
		{ "[Definition]\npacketfilter = auto\n", "" },
		{ "[Definition]\npacketfilter = nft\n",
		  "a! " AT "4: action iptables: target 'X --y z' is nothing that nft can do\n" },
		{ NULL, NULL },
	};

	(void)state;
	for (const struct sample *row = rows; row->jail_local != NULL; row++) {
		char *root = make_config(jail, row->jail_local);
		kb_autofree char *got = load_and_print(root, print_problems);

		assert_string_equal(got, row->expected);
		remove_tree(root);
	}
}

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

static void one_jail_can_be_read_with_options(void **state)
{
	const struct test_file files[] = {
		{ "jail.conf",
		  "[a]\nfilter=f[mode=%(mode)s]\nmode=bad\nusedns=no\n[b]\nfilter=nosuch\n" },
		{ "filter.d/f.conf", "[Definition]\nfailregex=^<mode> <more> <HOST>\nmore=x\n" },
		{ NULL, NULL },
	};
	char *root = make_tree(files);
	kban_auto(context) ctx = kban_context_new();
	struct kban_filter_options options = KBAN_FILTER_OPTIONS_INIT;
	kban_auto(config) config = NULL;
	kban_auto(filter) filter = NULL;
	kban_auto(error) err = NULL;

	(void)state;
	options.ignore = (const char *const[]){ "^i", NULL };
	assert_int_equal(kban_config_load_jail(ctx, root, "a[mode=worse, more=y]", &config, NULL),
			 KBAN_OK);
	assert_string_equal(kban_jail_config_rule(kban_config_jail(config, 0), KBAN_RULE_FAIL, 0),
			    "^worse y <HOST>");
	assert_int_equal(
		kban_jail_config_compile(kban_config_jail(config, 0), ctx, &options, &filter, NULL),
		KBAN_OK);
	assert_null(strstr(kban_filter_rule_regex(filter, KBAN_RULE_FAIL, 0), "?P<dns>"));
	assert_string_equal(kban_filter_rule_text(filter, KBAN_RULE_IGNORE, 0), "^i");
	assert_int_equal(kban_filter_option_count(filter), 3);
	assert_false(kban_filter_option_is_given(filter, 0)); /* logtype */
	assert_true(kban_filter_option_is_given(filter, 1));
	assert_string_equal(kban_filter_option_value(filter, 1), "worse");
	kban_config_unref(kb_steal(config));

	assert_int_equal(kban_config_load_jail(ctx, root, "b", &config, NULL), KBAN_OK);
	assert_int_equal(
		kban_jail_config_compile(kban_config_jail(config, 0), ctx, NULL, &filter, &err),
		KBAN_E_NOTFOUND);
	assert_string_equal(kban_error_text(err), "the filter of jail 'b' cannot be read");
	kban_config_unref(kb_steal(config));

	assert_int_equal(kban_config_load_jail(ctx, root, "a[usedns=raw]", &config, NULL), KBAN_OK);
	assert_int_equal(kban_jail_config_usedns(kban_config_jail(config, 0)), KBAN_USEDNS_RAW);
	kban_config_unref(kb_steal(config));
	assert_int_equal(
		kban_config_load_jail_for_log(ctx, root, "a", KBAN_LOG_JOURNAL, &config, NULL),
		KBAN_OK);
	assert_int_equal(kban_jail_config_log_kind(kban_config_jail(config, 0)), KBAN_LOG_JOURNAL);
	kban_config_unref(kb_steal(config));
	assert_int_equal(kban_config_load_jail_for_log(ctx, root, "a[backend=systemd]",
						       KBAN_LOG_FILES, &config, NULL),
			 KBAN_OK);
	assert_int_equal(kban_jail_config_log_kind(kban_config_jail(config, 0)), KBAN_LOG_FILES);
	kban_config_unref(kb_steal(config));
	assert_int_equal(kban_config_load_jail(ctx, root, "a[mode", &config, NULL), KBAN_E_SYNTAX);
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
	{ "action.d/act.conf", "[Definition]\nactionban = <used>\nactionother = 1\nother = "
			       "<actionother>\n[Init]\nparameter = 1\nblocktype = 2\n" },
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
		test_case(jails, who_can_do_without_runs),
		test_case(jails, what_is_in_no_section_costs_itself),
		test_case(problems, each_mistake_is_told),
		test_case(problems, what_works_by_chance_is_a_warning),
		test_case(problems, what_is_left_out_is_an_error),
		test_case(problems, slips_in_names_are_told),
		test_case(problems, slips_in_actions_are_told),
		test_case(problems, slips_in_filters_are_told),
		test_case(problems, what_rules_share_is_told_once),
		test_case(problems, numbers_out_of_range_are_told),
		test_case(check_service, slips_in_the_service_are_told),
		cmocka_unit_test(targets_must_be_of_the_packet_filter),
		cmocka_unit_test(what_files_are_for_can_be_asked),
		cmocka_unit_test(one_jail_can_be_read_alone),
		cmocka_unit_test(one_jail_can_be_read_with_options),
		cmocka_unit_test(a_directory_without_jails_is_not_found),
		cmocka_unit_test(service_defaults),
		cmocka_unit_test(service_settings),
		cmocka_unit_test(a_bad_service_file_costs_no_jail),
		cmocka_unit_test(default_directory),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
