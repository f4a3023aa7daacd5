/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plain netlink socket in the group of nf_tables. What is read is a hint: whoever gets one
 * compares sets and rules with what they must be, so nothing depends on it but how soon.
 */
#include "ban/kernel-events.h"

#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

/* More than the kernel puts into one read. */
#define READ_SIZE 32768

/* Reads at once; what is left makes the descriptor readable again. */
#define READS_MAX 64

struct kb_kernel_events {
	int fd;
	unsigned own_port;
	char bytes[READ_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
};

struct kb_kernel_events *kb_kernel_events_new(void)
{
	kb_auto(kernel_events) events = calloc(1, sizeof(*events));
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	int group = NFNLGRP_NFTABLES;

	if (events == NULL)
		return NULL;
	/* The first socket of a process, which is the backend's, has its number. */
	events->own_port = (unsigned)getpid();
	events->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER);
	if (events->fd < 0 ||
	    bind(events->fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    setsockopt(events->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return NULL;
	return kb_steal(events);
}

void kb_kernel_events_free(struct kb_kernel_events *events)
{
	if (events == NULL)
		return;
	if (events->fd >= 0)
		close(events->fd);
	free(events);
}

int kb_kernel_events_fd(const struct kb_kernel_events *events)
{
	return events->fd;
}

/* True if the text attribute of @a type begins with @a prefix. */
static bool has_text(const char *attributes, size_t len, unsigned type, const char *prefix)
{
	size_t at = 0;

	while (len - at >= NLA_HDRLEN) {
		struct nlattr header;

		memcpy(&header, attributes + at, sizeof(header));
		if (header.nla_len < NLA_HDRLEN || header.nla_len > len - at)
			return false;
		if ((header.nla_type & NLA_TYPE_MASK) == type)
			return kb_text_starts_with(
				(struct kban_text){ attributes + at + NLA_HDRLEN,
						    header.nla_len - NLA_HDRLEN },
				prefix);
		if ((size_t)NLA_ALIGN(header.nla_len) > len - at)
			return false;
		at += NLA_ALIGN(header.nla_len);
	}
	return false;
}

bool kb_kernel_event_matters(const void *data, size_t len, unsigned own_port)
{
	const char *bytes = data;
	size_t start = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct nfgenmsg));
	struct nlmsghdr header;

	if (len < start)
		return false;
	memcpy(&header, bytes, sizeof(header));
	if (header.nlmsg_pid == own_port ||
	    NFNL_SUBSYS_ID(header.nlmsg_type) != NFNL_SUBSYS_NFTABLES)
		return false;
	switch (NFNL_MSG_TYPE(header.nlmsg_type)) {
	case NFT_MSG_DELTABLE:
	case NFT_MSG_DELCHAIN:
	case NFT_MSG_DELRULE:
	case NFT_MSG_DELSET:
	case NFT_MSG_NEWCHAIN:
		return true;
	case NFT_MSG_DELSETELEM:
		return has_text(bytes + start, len - start, NFTA_SET_ELEM_LIST_SET, "kban-");
	default:
		return false;
	}
}

static bool read_messages(const struct kb_kernel_events *events, size_t len)
{
	size_t at = 0;
	bool matters = false;

	while (len - at >= NLMSG_HDRLEN && !matters) {
		struct nlmsghdr header;

		memcpy(&header, events->bytes + at, sizeof(header));
		if (header.nlmsg_len < NLMSG_HDRLEN || header.nlmsg_len > len - at)
			break;
		matters = kb_kernel_event_matters(events->bytes + at, header.nlmsg_len,
						  events->own_port);
		if ((size_t)NLMSG_ALIGN(header.nlmsg_len) > len - at)
			break;
		at += NLMSG_ALIGN(header.nlmsg_len);
	}
	return matters;
}

bool kb_kernel_events_read(struct kb_kernel_events *events)
{
	bool matters = false;

	for (int i = 0; i < READS_MAX; i++) {
		ssize_t len = recv(events->fd, events->bytes, sizeof(events->bytes), 0);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 && errno == ENOBUFS)
			matters = true;
		else if (len < 0)
			break;
		else
			matters = read_messages(events, (size_t)len) || matters;
	}
	return matters;
}
