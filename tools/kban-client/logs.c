/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the lines of a jail come from. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "print.h"

static void print_files(const json_t *object)
{
	const json_t *files = json_object_get(object, "files");
	size_t count = json_array_size(files);

	puts(count > 0 ? "Current monitored log file(s):" : "No file is currently monitored");
	for (size_t i = 0; i < count; i++) {
		fputs(i + 1 < count ? "|- " : "`- ", stdout);
		print_text(stdout, json_string_value(json_array_get(files, i)));
		putchar('\n');
	}
}

static void print_matches(const json_t *object)
{
	const json_t *matches = json_object_get(object, "matches");

	if (json_array_size(matches) == 0) {
		puts("No journal match filter set");
		return;
	}
	puts("Current match filter:");
	print_joined(matches, " + ");
	putchar('\n');
}

typedef void print_fn(const json_t *object);

static int get(const struct options *options, const char *jail, print_fn *print)
{
	json_t *reply;
	int status = call(options, "JailStatus", json_pack("{s:s}", "jail", jail), &reply);

	if (reply != NULL)
		print(json_object_get(reply, "jail"));
	json_decref(reply);
	return status;
}

static int change(const struct options *options, const char *method, json_t *parameters,
		  print_fn *print)
{
	json_t *reply;
	int status = call(options, method, parameters, &reply);

	if (reply != NULL)
		print(reply);
	json_decref(reply);
	return status;
}

int get_logpath(const struct options *options, const char *jail, char **words)
{
	return *words != NULL ? wrong("get logpath takes no more words")
			      : get(options, jail, print_files);
}

int get_journalmatch(const struct options *options, const char *jail, char **words)
{
	return *words != NULL ? wrong("get journalmatch takes no more words")
			      : get(options, jail, print_matches);
}

/* addlogpath FILE [head|tail] */
int set_addlogpath(const struct options *options, const char *jail, char **words)
{
	bool tail = words[0] != NULL && words[1] != NULL && strcmp(words[1], "tail") == 0;

	if (words[0] == NULL || count_words(words) > 2)
		return wrong("addlogpath needs a file, and may have 'head' or 'tail' behind it");
	if (words[1] != NULL && !tail && strcmp(words[1], "head") != 0)
		return wrong("File option must be 'head' or 'tail'");
	return change(options, "AddLog",
		      json_pack("{s:s,s:s,s:b}", "jail", jail, "path", words[0], "tail", tail),
		      print_files);
}

int set_dellogpath(const struct options *options, const char *jail, char **words)
{
	if (count_words(words) != 1)
		return wrong("dellogpath needs a file");
	return change(options, "RemoveLog", json_pack("{s:s,s:s}", "jail", jail, "path", words[0]),
		      print_files);
}

int set_addjournalmatch(const struct options *options, const char *jail, char **words)
{
	if (*words == NULL)
		return wrong("addjournalmatch needs words such as _SYSTEMD_UNIT=sshd.service");
	return change(options, "AddMatch",
		      json_pack("{s:s,s:o}", "jail", jail, "words", word_list(words)),
		      print_matches);
}

/* Without words, all matches. */
int set_deljournalmatch(const struct options *options, const char *jail, char **words)
{
	return change(options, "RemoveMatch",
		      json_pack("{s:s,s:o}", "jail", jail, "words", word_list(words)),
		      print_matches);
}
