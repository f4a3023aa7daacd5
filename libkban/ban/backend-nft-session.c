/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libnftables ends the process if it cannot open its socket, and writes on standard error if the
 * right is missing, so both are tried before. It also ends it when memory runs out; nothing can be
 * done about that but to give it little at a time.
 */
#include "ban/backend-nft-session.h"

#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nftables/libnftables.h>

#include "base/text.h"

/* How often a request is made until it is given up. */
#define ATTEMPTS 5

struct kb_nft_session {
	struct nft_ctx *library;
};

/* One request, so that it can be made again. */
struct request {
	const char *subject, *commands;
	enum kb_nft_part part;
	struct kb_buffer *out; /* NULL: what is printed does not matter */
};

static bool says(struct kban_text report, int error_number)
{
	char text[128];

	errno = error_number;
	snprintf(text, sizeof(text), "%m");
	return kb_text_find(report, kb_text(text)) < report.len;
}

/* What the kernel's numbers mean here. */
static const struct {
	int error_number;
	int status;
	bool is_passing;
} meanings[] = {
	{ ENOENT, KBAN_E_NOTFOUND, false },     { EPERM, KBAN_E_DENIED, false },
	{ EACCES, KBAN_E_DENIED, false },       { EBUSY, KBAN_E_DENIED, false },
	{ ENFILE, KBAN_E_LIMIT, false },        { EINTR, KBAN_E_SYSTEM, true },
	{ EAGAIN, KBAN_E_SYSTEM, true },        { ENOBUFS, KBAN_E_SYSTEM, true },
	{ EOPNOTSUPP, KBAN_E_NOTFOUND, false }, { EAFNOSUPPORT, KBAN_E_NOTFOUND, false },
};

/* Index of what @a report says, or how many there are. */
static size_t meaning_of(struct kban_text report)
{
	size_t i = 0;

	while (i < kb_array_size(meanings) && !says(report, meanings[i].error_number))
		i++;
	return i;
}

/* "netlink: Error: Could not process rule: Device or resource busy", then the command. */
static struct kban_text reason_of(struct kban_text report)
{
	const struct kban_text mark = KB_TEXT("Error: ");
	struct kban_text line = { NULL, 0 };
	size_t at = kb_text_find(report, mark);

	if (at < report.len)
		report = kb_text_slice(report, at + mark.len, report.len);
	kb_text_next_line(&report, &line);
	return kb_text_trim(line);
}

static int explain(const struct request *request, struct kban_text report, bool *is_passing,
		   struct kban_error **err)
{
	struct kban_text reason = reason_of(report);
	size_t meaning = meaning_of(report);
	int status = KBAN_E_SYSTEM;

	*is_passing = false;
	if (meaning < kb_array_size(meanings)) {
		status = meanings[meaning].status;
		*is_passing = meanings[meaning].is_passing;
	}
	if (says(report, EPERM) || says(report, EACCES))
		return kb_fail(err, status, NULL, "%s: not permitted, CAP_NET_ADMIN is missing",
			       request->subject);
	return kb_fail(err, status, NULL, "%s: %.*s", request->subject, (int)reason.len,
		       reason.data != NULL ? reason.data : "");
}

static unsigned flags_of(const struct request *request)
{
	unsigned flags = NFT_CTX_OUTPUT_NUMERIC_ALL;

	if (request->part == KB_NFT_FRAME)
		flags |= NFT_CTX_OUTPUT_HANDLE | NFT_CTX_OUTPUT_TERSE;
	return flags;
}

/* Make @a request once. */
static int attempt(struct kb_nft_session *session, const struct request *request, bool *is_passing,
		   struct kban_error **err)
{
	struct kban_text report;

	nft_ctx_output_set_flags(session->library, flags_of(request));
	if (nft_run_cmd_from_buffer(session->library, request->commands) != 0) {
		report = kb_text(nft_ctx_get_error_buffer(session->library));
		(void)nft_ctx_get_output_buffer(session->library);
		return explain(request, report, is_passing, err);
	}
	(void)nft_ctx_get_error_buffer(session->library);
	report = kb_text(nft_ctx_get_output_buffer(session->library));
	if (request->out == NULL)
		return KBAN_OK;
	kb_buffer_reset(request->out);
	return kb_buffer_text(request->out, report) < 0 ? kb_fail_memory(err) : KBAN_OK;
}

static int perform(struct kb_nft_session *session, const struct request *request,
		   struct kban_error **err)
{
	kban_auto(error) problem = NULL;
	bool is_passing = true;
	int status = KBAN_E_SYSTEM;

	for (int i = 0; i < ATTEMPTS && is_passing; i++) {
		is_passing = false;
		status = attempt(session, request, &is_passing, &problem);
	}
	if (status < 0 && err != NULL) {
		kban_error_free(*err);
		*err = kb_steal(problem);
	}
	return status;
}

int kb_nft_run(struct kb_nft_session *session, const char *subject, const char *commands,
	       struct kban_error **err)
{
	struct request request = { .subject = subject, .commands = commands };

	return perform(session, &request, err);
}

int kb_nft_list(struct kb_nft_session *session, const char *subject, const char *command,
		enum kb_nft_part part, struct kb_buffer *out, struct kban_error **err)
{
	struct request request = {
		.subject = subject, .commands = command, .part = part, .out = out
	};

	return perform(session, &request, err);
}

/* Ask for the generation of the rules, as every request begins. Zero, or an error number. */
static int ask_generation(int fd)
{
	struct {
		struct nlmsghdr header;
		struct nfgenmsg generic;
	} request = { .header = { .nlmsg_len = sizeof(request),
				  .nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN,
				  .nlmsg_flags = NLM_F_REQUEST } };
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[1024];
	} reply = { 0 };
	ssize_t len;

	if (send(fd, &request, sizeof(request), 0) < 0)
		return errno;
	do
		len = recv(fd, &reply, sizeof(reply), 0);
	while (len < 0 && errno == EINTR);
	if (len < 0)
		return errno;
	return reply.header.nlmsg_type == NLMSG_ERROR ? -reply.error.error : 0;
}

static int try_socket(struct kban_error **err)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	int error_number = fd < 0 ? errno : ask_generation(fd);

	if (fd >= 0)
		close(fd);
	switch (error_number) {
	case 0:
		return KBAN_OK;
	case EPERM:
	case EACCES:
		return kb_fail(err, KBAN_E_DENIED, NULL,
			       "nft: not permitted, CAP_NET_ADMIN is missing");
	case EPROTONOSUPPORT:
	case EAFNOSUPPORT:
	case EOPNOTSUPP:
	case EINVAL:
		return kb_fail(err, KBAN_E_NOTFOUND, NULL,
			       "nft: the kernel has no nf_tables, module nf_tables is missing");
	default:
		return kb_fail_errno(err, error_number, NULL, "nft");
	}
}

/* A transaction that changes nothing is refused if no other would be taken. */
static int try_kernel(struct kb_nft_session *session, struct kban_error **err)
{
	static const char trial[] =
		"add table inet kban-trial\n"
		"add set inet kban-trial trial { type ipv4_addr; flags timeout; }\n"
		"delete table inet kban-trial\n";
	int status = kb_nft_run(session, "nft", trial, err);

	if (status == KBAN_E_NOTFOUND)
		return kb_fail(err, status, NULL,
			       "nft: the kernel has no nf_tables, module nf_tables is missing");
	return status;
}

int kb_nft_session_new(struct kb_nft_session **out, struct kban_error **err)
{
	kb_auto(nft_session) session = calloc(1, sizeof(*session));
	int status;

	if (session == NULL)
		return kb_fail_memory(err);
	status = try_socket(err);
	if (status < 0)
		return status;
	session->library = nft_ctx_new(NFT_CTX_DEFAULT);
	if (session->library == NULL || nft_ctx_buffer_output(session->library) != 0 ||
	    nft_ctx_buffer_error(session->library) != 0)
		return kb_fail_memory(err);
	status = try_kernel(session, err);
	if (status < 0)
		return status;
	*out = kb_steal(session);
	return KBAN_OK;
}

void kb_nft_session_free(struct kb_nft_session *session)
{
	if (session == NULL)
		return;
	if (session->library != NULL)
		nft_ctx_free(session->library);
	free(session);
}
