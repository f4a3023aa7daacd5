/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/addr.h"

#include <arpa/inet.h>
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

/* Take a number off the front of @a text, as inet_pton(3) has them. */
static bool take_byte(struct kban_text *text, uint8_t *out)
{
	unsigned number = 0;
	size_t len = 0;

	while (len < text->len && len < 3 && text->data[len] >= '0' && text->data[len] <= '9')
		number = number * 10 + (unsigned)(text->data[len++] - '0');
	if (len == 0 || number > 255 || (len > 1 && text->data[0] == '0'))
		return false;
	*out = (uint8_t)number;
	text->data += len;
	text->len -= len;
	return true;
}

bool kb_addr_parse_ip4(struct kban_text text, struct kban_addr *out)
{
	struct kban_addr addr = { .family = KBAN_IPV4, .prefix = 32 };

	for (size_t i = 0; i < 4; i++) {
		if (i > 0 && (text.len == 0 || text.data[0] != '.'))
			return false;
		if (i > 0) {
			text.data++;
			text.len--;
		}
		if (!take_byte(&text, &addr.bytes[i]))
			return false;
	}
	if (text.len > 0)
		return false;
	*out = addr;
	return true;
}

/* One address, strictly as inet_pton(3) has it. */
static bool parse_plain(struct kban_text text, struct kban_addr *out)
{
	char copy[INET6_ADDRSTRLEN];

	if (kb_addr_parse_ip4(text, out))
		return true;
	if (text.len == 0 || text.len >= sizeof(copy) || kb_text_index(text, '\0') < text.len)
		return false;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	*out = (struct kban_addr){ .family = KBAN_IPV6, .prefix = 128 };
	return inet_pton(AF_INET6, copy, out->bytes) == 1;
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
	if (slash < text.len &&
	    !parse_prefix(kb_text_slice(text, slash + 1, text.len), &addr, &addr.prefix))
		return KBAN_E_SYNTAX;
	if (!kban_addr_is_network(&addr))
		unmap(&addr);
	clear_host_bits(&addr);
	*out = addr;
	return KBAN_OK;
}

/* Append a number below 1000. */
static char *print_number(char *at, unsigned number)
{
	if (number >= 100)
		*at++ = (char)('0' + number / 100);
	if (number >= 10)
		*at++ = (char)('0' + number / 10 % 10);
	*at++ = (char)('0' + number % 10);
	*at = '\0';
	return at;
}

/* Without inet_ntop(3), which goes through printf(3): every match of a rule comes here. */
static char *print_ip4(char *at, const unsigned char *bytes)
{
	for (size_t i = 0; i < 4; i++) {
		if (i > 0)
			*at++ = '.';
		at = print_number(at, bytes[i]);
	}
	return at;
}

static char *print_word(char *at, unsigned word)
{
	static const char digits[] = "0123456789abcdef";
	int shift = 12;

	while (shift > 0 && word >> shift == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*at++ = digits[word >> shift & 15];
	*at = '\0';
	return at;
}

/* The longest run of zeros, the first of several; length 0: there is none of two words. */
static void find_zeros(const unsigned words[8], size_t *start, size_t *length)
{
	size_t from = 0;

	*start = 8;
	*length = 0;
	for (size_t i = 0; i < 8; i++) {
		if (words[i] != 0) {
			from = i + 1;
			continue;
		}
		if (i + 1 - from >= 2 && i + 1 - from > *length) {
			*start = from;
			*length = i + 1 - from;
		}
	}
}

/* As inet_ntop(3), which prints "::1.2.3.4" and "::ffff:1.2.3.4" so. */
static char *print_ip6(char *at, const unsigned char *bytes)
{
	unsigned words[8];
	size_t start, length;

	for (size_t i = 0; i < 8; i++)
		words[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
	find_zeros(words, &start, &length);
	for (size_t i = 0; i < 8; i++) {
		bool is_ip4 = i == 6 && start == 0 &&
			      (length == 6 || (length == 5 && words[5] == 0xffff));

		if (i > start && i < start + length)
			continue;
		if (i > 0 || i == start)
			*at++ = ':';
		if (is_ip4)
			return print_ip4(at, bytes + 12);
		if (i != start)
			at = print_word(at, words[i]);
	}
	if (start + length == 8 && length > 0)
		*at++ = ':';
	*at = '\0';
	return at;
}

const char *kban_addr_print(const struct kban_addr *addr, char *buffer)
{
	char *at = buffer;

	if (addr->family == KBAN_IPV6)
		at = print_ip6(at, addr->bytes);
	else
		at = print_ip4(at, addr->bytes);
	if (kban_addr_is_network(addr)) {
		*at++ = '/';
		print_number(at, addr->prefix);
	}
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

void kban_addr_network(const struct kban_addr *addr, unsigned prefix, struct kban_addr *out)
{
	*out = *addr;
	if (prefix >= addr->prefix)
		return;
	out->prefix = (uint8_t)prefix;
	clear_host_bits(out);
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
