/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/hash.h"

/* What the next calls of getrandom() fail with; 0: they do not. */
static const int *failures = (const int[]){ 0 };

/* In the place of libc's. */
ssize_t getrandom(void *buffer, size_t length, unsigned flags)
{
	if (*failures == 0)
		return syscall(SYS_getrandom, buffer, length, flags);
	errno = *failures++;
	return -1;
}

struct vector {
	size_t len;
	uint64_t hash;
};

/* Key 00 01 … 0f, data 00 01 … ff 00 …, as in the reference vectors of SipHash-2-4. */
static void hash_of_counting_bytes(void **state)
{
	const struct kb_hash_key key = { { UINT64_C(0x0706050403020100),
					   UINT64_C(0x0f0e0d0c0b0a0908) } };
	const struct vector *vector = *state;
	unsigned char data[300];
	size_t i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)i;
	for (; vector->hash != 0; vector++)
		assert_true(kb_hash(&key, data, vector->len) == vector->hash);
}

/*
 * From an implementation of its own that also gives the published vectors of SipHash-2-4, and
 * agrees with the SipHash-1-3 of CPython under a zero key.
 */
static const struct vector siphash_1_3[] = {
	{ 0, UINT64_C(0xabac0158050fc4dc) },
	{ 1, UINT64_C(0xc9f49bf37d57ca93) },
	{ 7, UINT64_C(0xd3927d989bb11140) },
	{ 8, UINT64_C(0x369095118d299a8e) },
	{ 9, UINT64_C(0x25a48eb36c063de4) },
	{ 15, UINT64_C(0xd320d86d2a519956) },
	{ 16, UINT64_C(0xcc4fdd1a7d908b66) },
	{ 20, UINT64_C(0xc0dc2f46a6cce040) },
	{ 63, UINT64_C(0x9d199062b7bbb3a8) },
	{ 255, UINT64_C(0xf76214e3153c4a15) },
	{ 256, UINT64_C(0x75b3e64e167de370) },
	{ 300, UINT64_C(0x4016a23bda5a2224) },
	{ 0, 0 },
};

static void zero_key_agrees_with_cpython(void **state)
{
	const struct kb_hash_key key = { { 0, 0 } };

	(void)state;
	assert_true(kb_hash(&key, "192.0.2.7 and more", 18) == UINT64_C(0xc23b993ad6c9194d));
}

static void data_need_not_be_aligned(void **state)
{
	const struct kb_hash_key key = { { 1, 2 } };
	const char data[] = "xabcdefghijklmnop";
	char moved[sizeof(data) + 1];

	(void)state;
	memcpy(moved + 1, data, sizeof(data));
	assert_true(kb_hash(&key, data + 1, 16) == kb_hash(&key, moved + 2, 16));
}

static void keys_differ(void **state)
{
	struct kb_hash_key left = { { 0, 0 } };
	struct kb_hash_key right = { { 0, 0 } };

	(void)state;
	kb_hash_key_init(&left);
	kb_hash_key_init(&right);
	assert_memory_not_equal(&left, &right, sizeof(left));
	assert_true(kb_hash(&left, "x", 1) != kb_hash(&right, "x", 1));
}

static void an_interrupted_call_is_made_again(void **state)
{
	struct kb_hash_key key = { { 0, 0 } };

	(void)state;
	failures = (const int[]){ EINTR, EINTR, 0 };
	kb_hash_key_init(&key);
	assert_int_equal(*failures, 0);
	assert_true(key.halves[0] != 0);
}

/* As in a sandbox that forbids the call. */
static void there_is_a_key_without_random_numbers(void **state)
{
	struct kb_hash_key key = { { 0, 0 } };

	(void)state;
	failures = (const int[]){ ENOSYS, 0 };
	kb_hash_key_init(&key);
	assert_int_equal(*failures, 0);
	assert_true(key.halves[0] != 0);
	assert_true(key.halves[1] != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(hash_of_counting_bytes, siphash_1_3),
		cmocka_unit_test(zero_key_agrees_with_cpython),
		cmocka_unit_test(data_need_not_be_aligned),
		cmocka_unit_test(keys_differ),
		cmocka_unit_test(an_interrupted_call_is_made_again),
		cmocka_unit_test(there_is_a_key_without_random_numbers),
	};

	return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
