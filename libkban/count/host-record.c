/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "count/host-record.h"

/* Of an IPv4 address, more than its prefix; IPv6 has prefixes up to 128. */
#define KIND_IPV4 192

/* Instead of where a ring begins. */
#define IN_BLOCK UINT8_MAX

/* What maxretry = 5 needs; also room for the pointer to a block. */
#define INSIDE_AT_MOST 4

/* A block for stamps that the record has no room for. */
struct block {
	uint16_t capacity;
	uint16_t first;
	unsigned char stamps[];
};

/* Where the stamps of a host are. */
struct ring {
	unsigned char *stamps;
	unsigned capacity;
	unsigned first;
};

void kb_host_form_init(struct kb_host_form *form, kban_usec window, unsigned most)
{
	form->width = window <= UINT32_MAX ? sizeof(uint32_t) : sizeof(uint64_t);
	form->inside = most < INSIDE_AT_MOST ? most : INSIDE_AT_MOST;
	form->most = most;
	form->blocks = 0;
}

static size_t address_size(enum kban_family family)
{
	return family == KBAN_IPV4 ? 4 : 16;
}

static enum kban_family family_of(const struct kb_host_record *host)
{
	return host->kind >= KIND_IPV4 ? KBAN_IPV4 : KBAN_IPV6;
}

static uint8_t kind_of(const struct kban_addr *addr)
{
	return (uint8_t)(addr->prefix + (addr->family == KBAN_IPV4 ? KIND_IPV4 : 0));
}

static size_t address_offset(const struct kb_host_form *form)
{
	return (size_t)form->inside * form->width;
}

size_t kb_host_record_size(const struct kb_host_form *form, enum kban_family family)
{
	return sizeof(struct kb_host_record) + address_offset(form) + address_size(family);
}

void kb_host_record_begin(const struct kb_host_form *form, struct kb_host_record *host,
			  const struct kban_addr *addr, kban_usec when)
{
	host->last = when;
	host->count = 1;
	host->kind = kind_of(addr);
	memcpy(host->rest + address_offset(form), addr->bytes, address_size(addr->family));
}

bool kb_host_record_is(const struct kb_host_form *form, const struct kb_host_record *host,
		       const struct kban_addr *addr)
{
	const unsigned char *bytes = host->rest + address_offset(form);

	if (host->kind != kind_of(addr))
		return false;
	if (addr->family == KBAN_IPV4)
		return memcmp(bytes, addr->bytes, 4) == 0;
	return memcmp(bytes, addr->bytes, 16) == 0;
}

void kb_host_record_addr(const struct kb_host_form *form, const struct kb_host_record *host,
			 struct kban_addr *out)
{
	memset(out, 0, sizeof(*out));
	out->family = (uint8_t)family_of(host);
	out->prefix = (uint8_t)(host->kind - (out->family == KBAN_IPV4 ? KIND_IPV4 : 0));
	memcpy(out->bytes, host->rest + address_offset(form), address_size(family_of(host)));
}

/* The ring of stamps */

static struct block *block_of(const struct kb_host_record *host)
{
	struct block *block;

	memcpy(&block, host->rest, sizeof(block));
	return block;
}

static void find_ring(const struct kb_host_form *form, const struct kb_host_record *host,
		      struct ring *out)
{
	if (host->first == IN_BLOCK) {
		struct block *block = block_of(host);

		*out = (struct ring){ block->stamps, block->capacity, block->first };
	} else {
		/* Cast: whoever has the record may change what is in it. */
		*out = (struct ring){ (unsigned char *)(uintptr_t)host->rest, form->inside,
				      host->first };
	}
}

static unsigned char *stamp_at(const struct kb_host_form *form, const struct ring *ring, unsigned i)
{
	unsigned slot = ring->first + i;

	if (slot >= ring->capacity)
		slot -= ring->capacity;
	return ring->stamps + (size_t)slot * form->width;
}

static void write_stamp(const struct kb_host_form *form, unsigned char *to, kban_usec when)
{
	uint64_t whole = (uint64_t)when;
	uint32_t low = (uint32_t)whole;

	if (form->width == sizeof(low))
		memcpy(to, &low, sizeof(low));
	else
		memcpy(to, &whole, sizeof(whole));
}

/* No more than the window before @a last. */
static kban_usec read_stamp(const struct kb_host_form *form, const unsigned char *from,
			    kban_usec last)
{
	kban_usec when;
	uint32_t low;

	if (form->width == sizeof(low)) {
		memcpy(&low, from, sizeof(low));
		return (kban_usec)((uint64_t)last - (uint32_t)((uint32_t)last - low));
	}
	memcpy(&when, from, sizeof(when));
	return when;
}

kban_usec kb_host_record_at(const struct kb_host_form *form, const struct kb_host_record *host,
			    unsigned i)
{
	struct ring ring;

	find_ring(form, host, &ring);
	return read_stamp(form, stamp_at(form, &ring, i), host->last);
}

void kb_host_record_set_oldest(const struct kb_host_form *form, struct kb_host_record *host,
			       kban_usec when)
{
	struct ring ring;

	find_ring(form, host, &ring);
	write_stamp(form, stamp_at(form, &ring, 0), when);
}

static size_t block_size(const struct kb_host_form *form, unsigned capacity)
{
	return sizeof(struct block) + (size_t)capacity * form->width;
}

/* Twice as many as now, or as many as there can be. */
static int move_to_block(struct kb_host_form *form, struct kb_host_record *host,
			 const struct ring *ring)
{
	unsigned capacity = 2 * ring->capacity < form->most ? 2 * ring->capacity : form->most;
	struct block *block = calloc(1, block_size(form, capacity));
	unsigned i;

	if (block == NULL)
		return KBAN_E_NOMEM;
	for (i = 0; i + 1U < host->count; i++)
		memcpy(block->stamps + (size_t)i * form->width, stamp_at(form, ring, i),
		       form->width);
	block->capacity = (uint16_t)capacity;
	kb_host_record_end(form, host);
	form->blocks += block_size(form, capacity);
	memcpy(host->rest, &block, sizeof(block));
	host->first = IN_BLOCK;
	return KBAN_OK;
}

void kb_host_record_end(struct kb_host_form *form, struct kb_host_record *host)
{
	if (host->first != IN_BLOCK)
		return;
	form->blocks -= block_size(form, block_of(host)->capacity);
	free(block_of(host));
	host->first = 0;
}

int kb_host_record_reserve(struct kb_host_form *form, struct kb_host_record *host)
{
	struct ring ring;

	find_ring(form, host, &ring);
	if (host->count <= ring.capacity || host->count > form->most)
		return KBAN_OK;
	return move_to_block(form, host, &ring);
}

static void insert_stamp(const struct kb_host_form *form, struct kb_host_record *host,
			 kban_usec when, kban_usec last)
{
	unsigned i = host->count - 1U;
	struct ring ring;

	find_ring(form, host, &ring);
	while (i > 0 && read_stamp(form, stamp_at(form, &ring, i - 1), last) > when) {
		memcpy(stamp_at(form, &ring, i), stamp_at(form, &ring, i - 1), form->width);
		i--;
	}
	write_stamp(form, stamp_at(form, &ring, i), when);
}

void kb_host_record_insert(const struct kb_host_form *form, struct kb_host_record *host,
			   kban_usec when)
{
	kban_usec last = host->last;

	if (host->count == 0) {
		host->last = when;
	} else if (when >= last) {
		insert_stamp(form, host, last, last);
		host->last = when;
	} else {
		insert_stamp(form, host, when, last);
	}
	host->count++;
}

void kb_host_record_drop_oldest(const struct kb_host_form *form, struct kb_host_record *host)
{
	struct ring ring;

	host->count--;
	if (host->count == 0)
		return;
	find_ring(form, host, &ring);
	ring.first = ring.first + 1 == ring.capacity ? 0 : ring.first + 1;
	if (host->first == IN_BLOCK)
		block_of(host)->first = (uint16_t)ring.first;
	else
		host->first = (uint8_t)ring.first;
}

void kb_host_record_move(const struct kb_host_form *form, struct kb_host_record *host,
			 unsigned count, kban_usec by)
{
	struct ring ring;
	unsigned i;

	find_ring(form, host, &ring);
	for (i = 0; i < count; i++) {
		unsigned char *stamp = stamp_at(form, &ring, i);

		write_stamp(form, stamp, read_stamp(form, stamp, host->last) + by);
	}
	host->last += by;
}
