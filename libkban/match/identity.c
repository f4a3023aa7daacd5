/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "match/identity.h"

#include "base/addr.h"
#include "base/context.h"
#include "base/text.h"
#include "filter/filter.h"

#define NAME_MAX_LENGTH 253 /* of a host name: RFC 1035, 2.3.4, as text */

static int set(struct kb_buffer *out, struct kban_text text)
{
	kb_buffer_reset(out);
	return kb_buffer_text(out, text);
}

/* The canonical form of an address, or the text itself. */
static int set_address(struct kb_buffer *out, const struct kban_addr *addr)
{
	char text[KBAN_ADDR_TEXT_SIZE];

	kban_addr_print(addr, text);
	return set(out, (struct kban_text){ text, strlen(text) });
}

/* Nobody is all addresses: with prefix 0 it is the unspecified address, which no ban is for. */
static void narrow_all(struct kban_addr *addr)
{
	if (addr->prefix == 0)
		addr->prefix = addr->family == KBAN_IPV6 ? 128 : 32;
}

/*
 * Add the prefix length of group cidr. One that is too long is none: whoever can write it into a
 * log must not get away with it.
 */
static int add_prefix(struct kban_addr *addr, struct kban_text text, struct kban_text cidr)
{
	kb_auto_clear(buffer) network = { 0 };

	kb_buffer_text(&network, text);
	kb_buffer_byte(&network, '/');
	if (kb_buffer_text(&network, cidr) != KBAN_OK)
		return KBAN_E_NOMEM;
	if (kban_addr_parse(kb_buffer_content(&network), addr) == KBAN_OK)
		narrow_all(addr);
	return KBAN_OK;
}

/* An address of group ip4 or ip6: only ids may be in brackets or bring a prefix of their own. */
static bool parse_address(struct kban_text text, enum kban_family family, struct kban_addr *out)
{
	bool is_plain =
		kb_text_index(text, '/') == text.len && kb_text_index(text, '[') == text.len;
	bool is_ip6 = kb_text_index(text, ':') < text.len;

	return is_plain && is_ip6 == (family == KBAN_IPV6) && kban_addr_parse(text, out) == KBAN_OK;
}

static void add_address(struct kb_identity *identity, const struct kban_addr *addr)
{
	identity->addresses[0] = *addr;
	identity->address_count = 1;
}

/* Whatever is in one pair of brackets. */
static struct kban_text without_brackets(struct kban_text text)
{
	if (text.len > 2 && text.data[0] == '[' && text.data[text.len - 1] == ']')
		return kb_text_slice(text, 1, text.len - 1);
	return text;
}

/*
 * Rules know IPv6 by a shape that is narrower than what inet_pton(3) takes: nothing that ends like
 * IPv4, and no more than six groups behind a leading '::'.
 */
static bool is_beyond_shape(struct kban_text text)
{
	size_t colons = 0;

	for (size_t i = 0; i < text.len; i++)
		colons += text.data[i] == ':';
	if (colons == 0)
		return false;
	return kb_text_index(text, '.') < text.len ||
	       (colons == 8 && kb_text_starts_with(text, "::"));
}

/* The same where it only counts for a network: its address. */
static bool is_network_beyond_shape(struct kban_text text)
{
	size_t slash = kb_text_index(text, '/');

	return slash < text.len && is_beyond_shape(kb_text_slice(text, 0, slash));
}

/* An id of its own. usedns = raw leaves it as it stands; an address in it is banned all the same.
 */
static int tell_id(struct kb_identity *identity, struct kban_text fid, bool raw)
{
	struct kban_addr addr;

	if (is_network_beyond_shape(without_brackets(fid)) ||
	    kban_addr_parse(fid, &addr) != KBAN_OK)
		return set(&identity->id, raw ? fid : without_brackets(fid));
	narrow_all(&addr);
	add_address(identity, &addr);
	return raw ? set(&identity->id, fid) : set_address(&identity->id, &addr);
}

/* By far the most hosts: an IPv4 address and nothing else, which has one form only. */
static bool is_plain_ip4(const struct kb_fields *fields, struct kban_text ip, struct kban_addr *out)
{
	return kb_fields_get(fields, KB_FIELD_ID).data == NULL &&
	       kb_fields_get(fields, KB_FIELD_CIDR).len == 0 && kb_addr_parse_ip4(ip, out);
}

static int tell_plain(struct kb_identity *identity, struct kban_text ip)
{
	identity->address_count = 1;
	return set(&identity->host, ip) == KBAN_OK ? set(&identity->id, ip) : KBAN_E_NOMEM;
}

/* The host from a group of addresses, and the id unless it has one of its own. */
static int tell_address(struct kb_identity *identity, const struct kb_fields *fields,
			enum kban_family family, bool raw)
{
	struct kban_text ip =
		kb_fields_get(fields, family == KBAN_IPV6 ? KB_FIELD_IP6 : KB_FIELD_IP4);
	struct kban_text fid = kb_fields_get(fields, KB_FIELD_ID);
	struct kban_text cidr = kb_fields_get(fields, KB_FIELD_CIDR);
	struct kban_addr addr;
	bool is_address = parse_address(ip, family, &addr);

	if (is_address && cidr.len > 0 && add_prefix(&addr, ip, cidr) != KBAN_OK)
		return KBAN_E_NOMEM;
	if ((is_address ? set_address(&identity->host, &addr) : set(&identity->host, ip)) !=
	    KBAN_OK)
		return KBAN_E_NOMEM;
	if (fid.data != NULL && !kb_text_equal(fid, ip))
		return tell_id(identity, fid, raw);
	if (is_address)
		add_address(identity, &addr);
	return set(&identity->id, kb_buffer_content(&identity->host));
}

/* Only such names go to a resolver, and nothing that an old libc takes for an address. */
static bool is_host_name(struct kban_text name)
{
	bool has_letter = false;

	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		bool is_digit = c >= '0' && c <= '9';
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!is_digit && !is_letter && c != '-' && c != '_' && c != '.')
			return false;
		has_letter = has_letter || !(is_digit || c == '.');
	}
	return has_letter && name.len <= NAME_MAX_LENGTH;
}

static void log_resolved(const struct kban_filter *filter, const char *name,
			 const struct kban_addr *addresses, size_t count)
{
	kb_auto_clear(buffer) list = { 0 };
	char text[KBAN_ADDR_TEXT_SIZE];

	if (!kb_log_wants(kb_filter_context(filter), KBAN_WARNING))
		return;
	for (size_t i = 0; i < count; i++)
		kb_buffer_printf(&list, "%s'%s'", i > 0 ? ", " : "",
				 kban_addr_print(&addresses[i], text));
	if (!list.failed)
		kb_log(kb_filter_context(filter), KBAN_WARNING, "filter",
		       "Determined IP using DNS Lookup: %s = {%s}", name, list.data);
}

void kb_identity_log_lookup(const struct kban_filter *filter, const char *name,
			    const struct kban_addr *addresses, int count)
{
	if (count <= 0)
		kb_log(kb_filter_context(filter), KBAN_WARNING, "filter",
		       "Unable to find a corresponding IP address for %s", name);
	else if (kb_filter_usedns(filter) == KBAN_USEDNS_WARN)
		log_resolved(filter, name, addresses, (size_t)count);
}

/* Ask for the addresses of @a name, and what came of it. */
static int look_up(struct kb_identity *identity, const char *name, const struct kban_filter *filter)
{
	const struct kban_context *ctx = kb_filter_context(filter);
	int count = kb_context_resolve(ctx, name, identity->addresses, KB_IDENTITY_ADDRESSES);

	if (count == KBAN_E_NOMEM)
		return count;
	identity->lookup_pending = count == KBAN_RESOLVE_LATER;
	if (identity->lookup_pending)
		return KBAN_OK;
	kb_identity_log_lookup(filter, name, identity->addresses, count);
	if (count <= 0) {
		identity->result = KB_IDENTITY_NO_HOST;
		return KBAN_OK;
	}
	identity->address_count = (size_t)count;
	return set_address(&identity->id, &identity->addresses[0]);
}

/*
 * An address where a name was looked for. It has the shape that rules know, so none of IPv6 that
 * ends like IPv4; brackets are those of IPv6.
 */
static bool is_address(struct kban_text name, struct kban_addr *out)
{
	bool is_ip6 = kb_text_index(name, ':') < name.len;

	if (name.len > 0 && name.data[name.len - 1] == '\n')
		name.len--;
	if (is_ip6 && name.data[0] == '[')
		name = kb_text_slice(name, 1, name.len);
	if (is_ip6 && name.len > 0 && name.data[name.len - 1] == ']')
		name.len--;
	if (kb_text_index(name, '[') < name.len || kb_text_index(name, '/') < name.len ||
	    is_beyond_shape(name))
		return false;
	return kban_addr_parse(name, out) == KBAN_OK;
}

/* A name where names are not taken as they are: its addresses are the ids. */
static int tell_name(struct kb_identity *identity, struct kban_text name,
		     const struct kban_filter *filter)
{
	struct kban_addr addr;

	if (set(&identity->host, name) != KBAN_OK || set(&identity->id, name) != KBAN_OK)
		return KBAN_E_NOMEM;
	if (is_address(name, &addr)) {
		add_address(identity, &addr);
		return set_address(&identity->host, &addr) == KBAN_OK
			       ? set_address(&identity->id, &addr)
			       : KBAN_E_NOMEM;
	}
	if (kb_filter_usedns(filter) == KBAN_USEDNS_NO || !is_host_name(name)) {
		identity->result = KB_IDENTITY_NO_HOST;
		return KBAN_OK;
	}
	return look_up(identity, identity->host.data, filter);
}

int kb_identity_tell(struct kb_identity *identity, const struct kb_fields *fields,
		     const struct kban_filter *filter)
{
	bool raw = kb_filter_usedns(filter) == KBAN_USEDNS_RAW;
	struct kban_text ip4 = kb_fields_get(fields, KB_FIELD_IP4);
	struct kban_text fid = kb_fields_get(fields, KB_FIELD_ID);
	struct kban_text dns = kb_fields_get(fields, KB_FIELD_DNS);

	identity->result = KB_IDENTITY_KNOWN;
	identity->address_count = 0;
	identity->lookup_pending = false;
	if (is_plain_ip4(fields, ip4, &identity->addresses[0]))
		return tell_plain(identity, ip4);
	if (ip4.data != NULL)
		return tell_address(identity, fields, KBAN_IPV4, raw);
	if (kb_fields_get(fields, KB_FIELD_IP6).data != NULL)
		return tell_address(identity, fields, KBAN_IPV6, raw);
	if (dns.data != NULL && !raw)
		return tell_name(identity, dns, filter);
	if (dns.data == NULL && fid.data == NULL) {
		identity->result = KB_IDENTITY_NONE;
		return KBAN_OK;
	}
	if (dns.data == NULL)
		dns = fid;
	if (tell_id(identity, fid.data != NULL ? fid : dns, raw) != KBAN_OK)
		return KBAN_E_NOMEM;
	/* A host of its own beside the id, or the same. */
	return kb_text_equal(fid, dns) ? set(&identity->host, kb_buffer_content(&identity->id))
				       : set(&identity->host, dns);
}

void kb_identity_clear(struct kb_identity *identity)
{
	kb_buffer_clear(&identity->id);
	kb_buffer_clear(&identity->host);
}
