/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a counter knows of one host: its address and when it failed.
 *
 * All failures lie within the window before the last one. So of the others only so many low bits of
 * the time are kept as tell apart what is in a window: four bytes for a window of up to 71 minutes,
 * eight for a longer one. They form a ring in order of time, in the record as far as a default jail
 * needs it, else in a block of its own.
 */
#ifndef KB_COUNT_HOST_RECORD_H
#define KB_COUNT_HOST_RECORD_H

#include <stdbool.h>

#include <kban/addr.h>

#include "base/memory.h"

/* Followed by stamps and the address, as the form says. */
struct kb_host_record {
	kban_usec last;
	uint32_t older, newer; /* neighbours in the counter's queue */
	uint16_t count;        /* of failures, the last one included */
	uint8_t first;         /* where the ring begins, or that it is in a block */
	uint8_t kind;          /* family and prefix */
	unsigned char rest[];
} __attribute__((packed, aligned(4)));

/* What all records of a counter have in common. */
struct kb_host_form {
	unsigned width;  /* bytes of a stamp */
	unsigned inside; /* stamps in the record */
	unsigned most;   /* stamps of a host */
	size_t blocks;   /* bytes of all blocks */
};

/* For up to @a most failures beside the last, all within @a window before it. */
void kb_host_form_init(struct kb_host_form *form, kban_usec window, unsigned most);

/* Bytes of a record, a multiple of four. */
size_t kb_host_record_size(const struct kb_host_form *form, enum kban_family family);

/* A record, zeroed, begins with one failure. */
void kb_host_record_begin(const struct kb_host_form *form, struct kb_host_record *host,
			  const struct kban_addr *addr, kban_usec when);

/* Release what is outside of it. */
void kb_host_record_end(struct kb_host_form *form, struct kb_host_record *host);

bool kb_host_record_is(const struct kb_host_form *form, const struct kb_host_record *host,
		       const struct kban_addr *addr);

void kb_host_record_addr(const struct kb_host_form *form, const struct kb_host_record *host,
			 struct kban_addr *out);

/* The @a i-th failure beside the last, of which the oldest is 0. */
kban_usec kb_host_record_at(const struct kb_host_form *form, const struct kb_host_record *host,
			    unsigned i);

/* Make @a when, which is within the window, the oldest. There is one beside the last. */
void kb_host_record_set_oldest(const struct kb_host_form *form, struct kb_host_record *host,
			       kban_usec when);

/* Make sure that one failure more finds room. KBAN_OK or KBAN_E_NOMEM. */
int kb_host_record_reserve(struct kb_host_form *form, struct kb_host_record *host);

/*
 * Add a failure, behind those of the same time; all are within the window before the last. Only
 * with fewer than most beside it, and after kb_host_record_reserve().
 */
void kb_host_record_insert(const struct kb_host_form *form, struct kb_host_record *host,
			   kban_usec when);

/* With one failure none is left. */
void kb_host_record_drop_oldest(const struct kb_host_form *form, struct kb_host_record *host);

/* Add @a by to all times; @a count are beside the last. */
void kb_host_record_move(const struct kb_host_form *form, struct kb_host_record *host,
			 unsigned count, kban_usec by);

#endif /* KB_COUNT_HOST_RECORD_H */
