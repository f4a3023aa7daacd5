/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is banned, and changing that. Lists are printed in Python's notation, as fail2ban-client
 * does. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "command.h"

/* ['a', 'b'] */
static void print_list(const json_t *list)
{
	size_t i;
	json_t *item;

	putchar('[');
	json_array_foreach(list, i, item)
	{
		fputs(i > 0 ? ", '" : "'", stdout);
		print_text(json_string_value(item) ? json_string_value(item) : "");
		putchar('\'');
	}
	putchar(']');
}

/* [{'jail': ['a']}, {'other': []}] */
static void print_jails(const json_t *jails)
{
	size_t i;
	json_t *jail;

	putchar('[');
	json_array_foreach(jails, i, jail)
	{
		fputs(i > 0 ? ", {'" : "{'", stdout);
		print_text(string_of(jail, "jail"));
		fputs("': ", stdout);
		print_list(json_object_get(jail, "addresses"));
		putchar('}');
	}
	puts("]");
}

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

int command_banned(const struct options *options, char **words)
{
	json_t *parameters = NULL, *reply;
	int status;

	if (*words != NULL)
		parameters = json_pack("{s:o}", "addresses", word_list(words));
	status = call(options, "Banned", parameters, &reply);
	if (reply == NULL)
		return status;
	if (json_object_get(reply, "found") != NULL)
		print_found(json_object_get(reply, "found"));
	else
		print_jails(json_object_get(reply, "jails"));
	json_decref(reply);
	return status;
}

static bool contains(const json_t *list, const char *text)
{
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item)
	{
		if (strcmp(json_string_value(item), text) == 0)
			return true;
	}
	return false;
}

/* 1, or with several [1, 0] */
static void print_membership(const json_t *banned, char **words)
{
	if (count_words(words) == 1) {
		printf("%d\n", contains(banned, *words));
		return;
	}
	for (size_t i = 0; words[i] != NULL; i++)
		printf("%s%d", i > 0 ? ", " : "[", contains(banned, words[i]));
	puts("]");
}

static void print_when(json_t *ban)
{
	time_t since = (time_t)json_number_value(json_object_get(ban, "since"));
	const json_t *end = json_object_get(ban, "until");
	time_t until = (time_t)json_number_value(end);
	char from[32] = "", to[32] = "9999-12-31 23:59:59";
	struct tm parts;

	strftime(from, sizeof(from), "%Y-%m-%d %H:%M:%S", localtime_r(&since, &parts));
	if (end != NULL)
		strftime(to, sizeof(to), "%Y-%m-%d %H:%M:%S", localtime_r(&until, &parts));
	printf("%s \t%s + %lld = %s\n", string_of(ban, "address"), from,
	       end != NULL ? (long long)(until - since) : -1LL, to);
}

static void print_bans(const json_t *bans, const char *separator)
{
	size_t i;
	json_t *ban;

	json_array_foreach(bans, i, ban)
	{
		if (strcmp(separator, "--with-time") == 0) {
			print_when(ban);
			continue;
		}
		printf("%s%s", i > 0 ? separator : "", string_of(ban, "address"));
	}
	if (strcmp(separator, "--with-time") != 0)
		putchar('\n');
}

/* get JAIL banned [IP…] | get JAIL banip [SEPARATOR|--with-time] */
int command_get(const struct options *options, char **words)
{
	bool banned, with_time;
	const json_t *jail;
	json_t *reply;
	int status;

	if (count_words(words) < 2)
		return wrong("get needs a jail and what to get: banned or banip");
	banned = strcmp(words[1], "banned") == 0;
	if (!banned && strcmp(words[1], "banip") != 0)
		return wrong("get '%s': use banned or banip", words[1]);
	if (!banned && count_words(words) > 3)
		return wrong("get banip: one separator at most");
	status = call(options, "JailStatus", json_pack("{s:s}", "jail", words[0]), &reply);
	if (reply == NULL)
		return status;
	jail = json_object_get(reply, "jail");
	with_time = words[2] != NULL && strcmp(words[2], "--with-time") == 0;
	if (!banned)
		print_bans(json_object_get(jail, "bans"), with_time || words[2] ? words[2] : " ");
	else if (words[2] != NULL)
		print_membership(json_object_get(jail, "banned"), words + 2);
	else {
		print_list(json_object_get(jail, "banned"));
		putchar('\n');
	}
	json_decref(reply);
	return status;
}

static int ban(const struct options *options, const char *jail, char **words)
{
	bool force = take_word(words, "--force");
	json_t *reply;
	int status;

	if (*words == NULL)
		return wrong("banip needs an address");
	status = call(options, "BanAddresses",
		      json_pack("{s:s,s:o,s:b}", "jail", jail, "addresses", word_list(words),
				"force", force),
		      &reply);
	if (reply != NULL)
		printf("%lld\n", number_of(reply, "count"));
	json_decref(reply);
	return status;
}

/* The number of bans lifted; or, if that was asked for, who was not banned. */
static int print_lifted(const json_t *reply, bool report_absent)
{
	const json_t *absent = json_object_get(reply, "absent");

	if (!report_absent || json_array_size(absent) == 0) {
		printf("%lld\n", number_of(reply, "count"));
		return EXIT_GOOD;
	}
	fputs("not banned: ", stdout);
	print_list(absent);
	putchar('\n');
	return EXIT_FAILED;
}

static int unban(const struct options *options, json_t *parameters, bool report_absent)
{
	json_t *reply;
	int status = call(options, "UnbanAddresses", parameters, &reply);

	if (reply != NULL)
		status = print_lifted(reply, report_absent);
	json_decref(reply);
	return status;
}

static int unban_in_jail(const struct options *options, const char *jail, char **words)
{
	bool report_absent = take_word(words, "--report-absent");

	if (*words == NULL)
		return wrong("unbanip needs an address");
	return unban(options, json_pack("{s:s,s:o}", "jail", jail, "addresses", word_list(words)),
		     report_absent);
}

/* set JAIL banip|unbanip IP… */
int command_set(const struct options *options, char **words)
{
	if (count_words(words) < 2)
		return wrong("set needs a jail and what to do: banip or unbanip");
	if (strcmp(words[1], "banip") == 0)
		return ban(options, words[0], words + 2);
	if (strcmp(words[1], "unbanip") == 0)
		return unban_in_jail(options, words[0], words + 2);
	return wrong("set '%s': use banip or unbanip", words[1]);
}

/* unban IP… | unban --all */
int command_unban(const struct options *options, char **words)
{
	bool all = take_word(words, "--all");

	if (all && *words != NULL)
		return wrong("unban --all takes no address");
	if (!all && *words == NULL)
		return wrong("unban needs an address, or --all");
	if (all)
		return unban(options, NULL, false);
	return unban(options, json_pack("{s:o}", "addresses", word_list(words)), false);
}
