/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* get THING: what holds for the daemon as a whole, in the words of fail2ban-client. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "print.h"

static void print_level(const json_t *settings)
{
	static const struct {
		const char *name;
		long long level;
	} levels[] = {
		{ "CRITICAL", 50 }, { "ERROR", 40 }, { "WARNING", 30 },   { "NOTICE", 25 },
		{ "INFO", 20 },     { "DEBUG", 10 }, { "TRACEDEBUG", 7 }, { "HEAVYDEBUG", 5 },
	};
	long long level = number_of(settings, "loglevel");

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (levels[i].level == level) {
			printf("Current logging level is '%s'\n", levels[i].name);
			return;
		}
	printf("'%lld'\n", level);
}

static void print_place(const char *what, const char *place)
{
	printf("Current %s is:\n`- ", what);
	print_text(stdout, place);
	putchar('\n');
}

static void print_target(const json_t *settings)
{
	print_place("logging target", string_of(settings, "logtarget"));
}

static void print_socket(const json_t *settings)
{
	print_place("syslog socket", string_of(settings, "syslogsocket"));
}

static void print_database(const json_t *settings)
{
	const char *directory = string_of(settings, "state");

	if (*directory == '\0') {
		puts("Database currently disabled");
		return;
	}
	fputs("Current database file is:\n`- ", stdout);
	print_text(stdout, directory);
	puts("/state.sqlite");
}

static void print_age(const json_t *settings)
{
	printf("Current database purge age is:\n`- %lldseconds\n",
	       number_of(settings, "dbpurgeage"));
}

static void print_matches(const json_t *settings)
{
	printf("%lld\n", number_of(settings, "dbmaxmatches"));
}

static const struct setting {
	const char *name;
	void (*print)(const json_t *settings);
} settings_known[] = {
	{ "dbfile", print_database },  { "dbmaxmatches", print_matches },
	{ "dbpurgeage", print_age },   { "loglevel", print_level },
	{ "logtarget", print_target }, { "syslogsocket", print_socket },
};

bool get_setting(const struct options *options, char **words, int *status)
{
	json_t *reply;
	size_t i = 0, count = sizeof(settings_known) / sizeof(settings_known[0]);

	if (count_words(words) != 1)
		return false;
	while (i < count && strcmp(settings_known[i].name, words[0]) != 0)
		i++;
	if (i == count)
		return false;
	*status = call(options, "Settings", json_object(), &reply);
	if (reply != NULL)
		settings_known[i].print(reply);
	json_decref(reply);
	return true;
}

/* get JAIL bantime and the like: a number of the jail's, -1 for a span that does not end. */
static int get_number(const struct options *options, const char *jail, char **words,
		      const char *key)
{
	const json_t *number;
	json_t *reply;
	int status;

	if (*words != NULL)
		return wrong("get %s takes no more words", key);
	status = call(options, "JailStatus", json_pack("{s:s}", "jail", jail), &reply);
	if (reply != NULL) {
		number = json_object_get(json_object_get(reply, "jail"), key);
		printf("%.0f\n", number != NULL ? json_number_value(number) : -1.0);
	}
	json_decref(reply);
	return status;
}

int get_bantime(const struct options *options, const char *jail, char **words)
{
	return get_number(options, jail, words, "bantime");
}

int get_findtime(const struct options *options, const char *jail, char **words)
{
	return get_number(options, jail, words, "findtime");
}

int get_maxretry(const struct options *options, const char *jail, char **words)
{
	return get_number(options, jail, words, "maxretry");
}
