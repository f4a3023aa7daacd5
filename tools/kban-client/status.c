/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Byte for byte what fail2ban-client prints, because monitoring takes it apart. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "print.h"

enum flavour {
	BASIC,
	SHORT, /* without the list of banned addresses */
};

struct jail {
	const json_t *json; /* lives in a reply */
};

static int by_name(const void *left, const void *right)
{
	const struct jail *l = left;
	const struct jail *r = right;

	return strcmp(string_of(l->json, "name"), string_of(r->json, "name"));
}

/* Jails in order of their names; those that run come first. */
struct jail_list {
	struct jail *items;
	size_t count;
	size_t running;
};

static void append_sorted(struct jail_list *list, const json_t *jails, bool running)
{
	size_t start = list->count;

	for (size_t i = 0; i < json_array_size(jails); i++) {
		const json_t *jail = json_array_get(jails, i);

		if (is_true(jail, "running") == running)
			list->items[list->count++].json = jail;
	}
	qsort(list->items + start, list->count - start, sizeof(*list->items), by_name);
}

/* False without memory. */
static bool list_jails(const json_t *reply, struct jail_list *list)
{
	const json_t *jails = json_object_get(reply, "jails");

	list->items = calloc(json_array_size(jails) + 1, sizeof(*list->items));
	if (list->items == NULL)
		return false;
	append_sorted(list, jails, true);
	list->running = list->count;
	append_sorted(list, jails, false);
	return true;
}

static void print_head(const struct jail_list *jails, const char *corner)
{
	printf("Status\n|- Number of jail:\t%zu\n%s Jail list:\t", jails->running, corner);
	for (size_t i = 0; i < jails->running; i++) {
		fputs(i > 0 ? ", " : "", stdout);
		print_text(stdout, string_of(jails->items[i].json, "name"));
	}
	putchar('\n');
}

static void print_unsaved(const json_t *saved)
{
	fputs("Warning: state not saved", stdout);
	if (json_is_number(saved)) {
		fputs(" since ", stdout);
		print_time(saved);
	}
	puts("; the reason is in the log");
}

static void print_waiting(const struct jail_list *jails)
{
	for (size_t i = 0; i < jails->running; i++) {
		const json_t *missing = json_object_get(jails->items[i].json, "waits_for");

		if (json_array_size(missing) == 0)
			continue;
		fputs("Jail '", stdout);
		print_text(stdout, string_of(jails->items[i].json, "name"));
		fputs("' waits for its log: ", stdout);
		print_joined(missing, " ");
		putchar('\n');
	}
}

/* What fail2ban has no line for comes behind its lines, and only when there is something. */
static void print_trouble(const struct jail_list *jails, const json_t *reply)
{
	print_waiting(jails);
	for (size_t i = jails->running; i < jails->count; i++) {
		fputs("Jail '", stdout);
		print_text(stdout, string_of(jails->items[i].json, "name"));
		fputs("' does not run: ", stdout);
		print_text(stdout, string_of(jails->items[i].json, "problem"));
		putchar('\n');
	}
	if (json_is_false(json_object_get(reply, "saving")))
		print_unsaved(json_object_get(reply, "saved"));
}

/* A jail on the journal has matches instead of files, also where it has none. */
static void print_logs(const json_t *jail, const char *indent)
{
	const json_t *matches = json_object_get(jail, "matches");

	if (matches == NULL) {
		printf("%s|  `- File list:\t", indent);
		print_joined(json_object_get(jail, "files"), " ");
	} else {
		printf("%s|  `- Journal matches:\t", indent);
		print_joined(matches, " + ");
	}
	putchar('\n');
}

static void print_filter(const json_t *jail, const char *indent)
{
	printf("%s|- Filter\n", indent);
	printf("%s|  |- Currently failed:\t%lld\n", indent, number_of(jail, "currently_failed"));
	printf("%s|  |- Total failed:\t%lld\n", indent, number_of(jail, "total_failed"));
	print_logs(jail, indent);
}

static void print_actions(const json_t *jail, const char *indent, enum flavour flavour)
{
	long long refused = number_of(jail, "failed_to_apply");

	printf("%s`- Actions\n", indent);
	printf("%s   |- Currently banned:\t%lld\n", indent, number_of(jail, "currently_banned"));
	if (refused > 0)
		printf("%s   |- Failed to apply:\t%lld\n", indent, refused);
	printf("%s   %s Total banned:\t%lld\n", indent, flavour == SHORT ? "`-" : "|-",
	       number_of(jail, "total_banned"));
	if (flavour == SHORT)
		return;
	printf("%s   `- Banned IP list:\t", indent);
	print_joined(json_object_get(jail, "banned"), " ");
	putchar('\n');
}

static int print_jail(const json_t *jail, enum flavour flavour)
{
	fputs("Status for the jail: ", stdout);
	print_text(stdout, string_of(jail, "name"));
	putchar('\n');
	if (!is_true(jail, "running")) {
		fputs("`- Does not run: ", stdout);
		print_text(stdout, string_of(jail, "problem"));
		putchar('\n');
		return EXIT_FAILED;
	}
	print_filter(jail, "");
	print_actions(jail, "", flavour);
	return EXIT_GOOD;
}

static void print_all(const struct jail_list *jails, enum flavour flavour)
{
	print_head(jails, "|-");
	puts("`- Status for the jails:");
	for (size_t i = 0; i < jails->running; i++) {
		bool last = i + 1 == jails->running;
		const char *indent = last ? "      " : "   |  ";

		printf("   %s Jail: ", last ? "`-" : "|-");
		print_text(stdout, string_of(jails->items[i].json, "name"));
		putchar('\n');
		print_filter(jails->items[i].json, indent);
		print_actions(jails->items[i].json, indent, flavour);
	}
}

static int status_of_all(const struct options *options, bool listed, enum flavour flavour)
{
	struct jail_list jails = { NULL, 0, 0 };
	json_t *reply;
	int status = call(options, "Status", json_object(), &reply);

	if (reply == NULL)
		return status;
	if (!list_jails(reply, &jails)) {
		json_decref(reply);
		return out_of_memory();
	}
	if (listed)
		print_all(&jails, flavour);
	else
		print_head(&jails, "`-");
	print_trouble(&jails, reply);
	free(jails.items);
	json_decref(reply);
	return status;
}

static int status_of_jail(const struct options *options, const char *name, enum flavour flavour)
{
	json_t *reply;
	int status = call(options, "JailStatus", json_pack("{s:s}", "jail", name), &reply);

	if (reply == NULL)
		return status;
	status = print_jail(json_object_get(reply, "jail"), flavour);
	json_decref(reply);
	return status;
}

/* status [JAIL|--all] [basic|short] */
int command_status(const struct options *options, char **words)
{
	static const char *const flavours[] = { [BASIC] = "basic", [SHORT] = "short", NULL };
	bool all = take_word(words, "--all");
	const char *name = all ? NULL : words[0];
	const char *flavour = name != NULL ? words[1] : words[0];
	bool is_short = flavour != NULL && strcmp(flavour, flavours[SHORT]) == 0;

	if (count_words(words) > (size_t)(name != NULL) + (flavour != NULL))
		return wrong("status: at most a jail and a flavour");
	if (flavour != NULL && !is_short && strcmp(flavour, flavours[BASIC]) != 0)
		return wrong_word("flavour", flavour, flavours);
	if (name != NULL)
		return status_of_jail(options, name, is_short ? SHORT : BASIC);
	return status_of_all(options, all, is_short ? SHORT : BASIC);
}
