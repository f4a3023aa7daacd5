/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Banning by hand, and letting in again. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "print.h"

/* banip [--force] IP…: how many of them are newly banned. */
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

/* How many bans were lifted; or, if that was asked for, who was not banned. */
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

/* unbanip [--report-absent] IP… */
static int unban_in_jail(const struct options *options, const char *jail, char **words)
{
	bool report_absent = take_word(words, "--report-absent");

	if (*words == NULL)
		return wrong("unbanip needs an address");
	return unban(options, json_pack("{s:s,s:o}", "jail", jail, "addresses", word_list(words)),
		     report_absent);
}

/* set JAIL THING … */
int command_set(const struct options *options, char **words)
{
	static const struct jail_command things[] = {
		{ "banip", ban },
		{ "unbanip", unban_in_jail },
		{ "action", set_action },
		{ "addaction", set_addaction },
		{ "delaction", set_delaction },
		{ "addlogpath", set_addlogpath },
		{ "dellogpath", set_dellogpath },
		{ "addjournalmatch", set_addjournalmatch },
		{ "deljournalmatch", set_deljournalmatch },
		{ "bantime", set_bantime },
		{ "findtime", set_findtime },
		{ "maxretry", set_maxretry },
		{ "addignoreip", set_addignoreip },
		{ "delignoreip", set_delignoreip },
	};
	int status;

	if (set_setting(options, words, &status))
		return status;
	if (count_words(words) < 2)
		return wrong("set needs a jail and what to do, such as banip or unbanip");
	if (refuse_jail_setting(words, &status))
		return status;
	return run_jail_command(options, "set", things, sizeof(things) / sizeof(things[0]), words);
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
		return unban(options, json_object(), false);
	return unban(options, json_pack("{s:o}", "addresses", word_list(words)), false);
}
