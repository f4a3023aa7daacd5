/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>

#include "ban/backend.h"
#include "base/hash.h"

#define HASH_DIGITS 6

/* What stays of a name before the hash; one less than there is room for, so that the names of both
   families begin alike. */
#define STEM_MAX (KB_SET_NAME_MAX - HASH_DIGITS - 1)

/* Names go into scripts of iptables-restore, where a leading '-' is an option. */
static bool may_stand(char c, bool at_start)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '_' || (c == '-' && !at_start);
}

/* "mail6" would be the IPv4 set of a jail called that, and the IPv6 set of one called "mail". */
static bool is_ambiguous(const char *prefix, const char *jail)
{
	size_t len = strlen(jail);

	return prefix != NULL && len > 0 && jail[len - 1] == '6';
}

/* Put '_' for what may not stand in a name. True if there was nothing of that. */
static bool mend(char *name)
{
	bool was_fit = *name != '\0';

	for (char *c = name; *c != '\0'; c++) {
		if (!may_stand(*c, c == name)) {
			*c = '_';
			was_fit = false;
		}
	}
	return was_fit;
}

/* No secret: the same name must come out in every process. */
static unsigned digits_of(const char *prefix, const char *jail)
{
	static const struct kb_hash_key key = { { 0, 0 } };
	uint64_t hash =
		kb_hash(&key, jail, strlen(jail)) ^ (kb_hash(&key, prefix, strlen(prefix)) << 1);

	return (unsigned)(hash & 0xffffff);
}

void kb_set_name(const char *prefix, const char *jail, enum kban_family family,
		 char out[KB_SET_NAME_MAX + 1])
{
	const char *suffix = family == KBAN_IPV6 ? "6" : "";
	const char *dash = prefix != NULL ? "-" : "";
	char stem[STEM_MAX + 1];
	bool is_plain;
	int length;

	is_plain = !is_ambiguous(prefix, jail);
	prefix = prefix != NULL ? prefix : "";
	length = snprintf(out, KB_SET_NAME_MAX + 1, "%s%s%s%s", prefix, dash, jail, suffix);
	if (mend(out) && length <= KB_SET_NAME_MAX && is_plain)
		return;
	snprintf(stem, sizeof(stem), "%s%s%s", prefix, dash, jail);
	mend(stem);
	snprintf(out, KB_SET_NAME_MAX + 1, "%s%0*x%s", stem, HASH_DIGITS, digits_of(prefix, jail),
		 suffix);
}
