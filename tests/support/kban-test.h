/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every test program includes first. */
#ifndef KBAN_TEST_H
#define KBAN_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* After the four that it needs. */
#include <cmocka.h>

#include <kban/cleanup.h>

/* Run @a function over the rows of @a table; the table's name is the test's name. */
#define test_case(function, table)                          \
	{                                                   \
		.name = #table, .test_func = (function),    \
		.initial_state = (void *)(uintptr_t)(table) \
	}

/* An address that the test itself wrote; anything else fails the test. */
static inline struct kban_addr test_addr(const char *text)
{
	struct kban_addr addr = { 0 };

	assert_int_equal(kban_addr_parse((struct kban_text){ text, strlen(text) }, &addr), KBAN_OK);
	return addr;
}

/*
 * Leave a test that cannot be done here, and say so. cmocka's skip() is no TAP that meson takes for
 * a skip: it counts as a failure.
 */
#define test_leave(reason)                                  \
	do {                                                \
		fprintf(stderr, "SKIPPED: %s\n", (reason)); \
		return;                                     \
	} while (0)

#endif /* KBAN_TEST_H */
