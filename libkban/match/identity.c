/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "match/identity.h"

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

/*
 * An address from a group that holds one, with the prefix length of group cidr. False: it is none,
 * and @a spelling is what stands there.
 */
static bool parse_address(struct kban_text text, struct kban_text cidr, struct kb_buffer *spelling,
			  struct kban_addr *out)
{
	/* Only ids may be in brackets or bring a prefix of their own. */
	bool is_plain =
		kb_text_index(text, '/') == text.len && kb_text_index(text, '[') == text.len;

	if (set(spelling, text) != KBAN_OK || !is_plain || kban_addr_parse(text, out) != KBAN_OK)
		return false;
	if (cidr.len == 0)
		return true;
	kb_buffer_byte(spelling, '/');
	kb_buffer_text(spelling, cidr);
	return kban_addr_parse(kb_buffer_content(spelling), out) == KBAN_OK;
}

/* The group that holds an address, or data NULL. */
static struct kban_text address_group(const struct kb_fields *fields)
{
	struct kban_text ip4 = kb_fields_find(fields, "ip4");

	return ip4.data != NULL ? ip4 : kb_fields_find(fields, "ip6");
}

static void add_address(struct kb_identity *identity, const struct kban_addr *addr)
{
	identity->addresses[0] = *addr;
	identity->address_count = 1;
}

/* An id of its own. usedns = raw leaves it as it stands; an address in it is banned all the same.
 */
static int tell_id(struct kb_identity *identity, struct kban_text fid, bool raw)
{
	struct kban_addr addr;

	if (kban_addr_parse(fid, &addr) != KBAN_OK)
		return set(&identity->id, fid);
	add_address(identity, &addr);
	return raw ? set(&identity->id, fid) : set_address(&identity->id, &addr);
}

/* The host from a group of addresses, and the id unless it has one of its own. */
static int tell_address(struct kb_identity *identity, const struct kb_fields *fields,
			struct kban_text ip, struct kban_text fid, bool raw)
{
	struct kban_addr addr;
	bool is_address;

	is_address = parse_address(ip, kb_fields_find(fields, "cidr"), &identity->host, &addr);
	if (identity->host.failed || (is_address && set_address(&identity->host, &addr) != KBAN_OK))
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
			 const struct kb_identity *identity)
{
	kb_auto_clear(buffer) list = { 0 };
	char text[KBAN_ADDR_TEXT_SIZE];

	if (!kb_log_wants(kb_filter_context(filter), KBAN_WARNING))
		return;
	for (size_t i = 0; i < identity->address_count; i++)
		kb_buffer_printf(&list, "%s'%s'", i > 0 ? ", " : "",
				 kban_addr_print(&identity->addresses[i], text));
	if (!list.failed)
		kb_log(kb_filter_context(filter), KBAN_WARNING, "filter",
		       "Determined IP using DNS Lookup: %s = {%s}", name, list.data);
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
	if (count <= 0) {
		kb_log(ctx, KBAN_WARNING, "filter",
		       "Unable to find a corresponding IP address for %s", name);
		identity->result = KB_IDENTITY_NO_HOST;
		return KBAN_OK;
	}
	identity->address_count = (size_t)count;
	if (kb_filter_usedns(filter) == KBAN_USEDNS_WARN)
		log_resolved(filter, name, identity);
	return set_address(&identity->id, &identity->addresses[0]);
}

/* A name where names are not taken as they are: its addresses are the ids. */
static int tell_name(struct kb_identity *identity, struct kban_text name,
		     const struct kban_filter *filter)
{
	struct kban_addr addr;

	if (set(&identity->host, name) != KBAN_OK || set(&identity->id, name) != KBAN_OK)
		return KBAN_E_NOMEM;
	if (kban_addr_parse(name, &addr) == KBAN_OK && !kban_addr_is_network(&addr)) {
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
	struct kban_text fid = kb_fields_find(fields, "fid");
	struct kban_text ip = address_group(fields);
	struct kban_text dns = kb_fields_find(fields, "dns");

	identity->result = KB_IDENTITY_KNOWN;
	identity->address_count = 0;
	identity->lookup_pending = false;
	if (ip.data != NULL)
		return tell_address(identity, fields, ip, fid, raw);
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
