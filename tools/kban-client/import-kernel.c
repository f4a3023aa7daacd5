/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets and chains that fail2ban made, as the tools of the packet filter list them. */
#include "import.h"

#include <stdlib.h>
#include <string.h>

#include "program.h"

void import_kernel_clear(struct import_kernel *kernel)
{
	for (size_t i = 0; i < kernel->count; i++)
		free(kernel->places[i].name);
	free(kernel->places);
	free(kernel->rules[0]);
	free(kernel->rules[1]);
}

/* What says so means that there is nothing of the kind. */
static bool is_nothing(const char *problem)
{
	return strstr(problem, "No such file or directory") != NULL;
}

/* The listing, for the caller to free; NULL if there is none, with or without a problem. */
static char *list(struct import_plan *plan, const char *const *argv)
{
	struct program_result result;
	char *output = NULL;

	if (!program_run(argv, NULL, &result))
		import_problem(plan, "%s cannot be run", argv[0]);
	else if (result.status == 0) {
		output = result.output;
		result.output = NULL;
	} else if (result.status == PROGRAM_KILLED)
		import_problem(plan, "%s took too long, or said too much", argv[0]);
	else if (result.status != PROGRAM_ABSENT && !is_nothing(result.problem))
		import_problem(plan, "%s failed: %s", argv[0], result.problem);
	program_clear(&result);
	return output;
}

static bool read_ipset(struct import_plan *plan, struct import_kernel *kernel)
{
	static const char *const argv[] = { "ipset", "save", NULL };
	char *text = list(plan, argv);
	bool good = text == NULL || import_ipset_listing(plan, kernel, text);

	free(text);
	return good;
}

static bool read_iptables(struct import_plan *plan, struct import_kernel *kernel, int family)
{
	static const char *const argv[2][4] = {
		{ "iptables-save", "-t", "filter", NULL },
		{ "ip6tables-save", "-t", "filter", NULL },
	};
	char *text = list(plan, argv[family]);
	bool good;

	if (text == NULL)
		return true;
	kernel->rules[family] = strdup(text);
	good = import_iptables_listing(plan, kernel, family ? IMPORT_CHAIN6 : IMPORT_CHAIN4, text);
	free(text);
	return good;
}

static bool read_nft(struct import_plan *plan, struct import_kernel *kernel)
{
	static const char *const argv[] = {
		"nft", "-j", "list", "table", "inet", "f2b-table", NULL
	};
	char *text = list(plan, argv);
	bool good = text == NULL || import_nft_listing(plan, kernel, text);

	free(text);
	return good;
}

bool import_kernel(struct import_plan *plan, struct import_kernel *kernel)
{
	return read_ipset(plan, kernel) && read_iptables(plan, kernel, 0) &&
	       read_iptables(plan, kernel, 1) && read_nft(plan, kernel);
}
