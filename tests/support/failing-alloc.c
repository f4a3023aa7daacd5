/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * With -Wl,--wrap=malloc the linker sends calls of malloc() to __wrap_malloc() and calls of
 * __real_malloc() to malloc(), which may itself be a sanitizer's.
 */
#include "failing-alloc.h"

#include <errno.h>

#include "kban-test.h"

/* More allocations than any call under test makes: a loop that does not end is a failed test. */
#define MOST_ALLOCATIONS 100000

/* Test programs have one thread. */
static unsigned long countdown; /* 0: none fails */
static bool has_failed;
static unsigned long made;

void failing_alloc_start(unsigned long nth)
{
	countdown = nth;
	has_failed = false;
	made = 0;
}

bool failing_alloc_stop(void)
{
	countdown = 0;
	return has_failed;
}

unsigned long failing_alloc_count(void)
{
	return made;
}

void assert_every_allocation_may_fail(int (*attempt)(void *data), void *data)
{
	unsigned long nth;

	for (nth = 1; nth < MOST_ALLOCATIONS; nth++) {
		int status;

		failing_alloc_start(nth);
		status = attempt(data);
		if (!failing_alloc_stop()) {
			assert_true(status >= 0);
			return;
		}
		assert_int_equal(status, KBAN_E_NOMEM);
	}
	fail_msg("still allocating after %d allocations", MOST_ALLOCATIONS);
}

static bool fails_now(void)
{
	made++;
	if (countdown == 0 || --countdown > 0)
		return false;
	has_failed = true;
	errno = ENOMEM;
	return true;
}

/* The linker makes these names. NOLINTBEGIN(bugprone-reserved-identifier) */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *string);
char *__real_strndup(const char *string, size_t len);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *string);
char *__wrap_strndup(const char *string, size_t len);

void *__wrap_malloc(size_t size)
{
	return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return fails_now() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
	return fails_now() ? NULL : __real_reallocarray(old, count, size);
}

char *__wrap_strdup(const char *string)
{
	return fails_now() ? NULL : __real_strdup(string);
}

char *__wrap_strndup(const char *string, size_t len)
{
	return fails_now() ? NULL : __real_strndup(string, len);
}
/* NOLINTEND(bugprone-reserved-identifier) */
