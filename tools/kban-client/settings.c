/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What holds for the daemon as a whole, and limits of jails, in the words of fail2ban-client. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kban/duration.h>
#include <kban/log-target.h>

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
	printf("Current logging level is '%lld'\n", level);
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

/* What fail2ban-client's users read of a value that is none. */
static int refuse(const char *before, const char *word, const char *behind)
{
	fputs(before, stdout);
	print_text(stdout, word);
	puts(behind);
	return EXIT_FAILED;
}

static int set_log(const struct options *options, json_t *parameters,
		   void (*print)(const json_t *settings))
{
	json_t *reply;
	int status = call(options, "SetLog", parameters, &reply);

	if (reply != NULL)
		print(reply);
	json_decref(reply);
	return status;
}

static int set_level(const struct options *options, char *word)
{
	int level = kban_log_level_parse(word);

	for (char *c = word; *c != '\0'; c++)
		*c = (char)toupper((unsigned char)*c);
	if (level < 0)
		return refuse("Invalid log level '", word, "'");
	return set_log(options, json_pack("{s:i}", "loglevel", level), print_level);
}

bool set_setting(const struct options *options, char **words, int *status)
{
	static const char *const others[] = { "dbfile", "dbmaxmatches", "dbpurgeage",
					      "syslogsocket" };

	if (count_words(words) != 2)
		return false;
	if (strcmp(words[0], "loglevel") == 0) {
		*status = set_level(options, words[1]);
		return true;
	}
	if (strcmp(words[0], "logtarget") == 0) {
		*status = set_log(options, json_pack("{s:s}", "logtarget", words[1]), print_target);
		return true;
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (strcmp(words[0], others[i]) != 0)
			continue;
		*status =
			refuse("", words[0],
			       " cannot be set in a running daemon; write it into fail2ban.local, "
			       "and restart kban-tail");
		return true;
	}
	return false;
}

/* -1 for a span that does not end. */
static void print_limit(const json_t *object, const char *key)
{
	const json_t *number = json_object_get(object, key);

	printf("%.0f\n", number != NULL ? json_number_value(number) : -1.0);
}

static int get_limit(const struct options *options, const char *jail, char **words, const char *key)
{
	json_t *reply;
	int status;

	if (*words != NULL)
		return wrong("get %s takes no more words", key);
	status = call(options, "JailStatus", json_pack("{s:s}", "jail", jail), &reply);
	if (reply != NULL)
		print_limit(json_object_get(reply, "jail"), key);
	json_decref(reply);
	return status;
}

static int set_limit(const struct options *options, json_t *parameters, const char *key)
{
	json_t *reply;
	int status = call(options, "SetLimits", parameters, &reply);

	if (reply != NULL)
		print_limit(reply, key);
	json_decref(reply);
	return status;
}

static int set_span(const struct options *options, const char *jail, char **words, const char *key)
{
	double seconds;

	if (count_words(words) != 1)
		return wrong("set %s needs a time such as 10m, and nothing behind it", key);
	if (kban_duration_parse((struct kban_text){ words[0], strlen(words[0]) }, &seconds) !=
	    KBAN_OK)
		return refuse("'", words[0], "' is no span of time");
	return set_limit(options, json_pack("{s:s,s:f}", "jail", jail, key, seconds), key);
}

int get_bantime(const struct options *options, const char *jail, char **words)
{
	return get_limit(options, jail, words, "bantime");
}

int get_findtime(const struct options *options, const char *jail, char **words)
{
	return get_limit(options, jail, words, "findtime");
}

int get_maxretry(const struct options *options, const char *jail, char **words)
{
	return get_limit(options, jail, words, "maxretry");
}

int set_bantime(const struct options *options, const char *jail, char **words)
{
	return set_span(options, jail, words, "bantime");
}

int set_findtime(const struct options *options, const char *jail, char **words)
{
	return set_span(options, jail, words, "findtime");
}

int set_maxretry(const struct options *options, const char *jail, char **words)
{
	long number;
	char *end;

	if (count_words(words) != 1)
		return wrong("set maxretry needs a number, and nothing behind it");
	errno = 0;
	number = strtol(words[0], &end, 10);
	if (*words[0] == '\0' || *end != '\0' || errno != 0)
		return refuse("invalid literal for int() with base 10: '", words[0], "'");
	return set_limit(options,
			 json_pack("{s:s,s:I}", "jail", jail, "maxretry", (json_int_t)number),
			 "maxretry");
}
