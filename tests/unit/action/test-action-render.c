/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "action/action-render.h"
#include "base/text.h"
#include "failing-alloc.h"

static struct kban_addr host;

static struct kb_ticket ticket(void)
{
	host = test_addr("192.0.2.5");
	return (struct kb_ticket){
		.host = &host,
		.time = 1795485867 * KBAN_SECOND,
		.ban_time = 600 * KBAN_SECOND,
		.number = 2,
		.failures = 3,
		.matches = KB_TEXT("line 1\nline 2"),
		.all_matches = KB_TEXT("elsewhere"),
		.all_failures = 7,
		.all_jail_failures = 5,
		.found = 11,
		.found_total = 12,
		.banned = 13,
		.banned_total = 14,
		.machine = "mail.host.example",
		.fields = { "user\0joe\0alt_user\0o'neil\0", 24 },
	};
}

struct row {
	const char *script, *expected;
	const char *variable; /* the only one, or NULL */
};

static void check(const struct row *row, const struct kb_ticket *about,
		  enum kb_action_family family)
{
	kb_auto_clear(rendered) made = { 0 };

	assert_int_equal(kb_script_render(row->script, family, about, &made), KBAN_OK);
	assert_string_equal(made.script, row->expected);
	assert_int_equal(made.environment.count, row->variable != NULL);
	if (row->variable != NULL)
		assert_string_equal(made.environment.items[0], row->variable);
}

static void rendered(void **state)
{
	struct kb_ticket about = ticket();

	for (const struct row *row = *state; row->script != NULL; row++)
		check(row, &about, KB_FAMILY_INET4);
}

static const struct row tags_have_values[] = {
	{ "", "", NULL },
	{ "a <ip> <fid> <family>", "a 192.0.2.5 192.0.2.5 inet4", NULL },
	{ "<ip-rev>zone", "5.2.0.192.zone", NULL },
	{ "<ip-host>", "None", NULL },
	{ "<time> <bantime> <bancount> <failures>", "1795485867.0 600 2 3", NULL },
	{ "<ipfailures> <ipjailfailures> <restored>", "7 5 0", NULL },
	{ "<fq-hostname> <sh-hostname>", "mail.host.example mail", NULL },
	{ "<ipmatches><ipjailmatches>", "elsewhere", NULL },
	{ "<jail.found> <jail.found_total> <jail.banned> <jail.banned_total>", "11 12 13 14",
	  NULL },
	{ "a<br>b<sp>c", "a\nb c", NULL },
	{ "<F-USER> <F-NONE>.", "joe .", NULL },
	{ NULL, NULL, NULL },
};

static const struct row what_is_no_tag_stays[] = {
	{ "<unknown> <F-user> <IP> a < b > c <<x", "<unknown> <F-user> <IP> a < b > c <<x", NULL },
	{ "cat <file >out", "cat <file >out", NULL },
	{ "<<ip>>", "<192.0.2.5>", NULL },
	{ NULL, NULL, NULL },
};

static const struct row other_values_go_by_the_environment[] = {
	{ "echo \"<matches>\"", "echo \"$f2bV_matches\"", "f2bV_matches=line 1\nline 2" },
	{ "<matches><matches>.", "$f2bV_matches$f2bV_matches.", "f2bV_matches=line 1\nline 2" },
	{ "<F-ALT_USER>", "$f2bV_F_alt_user", "f2bV_F_alt_user=o'neil" },
	{ "<F-ALT_USER>name", "${f2bV_F_alt_user}name", "f2bV_F_alt_user=o'neil" },
	{ "<raw-ticket>", "$f2bV_raw_ticket",
	  "f2bV_raw_ticket=ip=192.0.2.5 time=1795485867.0 bantime=600 bancount=2 attempts=3" },
	{ NULL, NULL, NULL },
};

static void other_tickets(void **state)
{
	static const struct row ip6 = { "<ip> <ip-rev> <family>",
					"2001:db8::1 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
					"0.0.8.b.d.0.1.0.0.2. inet6",
					NULL };
	static const struct row none = { "<ip>.<fid>.<family>.<failures>.<ip-rev>", "...0.", NULL };
	static const struct row part = { "<time> <bantime> <restored> <ip-host>",
					 "0.05 -1 1 a.example", NULL };
	struct kb_ticket about = ticket();

	(void)state;
	host = test_addr("2001:db8::1");
	check(&ip6, &about, KB_FAMILY_INET6);
	about = (struct kb_ticket){ .time = 50000,
				    .ban_time = KBAN_FOREVER,
				    .is_restored = true,
				    .host_name = "a.example" };
	check(&none, &about, KB_FAMILY_NONE);
	check(&part, &about, KB_FAMILY_NONE);
}

/* Names that a resolver gives are written by whoever owns the address. */
static void names_are_not_trusted(void **state)
{
	static const struct row row = { "<ip-host>", "$f2bV_ip_host", "f2bV_ip_host=$(id)" };
	struct kb_ticket about = ticket();

	(void)state;
	about.host_name = "$(id)";
	check(&row, &about, KB_FAMILY_INET4);
}

static void variables_hold_no_nul(void **state)
{
	static const struct row row = { "<matches>", "$f2bV_matches", "f2bV_matches=a  b" };
	struct kb_ticket about = ticket();

	(void)state;
	about.matches = KB_TEXT("a\0 b");
	check(&row, &about, KB_FAMILY_INET4);
}

static void newest_lines_are_kept(void **state)
{
	struct kb_ticket about = ticket();
	kb_auto_clear(buffer) lines = { 0 };
	kb_auto_clear(rendered) made = { 0 };

	(void)state;
	for (int i = 0; i < 20000; i++)
		kb_buffer_printf(&lines, "line %d\n", i);
	kb_buffer_string(&lines, "the last");
	about.matches = kb_buffer_content(&lines);
	assert_int_equal(kb_script_render("<matches>", KB_FAMILY_INET4, &about, &made), KBAN_OK);
	assert_true(strlen(made.environment.items[0]) <= KB_TAG_VALUE_MAX + 20);
	assert_true(kb_text_starts_with(kb_text(made.environment.items[0]), "f2bV_matches=line "));
	assert_true(kb_text_ends_with(kb_text(made.environment.items[0]), "\nthe last"));
}

static void scripts_have_a_limit(void **state)
{
	struct kb_ticket about = ticket();
	kb_auto_clear(buffer) script = { 0 };
	kb_auto_clear(rendered) made = { 0 };

	(void)state;
	for (size_t i = 0; i < KB_SCRIPT_MAX / 8; i++)
		kb_buffer_string(&script, "<ip>");
	assert_int_equal(kb_script_render(script.data, KB_FAMILY_INET4, &about, &made),
			 KBAN_E_LIMIT);
}

/* What /bin/sh makes of it: prints each word in brackets into @a out. */
static void run(const char *script, const struct kb_string_list *environment, char *out,
		size_t size)
{
	char *arguments[] = { (char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c",
			      (char *)(uintptr_t)script, NULL };
	posix_spawn_file_actions_t actions;
	int ends[2], status = -1;
	size_t len = 0;
	ssize_t got;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	posix_spawn_file_actions_addclose(&actions, ends[1]);
	assert_int_equal(
		posix_spawn(&pid, "/bin/sh", &actions, NULL, arguments, environment->items), 0);
	close(ends[1]);
	while ((got = read(ends[0], out + len, size - 1 - len)) > 0)
		len += (size_t)got;
	out[len] = '\0';
	close(ends[0]);
	waitpid(pid, &status, 0);
	posix_spawn_file_actions_destroy(&actions);
	assert_int_equal(status, 0);
}

/* Whatever the text, a quoted tag is one word with just that text, and nothing else is run. */
static void a_shell_sees_one_word(void **state)
{
	static const char *const texts[] = {
		"x'; touch p1; echo \"$(touch p2)\" `id` <ip> \n #&|*?~^()[]{}",
		"\\",
		"'",
		"\"",
		"$(kill $$)",
		"`kill $$`",
		"a\nkill $$\n",
		";kill $$",
		"-n",
		"&",
		"|| kill $$",
		"$f2bV_matches",
		"${IFS}",
		"\xff\xfe",
		"~root",
		"#",
		"!",
		"%s%n",
	};

	(void)state;
	for (size_t i = 0; i < kb_array_size(texts); i++) {
		struct kb_ticket about = ticket();
		kb_auto_clear(rendered) made = { 0 };
		kb_auto_clear(buffer) fields = { 0 };
		char got[512], expected[512];

		about.matches = kb_text(texts[i]);
		assert_int_equal(kb_ticket_add_field(&fields, "user", kb_text(texts[i])), KBAN_OK);
		about.fields = kb_buffer_content(&fields);
		assert_int_equal(kb_script_render("printf '[%s]' \"<F-USER>\" \"<matches>x\"",
						  KB_FAMILY_INET4, &about, &made),
				 KBAN_OK);
		run(made.script, &made.environment, got, sizeof(got));
		snprintf(expected, sizeof(expected), "[%s][%sx]", texts[i], texts[i]);
		assert_string_equal(got, expected);
	}
}

static void reban_is_ban_unless_it_is_there(void **state)
{
	struct kb_action action = { .jail = NULL };
	struct kb_ticket about = ticket();
	kb_auto_clear(rendered) made = { 0 };

	(void)state;
	assert_int_equal(kb_action_render(&action, KB_ACTION_REBAN, KB_FAMILY_INET4, &about, &made),
			 KBAN_E_NOTFOUND);
	action.scripts[KB_ACTION_BAN][KB_FAMILY_INET4] = (char *)(uintptr_t) "ban";
	assert_int_equal(kb_action_render(&action, KB_ACTION_REBAN, KB_FAMILY_INET4, &about, &made),
			 KBAN_OK);
	assert_string_equal(made.script, "ban");
	kb_rendered_clear(&made);
	action.scripts[KB_ACTION_REBAN][KB_FAMILY_INET4] = (char *)(uintptr_t) "again";
	assert_int_equal(kb_action_render(&action, KB_ACTION_REBAN, KB_FAMILY_INET4, &about, &made),
			 KBAN_OK);
	assert_string_equal(made.script, "again");
}

static int attempt(void *data)
{
	kb_auto_clear(rendered) made = { 0 };

	return kb_script_render("<matches> <ip> <F-ALT_USER>x", KB_FAMILY_INET4, data, &made);
}

static void memory_may_run_out(void **state)
{
	struct kb_ticket about = ticket();

	(void)state;
	assert_every_allocation_may_fail(attempt, &about);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(rendered, tags_have_values),
		test_case(rendered, what_is_no_tag_stays),
		test_case(rendered, other_values_go_by_the_environment),
		cmocka_unit_test(other_tickets),
		cmocka_unit_test(names_are_not_trusted),
		cmocka_unit_test(variables_hold_no_nul),
		cmocka_unit_test(newest_lines_are_kept),
		cmocka_unit_test(scripts_have_a_limit),
		cmocka_unit_test(a_shell_sees_one_word),
		cmocka_unit_test(reban_is_ban_unless_it_is_there),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("action-render", tests, NULL, NULL);
}
