/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hash.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

struct sip_state {
	uint64_t v0, v1, v2, v3;
};

static uint64_t rotate_left(uint64_t value, unsigned bits)
{
	return (value << bits) | (value >> (64 - bits));
}

static void sip_round(struct sip_state *s)
{
	s->v0 += s->v1;
	s->v1 = rotate_left(s->v1, 13) ^ s->v0;
	s->v0 = rotate_left(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotate_left(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotate_left(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotate_left(s->v1, 17) ^ s->v2;
	s->v2 = rotate_left(s->v2, 32);
}

static void sip_absorb(struct sip_state *s, uint64_t word)
{
	s->v3 ^= word;
	sip_round(s);
	s->v0 ^= word;
}

/* The last bytes, fewer than eight, with the length above them. */
static uint64_t last_word(const unsigned char *tail, size_t tail_len, size_t len)
{
	uint64_t word = (uint64_t)len << 56;
	size_t i;

	for (i = 0; i < tail_len; i++)
		word |= (uint64_t)tail[i] << (8 * i);
	return word;
}

uint64_t kb_hash(const struct kb_hash_key *key, const void *data, size_t len)
{
	const unsigned char *bytes = data;
	size_t whole = len - len % 8;
	struct sip_state s = {
		key->halves[0] ^ UINT64_C(0x736f6d6570736575),
		key->halves[1] ^ UINT64_C(0x646f72616e646f6d),
		key->halves[0] ^ UINT64_C(0x6c7967656e657261),
		key->halves[1] ^ UINT64_C(0x7465646279746573),
	};
	uint64_t word;
	size_t i;

	for (i = 0; i < whole; i += 8) {
		memcpy(&word, bytes + i, sizeof(word));
		sip_absorb(&s, le64toh(word));
	}
	sip_absorb(&s, last_word(bytes + whole, len - whole, len));

	s.v2 ^= 0xff;
	sip_round(&s);
	sip_round(&s);
	sip_round(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

void kb_hash_key_init(struct kb_hash_key *key)
{
	struct timespec now = { 0, 0 };

	while (getrandom(key, sizeof(*key), 0) != (ssize_t)sizeof(*key)) {
		if (errno == EINTR)
			continue;
		/* A sandbox without the call: a key that is harder to guess than none. */
		clock_gettime(CLOCK_MONOTONIC, &now);
		key->halves[0] = (uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 32;
		key->halves[1] = (uint64_t)(uintptr_t)key;
		return;
	}
}
