/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host takes 48 bytes with its first failure and 12 for each one more; there may be millions.
 *
 * Hosts are found by linear hashing (W. Litwin, "Linear Hashing: a new tool for file and table
 * addressing", 1980): for each host that comes, one bucket is added and one old bucket is split,
 * so the table grows without ever being copied, and there is a bucket for each host.
 *
 * Of a host's failures only the newest max_failures are kept, because older ones cannot change the
 * answer. The newest is in the host itself; the others form a ring in order of time, entered at
 * its newest, from which the oldest is one step: both ends are at hand when failures come in order.
 *
 * Hosts wait in two queues, in order of their last failure: those that one more failure completes,
 * and the others. At the limit one of the others goes first, so whoever fills the table with hosts
 * that fail once does not push out a host that is nearly done. Those nearly done leave the others
 * half of the table.
 *
 * A counter that estimates keeps of a host's failures, beside their number, the last and in the
 * ring the first one.
 */
#include <kban/counter.h>

#include <math.h>
#include <stdbool.h>

#include "base/hash.h"
#include "count/slab.h"

struct failure {
	kban_usec when;
	uint32_t newer; /* of the newest: the oldest */
} __attribute__((packed, aligned(4)));

struct host {
	uint32_t chain;        /* next host of the same bucket */
	uint32_t older, newer; /* neighbours in the queue */
	uint32_t ring;         /* newest failure but the last; none while count is 1 */
	kban_usec last;
	uint16_t count; /* of failures, the last one included; all within the window before it */
	uint8_t family;
	uint8_t prefix;
	uint8_t bytes[16];
} __attribute__((packed, aligned(4)));

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
	struct kb_slab hosts;    /* of struct host */
	struct kb_slab failures; /* of struct failure */
	struct kb_slab buckets;  /* of the number of the first host in each */
	uint32_t round;          /* power of two: buckets when this round of splitting began */
	struct queue far;        /* hosts at least two failures short of max_failures */
	struct queue near;       /* the others */
};

static struct host *host_at(const struct kban_counter *counter, uint32_t number)
{
	return kb_slab_at(&counter->hosts, number);
}

static struct failure *failure_at(const struct kban_counter *counter, uint32_t number)
{
	return kb_slab_at(&counter->failures, number);
}

/* What the window that ends at @a end begins with. */
static kban_usec window_start(const struct kban_counter *counter, kban_usec end)
{
	kban_usec start;

	return __builtin_sub_overflow(end, counter->window, &start) ? INT64_MIN : start;
}

/* Finding hosts */

/* Number of the bucket of @a addr. While a round lasts, its last buckets are not there yet. */
static uint32_t bucket_of(const struct kban_counter *counter, const struct kban_addr *addr)
{
	uint64_t hash = kb_hash(&counter->key, addr, sizeof(*addr));
	uint64_t bucket = hash & (2 * (uint64_t)counter->round - 1);

	if (bucket >= counter->buckets.used)
		bucket = hash & (counter->round - 1);
	return (uint32_t)bucket + 1;
}

static void host_addr(const struct host *host, struct kban_addr *out)
{
	memset(out, 0, sizeof(*out));
	out->family = host->family;
	out->prefix = host->prefix;
	memcpy(out->bytes, host->bytes, sizeof(out->bytes));
}

static int is_host(const struct host *host, const struct kban_addr *addr)
{
	return memcmp(host->bytes, addr->bytes, sizeof(host->bytes)) == 0 &&
	       host->family == addr->family && host->prefix == addr->prefix;
}

/* The link that leads to @a addr, or the last one of its bucket, which leads nowhere. */
static uint32_t *find_link(const struct kban_counter *counter, const struct kban_addr *addr)
{
	uint32_t *link = kb_slab_at(&counter->buckets, bucket_of(counter, addr));

	while (*link != KB_SLAB_NONE && !is_host(host_at(counter, *link), addr))
		link = &host_at(counter, *link)->chain;
	return link;
}

/* Move what belongs there from the bucket that is next to be split to a new one. */
static void split_bucket(struct kban_counter *counter)
{
	uint32_t added = kb_slab_take(&counter->buckets);
	uint32_t *to = kb_slab_at(&counter->buckets, added);
	uint32_t *link = kb_slab_at(&counter->buckets, added - counter->round);

	while (*link != KB_SLAB_NONE) {
		uint32_t number = *link;
		struct host *host = host_at(counter, number);
		struct kban_addr addr;

		host_addr(host, &addr);
		if (bucket_of(counter, &addr) != added) {
			link = &host->chain;
			continue;
		}
		*link = host->chain;
		host->chain = *to;
		*to = number;
	}
	if (counter->buckets.used == 2 * (uint64_t)counter->round)
		counter->round *= 2;
}

/* Without memory for more buckets the chains get longer; that is all. */
static void grow_table(struct kban_counter *counter)
{
	if (counter->buckets.used < kban_counter_hosts(counter) &&
	    kb_slab_reserve(&counter->buckets) == KBAN_OK)
		split_bucket(counter);
}

/* Queues */

static struct queue *queue_of(struct kban_counter *counter, const struct host *host)
{
	return host->count + 1U < counter->max_failures ? &counter->far : &counter->near;
}

static void enqueue(struct kban_counter *counter, uint32_t number)
{
	struct host *host = host_at(counter, number);
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
	const struct host *host = host_at(counter, number);
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

static kban_usec oldest_failure(const struct kban_counter *counter, const struct host *host)
{
	if (host->count == 1)
		return host->last;
	return failure_at(counter, failure_at(counter, host->ring)->newer)->when;
}

static void drop_oldest(struct kban_counter *counter, struct host *host)
{
	struct failure *entry;
	uint32_t oldest;

	host->count--;
	if (host->count == 0)
		return;
	entry = failure_at(counter, host->ring);
	oldest = entry->newer;
	entry->newer = failure_at(counter, oldest)->newer;
	if (oldest == host->ring)
		host->ring = KB_SLAB_NONE;
	kb_slab_give(&counter->failures, oldest);
}

static void drop_before(struct kban_counter *counter, struct host *host, kban_usec start)
{
	while (host->count > 0 && oldest_failure(counter, host) < start)
		drop_oldest(counter, host);
}

/* Estimating: first failure, last failure, and how many there seem to be. */

static void begin_estimate(struct kban_counter *counter, struct host *host, kban_usec when)
{
	host->ring = kb_slab_take(&counter->failures);
	failure_at(counter, host->ring)->when = when;
	host->last = when;
	host->count = 1;
}

static void end_estimate(struct kban_counter *counter, struct host *host)
{
	kb_slab_give(&counter->failures, host->ring);
	host->ring = KB_SLAB_NONE;
	host->count = 0;
}

/* As fail2ban does it: half way between two numbers the even one is taken. */
static void estimate(struct kban_counter *counter, struct host *host, kban_usec when)
{
	struct failure *first = failure_at(counter, host->ring);
	kban_usec start = window_start(counter, when);

	if (when > host->last) {
		if (first->when < start) {
			host->count =
				(uint16_t)nearbyint((double)host->count * (double)counter->window /
						    ((double)when - (double)first->when));
			first->when = start;
		}
		host->last = when;
	}
	if (host->count < counter->max_failures)
		host->count++;
}

/* Put a failure into the ring, behind those of the same time. */
static void insert_into_ring(struct kban_counter *counter, struct host *host, kban_usec when)
{
	uint32_t number = kb_slab_take(&counter->failures);
	struct failure *failure = failure_at(counter, number);
	struct failure *before;

	failure->when = when;
	failure->newer = number;
	if (host->ring == KB_SLAB_NONE) {
		host->ring = number;
		return;
	}
	before = failure_at(counter, host->ring);
	if (when >= before->when)
		host->ring = number;
	else {
		while (failure_at(counter, before->newer)->when <= when)
			before = failure_at(counter, before->newer);
	}
	failure->newer = before->newer;
	before->newer = number;
}

static void insert_failure(struct kban_counter *counter, struct host *host, kban_usec when)
{
	kban_usec earlier = host->last;

	if (host->count == 0) {
		host->last = when;
	} else if (when >= host->last) {
		host->last = when;
		insert_into_ring(counter, host, earlier);
	} else {
		insert_into_ring(counter, host, when);
	}
	host->count++;
}

/* Hosts */

static void forget_at(struct kban_counter *counter, uint32_t *link)
{
	uint32_t number = *link;
	struct host *host = host_at(counter, number);

	*link = host->chain;
	dequeue(counter, number);
	if (counter->estimates)
		end_estimate(counter, host);
	while (host->count > 0)
		drop_oldest(counter, host);
	kb_slab_give(&counter->hosts, number);
}

static void forget_number(struct kban_counter *counter, uint32_t number)
{
	struct kban_addr addr;

	host_addr(host_at(counter, number), &addr);
	forget_at(counter, find_link(counter, &addr));
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

static int add_host(struct kban_counter *counter, const struct kban_addr *addr, kban_usec when)
{
	struct host *host;
	uint32_t *link;
	uint32_t number;

	if (kban_counter_hosts(counter) >= counter->max_hosts)
		forget_number(counter, least_wanted(counter, when));
	if (kb_slab_reserve(&counter->hosts) != KBAN_OK ||
	    (counter->estimates && kb_slab_reserve(&counter->failures) != KBAN_OK))
		return KBAN_E_NOMEM;
	number = kb_slab_take(&counter->hosts);
	host = host_at(counter, number);
	host->family = addr->family;
	host->prefix = addr->prefix;
	memcpy(host->bytes, addr->bytes, sizeof(host->bytes));
	if (counter->estimates)
		begin_estimate(counter, host, when);
	else
		insert_failure(counter, host, when);

	link = find_link(counter, addr);
	*link = number;
	enqueue(counter, number);
	grow_table(counter);
	return 1;
}

static int add_failure(struct kban_counter *counter, uint32_t number, kban_usec when)
{
	struct host *host = host_at(counter, number);
	kban_usec start = window_start(counter, when > host->last ? when : host->last);

	if (counter->estimates) {
		dequeue(counter, number);
		estimate(counter, host, when);
		enqueue(counter, number);
		return host->count;
	}
	if (when < start)
		return host->count;
	if (kb_slab_reserve(&counter->failures) != KBAN_OK)
		return KBAN_E_NOMEM;
	dequeue(counter, number);
	drop_before(counter, host, start);
	if (host->count == counter->max_failures && when > oldest_failure(counter, host))
		drop_oldest(counter, host);
	if (host->count < counter->max_failures)
		insert_failure(counter, host, when);
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

static void start_table(struct kban_counter *counter)
{
	counter->round = 1;
	kb_slab_take(&counter->buckets);
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
	kb_slab_init(&counter->hosts, sizeof(struct host));
	kb_slab_init(&counter->failures, sizeof(struct failure));
	kb_slab_init(&counter->buckets, sizeof(uint32_t));
	if (kb_slab_reserve(&counter->buckets) != KBAN_OK)
		return KBAN_E_NOMEM;
	start_table(counter);
	*out = kb_steal(counter);
	return KBAN_OK;
}

void kban_counter_free(struct kban_counter *counter)
{
	if (counter == NULL)
		return;
	kb_slab_clear(&counter->hosts);
	kb_slab_clear(&counter->failures);
	kb_slab_clear(&counter->buckets);
	free(counter);
}

int kban_counter_add(struct kban_counter *counter, const struct kban_addr *host, kban_usec when)
{
	uint32_t number = *find_link(counter, host);

	if (number == KB_SLAB_NONE)
		return add_host(counter, host, when);
	return add_failure(counter, number, when);
}

unsigned kban_counter_count(const struct kban_counter *counter, const struct kban_addr *host,
			    kban_usec now)
{
	uint32_t number = *find_link(counter, host);
	kban_usec start = window_start(counter, now);
	const struct host *found;
	unsigned count;
	uint32_t next;
	unsigned i;

	if (number == KB_SLAB_NONE)
		return 0;
	found = host_at(counter, number);
	if (counter->estimates)
		return found->last >= start ? found->count : 0;
	count = found->last >= start && found->last <= now;
	next = found->ring;
	for (i = 1; i < found->count; i++) {
		const struct failure *failure = failure_at(counter, next);

		count += failure->when >= start && failure->when <= now;
		next = failure->newer;
	}
	return count;
}

/* After a flood, when all is over, its memory goes back. */
static void reset_if_empty(struct kban_counter *counter)
{
	if (kban_counter_hosts(counter) > 0)
		return;
	kb_slab_reset(&counter->hosts);
	kb_slab_reset(&counter->failures);
	kb_slab_reset(&counter->buckets);
	start_table(counter);
}

void kban_counter_forget(struct kban_counter *counter, const struct kban_addr *host)
{
	uint32_t *link = find_link(counter, host);

	if (*link == KB_SLAB_NONE)
		return;
	forget_at(counter, link);
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

static void move_host(struct kban_counter *counter, struct host *host, kban_usec by)
{
	uint32_t next = host->ring;

	host->last += by;
	if (next == KB_SLAB_NONE)
		return;
	do {
		struct failure *failure = failure_at(counter, next);

		failure->when += by;
		next = counter->estimates ? host->ring : failure->newer;
	} while (next != host->ring);
}

static void move_queue(struct kban_counter *counter, const struct queue *queue, kban_usec by)
{
	uint32_t next = queue->oldest;

	while (next != KB_SLAB_NONE) {
		struct host *host = host_at(counter, next);

		move_host(counter, host, by);
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
	return sizeof(*counter) + kb_slab_memory(&counter->hosts) +
	       kb_slab_memory(&counter->failures) + kb_slab_memory(&counter->buckets);
}
