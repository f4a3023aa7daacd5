/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/own-addresses.h"

#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stdio.h>

#include "base/error.h"
#include "base/text.h"

#define OWN      "own address"
#define GATEWAY  "gateway"
#define RESOLVER "resolver"

/* No line that is of interest is longer; the rest of a longer one says nothing. */
#define LINE_SIZE 512

const struct kb_own_sources kb_own_sources_system = {
	.list_interfaces = getifaddrs,
	.free_interfaces = freeifaddrs,
	.routes4 = "/proc/net/route",
	.routes6 = "/proc/net/ipv6_route",
	.resolvers = "/etc/resolv.conf",
};

/* Interfaces */

static void from_ipv4(const void *bytes, struct kban_addr *out)
{
	*out = (struct kban_addr){ .family = KBAN_IPV4, .prefix = 32 };
	memcpy(out->bytes, bytes, 4);
}

static void from_ipv6(const void *bytes, struct kban_addr *out)
{
	*out = (struct kban_addr){ .family = KBAN_IPV6, .prefix = 128 };
	memcpy(out->bytes, bytes, sizeof(out->bytes));
}

static int add_socket_address(struct kb_network_set *set, const struct sockaddr *address)
{
	struct sockaddr_in6 ipv6;
	struct sockaddr_in ipv4;
	struct kban_addr addr;

	if (address == NULL)
		return KBAN_OK;
	if (address->sa_family == AF_INET) {
		memcpy(&ipv4, address, sizeof(ipv4));
		from_ipv4(&ipv4.sin_addr, &addr);
	} else if (address->sa_family == AF_INET6) {
		memcpy(&ipv6, address, sizeof(ipv6));
		from_ipv6(&ipv6.sin6_addr, &addr);
	} else {
		return KBAN_OK;
	}
	return kb_network_set_add(set, &addr, OWN);
}

static int add_interface(struct kb_network_set *set, const struct ifaddrs *interface)
{
	int status = add_socket_address(set, interface->ifa_addr);

	/* Who answers there are all of the network, this host among them. */
	if (status == KBAN_OK && interface->ifa_flags & IFF_BROADCAST)
		status = add_socket_address(set, interface->ifa_broadaddr);
	return status;
}

static int add_interfaces(const struct kb_own_sources *sources, struct kb_network_set *set,
			  struct kban_error **err)
{
	struct ifaddrs *list;
	const struct ifaddrs *interface;
	int status = KBAN_OK;

	if (sources->list_interfaces(&list) < 0)
		return kb_fail_errno(err, errno, NULL, "cannot list network interfaces");
	for (interface = list; interface != NULL && status == KBAN_OK;
	     interface = interface->ifa_next)
		status = add_interface(set, interface);
	sources->free_interfaces(list);
	return status == KBAN_OK ? KBAN_OK : kb_fail_memory(err);
}

static int add_loopback(struct kb_network_set *set, struct kban_error **err)
{
	static const struct kban_addr networks[] = {
		{ KBAN_IPV4, 8, { 0 }, { 127 } },
		{ KBAN_IPV6, 128, { 0 }, { [15] = 1 } },
	};
	size_t i;

	for (i = 0; i < kb_array_size(networks); i++) {
		if (kb_network_set_add(set, &networks[i], OWN) != KBAN_OK)
			return kb_fail_memory(err);
	}
	return KBAN_OK;
}

/* Files: each has a function that finds the address in a line, if there is one. */

typedef bool line_fn(const char *line, struct kban_addr *out);

/* The kernel prints the four bytes of an address as one number of its own byte order. */
static bool default_route4(const char *line, struct kban_addr *out)
{
	uint32_t destination, gateway, mask;
	unsigned flags;

	if (sscanf(line, "%*s %" SCNx32 " %" SCNx32 " %x %*s %*s %*s %" SCNx32, &destination,
		   &gateway, &flags, &mask) != 4)
		return false;
	if (destination != 0 || mask != 0 || gateway == 0 || (flags & RTF_GATEWAY) == 0)
		return false;
	from_ipv4(&gateway, out);
	return true;
}

/* 32 hexadecimal digits. */
static bool parse_hex6(const char *digits, struct kban_addr *out)
{
	uint8_t bytes[16];
	size_t i;

	for (i = 0; i < sizeof(bytes); i++) {
		if (sscanf(digits + 2 * i, "%2" SCNx8, &bytes[i]) != 1)
			return false;
	}
	from_ipv6(bytes, out);
	return true;
}

static bool default_route6(const char *line, struct kban_addr *out)
{
	char gateway[33];
	unsigned prefix, flags;

	if (sscanf(line, "%*32s %2x %*32s %*2s %32s %*s %*s %*s %x", &prefix, gateway, &flags) != 3)
		return false;
	if (prefix != 0 || (flags & RTF_GATEWAY) == 0 || strlen(gateway) != 32)
		return false;
	return parse_hex6(gateway, out) && !kban_addr_is_unusable(out);
}

static bool name_server(const char *line, struct kban_addr *out)
{
	char address[KBAN_ADDR_TEXT_SIZE];

	/* The scope of a link-local address (%eth0) is cut off. */
	return sscanf(line, "nameserver %49[0-9A-Fa-f.:]", address) == 1 &&
	       kban_addr_parse(kb_text(address), out) == KBAN_OK;
}

static int add_lines(struct kb_network_set *set, FILE *file, line_fn *find, const char *reason)
{
	char line[LINE_SIZE];
	struct kban_addr addr;

	while (fgets(line, sizeof(line), file) != NULL) {
		if (find(line, &addr) && kb_network_set_add(set, &addr, reason) != KBAN_OK)
			return KBAN_E_NOMEM;
	}
	return ferror(file) ? KBAN_E_SYSTEM : KBAN_OK;
}

static int add_file(struct kb_network_set *set, const char *path, line_fn *find, const char *reason,
		    struct kban_error **err)
{
	struct kb_where where = { path, 0 };
	FILE *file = fopen(path, "re");
	int status;
	int saved;

	if (file == NULL && errno == ENOENT)
		return KBAN_OK;
	if (file == NULL)
		return kb_fail_errno(err, errno, &where, "cannot open");
	status = add_lines(set, file, find, reason);
	saved = errno;
	fclose(file);
	if (status == KBAN_E_SYSTEM)
		return kb_fail_errno(err, saved, &where, "cannot read");
	return status == KBAN_OK ? KBAN_OK : kb_fail_memory(err);
}

int kb_own_addresses_load(const struct kb_own_sources *sources, struct kb_network_set *set,
			  struct kban_error **err)
{
	int status = add_loopback(set, err);

	if (status == KBAN_OK)
		status = add_interfaces(sources, set, err);
	if (status == KBAN_OK)
		status = add_file(set, sources->routes4, default_route4, GATEWAY, err);
	if (status == KBAN_OK)
		status = add_file(set, sources->routes6, default_route6, GATEWAY, err);
	if (status == KBAN_OK)
		status = add_file(set, sources->resolvers, name_server, RESOLVER, err);
	return status;
}
