/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filter/field-kind.h"

#include <string.h>

static const char *const names[KB_FIELD_KINDS] = {
	[KB_FIELD_OTHER] = "",           [KB_FIELD_IP4] = "ip4",
	[KB_FIELD_IP6] = "ip6",          [KB_FIELD_DNS] = "dns",
	[KB_FIELD_ID] = "fid",           [KB_FIELD_CIDR] = "cidr",
	[KB_FIELD_USER] = "user",        [KB_FIELD_CONTENT] = "content",
	[KB_FIELD_SESSION] = "mlfid",    [KB_FIELD_FORGET] = "mlfforget",
	[KB_FIELD_GAINED] = "mlfgained", [KB_FIELD_NOFAIL] = "nofail",
};

enum kb_field_kind kb_field_kind_of(const char *name)
{
	int kind = KB_FIELD_KINDS - 1;

	while (kind > KB_FIELD_OTHER && strcmp(names[kind], name) != 0)
		kind--;
	return (enum kb_field_kind)kind;
}

const char *kb_field_kind_name(enum kb_field_kind kind)
{
	return names[kind];
}
