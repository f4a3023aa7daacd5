/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is banned. Lists are printed in Python's notation, as fail2ban-client does. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kban/addr.h>

#include "command.h"
#include "print.h"

/* [{'jail': ['a']}, {'other': []}] */
static void print_jails(const json_t *jails)
{
	size_t i;
	json_t *jail;

	putchar('[');
	json_array_foreach(jails, i, jail)
	{
		fputs(i > 0 ? ", {" : "{", stdout);
		print_quoted(string_of(jail, "jail"));
		fputs(": ", stdout);
		print_list(json_object_get(jail, "addresses"));
		putchar('}');
	}
	puts("]");
}

/* [['jail', 'other'], []] */
static void print_found(const json_t *found)
{
	size_t i;
	json_t *jails;

	putchar('[');
	json_array_foreach(found, i, jails)
	{
		if (i > 0)
			fputs(", ", stdout);
		print_list(jails);
	}
	puts("]");
}

/* banned [IP…] */
int command_banned(const struct options *options, char **words)
{
	json_t *parameters =
		*words != NULL ? json_pack("{s:o}", "addresses", word_list(words)) : json_object();
	json_t *reply;
	int status = call(options, "Banned", parameters, &reply);

	if (reply == NULL)
		return status;
	if (*words != NULL)
		print_found(json_object_get(reply, "found"));
	else
		print_jails(json_object_get(reply, "jails"));
	json_decref(reply);
	return status;
}

/* The daemon's spelling of an address. */
static const char *canonical(const char *word, char buffer[KBAN_ADDR_TEXT_SIZE])
{
	struct kban_addr addr;

	if (kban_addr_parse((struct kban_text){ word, strlen(word) }, &addr) != KBAN_OK)
		return word;
	return kban_addr_print(&addr, buffer);
}

static int contains(const json_t *list, const char *word)
{
	char buffer[KBAN_ADDR_TEXT_SIZE];
	const char *text = canonical(word, buffer);

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *item = json_string_value(json_array_get(list, i));

		if (item != NULL && strcmp(item, text) == 0)
			return 1;
	}
	return 0;
}

/* get JAIL banned [IP…]: ['a', 'b'], or 1 for a word that is in it, or [1, 0] for several. */
static void print_banned(const json_t *jail, char **words)
{
	const json_t *banned = json_object_get(jail, "banned");

	if (*words == NULL) {
		print_list(banned);
	} else if (words[1] == NULL) {
		printf("%d", contains(banned, *words));
	} else {
		for (size_t i = 0; words[i] != NULL; i++)
			printf("%s%d", i > 0 ? ", " : "[", contains(banned, words[i]));
		putchar(']');
	}
	putchar('\n');
}

static double end_of(const json_t *ban)
{
	const json_t *until = json_object_get(ban, "until");

	return json_is_number(until) ? json_number_value(until) : INFINITY;
}

struct ranked {
	json_t *ban;
	size_t place; /* in order of banning */
};

static int by_end(const void *left, const void *right)
{
	const struct ranked *l = left;
	const struct ranked *r = right;
	double l_end = end_of(l->ban);
	double r_end = end_of(r->ban);

	if (l_end != r_end)
		return l_end < r_end ? -1 : 1;
	return l->place < r->place ? -1 : 1;
}

/* 192.0.2.1 	2026-11-24 05:04:35 + 3600 = 2026-11-24 06:04:35 */
static void print_with_time(const json_t *ban)
{
	const json_t *since = json_object_get(ban, "since");
	const json_t *until = json_object_get(ban, "until");

	print_text(stdout, string_of(ban, "address"));
	fputs(" \t", stdout);
	print_time(since);
	if (!json_is_number(until)) {
		puts(" + -1 = 9999-12-31 23:59:59");
		return;
	}
	printf(" + %.0f = ", json_number_value(until) - json_number_value(since));
	print_time(until);
	putchar('\n');
}

static void print_ranked(const struct ranked *list, size_t count, const char *separator)
{
	bool with_time = separator != NULL && strcmp(separator, "--with-time") == 0;

	for (size_t i = 0; i < count; i++) {
		if (with_time) {
			print_with_time(list[i].ban);
			continue;
		}
		if (i > 0)
			fputs(separator != NULL ? separator : " ", stdout);
		print_text(stdout, string_of(list[i].ban, "address"));
	}
	if (!with_time || count == 0)
		putchar('\n');
}

/* get JAIL banip [SEPARATOR|--with-time]: those whose ban ends first come first. */
static int print_banip(const json_t *jail, const char *separator)
{
	const json_t *bans = json_object_get(jail, "bans");
	size_t count = json_array_size(bans);
	struct ranked *list = calloc(count + 1, sizeof(*list));

	if (list == NULL)
		return out_of_memory();
	for (size_t i = 0; i < count; i++)
		list[i] = (struct ranked){ json_array_get(bans, i), i };
	qsort(list, count, sizeof(*list), by_end);
	print_ranked(list, count, separator);
	free(list);
	return EXIT_GOOD;
}

static int get_bans(const struct options *options, const char *jail, char **words, bool banip)
{
	json_t *reply;
	int status = call(options, "JailStatus", json_pack("{s:s}", "jail", jail), &reply);

	if (reply == NULL)
		return status;
	if (banip)
		status = print_banip(json_object_get(reply, "jail"), words[0]);
	else
		print_banned(json_object_get(reply, "jail"), words);
	json_decref(reply);
	return status;
}

static int get_banip(const struct options *options, const char *jail, char **words)
{
	if (count_words(words) > 1)
		return wrong("get banip: at most a separator, or --with-time");
	return get_bans(options, jail, words, true);
}

static int get_banned(const struct options *options, const char *jail, char **words)
{
	return get_bans(options, jail, words, false);
}

int command_get(const struct options *options, char **words)
{
	static const struct jail_command things[] = {
		{ "banip", get_banip },
		{ "banned", get_banned },
		{ "logpath", get_logpath },
		{ "journalmatch", get_journalmatch },
		{ "actions", get_actions },
		{ "action", get_action },
		{ "actionmethods", get_action_methods },
		{ "actionproperties", get_action_properties },
		{ "bantime", get_bantime },
		{ "findtime", get_findtime },
		{ "maxretry", get_maxretry },
	};
	int status;

	if (get_setting(options, words, &status))
		return status;
	if (count_words(words) < 2)
		return wrong(
			"get needs a jail and what to get, such as banned or banip; or loglevel "
			"and the like");
	if (get_jail_setting(options, words, &status))
		return status;
	return run_jail_command(options, "get", things, sizeof(things) / sizeof(things[0]), words);
}
