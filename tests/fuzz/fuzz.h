/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every fuzz target includes first. A target is one function of about ten lines. */
#ifndef KBAN_FUZZ_H
#define KBAN_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kban/cleanup.h>

/* What must be true of any input. Unlike assert() it stays in a release build. */
#define fuzz_check(condition)                                           \
	do {                                                            \
		if (!(condition)) {                                     \
			fprintf(stderr, "is not so: %s\n", #condition); \
			abort();                                        \
		}                                                       \
	} while (0)

/* Called with each input; always returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline struct kban_text fuzz_text(const uint8_t *data, size_t size)
{
	return (struct kban_text){ (const char *)data, size };
}

#endif /* KBAN_FUZZ_H */
