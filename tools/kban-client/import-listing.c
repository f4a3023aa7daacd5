/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fail2ban calls its things f2b-NAME, where NAME is the jail's unless the action says otherwise.
 * Entries of which the database knew are not taken up again: it knows more of them.
 */
#include "import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX     "f2b-"
#define PREFIX_LEN (sizeof(PREFIX) - 1)

static bool make_room(struct import_kernel *kernel)
{
	size_t more = kernel->capacity ? kernel->capacity * 2 : 16;
	struct import_place *places;

	if (kernel->count < kernel->capacity)
		return true;
	places = reallocarray(kernel->places, more, sizeof(*places));
	if (places == NULL)
		return false;
	kernel->places = places;
	kernel->capacity = more;
	return true;
}

/* NULL without memory, and then the caller gives up. */
static struct import_place *add_place(struct import_plan *plan, struct import_kernel *kernel,
				      enum import_kind kind, const char *name)
{
	struct import_place place = { .kind = kind, .name = strdup(name) };

	if (place.name != NULL && make_room(kernel)) {
		kernel->places[kernel->count] = place;
		return &kernel->places[kernel->count++];
	}
	free(place.name);
	plan->status = out_of_memory();
	return NULL;
}

static struct import_place *find_place(struct import_kernel *kernel, enum import_kind kind,
				       const char *name)
{
	for (size_t i = 0; i < kernel->count; i++)
		if (kernel->places[i].kind == kind && strcmp(kernel->places[i].name, name) == 0)
			return &kernel->places[i];
	return NULL;
}

/* An entry with what is left of its time; 0 or less: that is not known. */
static bool take_entry(struct import_plan *plan, struct import_place *place, const char *text,
		       double seconds)
{
	struct import_ban ban = { .since = KBAN_TIME_NONE, .until = KBAN_TIME_NONE, .number = 1 };
	char shown[KBAN_ADDR_TEXT_SIZE];

	if (kban_addr_parse((struct kban_text){ text, strlen(text) }, &ban.host) != KBAN_OK)
		return true;
	place->entries++;
	if (place->jail == NULL ||
	    json_object_get(place->jail->seen, kban_addr_print(&ban.host, shown)) != NULL)
		return true;
	if (seconds > 0 && seconds < 1e10)
		ban.until = plan->now + (kban_usec)(seconds * (double)KBAN_SECOND);
	return import_add(plan, place->jail, &ban);
}

/* The next word of a line, which is cut off; NULL behind the last. */
static char *next_word(char **rest)
{
	return strtok_r(NULL, " ", rest);
}

/* The word behind @a name, or "". */
static const char *word_behind(char **rest, const char *name)
{
	const char *word;

	while ((word = next_word(rest)) != NULL)
		if (strcmp(word, name) == 0) {
			word = next_word(rest);
			return word != NULL ? word : "";
		}
	return "";
}

/* create f2b-sshd6 hash:ip family inet6 hashsize 1024 maxelem 65536 timeout 0 */
static bool take_ipset(struct import_plan *plan, struct import_kernel *kernel, const char *name,
		       char *rest)
{
	struct import_place *place = add_place(plan, kernel, IMPORT_IPSET, name);
	char *action;
	size_t len;

	if (place == NULL)
		return false;
	action = strdup(name + PREFIX_LEN);
	if (action == NULL)
		return false;
	len = strlen(action);
	if (strcmp(word_behind(&rest, "family"), "inet6") == 0 && len > 0 && action[len - 1] == '6')
		action[len - 1] = '\0';
	place->jail = import_jail_of_action(plan, action);
	free(action);
	return true;
}

static bool take_ipset_line(struct import_plan *plan, struct import_kernel *kernel, char *line)
{
	char *rest = NULL;
	const char *verb = strtok_r(line, " ", &rest);
	const char *name = verb != NULL ? next_word(&rest) : NULL;
	struct import_place *place;
	const char *entry;

	if (name == NULL || strncmp(name, PREFIX, PREFIX_LEN) != 0)
		return true;
	if (strcmp(verb, "create") == 0)
		return take_ipset(plan, kernel, name, rest);
	place = find_place(kernel, IMPORT_IPSET, name);
	entry = next_word(&rest);
	if (place == NULL || entry == NULL || strcmp(verb, "add") != 0)
		return true;
	return take_entry(plan, place, entry, strtod(word_behind(&rest, "timeout"), NULL));
}

bool import_ipset_listing(struct import_plan *plan, struct import_kernel *kernel, char *text)
{
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		if (!take_ipset_line(plan, kernel, line))
			return false;
	return true;
}

/* :f2b-sshd - [0:0] */
static bool take_chain(struct import_plan *plan, struct import_kernel *kernel,
		       enum import_kind kind, char *line)
{
	struct import_place *place;

	line[strcspn(line, " ")] = '\0';
	if (strncmp(line, PREFIX, PREFIX_LEN) != 0)
		return true;
	place = add_place(plan, kernel, kind, line);
	if (place == NULL)
		return false;
	place->jail = import_jail_of_action(plan, line + PREFIX_LEN);
	return true;
}

/* -A f2b-sshd -s 192.0.2.5/32 -j REJECT --reject-with icmp-port-unreachable */
static bool take_rule(struct import_plan *plan, struct import_kernel *kernel, enum import_kind kind,
		      char *line)
{
	char *rest = NULL;
	const char *chain;
	struct import_place *place;

	strtok_r(line, " ", &rest);
	chain = next_word(&rest);
	place = chain != NULL ? find_place(kernel, kind, chain) : NULL;
	if (place == NULL)
		return true;
	return take_entry(plan, place, word_behind(&rest, "-s"), 0);
}

bool import_iptables_listing(struct import_plan *plan, struct import_kernel *kernel,
			     enum import_kind kind, char *text)
{
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		bool good = true;

		if (line[0] == ':')
			good = take_chain(plan, kernel, kind, line + 1);
		else if (strncmp(line, "-A ", 3) == 0)
			good = take_rule(plan, kernel, kind, line);
		if (!good)
			return false;
	}
	return true;
}

/* "192.0.2.5", {"prefix": …} or {"elem": {"val": …, "expires": 590}} */
static bool take_element(struct import_plan *plan, struct import_place *place,
			 const json_t *element)
{
	const json_t *inner = json_object_get(element, "elem");
	double left = json_number_value(json_object_get(inner, "expires"));
	const json_t *value = inner != NULL ? json_object_get(inner, "val") : element;
	const json_t *prefix = json_object_get(value, "prefix");
	char text[KBAN_ADDR_TEXT_SIZE + 8];

	if (json_is_string(value))
		return take_entry(plan, place, json_string_value(value), left);
	if (prefix == NULL || strlen(string_of(prefix, "addr")) >= KBAN_ADDR_TEXT_SIZE)
		return true;
	snprintf(text, sizeof(text), "%s/%d", string_of(prefix, "addr"),
		 (int)(number_of(prefix, "len") & 0xff));
	return take_entry(plan, place, text, left);
}

/* addr-set-sshd and addr6-set-sshd */
static bool take_nft_set(struct import_plan *plan, struct import_kernel *kernel, const json_t *set)
{
	static const char *const prefixes[] = { "addr-set-", "addr6-set-" };
	const char *name = string_of(set, "name");
	const json_t *elements = json_object_get(set, "elem");
	struct import_place *place;

	if (*name == '\0')
		return true;
	place = add_place(plan, kernel, IMPORT_NFT_SET, name);
	if (place == NULL)
		return false;
	for (size_t i = 0; i < 2; i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			place->jail = import_jail_of_action(plan, name + strlen(prefixes[i]));
	for (size_t i = 0; i < json_array_size(elements); i++)
		if (!take_element(plan, place, json_array_get(elements, i)))
			return false;
	return true;
}

bool import_nft_listing(struct import_plan *plan, struct import_kernel *kernel, const char *text)
{
	json_t *listing = json_loads(text, 0, NULL);
	const json_t *items = json_object_get(listing, "nftables");
	bool good = true;

	if (listing == NULL)
		import_problem(plan, "nft gave no JSON");
	for (size_t i = 0; i < json_array_size(items) && good; i++)
		good = take_nft_set(plan, kernel, json_object_get(json_array_get(items, i), "set"));
	json_decref(listing);
	return good;
}
