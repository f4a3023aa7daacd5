/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF"): who does not know the key
 * cannot choose data that collides.
 */
#ifndef KB_BASE_HASH_H
#define KB_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct kb_hash_key {
	uint64_t halves[2];
};

/* A key from getrandom(2). */
void kb_hash_key_init(struct kb_hash_key *key);

uint64_t kb_hash(const struct kb_hash_key *key, const void *data, size_t len);

#endif /* KB_BASE_HASH_H */
