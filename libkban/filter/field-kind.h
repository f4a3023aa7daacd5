/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fields of a match that mean something to us; all others are told by their names alone. */
#ifndef KB_FILTER_FIELD_KIND_H
#define KB_FILTER_FIELD_KIND_H

enum kb_field_kind {
	KB_FIELD_OTHER,
	KB_FIELD_IP4,     /* ip4 */
	KB_FIELD_IP6,     /* ip6 */
	KB_FIELD_DNS,     /* dns: a host's name */
	KB_FIELD_ID,      /* fid: what is banned, if it is not the host */
	KB_FIELD_CIDR,    /* cidr: length of a prefix */
	KB_FIELD_USER,    /* user */
	KB_FIELD_CONTENT, /* content: what prefregex leaves */
	KB_FIELD_SESSION, /* mlfid: lines of one connection have the same */
	KB_FIELD_FORGET,  /* mlfforget: the connection ends */
	KB_FIELD_GAINED,  /* mlfgained: access was gained */
	KB_FIELD_NOFAIL,  /* nofail: this tells facts only */
	KB_FIELD_KINDS
};

enum kb_field_kind kb_field_kind_of(const char *name);

/* The name of a kind that is not KB_FIELD_OTHER. */
const char *kb_field_kind_name(enum kb_field_kind kind);

#endif /* KB_FILTER_FIELD_KIND_H */
