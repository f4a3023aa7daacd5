/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ban/connections.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdbool.h>

#include <libmnl/libmnl.h>

/* Of a message, and of what is read at once. */
#define MESSAGE_SIZE 512
#define READ_SIZE    32768

/* Sockets that are closed for one host. */
#define SOCKETS_MAX 4096

/* Bit of CTA_FILTER_ORIG_FLAGS: the source address counts. Not in the kernel's headers. */
#define FILTER_SOURCE 1

struct kb_connections {
	struct mnl_socket *tracking, *sockets;
	unsigned sequence;
	char bytes[READ_SIZE];
};

static struct mnl_socket *open_socket(int bus)
{
	struct mnl_socket *socket = mnl_socket_open2(bus, SOCK_CLOEXEC);

	if (socket != NULL && mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		mnl_socket_close(socket);
		return NULL;
	}
	return socket;
}

int kb_connections_new(struct kb_connections **out, struct kban_error **err)
{
	kb_auto(connections) connections = calloc(1, sizeof(*connections));

	if (connections == NULL)
		return kb_fail_memory(err);
	connections->tracking = open_socket(NETLINK_NETFILTER);
	connections->sockets = open_socket(NETLINK_SOCK_DIAG);
	if (connections->tracking == NULL || connections->sockets == NULL)
		return kb_fail_errno(err, errno, NULL, "connections: socket");
	*out = kb_steal(connections);
	return KBAN_OK;
}

void kb_connections_free(struct kb_connections *connections)
{
	if (connections == NULL)
		return;
	if (connections->tracking != NULL)
		mnl_socket_close(connections->tracking);
	if (connections->sockets != NULL)
		mnl_socket_close(connections->sockets);
	free(connections);
}

/* Send @a message and read all that is answered. Zero, or an error number. */
static int ask(struct kb_connections *connections, struct mnl_socket *socket,
	       struct nlmsghdr *message, mnl_cb_t callback, void *data)
{
	unsigned port = mnl_socket_get_portid(socket);
	int more = MNL_CB_OK;

	message->nlmsg_seq = ++connections->sequence;
	if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		return errno;
	while (more > MNL_CB_STOP) {
		ssize_t len =
			mnl_socket_recvfrom(socket, connections->bytes, sizeof(connections->bytes));

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return errno;
		more = mnl_cb_run(connections->bytes, (size_t)len, message->nlmsg_seq, port,
				  callback, data);
	}
	return more < 0 ? errno : 0;
}

static uint8_t family_of(const struct kban_addr *addr)
{
	return addr->family == KBAN_IPV6 ? AF_INET6 : AF_INET;
}

static size_t length_of(const struct kban_addr *addr)
{
	return addr->family == KBAN_IPV6 ? 16 : 4;
}

/*
 * Have forgotten what comes from one address. A kernel that does not know the filter (before Linux
 * 5.8) takes the tuple for a whole one, and refuses it.
 */
static int forget(struct kb_connections *connections, const struct kban_addr *addr)
{
	char bytes[MESSAGE_SIZE] = { 0 };
	struct nlmsghdr *message = mnl_nlmsg_put_header(bytes);
	struct nfgenmsg *generic = mnl_nlmsg_put_extra_header(message, sizeof(*generic));
	struct nlattr *tuple, *part;

	message->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	generic->nfgen_family = family_of(addr);
	generic->version = 1; /* the family counts */
	tuple = mnl_attr_nest_start(message, CTA_TUPLE_ORIG);
	part = mnl_attr_nest_start(message, CTA_TUPLE_IP);
	mnl_attr_put(message, addr->family == KBAN_IPV6 ? CTA_IP_V6_SRC : CTA_IP_V4_SRC,
		     length_of(addr), addr->bytes);
	mnl_attr_nest_end(message, part);
	mnl_attr_nest_end(message, tuple);
	part = mnl_attr_nest_start(message, CTA_FILTER);
	mnl_attr_put_u32(message, CTA_FILTER_ORIG_FLAGS, FILTER_SOURCE);
	mnl_attr_nest_end(message, part);
	return ask(connections, connections->tracking, message, NULL, NULL);
}

/* Sockets that were found. */
struct found {
	struct inet_diag_sockid *ids;
	size_t count, capacity;
	bool is_short; /* of memory */
};

static int note_socket(const struct nlmsghdr *message, void *data)
{
	const struct inet_diag_msg *socket = mnl_nlmsg_get_payload(message);
	struct found *found = data;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*socket) || found->count == SOCKETS_MAX)
		return MNL_CB_OK;
	if (kb_array_room(&found->ids, &found->capacity, found->count, sizeof(*found->ids)) < 0)
		found->is_short = true;
	else
		found->ids[found->count++] = socket->id;
	return MNL_CB_OK;
}

static struct nlmsghdr *put_request(char *bytes, unsigned type, uint8_t family,
				    struct inet_diag_req_v2 **request)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(bytes);

	message->nlmsg_type = (uint16_t)type;
	*request = mnl_nlmsg_put_extra_header(message, sizeof(**request));
	(*request)->sdiag_family = family;
	(*request)->sdiag_protocol = IPPROTO_TCP;
	(*request)->idiag_states = ~0u;
	return message;
}

/* Sockets of @a family whose other end is @a addr; one of IPv6 may talk IPv4. */
static int find_sockets(struct kb_connections *connections, uint8_t family,
			const struct kban_addr *addr, struct found *found)
{
	struct inet_diag_bc_op op = { .code = INET_DIAG_BC_D_COND };
	const struct inet_diag_hostcond condition = { .family = family_of(addr),
						      .prefix_len = addr->prefix,
						      .port = -1 };
	/* The operation, its condition, and the address behind that. */
	char filter[sizeof(op) + sizeof(condition) + 16];
	size_t size = sizeof(op) + sizeof(condition) + length_of(addr);
	char bytes[MESSAGE_SIZE] = { 0 };
	struct inet_diag_req_v2 *request;
	struct nlmsghdr *message = put_request(bytes, SOCK_DIAG_BY_FAMILY, family, &request);

	/* The end is right behind; a jump beyond it is "no". */
	op.yes = (uint8_t)size;
	op.no = (uint16_t)(size + sizeof(op));
	memcpy(filter, &op, sizeof(op));
	memcpy(filter + sizeof(op), &condition, sizeof(condition));
	memcpy(filter + sizeof(op) + sizeof(condition), addr->bytes, length_of(addr));
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	mnl_attr_put(message, INET_DIAG_REQ_BYTECODE, size, filter);
	return ask(connections, connections->sockets, message, note_socket, found);
}

static int close_socket(struct kb_connections *connections, uint8_t family,
			const struct inet_diag_sockid *id)
{
	char bytes[MESSAGE_SIZE] = { 0 };
	struct inet_diag_req_v2 *request;
	struct nlmsghdr *message = put_request(bytes, SOCK_DESTROY, family, &request);

	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	request->id = *id;
	return ask(connections, connections->sockets, message, NULL, NULL);
}

/* How many sockets of @a family were closed; *problem is the last error number. */
static int close_sockets(struct kb_connections *connections, uint8_t family,
			 const struct kban_addr *addr, int *problem)
{
	struct found found = { 0 };
	int closed = 0;
	int error_number = find_sockets(connections, family, addr, &found);

	for (size_t i = 0; i < found.count; i++) {
		int refused = close_socket(connections, family, &found.ids[i]);

		closed += refused == 0;
		/* It closed by itself meanwhile. */
		if (refused != 0 && refused != ENOENT)
			error_number = refused;
	}
	free(found.ids);
	if (found.is_short)
		error_number = ENOMEM;
	if (error_number != 0)
		*problem = error_number;
	return closed;
}

static int explain(int error_number, struct kban_error **err)
{
	switch (error_number) {
	case ENOMEM:
		return kb_fail_memory(err);
	case EPERM:
	case EACCES:
		return kb_fail(err, KBAN_E_DENIED, NULL,
			       "connections: not permitted, CAP_NET_ADMIN is missing");
	case EOPNOTSUPP:
	case ENOENT:
	case EINVAL:
		return kb_fail(err, KBAN_E_NOTFOUND, NULL,
			       "connections: the kernel closes no sockets of others "
			       "(CONFIG_INET_DIAG_DESTROY)");
	default:
		return kb_fail_errno(err, error_number, NULL, "connections");
	}
}

int kb_connections_cut(struct kb_connections *connections, const struct kban_addr *addr,
		       struct kban_error **err)
{
	int problem = 0;
	int closed = 0;

	/* Without connection tracking there is nothing to forget. */
	if (!kban_addr_is_network(addr))
		(void)forget(connections, addr);
	if (addr->family == KBAN_IPV4)
		closed += close_sockets(connections, AF_INET, addr, &problem);
	closed += close_sockets(connections, AF_INET6, addr, &problem);
	return problem != 0 && closed == 0 ? explain(problem, err) : closed;
}
