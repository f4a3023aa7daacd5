/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a failure and a host cost when there are a million hosts: five failures each, the hosts
 * taking turns, so that every one is out of the processor's cache when it fails again; then a
 * flood of hosts that fail once, each of which pushes another one out.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kban/cleanup.h>

#define HOSTS    1000000U
#define FAILURES 5U

/* Of this process, so that the machine may have other work. */
static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* One in eight is an IPv6 address. */
static struct kban_addr numbered(uint32_t number)
{
	struct kban_addr addr = { .family = KBAN_IPV4, .prefix = 32 };

	if (number % 8 == 0)
		addr = (struct kban_addr){ KBAN_IPV6, 128, { 0 }, { 0x20, 0x01, 0x0d, 0xb8 } };
	memcpy(addr.bytes + (addr.family == KBAN_IPV6 ? 12 : 0), &number, sizeof(number));
	return addr;
}

/* Returns nanoseconds a failure. */
static double fail_in_turn(struct kban_counter *counter, uint32_t first, kban_usec when)
{
	double start = seconds();
	uint32_t i;

	for (i = 0; i < HOSTS; i++) {
		struct kban_addr addr = numbered(first + i);

		if (kban_counter_add(counter, &addr, when) < 0)
			exit(EXIT_FAILURE);
	}
	return (seconds() - start) / HOSTS * 1e9;
}

static void print_memory(const struct kban_counter *counter, unsigned failures)
{
	double hosts = (double)kban_counter_hosts(counter);

	printf("counter: %5.1f bytes a host with %u failures\n",
	       (double)kban_counter_memory(counter) / hosts, failures);
}

int main(void)
{
	struct kban_counter_options options = KBAN_COUNTER_OPTIONS_INIT;
	kban_auto(counter) counter = NULL;
	unsigned failure;

	options.max_hosts = HOSTS;
	options.max_failures = FAILURES;
	if (kban_counter_new(&options, &counter) != KBAN_OK)
		return EXIT_FAILURE;
	printf("counter: %u hosts, %u failures each\n", HOSTS, FAILURES);
	for (failure = 1; failure <= FAILURES; failure++) {
		double cost = fail_in_turn(counter, 0, failure * KBAN_SECOND);

		printf("counter: %5.0f ns for failure %u of a host\n", cost, failure);
		print_memory(counter, failure);
	}
	printf("counter: %5.0f ns for a host that pushes out another\n",
	       fail_in_turn(counter, HOSTS, FAILURES * KBAN_SECOND));
	return EXIT_SUCCESS;
}
