/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <kban/config.h>

#include "base/buffer.h"
#include "file-tree.h"
#include "jail/jail-config.h"

static const struct test_file tree[] = {
	{ "jail.conf",
	  "[DEFAULT]\nbackend = auto\nfilter = %(__name__)s[mode=%(mode)s]\nmode = normal\n"
	  "logpath = @ROOT@/a.log\nenabled = true\nmaxretry = 5\nmaxmatches = %(maxretry)s\n"
	  "usedns = warn\nport = 0:65535\nprotocol = tcp\nchain = <known/chain>\n"
	  "banaction = act\naction_ = %(banaction)s[port=\"%(port)s\", protocol=\"%(protocol)s\"]\n"
	  "action = %(action_)s\n" },
	{ "jail.local",
	  "[plain]\n[port]\n[settings]\nfilter = plain\nmaxretry = 0\nfindtime = 1d 12h\nbantime = "
	  "-1\n"
	  "bantime.increment = on\nbantime.factor = 2.0 / 4\nbantime.multipliers = 1 5  30\n"
	  "bantime.maxtime = 4w\nbantime.rndtime = 5m\nbantime.overalljails = yes\n"
	  "ignoreself = no\nignoreip = ::1,192.0.2.0/24\nport = ssh\nusedns = raw\n"
	  "logtimezone = UTC+0200\nlogencoding = utf-8\nmaxlines = 4\n"
	  "bantime.formula = ban.Time\n\n"
	  "[names]\nfilter = plain\n"
	  "logpath = %(fail2ban_confpath)s/b.log\nignorecommand = x/%(fail2ban_version)s <ip>\n"
	  "[mode]\nmode = x\n"
	  "[extended]\nfilter = plain[p=Q]\nfailregex = %(known/failregex)s\n"
	  "  ^jail %(known/p)s <HOST>\nignoreregex = ^i\n"
	  "[inline]\nfilter =\nfailregex = ^inline <HOST>\nprefregex = ^p\n"
	  "datepattern = ^%%Y\n  ^%%d\n"
	  "[journal]\nfilter = plain\nbackend = systemd[journalflags=1]\n"
	  "journalmatch = _COMM=app + _UID=1\n  _EXE='a b'\n"
	  "[fallback]\nfilter = journal\nlogpath = @ROOT@/none*.log\n"
	  "[no-fallback]\nfilter = journal\nlogpath = @ROOT@/none*.log\n"
	  "systemd_if_nologs = no\n"
	  "[polling]\nfilter = journal\nlogpath = @ROOT@/none*.log\nbackend = polling\n"
	  "[logs]\nfilter = plain\nlogpath = @ROOT@/?.log tail\n  @ROOT@/a.log\n  @ROOT@/none\n" },
	{ "filter.d/plain.conf", "[Definition]\nfailregex = ^<p> <HOST>\np = P\n" },
	{ "filter.d/port.conf", "[Definition]\nfailregex = ^<port> <maxretry> <HOST>\n"
				"port = own\nmaxretry = own\n" },
	{ "filter.d/mode.conf", "[Definition]\nfailregex = ^<mode> <HOST>\n" },
	{ "filter.d/journal.conf", "[Definition]\nfailregex = ^<logtype> <HOST>\n"
				   "journalmatch = _COMM=j\n" },
	{ "action.d/act.conf", "[Definition]\nactionban =\n" },
	{ "action.d/other.conf", "[Definition]\nactionban =\n" },
	{ "a.log", "" },
	{ "b.log", "" },
	{ NULL, NULL },
};

struct world {
	char *root;
	struct kban_config *config;
};

static struct world world;

static int set_up(void **state)
{
	kban_auto(context) ctx = kban_context_new();

	(void)state;
	world.root = make_tree(tree);
	assert_int_equal(kban_config_load(ctx, world.root, &world.config, NULL), KBAN_OK);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	kban_config_unref(world.config);
	remove_tree(world.root);
	return 0;
}

static const struct kban_jail_config *jail(const char *name)
{
	const struct kban_jail_config *found = kban_config_find_jail(world.config, name);

	assert_non_null(found);
	assert_true(kban_jail_config_is_usable(found));
	return found;
}

static void defaults(void **state)
{
	const struct kban_jail_config *plain = jail("plain");
	size_t count = 7;

	(void)state;
	assert_string_equal(kban_jail_config_name(plain), "plain");
	assert_int_equal(kban_jail_config_number(plain, KBAN_SETTING_MAXRETRY), 5);
	assert_int_equal(kban_jail_config_number(plain, KBAN_SETTING_MAXMATCHES), 5);
	assert_int_equal(kban_jail_config_time(plain, KBAN_SETTING_FINDTIME), 600 * KBAN_SECOND);
	assert_int_equal(kban_jail_config_time(plain, KBAN_SETTING_BANTIME), 600 * KBAN_SECOND);
	assert_int_equal(kban_jail_config_time(plain, KBAN_SETTING_BANTIME_MAXTIME), 0);
	assert_false(kban_jail_config_switch(plain, KBAN_SETTING_BANTIME_INCREMENT));
	assert_true(kban_jail_config_switch(plain, KBAN_SETTING_IGNORESELF));
	assert_true(kban_jail_config_factor(plain) == 1);
	kban_jail_config_multipliers(plain, &count);
	assert_int_equal(count, 0);
	assert_int_equal(kban_jail_config_ignore_count(plain), 0);
	assert_int_equal(kban_jail_config_usedns(plain), KBAN_USEDNS_WARN);
	assert_int_equal(kban_jail_config_max_lines(plain), 0);
	assert_null(kban_jail_config_text(plain, KBAN_SETTING_BANTIME));
	assert_null(kban_jail_config_file(plain, KBAN_SETTING_BANTIME, NULL));
}

static void settings_have_types(void **state)
{
	const struct kban_jail_config *set = jail("settings");
	const unsigned *multipliers;
	size_t count = 0;

	(void)state;
	assert_int_equal(kban_jail_config_number(set, KBAN_SETTING_MAXRETRY), 0);
	assert_int_equal(kban_jail_config_number(set, KBAN_SETTING_MAXMATCHES), 0);
	assert_int_equal(kban_jail_config_time(set, KBAN_SETTING_FINDTIME), 129600 * KBAN_SECOND);
	assert_int_equal(kban_jail_config_time(set, KBAN_SETTING_BANTIME), KBAN_FOREVER);
	assert_true(kban_jail_config_switch(set, KBAN_SETTING_BANTIME_INCREMENT));
	assert_true(kban_jail_config_factor(set) == 0.5);
	multipliers = kban_jail_config_multipliers(set, &count);
	assert_int_equal(count, 3);
	assert_int_equal(multipliers[2], 30);
	assert_int_equal(kban_jail_config_time(set, KBAN_SETTING_BANTIME_MAXTIME),
			 2419200 * KBAN_SECOND);
	assert_int_equal(kban_jail_config_time(set, KBAN_SETTING_BANTIME_RNDTIME),
			 300 * KBAN_SECOND);
	assert_true(kban_jail_config_switch(set, KBAN_SETTING_BANTIME_OVERALLJAILS));
	assert_false(kban_jail_config_switch(set, KBAN_SETTING_IGNORESELF));
	assert_int_equal(kban_jail_config_ignore_count(set), 2);
	assert_string_equal(kban_jail_config_ignore(set, 1), "192.0.2.0/24");
	assert_int_equal(kban_jail_config_usedns(set), KBAN_USEDNS_RAW);
	assert_int_equal(kban_jail_config_max_lines(set), 4);
	assert_string_equal(kban_jail_config_text(set, KBAN_SETTING_LOGTIMEZONE), "UTC+0200");
	assert_string_equal(kban_jail_config_text(set, KBAN_SETTING_PORT), "ssh");
}

static void settings_have_places(void **state)
{
	const struct kban_jail_config *set = jail("settings");
	unsigned line = 0;
	kb_autofree char *file = NULL;

	(void)state;
	file = without_root(kban_jail_config_file(set, KBAN_SETTING_FINDTIME, &line), world.root);
	assert_string_equal(file, "@ROOT@/jail.local");
	assert_int_equal(line, 6);
	assert_non_null(
		strstr(kban_jail_config_file(set, KBAN_SETTING_BACKEND, &line), "/jail.conf"));
	assert_int_equal(line, 2);
	assert_string_equal(kban_setting_name(KBAN_SETTING_BANTIME_OVERALLJAILS),
			    "bantime.overalljails");
}

static void some_names_are_always_there(void **state)
{
	const struct kban_jail_config *names = jail("names");
	kb_autofree char *log = NULL;

	(void)state;
	assert_string_equal(kban_jail_config_text(names, KBAN_SETTING_IGNORECOMMAND),
			    "x/1.1.0 <ip>");
	assert_int_equal(kban_jail_config_log_count(names), 1);
	log = without_root(kban_jail_config_log(names, 0), world.root);
	assert_string_equal(log, "@ROOT@/b.log");
}

struct rules {
	const char *jail;
	enum kban_rule_kind kind;
	const char *expected; /* TEXT@LINE, one a line */
};

static void check_rules(void **state)
{
	for (const struct rules *row = *state; row->jail != NULL; row++) {
		const struct kban_jail_config *found = jail(row->jail);
		kb_auto_clear(buffer) out = { 0 };
		unsigned line;

		for (size_t i = 0; i < kban_jail_config_rule_count(found, row->kind); i++) {
			kban_jail_config_rule_file(found, row->kind, i, &line);
			kb_buffer_printf(&out, "%s@%u\n",
					 kban_jail_config_rule(found, row->kind, i), line);
		}
		assert_string_equal(out.data != NULL ? out.data : "", row->expected);
	}
}

static const struct rules rules_are_the_filters_and_the_jails[] = {
	{ "plain", KBAN_RULE_FAIL, "^P <HOST>@2\n" },
	{ "plain", KBAN_RULE_IGNORE, "" },
	/* A jail's own variables, such as port, are no settings that a filter sees. */
	{ "port", KBAN_RULE_FAIL, "^own 5 <HOST>@2\n" },
	{ "mode", KBAN_RULE_FAIL, "^x <HOST>@2\n" },
	{ "extended", KBAN_RULE_FAIL, "^Q <HOST>@2\n^jail Q <HOST>@32\n" },
	{ "extended", KBAN_RULE_IGNORE, "^i@33\n" },
	{ "inline", KBAN_RULE_FAIL, "^inline <HOST>@36\n" },
	{ "inline", KBAN_RULE_PREFIX, "^p@37\n" },
	{ NULL, KBAN_RULE_FAIL, NULL },
};

static void date_patterns_are_lines(void **state)
{
	const struct kban_jail_config *inline_jail = jail("inline");

	(void)state;
	assert_int_equal(kban_jail_config_date_pattern_count(inline_jail), 2);
	assert_string_equal(kban_jail_config_date_pattern(inline_jail, 0), "^%Y");
	assert_int_equal(kban_jail_config_date_pattern_count(jail("plain")), 0);
}

struct source {
	const char *jail;
	enum kban_log_kind kind;
	size_t patterns, logs;
	const char *rule;
};

static void check_source(void **state)
{
	for (const struct source *row = *state; row->jail != NULL; row++) {
		const struct kban_jail_config *found = jail(row->jail);

		assert_int_equal(kban_jail_config_log_kind(found), row->kind);
		assert_int_equal(kban_jail_config_pattern_count(found), row->patterns);
		assert_int_equal(kban_jail_config_log_count(found), row->logs);
		assert_string_equal(kban_jail_config_rule(found, KBAN_RULE_FAIL, 0), row->rule);
	}
}

static const struct source the_journal_stands_in_for_missing_logs[] = {
	{ "plain", KBAN_LOG_FILES, 1, 1, "^P <HOST>" },
	{ "journal", KBAN_LOG_JOURNAL, 0, 0, "^P <HOST>" },
	{ "fallback", KBAN_LOG_JOURNAL, 0, 0, "^journal <HOST>" },
	{ "no-fallback", KBAN_LOG_FILES, 1, 0, "^file <HOST>" },
	{ "polling", KBAN_LOG_FILES, 1, 0, "^file <HOST>" },
	{ "logs", KBAN_LOG_FILES, 3, 2, "^P <HOST>" },
	{ NULL, KBAN_LOG_FILES, 0, 0, NULL },
};

static void logs_begin_where_they_are_told(void **state)
{
	const struct kban_jail_config *logs = jail("logs");
	kb_autofree char *pattern = NULL;

	(void)state;
	pattern = without_root(kban_jail_config_pattern(logs, 0), world.root);
	assert_string_equal(pattern, "@ROOT@/?.log");
	assert_int_equal(kban_jail_config_pattern_from(logs, 0), KBAN_FOLLOW_FROM_END);
	assert_int_equal(kban_jail_config_pattern_from(logs, 1), KBAN_FOLLOW_FROM_START);
	assert_int_equal(kban_jail_config_log_from(logs, 0), KBAN_FOLLOW_FROM_END);
}

static void matches_are_words(void **state)
{
	const struct kban_jail_config *journal = jail("journal");

	(void)state;
	assert_int_equal(kban_jail_config_match_count(journal), 2);
	assert_int_equal(kban_jail_config_match_word_count(journal, 0), 3);
	assert_string_equal(kban_jail_config_match_word(journal, 0, 1), "+");
	assert_string_equal(kban_jail_config_match_word(journal, 1, 0), "_EXE=a b");
	assert_int_equal(kban_jail_config_match_count(jail("plain")), 0);
}

/* An action of a jail named rec, and what becomes of it. */
struct action {
	const char *action;
	const char *expected; /* NAME FILE PARAMETER=VALUE …, one a line */
};

static void print_actions(struct kb_buffer *out, const struct kban_jail_config *found)
{
	for (size_t i = 0; i < kban_jail_config_action_count(found); i++) {
		kb_buffer_printf(out, "%s %s", kban_jail_config_action_name(found, i),
				 kban_jail_config_action_file(found, i));
		assert_string_equal(kb_jail_config_action(found, i)->name,
				    kban_jail_config_action_file(found, i));
		for (size_t j = 0; j < kban_jail_config_parameter_count(found, i); j++)
			kb_buffer_printf(out, " %s=%s",
					 kban_jail_config_parameter_name(found, i, j),
					 kban_jail_config_parameter_value(found, i, j));
		kb_buffer_string(out, "\n");
	}
}

static void check_action(const struct action *row)
{
	kb_auto_clear(buffer) local = { 0 };
	kb_auto_clear(buffer) out = { 0 };
	kban_auto(context) ctx = kban_context_new();
	kban_auto(config) config = NULL;
	struct test_file files[kb_array_size(tree)];
	char *root;

	kb_buffer_printf(&local, "[rec]\nfilter = plain\naction = %s\n", row->action);
	memcpy(files, tree, sizeof(files));
	files[1].text = local.data;
	root = make_tree(files);
	assert_int_equal(kban_config_load(ctx, root, &config, NULL), KBAN_OK);
	assert_true(kban_jail_config_is_usable(kban_config_jail(config, 0)));
	print_actions(&out, kban_config_jail(config, 0));
	assert_string_equal(out.data != NULL ? out.data : "", row->expected);
	remove_tree(root);
}

static void name(void **state)
{
	for (const struct action *row = *state; row->action != NULL; row++)
		check_action(row);
}

static const struct action actions_are_named_after_file_and_name[] = {
	{ "", "" },
	{ "%(action_)s", "act act port=0:65535 protocol=tcp name=rec\n" },
	{ "act", "act act name=rec\n" },
	{ "act[name=rec]", "act act name=rec\n" },
	{ "act[name=rec-a]", "act-a act name=rec-a\n" },
	{ "act[name=SMTP]", "act-SMTP act name=SMTP\n" },
	{ "act[actname=again, name=x]", "again act actname=again name=x\n" },
	{ "act\n  other[a=1] act[name=b]",
	  "act act name=rec\nother other a=1 name=rec\nact-b act name=b\n" },
	{ "act\n  x.py[a=1]", "act act name=rec\n" },
	/* The rules of several firewall actions refer to one set. */
	{ "iptables[port=1] iptables[port=2]",
	  "iptables iptables port=1 name=rec\niptables iptables port=2 name=rec\n" },
	{ NULL, NULL },
};

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(settings_have_types),
		cmocka_unit_test(settings_have_places),
		cmocka_unit_test(some_names_are_always_there),
		test_case(check_rules, rules_are_the_filters_and_the_jails),
		cmocka_unit_test(date_patterns_are_lines),
		test_case(check_source, the_journal_stands_in_for_missing_logs),
		cmocka_unit_test(logs_begin_where_they_are_told),
		cmocka_unit_test(matches_are_words),
		test_case(name, actions_are_named_after_file_and_name),
	};

	return cmocka_run_group_tests_name("jail-config", tests, set_up, tear_down);
}
