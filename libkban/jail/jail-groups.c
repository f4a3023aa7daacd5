/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Counting beyond the host. An attacker with a /64 has more addresses than can be counted, a
 * botnet has one host for each guess: so networks can stand for their hosts, many hosts of a
 * network for the network, and a filter's <F-ID> for all who failed as that id.
 */
#include <kban/counter.h>

#include "base/text.h"
#include "jail/action-ticket.h"
#include "jail/jail.h"
#include "jail/questions.h"

#define SUBNET4 24
#define SUBNET6 64

/* Where a network is banned, its hosts have to be in the sets as well. */
void kb_jail_settle_groups(struct kban_jail_options *options)
{
	if (options->prefix4 == 0 || options->prefix4 > 32)
		options->prefix4 = 32;
	if (options->prefix6 == 0 || options->prefix6 > 128)
		options->prefix6 = 128;
	if (options->subnet4 == 0 || options->subnet4 > 32)
		options->subnet4 = SUBNET4;
	if (options->subnet6 == 0 || options->subnet6 > 128)
		options->subnet6 = SUBNET6;
	if (options->subnet_retry > KB_SPREAD_MEMBERS_MAX)
		options->subnet_retry = KB_SPREAD_MEMBERS_MAX;
	if (options->prefix4 < 32 || options->prefix6 < 128 || options->subnet_retry > 0)
		options->networks = 1;
}

static struct kb_spread *make_spread(const struct kban_jail *jail, unsigned enough, bool distinct)
{
	struct kb_spread_options options = { .window = jail->options.find_time,
					     .enough = enough,
					     .max_groups = jail->options.max_hosts,
					     .distinct = distinct };

	return kb_spread_new(&options);
}

int kb_jail_make_groups(struct kban_jail *jail)
{
	kb_hash_key_init(&jail->id_key);
	if (jail->options.subnet_retry == 0)
		return KBAN_OK;
	jail->subnets = make_spread(jail, jail->options.subnet_retry, true);
	return jail->subnets != NULL ? KBAN_OK : KBAN_E_NOMEM;
}

void kb_jail_free_groups(struct kban_jail *jail)
{
	kb_spread_free(jail->ids);
	kb_spread_free(jail->subnets);
}

/* The network of so many bits, unless that would ban somebody who must not be banned. */
static void widen(const struct kban_jail *jail, const struct kban_addr *addr, unsigned prefix4,
		  unsigned prefix6, struct kban_addr *out)
{
	kban_addr_network(addr, addr->family == KBAN_IPV4 ? prefix4 : prefix6, out);
	if (!kban_addr_equal(out, addr) && kban_jail_protection(jail, out) != NULL)
		*out = *addr;
}

void kb_jail_unit(const struct kban_jail *jail, const struct kban_addr *addr, struct kban_addr *out)
{
	widen(jail, addr, jail->options.prefix4, jail->options.prefix6, out);
}

/* False: a network that holds no other host than @a addr, or one who is protected. */
static bool subnet_of(const struct kban_jail *jail, const struct kban_addr *addr,
		      struct kban_addr *out)
{
	widen(jail, addr, jail->options.subnet4, jail->options.subnet6, out);
	return !kban_addr_equal(out, addr);
}

int kb_jail_count_subnet(struct kban_jail *jail, const struct kban_addr *addr,
			 const struct kban_event *cause)
{
	struct kban_event event = *cause;
	int count;

	if (jail->subnets == NULL || !subnet_of(jail, addr, &event.host))
		return 0;
	count = kb_spread_add(jail->subnets, &event.host, addr, cause->time);
	if (count < 0)
		return count;
	if ((unsigned)count < jail->options.subnet_retry)
		return 0;
	kb_spread_forget(jail->subnets, &event.host);
	event.failures = (unsigned)count;
	return kb_jail_start_ban(jail, &event.host, cause->time, &event, false);
}

/* An id as a key of the table: 128 bits that nobody without the secret can make collide. */
static void key_of(const struct kban_jail *jail, struct kban_text id, struct kban_addr *out)
{
	struct kb_hash_key other = jail->id_key;
	uint64_t halves[2];

	other.halves[0] = ~other.halves[0];
	halves[0] = kb_hash(&jail->id_key, id.data, id.len);
	halves[1] = kb_hash(&other, id.data, id.len);
	*out = (struct kban_addr){ .family = KBAN_IPV6, .prefix = 128 };
	memcpy(out->bytes, halves, sizeof(out->bytes));
}

static int add_to_id(struct kban_jail *jail, const struct kban_addr *key,
		     const struct kban_addr *host, kban_usec when)
{
	if (jail->ids == NULL)
		jail->ids = make_spread(jail, kb_policy_threshold(&jail->policy), false);
	if (jail->ids == NULL)
		return KBAN_E_NOMEM;
	return kb_spread_add(jail->ids, key, host, when);
}

/* All who failed as that id are banned; who is banned already stays so for longer. */
static int ban_members(struct kban_jail *jail, const struct kban_addr *key,
		       const struct kban_event *cause)
{
	struct kban_addr hosts[KB_SPREAD_MEMBERS_MAX];
	size_t count = kb_spread_members(jail->ids, key, hosts, kb_array_size(hosts));
	int banned = 0;

	kb_spread_forget(jail->ids, key);
	for (size_t i = 0; i < count; i++) {
		struct kban_event event = *cause;
		int status;

		kb_jail_unit(jail, &hosts[i], &event.host);
		if (kban_jail_protection(jail, &event.host) != NULL)
			continue;
		status = kb_jail_start_ban(jail, &event.host, cause->time, &event, false);
		if (status < 0)
			return status;
		banned |= status;
	}
	return banned;
}

/* How an id is logged: what is not printable is escaped, and there is an end to it. */
static char *print_id(struct kban_text id)
{
	return kban_text_printable(kb_text_slice(id, 0, id.len < 100 ? id.len : 100));
}

int kb_jail_count_id(struct kban_jail *jail, struct kban_text id, const struct kban_addr *host,
		     const struct kb_sighting *sighting)
{
	const struct kban_event event = { .host = *host,
					  .time = sighting->time,
					  .source = sighting->source,
					  .line = sighting->line };
	int verdict;

	kb_jail_follow_clock(jail);
	if (kb_jail_pass_over(jail, host, &event) != NULL)
		return 0;
	verdict = kb_jail_ask(jail, host, id, sighting);
	if (verdict != KB_VERDICT_COUNT)
		return verdict < 0 ? verdict : 0;
	return kb_jail_count_allowed_id(jail, id, host, sighting);
}

int kb_jail_count_allowed_id(struct kban_jail *jail, struct kban_text id,
			     const struct kban_addr *host, const struct kb_sighting *sighting)
{
	kb_auto_clear(buffer) fields = { 0 };
	kb_autofree char *shown = print_id(id);
	struct kb_sighting seen = *sighting;
	struct kban_event event = { .kind = KBAN_EVENT_FOUND,
				    .host = *host,
				    .time = sighting->time,
				    .source = sighting->source,
				    .line = sighting->line };
	struct kban_addr unit;
	struct kban_addr key;
	int count;

	key_of(jail, id, &key);
	count = add_to_id(jail, &key, host, sighting->time);
	if (count < 0)
		return count;
	if (seen.fields.len == 0)
		kb_ticket_add_field(&fields, "fid", id);
	if (fields.failed || shown == NULL)
		return KBAN_E_NOMEM;
	if (seen.fields.len == 0)
		seen.fields = kb_buffer_content(&fields);
	event.failures = (unsigned)count;
	kb_jail_unit(jail, host, &unit);
	if (kb_jail_note_failure(jail, &unit, &seen, shown, &event) < 0)
		return KBAN_E_NOMEM;
	return (unsigned)count < kb_policy_threshold(&jail->policy)
		       ? 0
		       : ban_members(jail, &key, &event);
}

/* The value of @a name among fields as they are stored, or data NULL. */
static struct kban_text find_field(struct kban_text fields, const char *name)
{
	while (fields.len > 0) {
		size_t end = kb_text_index(fields, '\0');
		struct kban_text found = kb_text_slice(fields, 0, end);
		struct kban_text rest = kb_text_slice(fields, end + (end < fields.len), fields.len);

		end = kb_text_index(rest, '\0');
		if (kb_text_is(found, name))
			return kb_text_slice(rest, 0, end);
		fields = kb_text_slice(rest, end + (end < rest.len), rest.len);
	}
	return (struct kban_text){ 0 };
}

struct kban_text kb_jail_id_in(struct kban_text fields)
{
	struct kban_text id = find_field(fields, "fid");
	struct kban_addr address;

	/* What is an address is one, and no id. */
	if (id.len > 0 && kban_addr_parse(id, &address) != KBAN_OK)
		return id;
	return (struct kban_text){ NULL, 0 };
}

static int recount_subnet(struct kban_jail *jail, const struct kban_addr *addr, kban_usec when)
{
	struct kban_addr subnet;

	if (jail->subnets == NULL || !subnet_of(jail, addr, &subnet))
		return KBAN_OK;
	return kb_spread_add(jail->subnets, &subnet, addr, when) < 0 ? KBAN_E_NOMEM : KBAN_OK;
}

int kb_jail_recount(struct kban_jail *jail, const struct kb_failure *failure)
{
	struct kban_text id = kb_jail_id_in(failure->fields);
	struct kban_addr key;

	if (id.data != NULL) {
		key_of(jail, id, &key);
		return add_to_id(jail, &key, &failure->addr, failure->time) < 0 ? KBAN_E_NOMEM
										: KBAN_OK;
	}
	if (kban_counter_add(jail->counter, &failure->addr, failure->time) < 0)
		return KBAN_E_NOMEM;
	return recount_subnet(jail, &failure->addr, failure->time);
}

/* A banned host is one of its network's, too, for as long as its failures would be. */
int kb_jail_recount_ban(struct kban_jail *jail, const struct kb_ban *ban)
{
	return recount_subnet(jail, &ban->addr, ban->since);
}
