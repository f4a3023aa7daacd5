/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* prescan-builtin.c's way through a text, eight places at a time. */
#include "regex/prescan-builtin.h"

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m256i load_folded(const char *text)
{
	return _mm256_or_si256(_mm256_loadu_si256((const __m256i *)(const void *)text),
			       _mm256_set1_epi32((int)FOLD));
}

/* A bit for each of eight windows that may be one of the class. */
AVX2 static inline uint32_t look_up(const struct class *class, __m256i hashes)
{
	__m256i at = _mm256_srli_epi32(hashes, 32 - BITMAP_BITS);
	__m256i words = _mm256_i32gather_epi32((const int *)(const void *)class->bitmap,
					       _mm256_srli_epi32(at, 5), 4);
	__m256i bits = _mm256_sllv_epi32(
		words, _mm256_sub_epi32(_mm256_set1_epi32(31),
					_mm256_and_si256(at, _mm256_set1_epi32(31))));

	return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(bits));
}

/* Bit n becomes bit 4n. */
static inline uint32_t spread(uint32_t bits)
{
	bits = (bits | bits << 12) & 0x000f000fU;
	bits = (bits | bits << 6) & 0x03030303U;
	return (bits | bits << 3) & 0x11111111U;
}

AVX2 static inline uint32_t marks_of_long(const struct class *class, const char *text)
{
	__m256i low = _mm256_mullo_epi32(load_folded(text), _mm256_set1_epi32((int)LOW_FACTOR));
	__m256i high =
		_mm256_mullo_epi32(load_folded(text + 2), _mm256_set1_epi32((int)HIGH_FACTOR));

	return spread(look_up(class, _mm256_add_epi32(low, high)));
}

AVX2 static inline uint32_t marks_of_shorter(const struct class *class, const char *text)
{
	__m256i mask = _mm256_set1_epi32((int)class->low_mask);
	__m256i factor = _mm256_set1_epi32((int)LOW_FACTOR);
	uint32_t found = 0;

	for (size_t i = 0; i < 4; i += class->stride) {
		__m256i low = _mm256_and_si256(load_folded(text + i), mask);

		found |= spread(look_up(class, _mm256_mullo_epi32(low, factor))) << i;
	}
	return found;
}

AVX2 size_t kb_prescan_next_marks_avx2(const struct builtin *builtin, const char *text, size_t at,
				       size_t end, struct marks *marks)
{
	const struct class *classes = builtin->classes;

	*marks = (struct marks){ .highs = 0 };
	for (; at < end; at += STEP) {
		uint32_t all;

		if (classes[LONG].count > 0)
			marks->classes[LONG] = marks_of_long(&classes[LONG], text + at);
		if (classes[MEDIUM].count > 0)
			marks->classes[MEDIUM] = marks_of_shorter(&classes[MEDIUM], text + at);
		if (classes[SHORT].count > 0)
			marks->classes[SHORT] = marks_of_shorter(&classes[SHORT], text + at);
		if (builtin->high_count > 0)
			marks->highs = (uint32_t)_mm256_movemask_epi8(
				_mm256_loadu_si256((const __m256i *)(const void *)(text + at)));
		all = marks->classes[LONG] | marks->classes[MEDIUM] | marks->classes[SHORT];
		if ((all | marks->highs) != 0)
			break;
	}
	return at;
}
