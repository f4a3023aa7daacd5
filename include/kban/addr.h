/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/addr.h
 * Addresses and networks, IPv4 and IPv6, in one canonical form.
 *
 * Equal addresses have equal bytes, whatever their spelling was: IPv4-mapped IPv6 addresses
 * (::ffff:192.0.2.7) are IPv4, and a network has no host bits.
 */
#ifndef KBAN_ADDR_H
#define KBAN_ADDR_H

#include <kban/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum kban_family { KBAN_IPV4 = 4, KBAN_IPV6 = 6 };

/** An address or a network. Compare with kban_addr_equal(), or memcmp() over the whole struct. */
struct kban_addr {
	uint8_t family;    /**< an enum kban_family */
	uint8_t prefix;    /**< 32 or 128 for an address, less for a network */
	uint8_t unused[2]; /**< zero */
	uint8_t bytes[16]; /**< network order; IPv4 has the first four, the rest are zero */
};

/** Bytes that hold any address or network as text, with its NUL. */
#define KBAN_ADDR_TEXT_SIZE 50

/**
 * Read an address or a network.
 *
 * Accepted are the forms of inet_pton(3), which has no short or octal forms, also followed by '/'
 * and a prefix length or, for a contiguous mask, an address (192.0.2.0/255.255.255.0); all of it
 * may be in one pair of brackets. Host bits are cleared. An IPv4-mapped address becomes IPv4; a
 * network of them stays IPv6. Zones (fe80::1%eth0) are refused.
 *
 * @param out  Written on success only.
 *
 * @return KBAN_OK, or KBAN_E_SYNTAX if @a text is not an address.
 */
KBAN_API KBAN_MUST_CHECK int kban_addr_parse(struct kban_text text, struct kban_addr *out);

/**
 * Write @a addr as inet_ntop(3) does, with /prefix if it is a network.
 *
 * @param buffer  KBAN_ADDR_TEXT_SIZE bytes.
 *
 * @return @a buffer.
 */
KBAN_API const char *kban_addr_print(const struct kban_addr *addr, char *buffer);

/** Nonzero if both are the same address or network. */
KBAN_API int kban_addr_equal(const struct kban_addr *left, const struct kban_addr *right);

/** Nonzero if @a network contains all of @a addr. An address contains itself. */
KBAN_API int kban_addr_contains(const struct kban_addr *network, const struct kban_addr *addr);

/**
 * The network of @a prefix bits that @a addr lies in; @a addr itself if it has no more bits than
 * that. @a out may be @a addr.
 */
KBAN_API void kban_addr_network(const struct kban_addr *addr, unsigned prefix,
				struct kban_addr *out);

/** Nonzero if @a addr is a network rather than one address. */
KBAN_API int kban_addr_is_network(const struct kban_addr *addr);

/**
 * Nonzero if no ban of @a addr can make sense: 0.0.0.0/8, the unspecified addresses 0.0.0.0 and ::
 * and every network that contains one, multicast (RFC 5771, RFC 4291) and the limited broadcast
 * address.
 */
KBAN_API int kban_addr_is_unusable(const struct kban_addr *addr);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_ADDR_H */
