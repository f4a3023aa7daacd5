/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Allocations that fail when a test wants them to. Every unit test is linked so that what it and
 * the library allocate (not what libc and other shared libraries do inside) goes through here.
 */
#ifndef KBAN_FAILING_ALLOC_H
#define KBAN_FAILING_ALLOC_H

#include <stdbool.h>

/* From now on, let the @a nth allocation fail, and no other. The first is 1; 0: let none fail. */
void failing_alloc_start(unsigned long nth);

/* Let all succeed again. True if one was made to fail since the start. */
bool failing_alloc_stop(void);

/* How many allocations there were since the start. */
unsigned long failing_alloc_count(void);

/*
 * Call @a attempt with its first allocation failing, then with its second, and so on until it needs
 * no more. It must answer KBAN_E_NOMEM each time, and in the end succeed. It is called anew each
 * time and must leave nothing behind; that nothing leaked is for LeakSanitizer to see.
 */
void assert_every_allocation_may_fail(int (*attempt)(void *data), void *data);

#endif /* KBAN_FAILING_ALLOC_H */
