/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <kban/addr.h>

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

static unsigned full_prefix(const struct kban_addr *addr)
{
	return addr->family == KBAN_IPV6 ? 128 : 32;
}

static bool equal_bits(const uint8_t *left, const uint8_t *right, unsigned bits)
{
	unsigned whole = bits / 8;
	unsigned rest = bits % 8;

	if (memcmp(left, right, whole) != 0)
		return false;
	return rest == 0 || (left[whole] ^ right[whole]) >> (8 - rest) == 0;
}

static void clear_host_bits(struct kban_addr *addr)
{
	unsigned bit;

	for (bit = addr->prefix; bit < full_prefix(addr); bit++)
		addr->bytes[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
}

/* One address, strictly as inet_pton(3) has it. */
static bool parse_plain(struct kban_text text, struct kban_addr *out)
{
	char copy[INET6_ADDRSTRLEN];

	if (text.len == 0 || text.len >= sizeof(copy) || kb_text_index(text, '\0') < text.len)
		return false;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';

	memset(out, 0, sizeof(*out));
	out->family = kb_text_index(text, ':') < text.len ? KBAN_IPV6 : KBAN_IPV4;
	out->prefix = (uint8_t)full_prefix(out);
	return inet_pton(out->family == KBAN_IPV6 ? AF_INET6 : AF_INET, copy, out->bytes) == 1;
}

/* The number of ones that @a mask begins with, if all others are zero. */
static bool parse_mask(struct kban_text text, uint8_t family, uint8_t *prefix)
{
	struct kban_addr mask;
	struct kban_addr cut;

	if (!parse_plain(text, &mask) || mask.family != family)
		return false;
	*prefix = 0;
	while (*prefix < full_prefix(&mask) && mask.bytes[*prefix / 8] & 0x80 >> *prefix % 8)
		++*prefix;
	cut = mask;
	cut.prefix = *prefix;
	clear_host_bits(&cut);
	return memcmp(cut.bytes, mask.bytes, sizeof(mask.bytes)) == 0;
}

static bool parse_prefix(struct kban_text text, const struct kban_addr *addr, uint8_t *prefix)
{
	long long number;

	/* Digits alone: no sign, which would be a number as well. */
	if (text.len == 0 || text.data[0] < '0' || text.data[0] > '9' ||
	    !kb_text_number(text, 0, full_prefix(addr), &number))
		return parse_mask(text, addr->family, prefix);
	*prefix = (uint8_t)number;
	return true;
}

static void unmap(struct kban_addr *addr)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (addr->family != KBAN_IPV6 || memcmp(addr->bytes, mapped, sizeof(mapped)) != 0)
		return;
	addr->family = KBAN_IPV4;
	addr->prefix = 32;
	memmove(addr->bytes, addr->bytes + sizeof(mapped), 4);
	memset(addr->bytes + 4, 0, sizeof(addr->bytes) - 4);
}

int kban_addr_parse(struct kban_text text, struct kban_addr *out)
{
	struct kban_addr addr;
	size_t slash;

	if (text.len > 2 && text.data[0] == '[' && text.data[text.len - 1] == ']')
		text = kb_text_slice(text, 1, text.len - 1);
	slash = kb_text_index(text, '/');
	if (!parse_plain(kb_text_slice(text, 0, slash), &addr))
		return KBAN_E_SYNTAX;
	if (slash == text.len)
		unmap(&addr);
	else if (!parse_prefix(kb_text_slice(text, slash + 1, text.len), &addr, &addr.prefix))
		return KBAN_E_SYNTAX;
	clear_host_bits(&addr);
	*out = addr;
	return KBAN_OK;
}

const char *kban_addr_print(const struct kban_addr *addr, char *buffer)
{
	int family = addr->family == KBAN_IPV6 ? AF_INET6 : AF_INET;
	size_t len;

	inet_ntop(family, addr->bytes, buffer, KBAN_ADDR_TEXT_SIZE);
	len = strlen(buffer);
	if (kban_addr_is_network(addr))
		snprintf(buffer + len, KBAN_ADDR_TEXT_SIZE - len, "/%u", addr->prefix);
	return buffer;
}

int kban_addr_equal(const struct kban_addr *left, const struct kban_addr *right)
{
	return memcmp(left, right, sizeof(*left)) == 0;
}

int kban_addr_contains(const struct kban_addr *network, const struct kban_addr *addr)
{
	return network->family == addr->family && network->prefix <= addr->prefix &&
	       network->prefix <= full_prefix(network) &&
	       equal_bits(network->bytes, addr->bytes, network->prefix);
}

int kban_addr_is_network(const struct kban_addr *addr)
{
	return addr->prefix < full_prefix(addr);
}

int kban_addr_is_unusable(const struct kban_addr *addr)
{
	static const struct kban_addr unspecified[] = {
		{ KBAN_IPV4, 32, { 0 }, { 0 } },
		{ KBAN_IPV6, 128, { 0 }, { 0 } },
	};
	static const struct kban_addr never[] = {
		{ KBAN_IPV4, 8, { 0 }, { 0 } },                       /* this network */
		{ KBAN_IPV4, 4, { 0 }, { 224 } },                     /* multicast */
		{ KBAN_IPV4, 32, { 0 }, { 0xff, 0xff, 0xff, 0xff } }, /* limited broadcast */
		{ KBAN_IPV6, 8, { 0 }, { 0xff } },                    /* multicast */
	};
	size_t i;

	for (i = 0; i < kb_array_size(unspecified); i++) {
		if (kban_addr_contains(addr, &unspecified[i]))
			return true;
	}
	for (i = 0; i < kb_array_size(never); i++) {
		if (kban_addr_contains(&never[i], addr))
			return true;
	}
	return false;
}
