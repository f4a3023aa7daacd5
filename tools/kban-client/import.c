/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import-fail2ban: what fail2ban holds becomes the daemon's, without a gap. */
#include "import.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <kban/fail2ban-database.h>

#include "print.h"

#define FAIL2BAN_SOCKET "/var/run/fail2ban/fail2ban.sock"

struct wishes {
	const char *database; /* NULL: the usual one, if there is one */
	bool dry_run, remove_rules, no_kernel;
};

/* Take "--name VALUE" off the words. False if the value is missing. */
static bool take_value(char **words, const char *name, const char **value)
{
	for (; *words != NULL; words++) {
		if (strcmp(*words, name) != 0)
			continue;
		*value = words[1];
		if (*value == NULL)
			return false;
		do
			words[0] = words[2];
		while (*words++ != NULL);
		return true;
	}
	return true;
}

/* -1: go on; else an exit status. */
static int parse(char **words, struct wishes *wishes)
{
	static const char *const names[] = { "--database", "--dry-run", "--no-kernel",
					     "--remove-rules", NULL };

	*wishes = (struct wishes){
		.dry_run = take_word(words, "--dry-run"),
		.remove_rules = take_word(words, "--remove-rules"),
		.no_kernel = take_word(words, "--no-kernel"),
	};
	if (!take_value(words, "--database", &wishes->database))
		return wrong("import-fail2ban: --database needs a path");
	if (*words != NULL)
		return wrong_word("option of import-fail2ban", *words, names);
	if (wishes->remove_rules && wishes->no_kernel)
		return wrong("import-fail2ban: --no-kernel leaves no rules to remove");
	return -1;
}

/* It would be at odds with whoever removes its rules. */
static bool fail2ban_runs(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = FAIL2BAN_SOCKET };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool runs = fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;

	if (fd >= 0)
		close(fd);
	return runs;
}

/* "3 things", if there are any. */
static void print_count(long long count, const char *what, bool *is_first)
{
	if (count == 0)
		return;
	printf("%s%lld %s", *is_first ? "" : ", ", count, what);
	*is_first = false;
}

static void print_hosts(const char *what, const json_t *hosts)
{
	if (json_array_size(hosts) == 0)
		return;
	printf("  %s: ", what);
	print_joined(hosts, " ");
	putchar('\n');
}

static void print_jail(const struct import_plan *plan, const struct import_jail *jail)
{
	bool is_first = true;

	print_text(stdout, jail->name);
	fputs(": ", stdout);
	if (!jail->is_known) {
		printf("not taken over, no such jail runs: %lld in force, %lld over\n",
		       jail->in_force, jail->past);
		return;
	}
	if (plan->dry_run) {
		print_count(jail->in_force, "in force", &is_first);
		print_count(jail->past, "over", &is_first);
	}
	print_count(jail->banned, "banned", &is_first);
	print_count(jail->changed, "with another end than before", &is_first);
	print_count(jail->known, "known before", &is_first);
	print_count(jail->over, "over, kept in mind", &is_first);
	print_count((long long)json_array_size(jail->protected_hosts), "protected", &is_first);
	print_count((long long)json_array_size(jail->refused), "refused", &is_first);
	print_count(jail->no_addresses, "without an address", &is_first);
	puts(is_first ? "nothing" : "");
	print_hosts("protected, left out", jail->protected_hosts);
	print_hosts("refused", jail->refused);
}

static bool has_anything(const struct import_jail *jail)
{
	return jail->in_force + jail->past + jail->no_addresses > 0;
}

/* What is left out though it is in force. */
static bool is_incomplete(const struct import_plan *plan)
{
	for (size_t i = 0; i < plan->jail_count; i++) {
		const struct import_jail *jail = &plan->jails[i];

		if ((!jail->is_known && jail->in_force > 0) || json_array_size(jail->refused) > 0)
			return true;
	}
	return plan->beyond > 0 || json_array_size(plan->problems) > 0;
}

static void print_plan(const struct import_plan *plan)
{
	bool is_nothing = true;

	if (plan->dry_run)
		puts("Nothing is changed; this would be taken over:");
	for (size_t i = 0; i < plan->jail_count; i++) {
		if (!has_anything(&plan->jails[i]))
			continue;
		print_jail(plan, &plan->jails[i]);
		is_nothing = false;
	}
	if (is_nothing)
		puts("fail2ban holds no bans");
	if (plan->beyond > 0)
		printf("%lld bans of more than %d jails are left out\n", plan->beyond,
		       IMPORT_JAILS_MAX);
	for (size_t i = 0; i < json_array_size(plan->removed); i++) {
		fputs("removed ", stdout);
		print_text(stdout, json_string_value(json_array_get(plan->removed, i)));
		putchar('\n');
	}
}

static json_t *jail_as_json(const struct import_jail *jail)
{
	return json_pack("{s:s,s:b,s:I,s:I,s:I,s:I,s:I,s:I,s:O,s:O,s:I}", "jail", jail->name,
			 "running", jail->is_known, "in_force", (json_int_t)jail->in_force, "past",
			 (json_int_t)jail->past, "banned", (json_int_t)jail->banned, "changed",
			 (json_int_t)jail->changed, "known", (json_int_t)jail->known, "over",
			 (json_int_t)jail->over, "protected", jail->protected_hosts, "refused",
			 jail->refused, "no_addresses", (json_int_t)jail->no_addresses);
}

static int print_as_json(const struct import_plan *plan)
{
	json_t *jails = json_array();
	json_t *all;

	for (size_t i = 0; i < plan->jail_count; i++)
		if (has_anything(&plan->jails[i]))
			json_array_append_new(jails, jail_as_json(&plan->jails[i]));
	all = json_pack("{s:b,s:o,s:I,s:O,s:O}", "dry_run", plan->dry_run, "jails", jails, "beyond",
			(json_int_t)plan->beyond, "removed", plan->removed, "problems",
			plan->problems);
	if (all == NULL)
		return out_of_memory();
	json_dumpf(all, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	putchar('\n');
	json_decref(all);
	return EXIT_GOOD;
}

static int report(const struct import_plan *plan)
{
	int status = is_incomplete(plan) ? EXIT_FAILED : EXIT_GOOD;

	if (plan->status != EXIT_GOOD)
		return plan->status;
	if (plan->options->json && print_as_json(plan) != EXIT_GOOD)
		return EXIT_FAILED;
	if (plan->options->json)
		return status;
	print_plan(plan);
	for (size_t i = 0; i < json_array_size(plan->problems); i++) {
		fputs("kban-client: ", stderr);
		print_text(stderr, json_string_value(json_array_get(plan->problems, i)));
		fputc('\n', stderr);
	}
	return status;
}

/* All sources, then the end of what was sent; then fail2ban's rules may go. */
static void take_over(struct import_plan *plan, const struct wishes *wishes)
{
	const char *path = wishes->database != NULL ? wishes->database : KBAN_FAIL2BAN_DATABASE;
	struct import_kernel kernel = { 0 };
	bool good;

	import_database(plan, path, wishes->database != NULL);
	good = plan->status == EXIT_GOOD;
	if (good && !wishes->no_kernel)
		good = import_kernel(plan, &kernel);
	good = good && import_finish(plan);
	if (good && wishes->remove_rules && !plan->dry_run)
		import_remove(plan, &kernel);
	import_kernel_clear(&kernel);
}

int command_import(const struct options *options, char **words)
{
	struct import_plan plan;
	struct wishes wishes;
	int status = parse(words, &wishes);

	if (status >= 0)
		return status;
	if (wishes.remove_rules && fail2ban_runs()) {
		fputs("kban-client: fail2ban is running; stop it first, then its rules are gone, "
		      "and bans taken over before stay\n",
		      stderr);
		return EXIT_FAILED;
	}
	status = import_plan_open(&plan, options, wishes.dry_run);
	if (status == EXIT_GOOD) {
		take_over(&plan, &wishes);
		status = report(&plan);
	}
	import_plan_clear(&plan);
	return status;
}
