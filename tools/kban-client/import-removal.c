/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fail2ban's rules go only when their bans are the daemon's, and only what is called as fail2ban
 * calls its things. A set that the daemon itself has taken over stays.
 */
#include "import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

static bool is_ours(const struct import_plan *plan, const struct import_place *place)
{
	return place->kind == IMPORT_IPSET && json_object_get(plan->sets, place->name) != NULL;
}

/* Whether all that it holds was taken over. */
static bool may_go(const struct import_plan *plan, const struct import_place *place)
{
	if (is_ours(plan, place))
		return false;
	return place->jail != NULL ? json_array_size(place->jail->refused) == 0
				   : place->entries == 0;
}

static void note_removed(struct import_plan *plan, const char *what, const char *name)
{
	char text[256];

	snprintf(text, sizeof(text), "%s %s", what, name);
	json_array_append_new(plan->removed, json_string(text));
}

/* Run it; false, and a problem is noted, if that failed. */
static bool change(struct import_plan *plan, const char *const *argv, const char *input)
{
	struct program_result result;
	bool good = program_run(argv, input, &result) && result.status == 0;

	if (!good)
		import_problem(plan, "%s failed: %s", argv[0], result.problem);
	program_clear(&result);
	return good;
}

/* True if a rule's words from @a at on are " OPTION NAME", ended by a blank or the line's end. */
static bool refers(const char *line, const char *option, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = line; (at = strstr(at, option)) != NULL; at++) {
		const char *word = at + strlen(option);

		if (strncmp(word, name, len) == 0 && (word[len] == ' ' || word[len] == '\0'))
			return true;
	}
	return false;
}

/* A rule that leads into what goes: it must go first. */
static bool leads_there(const struct import_plan *plan, const struct import_kernel *kernel,
			enum import_kind kind, const char *line)
{
	for (size_t i = 0; i < kernel->count; i++) {
		const struct import_place *place = &kernel->places[i];

		if (place->kind == kind && may_go(plan, place) && refers(line, " -j ", place->name))
			return true;
		/* A set that the daemon uses, too: fail2ban's rule, not ours, which has a mark. */
		if (place->kind == IMPORT_IPSET && (may_go(plan, place) || is_ours(plan, place)) &&
		    refers(line, " --match-set ", place->name) && strstr(line, "kban:") == NULL)
			return true;
	}
	return false;
}

/* What iptables-restore is to do for one family; the number of its lines. */
static size_t write_changes(const struct import_plan *plan, const struct import_kernel *kernel,
			    int family, FILE *out)
{
	enum import_kind kind = family ? IMPORT_CHAIN6 : IMPORT_CHAIN4;
	char *rest = NULL;
	size_t lines = 0;

	fputs("*filter\n", out);
	for (char *line = strtok_r(kernel->rules[family], "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, "-A ", 3) != 0 || !leads_there(plan, kernel, kind, line))
			continue;
		fprintf(out, "-D %s\n", line + 3);
		lines++;
	}
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < kernel->count; i++) {
			const struct import_place *place = &kernel->places[i];

			if (place->kind != kind || !may_go(plan, place))
				continue;
			fprintf(out, "-%c %s\n", pass == 0 ? 'F' : 'X', place->name);
			lines++;
		}
	fputs("COMMIT\n", out);
	return lines;
}

static void remove_chains(struct import_plan *plan, const struct import_kernel *kernel, int family)
{
	static const char *const argv[2][4] = {
		{ "iptables-restore", "-w", "-n", NULL },
		{ "ip6tables-restore", "-w", "-n", NULL },
	};
	enum import_kind kind = family ? IMPORT_CHAIN6 : IMPORT_CHAIN4;
	char *text = NULL;
	size_t size = 0;
	size_t lines;
	FILE *out;

	if (kernel->rules[family] == NULL)
		return;
	out = open_memstream(&text, &size);
	if (out == NULL)
		return;
	lines = write_changes(plan, kernel, family, out);
	if (fclose(out) == 0 && lines > 0 && change(plan, argv[family], text))
		for (size_t i = 0; i < kernel->count; i++)
			if (kernel->places[i].kind == kind && may_go(plan, &kernel->places[i]))
				note_removed(plan, family ? "IPv6 chain" : "IPv4 chain",
					     kernel->places[i].name);
	free(text);
}

static void remove_sets(struct import_plan *plan, const struct import_kernel *kernel)
{
	for (size_t i = 0; i < kernel->count; i++) {
		const struct import_place *place = &kernel->places[i];
		const char *const argv[] = { "ipset", "destroy", place->name, NULL };

		if (place->kind == IMPORT_IPSET && may_go(plan, place) && change(plan, argv, NULL))
			note_removed(plan, "set", place->name);
	}
}

/* The table goes as a whole. */
static void remove_table(struct import_plan *plan, const struct import_kernel *kernel)
{
	static const char *const argv[] = { "nft", "delete", "table", "inet", "f2b-table", NULL };
	size_t going = 0;

	for (size_t i = 0; i < kernel->count; i++) {
		if (kernel->places[i].kind != IMPORT_NFT_SET)
			continue;
		if (!may_go(plan, &kernel->places[i]))
			return;
		going++;
	}
	if (going > 0 && change(plan, argv, NULL))
		note_removed(plan, "table", "inet f2b-table");
}

static void tell_what_stays(struct import_plan *plan, const struct import_kernel *kernel)
{
	for (size_t i = 0; i < kernel->count; i++) {
		const struct import_place *place = &kernel->places[i];

		if (!may_go(plan, place) && !is_ours(plan, place))
			import_problem(plan, "%s stays: not all of its %zu hosts were taken over",
				       place->name, place->entries);
	}
}

void import_remove(struct import_plan *plan, const struct import_kernel *kernel)
{
	remove_chains(plan, kernel, 0);
	remove_chains(plan, kernel, 1);
	remove_sets(plan, kernel);
	remove_table(plan, kernel);
	tell_what_stays(plan, kernel);
}
