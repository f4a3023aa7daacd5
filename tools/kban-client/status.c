/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Byte for byte what fail2ban-client prints, because monitoring takes it apart. */
#include <stdio.h>
#include <string.h>

#include "command.h"

/* Strings of an array, joined by @a separator. */
static void print_joined(const json_t *list, const char *separator)
{
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item)
	{
		if (i > 0)
			fputs(separator, stdout);
		print_text(json_string_value(item) ? json_string_value(item) : "");
	}
}

/* Names of jails that run, or of those that do not. */
static json_t *names(const json_t *jails, bool running)
{
	json_t *list = json_array();
	size_t i;
	json_t *jail;

	json_array_foreach(jails, i, jail)
	{
		if (json_is_true(json_object_get(jail, "running")) == running)
			json_array_append(list, json_object_get(jail, "name"));
	}
	return list;
}

static void print_list_head(const json_t *jails, const char *last)
{
	json_t *running = names(jails, true);

	printf("Status\n|- Number of jail:\t%zu\n%s Jail list:\t", json_array_size(running), last);
	print_joined(running, ", ");
	putchar('\n');
	json_decref(running);
}

/* What fail2ban has no line for comes behind its lines, and only when there is something. */
static void print_trouble(const json_t *reply)
{
	size_t i;
	json_t *jail;

	json_array_foreach(json_object_get(reply, "jails"), i, jail)
	{
		if (json_is_true(json_object_get(jail, "running")))
			continue;
		fputs("Jail '", stdout);
		print_text(string_of(jail, "name"));
		fputs("' does not run: ", stdout);
		print_text(string_of(jail, "problem"));
		putchar('\n');
	}
	if (json_is_false(json_object_get(reply, "saving")))
		puts("State cannot be saved; see the log");
}

static void print_filter(const json_t *jail, const char *indent)
{
	printf("%s|- Filter\n", indent);
	printf("%s|  |- Currently failed:\t%lld\n", indent, number_of(jail, "currently_failed"));
	printf("%s|  |- Total failed:\t%lld\n", indent, number_of(jail, "total_failed"));
	printf("%s|  `- File list:\t", indent);
	print_joined(json_object_get(jail, "files"), " ");
	putchar('\n');
}

static void print_actions(const json_t *jail, const char *indent, bool is_short)
{
	long long refused = number_of(jail, "failed_to_apply");

	printf("%s`- Actions\n", indent);
	printf("%s   |- Currently banned:\t%lld\n", indent, number_of(jail, "currently_banned"));
	if (refused > 0)
		printf("%s   |- Failed to apply:\t%lld\n", indent, refused);
	printf("%s   %s Total banned:\t%lld\n", indent, is_short ? "`-" : "|-",
	       number_of(jail, "total_banned"));
	if (is_short)
		return;
	printf("%s   `- Banned IP list:\t", indent);
	print_joined(json_object_get(jail, "banned"), " ");
	putchar('\n');
}

static int print_jail(const json_t *jail, bool is_short)
{
	fputs("Status for the jail: ", stdout);
	print_text(string_of(jail, "name"));
	putchar('\n');
	if (!json_is_true(json_object_get(jail, "running"))) {
		fputs("`- Does not run: ", stdout);
		print_text(string_of(jail, "problem"));
		putchar('\n');
		return EXIT_FAILED;
	}
	print_filter(jail, "");
	print_actions(jail, "", is_short);
	return EXIT_GOOD;
}

static void print_all(const json_t *reply, bool is_short)
{
	const json_t *jails = json_object_get(reply, "jails");
	json_t *running = names(jails, true);
	size_t last = json_array_size(running), seen = 0, i;
	json_t *jail;

	print_list_head(jails, "|-");
	puts("`- Status for the jails:");
	json_array_foreach(jails, i, jail)
	{
		const char *indent = ++seen < last ? "   |  " : "      ";

		if (!json_is_true(json_object_get(jail, "running"))) {
			seen--;
			continue;
		}
		printf("   %s Jail: ", seen < last ? "|-" : "`-");
		print_text(string_of(jail, "name"));
		putchar('\n');
		print_filter(jail, indent);
		print_actions(jail, indent, is_short);
	}
	json_decref(running);
}

static int status_of_all(const struct options *options, bool listed, bool is_short)
{
	json_t *reply;
	int status = call(options, "Status", NULL, &reply);

	if (reply == NULL)
		return status;
	if (listed)
		print_all(reply, is_short);
	else
		print_list_head(json_object_get(reply, "jails"), "`-");
	print_trouble(reply);
	json_decref(reply);
	return status;
}

static int status_of_jail(const struct options *options, const char *name, bool is_short)
{
	json_t *reply;
	int status = call(options, "JailStatus", json_pack("{s:s}", "jail", name), &reply);

	if (reply == NULL)
		return status;
	status = print_jail(json_object_get(reply, "jail"), is_short);
	json_decref(reply);
	return status;
}

int command_status(const struct options *options, char **words)
{
	bool all = take_word(words, "--all");
	const char *name = all ? NULL : words[0];
	const char *flavour = name != NULL ? words[1] : words[0];
	bool is_short = flavour != NULL && strcmp(flavour, "short") == 0;

	if (flavour != NULL && !is_short && strcmp(flavour, "basic") != 0)
		return wrong("status flavour '%s': use basic or short", flavour);
	if (count_words(words) > (size_t)(name != NULL) + (flavour != NULL))
		return wrong("status: at most a jail and a flavour");
	if (name != NULL)
		return status_of_jail(options, name, is_short);
	return status_of_all(options, all, is_short);
}
