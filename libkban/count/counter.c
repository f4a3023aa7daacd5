/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An IPv4 host takes 50 bytes in a jail with maxretry = 5, however often it failed; an IPv6 host
 * 12 more. There may be millions, and of what belongs to one, two lines of the processor's cache
 * are looked at: one of the index, and its record.
 *
 * Of a host's failures only the newest max_failures are kept, because older ones cannot change the
 * answer.
 *
 * Hosts wait in two queues, in order of their last failure: those that one more failure completes,
 * and the others. At the limit one of the others goes first, so whoever fills the table with hosts
 * that fail once does not push out a host that is nearly done. Those nearly done leave the others
 * half of the table.
 *
 * A counter that estimates keeps of a host's failures, beside their number, the last and the first
 * one.
 */
#include <kban/counter.h>

#include <math.h>
#include <stdbool.h>

#include "base/hash.h"
#include "count/host-index.h"
#include "count/host-record.h"
#include "count/slab.h"

/* Records are numbered by family, so that one of IPv4 has no room for an address of IPv6. */
#define IPV6_NUMBERS (UINT32_C(1) << 31)

struct queue {
	uint32_t oldest;
	uint32_t newest;
	size_t count;
};

struct kban_counter {
	kban_usec window;
	unsigned max_failures;
	size_t max_hosts;
	bool estimates;
	struct kb_hash_key key;
	struct kb_host_form form;
	struct kb_slab ipv4; /* records of hosts */
	struct kb_slab ipv6;
	struct kb_host_index index;
	struct queue far;  /* hosts at least two failures short of max_failures */
	struct queue near; /* the others */
};

static struct kb_host_record *host_at(const struct kban_counter *counter, uint32_t number)
{
	if (number & IPV6_NUMBERS)
		return kb_slab_at(&counter->ipv6, number - IPV6_NUMBERS);
	return kb_slab_at(&counter->ipv4, number);
}

/* What the window that ends at @a end begins with. */
static kban_usec window_start(const struct kban_counter *counter, kban_usec end)
{
	kban_usec start;

	return __builtin_sub_overflow(end, counter->window, &start) ? INT64_MIN : start;
}

/* Finding hosts */

static uint32_t hash_of(const struct kban_counter *counter, const struct kban_addr *addr)
{
	return (uint32_t)kb_hash(&counter->key, addr, sizeof(*addr));
}

static uint32_t find_hashed(const struct kban_counter *counter, const struct kban_addr *addr,
			    uint32_t hash)
{
	struct kb_host_index_probe probe;
	uint32_t number;

	kb_host_index_start(&counter->index, hash, &probe);
	do {
		number = kb_host_index_next(&probe);
	} while (number != KB_HOST_INDEX_NONE &&
		 !kb_host_record_is(&counter->form, host_at(counter, number), addr));
	return number;
}

static uint32_t find(const struct kban_counter *counter, const struct kban_addr *addr)
{
	return find_hashed(counter, addr, hash_of(counter, addr));
}

/* Queues */

static struct queue *queue_of(struct kban_counter *counter, const struct kb_host_record *host)
{
	return host->count + 1U < counter->max_failures ? &counter->far : &counter->near;
}

static void enqueue(struct kban_counter *counter, uint32_t number)
{
	struct kb_host_record *host = host_at(counter, number);
	struct queue *queue = queue_of(counter, host);

	host->older = queue->newest;
	host->newer = KB_SLAB_NONE;
	if (queue->newest != KB_SLAB_NONE)
		host_at(counter, queue->newest)->newer = number;
	else
		queue->oldest = number;
	queue->newest = number;
	queue->count++;
}

/* As long as the host's count is what it was when it was enqueued. */
static void dequeue(struct kban_counter *counter, uint32_t number)
{
	const struct kb_host_record *host = host_at(counter, number);
	struct queue *queue = queue_of(counter, host);

	if (host->older != KB_SLAB_NONE)
		host_at(counter, host->older)->newer = host->newer;
	else
		queue->oldest = host->newer;
	if (host->newer != KB_SLAB_NONE)
		host_at(counter, host->newer)->older = host->older;
	else
		queue->newest = host->older;
	queue->count--;
}

/* Failures of one host */

static kban_usec oldest_failure(const struct kban_counter *counter,
				const struct kb_host_record *host)
{
	return host->count == 1 ? host->last : kb_host_record_at(&counter->form, host, 0);
}

static void drop_before(struct kban_counter *counter, struct kb_host_record *host, kban_usec start)
{
	while (host->count > 0 && oldest_failure(counter, host) < start)
		kb_host_record_drop_oldest(&counter->form, host);
}

/* Estimating: first failure, last failure, and how many there seem to be. */

/* As fail2ban does it: half way between two numbers the even one is taken. */
static void estimate(struct kban_counter *counter, struct kb_host_record *host, kban_usec when)
{
	kban_usec first = kb_host_record_at(&counter->form, host, 0);
	kban_usec start = window_start(counter, when);

	if (when > host->last) {
		if (first < start) {
			host->count =
				(uint16_t)nearbyint((double)host->count * (double)counter->window /
						    ((double)when - (double)first));
			kb_host_record_set_oldest(&counter->form, host, start);
		}
		host->last = when;
	}
	if (host->count < counter->max_failures)
		host->count++;
}

/* Hosts */

static void forget_number(struct kban_counter *counter, uint32_t number)
{
	struct kb_host_record *host = host_at(counter, number);
	struct kban_addr addr;

	kb_host_record_addr(&counter->form, host, &addr);
	kb_host_index_remove(&counter->index, hash_of(counter, &addr), number);
	dequeue(counter, number);
	kb_host_record_end(&counter->form, host);
	if (number & IPV6_NUMBERS)
		kb_slab_give(&counter->ipv6, number - IPV6_NUMBERS);
	else
		kb_slab_give(&counter->ipv4, number);
}

/* Who has to go so that a host that fails at @a when can come. */
static uint32_t least_wanted(const struct kban_counter *counter, kban_usec when)
{
	const struct queue *near = &counter->near;

	if (counter->far.count == 0 || near->count > counter->max_hosts / 2)
		return near->oldest;
	if (near->count > 0 && host_at(counter, near->oldest)->last < window_start(counter, when))
		return near->oldest;
	return counter->far.oldest;
}

static int reserve_host(struct kban_counter *counter, const struct kban_addr *addr, uint32_t hash)
{
	if (kb_host_index_reserve(&counter->index, hash) != KBAN_OK)
		return KBAN_E_NOMEM;
	return kb_slab_reserve(addr->family == KBAN_IPV4 ? &counter->ipv4 : &counter->ipv6);
}

static uint32_t take_number(struct kban_counter *counter, const struct kban_addr *addr)
{
	if (addr->family == KBAN_IPV4)
		return kb_slab_take(&counter->ipv4);
	return kb_slab_take(&counter->ipv6) | IPV6_NUMBERS;
}

static int add_host(struct kban_counter *counter, const struct kban_addr *addr, uint32_t hash,
		    kban_usec when)
{
	struct kb_host_record *host;
	uint32_t number;

	if (kban_counter_hosts(counter) >= counter->max_hosts)
		forget_number(counter, least_wanted(counter, when));
	if (reserve_host(counter, addr, hash) != KBAN_OK)
		return KBAN_E_NOMEM;
	number = take_number(counter, addr);
	host = host_at(counter, number);
	kb_host_record_begin(&counter->form, host, addr, when);
	if (counter->estimates)
		kb_host_record_set_oldest(&counter->form, host, when);
	kb_host_index_add(&counter->index, hash, number);
	enqueue(counter, number);
	return 1;
}

static int add_failure(struct kban_counter *counter, uint32_t number, kban_usec when)
{
	struct kb_host_record *host = host_at(counter, number);
	kban_usec start = window_start(counter, when > host->last ? when : host->last);

	if (counter->estimates) {
		dequeue(counter, number);
		estimate(counter, host, when);
		enqueue(counter, number);
		return host->count;
	}
	if (when < start)
		return host->count;
	/* Where the oldest makes room, no more is needed. */
	if (oldest_failure(counter, host) >= start &&
	    kb_host_record_reserve(&counter->form, host) != KBAN_OK)
		return KBAN_E_NOMEM;
	dequeue(counter, number);
	drop_before(counter, host, start);
	if (host->count == counter->max_failures && when > oldest_failure(counter, host))
		kb_host_record_drop_oldest(&counter->form, host);
	if (host->count < counter->max_failures)
		kb_host_record_insert(&counter->form, host, when);
	enqueue(counter, number);
	return host->count;
}

/* What the header promises */

static int check_options(const struct kban_counter_options *options)
{
	if (options->size < sizeof(*options) || options->window < 0)
		return KBAN_E_INVAL;
	if (options->max_failures < 1 || options->max_failures > UINT16_MAX)
		return KBAN_E_INVAL;
	if (options->max_hosts < 1 || options->max_hosts > UINT32_MAX / 2)
		return KBAN_E_INVAL;
	return KBAN_OK;
}

int kban_counter_new(const struct kban_counter_options *options, struct kban_counter **out)
{
	kban_auto(counter) counter = NULL;

	if (check_options(options) != KBAN_OK)
		return KBAN_E_INVAL;
	counter = calloc(1, sizeof(*counter));
	if (counter == NULL)
		return KBAN_E_NOMEM;
	counter->window = options->window;
	counter->max_failures = options->max_failures;
	counter->max_hosts = options->max_hosts;
	counter->estimates = options->estimate != 0;
	kb_hash_key_init(&counter->key);
	kb_host_form_init(&counter->form, options->window,
			  counter->estimates ? 1 : options->max_failures - 1);
	kb_slab_init(&counter->ipv4, kb_host_record_size(&counter->form, KBAN_IPV4));
	kb_slab_init(&counter->ipv6, kb_host_record_size(&counter->form, KBAN_IPV6));
	*out = kb_steal(counter);
	return KBAN_OK;
}

static void release_blocks(struct kban_counter *counter, const struct queue *queue)
{
	uint32_t next = counter->form.blocks > 0 ? queue->oldest : KB_SLAB_NONE;

	while (next != KB_SLAB_NONE) {
		struct kb_host_record *host = host_at(counter, next);

		kb_host_record_end(&counter->form, host);
		next = host->newer;
	}
}

void kban_counter_free(struct kban_counter *counter)
{
	if (counter == NULL)
		return;
	release_blocks(counter, &counter->far);
	release_blocks(counter, &counter->near);
	kb_host_index_clear(&counter->index);
	kb_slab_clear(&counter->ipv4);
	kb_slab_clear(&counter->ipv6);
	free(counter);
}

int kban_counter_add(struct kban_counter *counter, const struct kban_addr *host, kban_usec when)
{
	uint32_t hash = hash_of(counter, host);
	uint32_t number = find_hashed(counter, host, hash);

	if (number == KB_HOST_INDEX_NONE)
		return add_host(counter, host, hash, when);
	return add_failure(counter, number, when);
}

unsigned kban_counter_count(const struct kban_counter *counter, const struct kban_addr *host,
			    kban_usec now)
{
	uint32_t number = find(counter, host);
	kban_usec start = window_start(counter, now);
	const struct kb_host_record *found;
	unsigned count;
	unsigned i;

	if (number == KB_HOST_INDEX_NONE)
		return 0;
	found = host_at(counter, number);
	if (counter->estimates)
		return found->last >= start ? found->count : 0;
	count = found->last >= start && found->last <= now;
	for (i = 0; i + 1U < found->count; i++) {
		kban_usec when = kb_host_record_at(&counter->form, found, i);

		count += when >= start && when <= now;
	}
	return count;
}

/* After a flood, when all is over, its memory goes back. */
static void reset_if_empty(struct kban_counter *counter)
{
	if (kban_counter_hosts(counter) > 0)
		return;
	kb_host_index_clear(&counter->index);
	kb_slab_reset(&counter->ipv4);
	kb_slab_reset(&counter->ipv6);
}

void kban_counter_forget(struct kban_counter *counter, const struct kban_addr *host)
{
	uint32_t number = find(counter, host);

	if (number == KB_HOST_INDEX_NONE)
		return;
	forget_number(counter, number);
	reset_if_empty(counter);
}

static void expire_queue(struct kban_counter *counter, const struct queue *queue, kban_usec before)
{
	while (queue->count > 0 && host_at(counter, queue->oldest)->last < before)
		forget_number(counter, queue->oldest);
}

void kban_counter_expire(struct kban_counter *counter, kban_usec before)
{
	if (kban_counter_hosts(counter) == 0)
		return;
	expire_queue(counter, &counter->far, before);
	expire_queue(counter, &counter->near, before);
	reset_if_empty(counter);
}

static void move_queue(struct kban_counter *counter, const struct queue *queue, kban_usec by)
{
	uint32_t next = queue->oldest;

	while (next != KB_SLAB_NONE) {
		struct kb_host_record *host = host_at(counter, next);

		kb_host_record_move(&counter->form, host, counter->estimates ? 1 : host->count - 1U,
				    by);
		next = host->newer;
	}
}

void kban_counter_move(struct kban_counter *counter, kban_usec by)
{
	move_queue(counter, &counter->far, by);
	move_queue(counter, &counter->near, by);
}

size_t kban_counter_hosts(const struct kban_counter *counter)
{
	return counter->far.count + counter->near.count;
}

size_t kban_counter_memory(const struct kban_counter *counter)
{
	return sizeof(*counter) + kb_host_index_memory(&counter->index) +
	       kb_slab_memory(&counter->ipv4) + kb_slab_memory(&counter->ipv6) +
	       counter->form.blocks;
}
