/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The counter against one that keeps every failure in plain arrays and looks at all of them each
 * time. What happens is drawn from a seed, which is printed; KBAN_TEST_SEED repeats a run.
 */
#include "kban-test.h"

#include <stdio.h>
#include <sys/random.h>

#include "base/memory.h"

#define EVENTS        100000
#define HOSTS_AT_MOST 300

struct model_host {
	struct kban_addr addr;
	kban_usec *failures; /* all that were recorded, in the order they came */
	size_t count;
	size_t capacity;
	uint64_t seen; /* number of the event that recorded the last */
};

struct model {
	struct kban_counter_options options;
	struct model_host hosts[HOSTS_AT_MOST];
	size_t count;
	uint64_t events;
};

static kban_usec newest(const struct model_host *host)
{
	kban_usec result = host->failures[0];
	size_t i;

	for (i = 1; i < host->count; i++)
		result = host->failures[i] > result ? host->failures[i] : result;
	return result;
}

/* How many of the host's failures lie from @a start to @a end, at most max_failures. */
static unsigned between(const struct model *model, const struct model_host *host, kban_usec start,
			kban_usec end)
{
	unsigned result = 0;
	size_t i;

	for (i = 0; i < host->count; i++)
		result += host->failures[i] >= start && host->failures[i] <= end;
	return result < model->options.max_failures ? result : model->options.max_failures;
}

static unsigned kept(const struct model *model, const struct model_host *host)
{
	kban_usec end = newest(host);

	return between(model, host, end - model->options.window, end);
}

static int is_near(const struct model *model, const struct model_host *host)
{
	return kept(model, host) + 1 >= model->options.max_failures;
}

static struct model_host *find(struct model *model, const struct kban_addr *addr)
{
	size_t i;

	for (i = 0; i < model->count; i++) {
		if (kban_addr_equal(&model->hosts[i].addr, addr))
			return &model->hosts[i];
	}
	return NULL;
}

static void forget(struct model *model, struct model_host *host)
{
	free(host->failures);
	*host = model->hosts[--model->count];
}

/* The one seen longest ago of those that are near, or of those that are not. */
static struct model_host *oldest(struct model *model, int near, size_t *count)
{
	struct model_host *result = NULL;
	size_t i;

	*count = 0;
	for (i = 0; i < model->count; i++) {
		struct model_host *host = &model->hosts[i];

		if (is_near(model, host) != near)
			continue;
		++*count;
		if (result == NULL || host->seen < result->seen)
			result = host;
	}
	return result;
}

static struct model_host *least_wanted(struct model *model, kban_usec when)
{
	size_t near_count;
	size_t far_count;
	struct model_host *near = oldest(model, 1, &near_count);
	struct model_host *far = oldest(model, 0, &far_count);

	if (far == NULL || near_count > model->options.max_hosts / 2)
		return near;
	if (near != NULL && newest(near) < when - model->options.window)
		return near;
	return far;
}

static int model_add(struct model *model, const struct kban_addr *addr, kban_usec when)
{
	struct model_host *host = find(model, addr);

	model->events++;
	if (host != NULL && when < newest(host) - model->options.window)
		return (int)kept(model, host);
	if (host == NULL) {
		if (model->count == model->options.max_hosts)
			forget(model, least_wanted(model, when));
		host = &model->hosts[model->count++];
		memset(host, 0, sizeof(*host));
		host->addr = *addr;
	}
	assert_int_equal(kb_array_room(&host->failures, &host->capacity, host->count,
				       sizeof(*host->failures)),
			 0);
	host->failures[host->count++] = when;
	host->seen = model->events;
	return (int)kept(model, host);
}

static void model_expire(struct model *model, kban_usec before)
{
	int near;

	for (near = 0; near <= 1; near++) {
		size_t count;
		struct model_host *host = oldest(model, near, &count);

		while (host != NULL && newest(host) < before) {
			forget(model, host);
			host = oldest(model, near, &count);
		}
	}
}

static void model_clear(struct model *model)
{
	while (model->count > 0)
		forget(model, &model->hosts[model->count - 1]);
}

static void model_move(struct model *model, kban_usec by)
{
	size_t i;
	size_t k;

	for (i = 0; i < model->count; i++) {
		for (k = 0; k < model->hosts[i].count; k++)
			model->hosts[i].failures[k] += by;
	}
}

/* splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators"). */
static uint64_t draw(uint64_t *seed, uint64_t below)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % below;
}

static struct kban_addr draw_host(uint64_t *seed, uint64_t hosts)
{
	uint8_t number = (uint8_t)draw(seed, hosts);
	struct kban_addr addr = { .family = KBAN_IPV4, .prefix = 32, .bytes = { 192, 0, 2 } };

	if (number % 4 == 0)
		addr = (struct kban_addr){ KBAN_IPV6, 64, { 0 }, { 0x20, 0x01, 0x0d, 0xb8 } };
	addr.bytes[3] = number;
	return addr;
}

static void check_count(struct model *model, const struct kban_counter *counter,
			const struct kban_addr *addr, kban_usec later)
{
	const struct model_host *host = find(model, addr);
	kban_usec now = host != NULL ? newest(host) + later : later;
	unsigned expected =
		host != NULL ? between(model, host, now - model->options.window, now) : 0;

	assert_int_equal(kban_counter_count(counter, addr, now), expected);
}

static void one_event(struct model *model, struct kban_counter *counter, uint64_t *seed,
		      kban_usec *now)
{
	/* More hosts than there is room for in some runs, fewer in others. */
	struct kban_addr addr = draw_host(seed, model->options.max_hosts * 3 / 2 + 1);
	uint64_t what = draw(seed, 1000);
	kban_usec window = model->options.window;
	struct model_host *host;
	kban_usec when;

	*now += (kban_usec)draw(seed, (uint64_t)window / 50 + 2);
	if (what < 900) {
		when = *now;
		if (what % 4 == 0)
			when -= (kban_usec)draw(seed, 2 * (uint64_t)window + 1);
		assert_int_equal(kban_counter_add(counter, &addr, when),
				 model_add(model, &addr, when));
	} else if (what < 960) {
		check_count(model, counter, &addr, (kban_usec)draw(seed, (uint64_t)window + 2));
	} else if (what < 998) {
		host = find(model, &addr);
		if (host != NULL)
			forget(model, host);
		kban_counter_forget(counter, &addr);
	} else if (what < 999) {
		when = (kban_usec)draw(seed, 4 * (uint64_t)window + 1) - 2 * window;
		model_move(model, when);
		kban_counter_move(counter, when);
		*now += when;
	} else {
		when = *now - (kban_usec)draw(seed, 2 * (uint64_t)window + 1);
		model_expire(model, when);
		kban_counter_expire(counter, when);
	}
	assert_int_equal(kban_counter_hosts(counter), model->count);
}

static void run(uint64_t *seed, unsigned events)
{
	struct model model = { .options = KBAN_COUNTER_OPTIONS_INIT };
	kban_auto(counter) counter = NULL;
	/* Windows of less than a millisecond, of which many failures lie on the edge, and of hours.
	 */
	kban_usec scale = draw(seed, 2) ? 1 : 10 * KBAN_SECOND;
	kban_usec now = (kban_usec)draw(seed, 1000) * scale;
	unsigned i;

	model.options.window = (kban_usec)draw(seed, 600) * scale;
	model.options.max_failures = 1 + (unsigned)draw(seed, draw(seed, 2) ? 8 : 40);
	model.options.max_hosts = 1 + draw(seed, draw(seed, 2) ? 120 : 4);
	assert_int_equal(kban_counter_new(&model.options, &counter), KBAN_OK);
	for (i = 0; i < events; i++)
		one_event(&model, counter, seed, &now);
	model_clear(&model);
}

static uint64_t choose_seed(void)
{
	const char *fixed = getenv("KBAN_TEST_SEED");
	uint64_t seed = 1;

	if (fixed != NULL)
		return strtoull(fixed, NULL, 0);
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = 1;
	return seed;
}

static void agrees_with_plain_arrays(void **state)
{
	uint64_t seed = choose_seed();
	unsigned runs = 50;
	unsigned i;

	(void)state;
	print_message("# KBAN_TEST_SEED=%#llx\n", (unsigned long long)seed);
	for (i = 0; i < runs; i++)
		run(&seed, EVENTS / runs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_plain_arrays),
	};

	return cmocka_run_group_tests_name("counter-model", tests, NULL, NULL);
}
