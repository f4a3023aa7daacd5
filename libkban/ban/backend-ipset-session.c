/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libipset keeps the answers of the kernel as English text only, so statuses are told apart by
 * fragments of it. A request can fail in two ways. The kernel refuses it: there is a text. Or it,
 * or the acknowledgement, got lost (ENOBUFS, EINTR): there is none but errno, and the socket may
 * still deliver a late answer; so the session is opened anew before the request is repeated. All
 * requests but swap and rename may be repeated even if they had been carried out.
 *
 * Entries are added and deleted in messages of many: libipset holds them back while they have a
 * line number, the set and the command stay the same, and the message is not full. It would ask for
 * the type of the set each time if that were not handed in.
 */
#include "ban/backend-ipset-session.h"

#include <errno.h>
#include <stdio.h>

#include <libipset/data.h>
#include <libipset/session.h>
#include <libipset/types.h>

#include "base/text.h"

/* How often a request is made until it is given up. */
#define ATTEMPTS 5

/* So many entries of the largest kind, 52 bytes, fit into a message of one page of 4096 bytes. */
#define WINDOW 64

enum { INET, INET6, FAMILIES };

#define TYPES 2

/* Holds what an error is about. */
#define SUBJECT_SIZE (KB_SET_NAME_MAX + 16)

struct kb_ipset_session {
	struct ipset_session *library;
	struct kb_buffer *output; /* where the listing under way goes; NULL: there is none */
	/* What libipset knows of a type, in the revision of this kernel; NULL: not asked yet. */
	const struct ipset_type *types[TYPES][FAMILIES];
};

/* One request, so that it can be made again. */
struct request {
	int (*ask)(struct kb_ipset_session *session, const struct request *request);
	const char *kind, *name; /* what it is about: "set", "kban-sshd"; name may be NULL */
	enum ipset_cmd command;
	const char *other;        /* swap, rename */
	const struct kb_set *set; /* create, type, changes */
	uint32_t buckets;         /* create */
	const struct kb_set_change *changes;
	size_t count;
	enum kb_ipset_part part; /* list */
	bool is_once;            /* must not be repeated if it may have been carried out */
};

static const char *const type_names[TYPES] = { [KB_SET_IP] = "hash:ip", [KB_SET_NET] = "hash:net" };

static const struct ipset_type **type_of(struct kb_ipset_session *session, const struct kb_set *set)
{
	return &session->types[set->type][set->family == KBAN_IPV6 ? INET6 : INET];
}

/* What libipset prints of a listing. */
__attribute__((format(printf, 3, 4))) static int collect(struct ipset_session *library, void *data,
							 const char *format, ...)
{
	struct kb_ipset_session *session = data;
	va_list arguments;
	int status;

	(void)library;
	if (session->output == NULL)
		return 0;
	va_start(arguments, format);
	status = kb_buffer_vprintf(session->output, format, arguments);
	va_end(arguments);
	return status;
}

static void disconnect(struct kb_ipset_session *session)
{
	if (session->library != NULL)
		ipset_session_fini(session->library);
	session->library = NULL;
}

static int connect_library(struct kb_ipset_session *session)
{
	session->library = ipset_session_init(collect, session);
	if (session->library == NULL)
		return KBAN_E_NOMEM;
	ipset_envopt_set(session->library, IPSET_ENV_EXIST);
	ipset_session_output(session->library, IPSET_LIST_PLAIN);
	return KBAN_OK;
}

static int ask_protocol(struct kb_ipset_session *session, const struct request *request)
{
	return ipset_cmd(session->library, request->command, 0);
}

/* How a request failed. */
struct failure {
	struct kban_text report; /* libipset's text, valid until the next attempt */
	unsigned line;           /* number of the change it is about, from 1; 0: of none */
	int error_number;        /* if it got lost; else 0 */
};

static struct failure failure_of(const struct kb_ipset_session *session, int error_number)
{
	const char *report = ipset_session_report_msg(session->library);
	struct failure failure = { 0 };
	int length = 0;

	if (sscanf(report, "Error in line %u: %n", &failure.line, &length) == 1)
		report += length;
	failure.report = kb_text_trim(kb_text(report));
	if (failure.report.len == 0 || kb_text_is(failure.report, "Internal protocol error") ||
	    kb_text_starts_with(failure.report, "Cannot open session to kernel"))
		failure.error_number = error_number != 0 ? error_number : EPROTO;
	return failure;
}

static bool says(struct kban_text report, const char *fragment)
{
	return kb_text_find(report, kb_text(fragment)) < report.len;
}

static bool says_errno(struct kban_text report, int error_number)
{
	char text[128];

	errno = error_number;
	snprintf(text, sizeof(text), "%m");
	return says(report, text);
}

/* Status of what the kernel refused, by fragments of libipset's texts. */
static int status_of(struct kban_text report)
{
	static const struct {
		const char *fragment;
		int status;
	} texts[] = {
		{ "with the given name does not exist", KBAN_E_NOTFOUND },
		{ "set type does not supported", KBAN_E_NOTFOUND },
		{ "set type not supported", KBAN_E_NOTFOUND },
		{ "unknown settype", KBAN_E_NOTFOUND },
		/* Another set has the name now. */
		{ "Timeout cannot be used", KBAN_E_NOTFOUND },
		{ "address is expected", KBAN_E_NOTFOUND },
		{ "ipset protocol error", KBAN_E_NOTFOUND },
		{ "is full", KBAN_E_LIMIT },
		{ "number of sets reached", KBAN_E_LIMIT },
		{ "in use by", KBAN_E_DENIED },
	};

	for (size_t i = 0; i < kb_array_size(texts); i++)
		if (says(report, texts[i].fragment))
			return texts[i].status;
	return KBAN_E_SYSTEM;
}

/* "set 'kban-sshd'", or what there is one of. */
static const char *print_subject(const struct request *request, char *out, size_t size)
{
	if (request->name == NULL)
		snprintf(out, size, "%s", request->kind);
	else
		snprintf(out, size, "%s '%s'", request->kind, request->name);
	return out;
}

/* A kernel without sets calls the first request invalid; without netfilter there is no socket. */
static bool is_unknown(const struct failure *failure)
{
	return failure->error_number == 0 || failure->error_number == EPROTONOSUPPORT ||
	       failure->error_number == EAFNOSUPPORT;
}

static int explain(const struct request *request, const struct failure *failure,
		   struct kban_error **err)
{
	int error_number = failure->error_number;
	struct kban_text report = failure->report;
	char subject[SUBJECT_SIZE];

	print_subject(request, subject, sizeof(subject));
	if (error_number == EPERM || error_number == EACCES ||
	    (error_number == 0 && says_errno(report, EPERM)))
		return kb_fail(err, KBAN_E_DENIED, NULL,
			       "%s: not permitted, CAP_NET_ADMIN is missing", subject);
	if (request->ask == ask_protocol && is_unknown(failure))
		return kb_fail(err, KBAN_E_NOTFOUND, NULL,
			       "%s: the kernel has no sets, module ip_set is missing", subject);
	if (error_number != 0)
		return kb_fail_errno(err, error_number, NULL, "%s", subject);
	return kb_fail(err, status_of(report), NULL, "%s: %.*s", subject, (int)report.len,
		       report.data);
}

static bool is_passing(int error_number)
{
	return error_number == EINTR || error_number == ENOBUFS || error_number == EAGAIN ||
	       error_number == EPROTO;
}

/* True if the socket may hold more answers to @a request, which would be taken for the next one's.
 */
static bool is_spoilt(const struct request *request, const struct failure *failure)
{
	/* Linux (6.18 still) tells twice that there is no set to be listed. */
	return failure->error_number != 0 || request->command == IPSET_CMD_LIST;
}

/* Make @a request once. */
static int attempt(struct kb_ipset_session *session, const struct request *request,
		   struct failure *failure, struct kban_error **err)
{
	int status;

	if (session->library == NULL && connect_library(session) < 0)
		return kb_fail_memory(err);
	ipset_session_report_reset(session->library);
	errno = 0;
	if (request->ask(session, request) == 0)
		return KBAN_OK;
	*failure = failure_of(session, errno);
	status = explain(request, failure, err);
	if (is_spoilt(request, failure))
		disconnect(session);
	return status;
}

/* @a line, which may be NULL, receives the number of the change that was refused. */
static int perform(struct kb_ipset_session *session, const struct request *request, unsigned *line,
		   struct kban_error **err)
{
	kban_auto(error) problem = NULL;
	int status = KBAN_E_SYSTEM;

	for (int i = 0; i < ATTEMPTS; i++) {
		struct failure failure = { 0 };

		status = attempt(session, request, &failure, &problem);
		if (status == KBAN_OK)
			return KBAN_OK;
		if (line != NULL)
			*line = failure.line;
		if (!is_passing(failure.error_number) || request->is_once)
			break;
	}
	if (err != NULL) {
		kban_error_free(*err);
		*err = kb_steal(problem);
	}
	return status;
}

static uint8_t protocol_family(const struct kb_set *set)
{
	return set->family == KBAN_IPV6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
}

static struct ipset_data *start_data(const struct kb_ipset_session *session)
{
	struct ipset_data *data = ipset_session_data(session->library);

	ipset_data_reset(data);
	return data;
}

static void put_set(struct ipset_data *data, const struct kb_set *set,
		    const struct ipset_type *type)
{
	uint8_t family = protocol_family(set);

	ipset_data_set(data, IPSET_SETNAME, set->name);
	ipset_data_set(data, IPSET_OPT_TYPE, type);
	ipset_data_set(data, IPSET_OPT_FAMILY, &family);
}

static int ask_type(struct kb_ipset_session *session, const struct request *request)
{
	struct ipset_data *data = start_data(session);
	uint8_t family = protocol_family(request->set);
	const struct ipset_type *type;

	ipset_data_set(data, IPSET_OPT_TYPENAME, request->name);
	ipset_data_set(data, IPSET_OPT_FAMILY, &family);
	type = ipset_type_get(session->library, IPSET_CMD_CREATE);
	ipset_data_reset(data);
	if (type == NULL)
		return -1;
	*type_of(session, request->set) = type;
	return 0;
}

static int ask_create(struct kb_ipset_session *session, const struct request *request)
{
	static const uint32_t timeout = 0; /* for entries that say none: they do not end */
	const struct kb_set *set = request->set;
	uint32_t max_entries = set->max_entries != 0 ? set->max_entries : KB_SET_ENTRIES;
	struct ipset_data *data = start_data(session);

	put_set(data, set, *type_of(session, set));
	ipset_data_set(data, IPSET_OPT_TIMEOUT, &timeout);
	ipset_data_set(data, IPSET_OPT_MAXELEM, &max_entries);
	if (request->buckets != 0)
		ipset_data_set(data, IPSET_OPT_HASHSIZE, &request->buckets);
	return ipset_cmd(session->library, request->command, 0);
}

static int ask_named(struct kb_ipset_session *session, const struct request *request)
{
	struct ipset_data *data = start_data(session);

	ipset_data_set(data, IPSET_SETNAME, request->name);
	if (request->other != NULL)
		ipset_data_set(data, IPSET_OPT_SETNAME2, request->other);
	return ipset_cmd(session->library, request->command, 0);
}

static int ask_list(struct kb_ipset_session *session, const struct request *request)
{
	kb_buffer_reset(session->output);
	if (request->part == KB_IPSET_HEADER)
		ipset_envopt_set(session->library, IPSET_ENV_LIST_HEADER);
	else
		ipset_envopt_unset(session->library, IPSET_ENV_LIST_HEADER);
	return ask_named(session, request);
}

/* libipset keeps the switch; none is set for the lists of one set. */
static int ask_names(struct kb_ipset_session *session, const struct request *request)
{
	int status;

	kb_buffer_reset(session->output);
	start_data(session);
	ipset_envopt_set(session->library, IPSET_ENV_LIST_SETNAME);
	status = ipset_cmd(session->library, request->command, 0);
	ipset_envopt_unset(session->library, IPSET_ENV_LIST_SETNAME);
	return status;
}

static void put_change(struct ipset_data *data, const struct kb_set_change *change)
{
	ipset_data_set(data, IPSET_OPT_IP, change->addr.bytes);
	if (kban_addr_is_network(&change->addr))
		ipset_data_set(data, IPSET_OPT_CIDR, &change->addr.prefix);
	if (!change->is_lift)
		ipset_data_set(data, IPSET_OPT_TIMEOUT, &change->timeout);
}

static int ask_changes(struct kb_ipset_session *session, const struct request *request)
{
	const struct ipset_type *type = *type_of(session, request->set);
	struct ipset_data *data = start_data(session);

	for (size_t i = 0; i < request->count; i++) {
		const struct kb_set_change *change = &request->changes[i];

		put_set(data, request->set, type);
		put_change(data, change);
		if (ipset_cmd(session->library, change->is_lift ? IPSET_CMD_DEL : IPSET_CMD_ADD,
			      (uint32_t)(i + 1)) < 0)
			return -1;
	}
	return ipset_commit(session->library);
}

static int know_type(struct kb_ipset_session *session, const struct kb_set *set,
		     struct kban_error **err)
{
	struct request request = {
		.ask = ask_type, .kind = "set type", .name = type_names[set->type], .set = set
	};

	return *type_of(session, set) != NULL ? KBAN_OK : perform(session, &request, NULL, err);
}

static int ask_about(struct kb_ipset_session *session, enum ipset_cmd command, const char *name,
		     const char *other, struct kban_error **err)
{
	struct request request = { .ask = ask_named,
				   .kind = "set",
				   .name = name,
				   .command = command,
				   .other = other,
				   .is_once = other != NULL };

	return perform(session, &request, NULL, err);
}

int kb_ipset_session_new(struct kb_ipset_session **out, struct kban_error **err)
{
	static const struct request protocol = { .ask = ask_protocol,
						 .kind = "ipset",
						 .command = IPSET_CMD_NONE };
	static const struct kb_set plain = { .type = KB_SET_IP, .family = KBAN_IPV4 };
	kb_auto(ipset_session) session = calloc(1, sizeof(*session));
	int status;

	if (session == NULL)
		return kb_fail_memory(err);
	ipset_load_types();
	status = perform(session, &protocol, NULL, err);
	if (status == KBAN_OK)
		status = know_type(session, &plain, err);
	if (status < 0)
		return status;
	*out = kb_steal(session);
	return KBAN_OK;
}

void kb_ipset_session_free(struct kb_ipset_session *session)
{
	if (session == NULL)
		return;
	disconnect(session);
	free(session);
}

int kb_ipset_create(struct kb_ipset_session *session, const struct kb_set *set, unsigned buckets,
		    struct kban_error **err)
{
	struct request request = { .ask = ask_create,
				   .kind = "set",
				   .name = set->name,
				   .command = IPSET_CMD_CREATE,
				   .set = set,
				   .buckets = buckets };
	int status = know_type(session, set, err);

	return status < 0 ? status : perform(session, &request, NULL, err);
}

int kb_ipset_flush(struct kb_ipset_session *session, const char *name, struct kban_error **err)
{
	return ask_about(session, IPSET_CMD_FLUSH, name, NULL, err);
}

int kb_ipset_destroy(struct kb_ipset_session *session, const char *name, struct kban_error **err)
{
	return ask_about(session, IPSET_CMD_DESTROY, name, NULL, err);
}

int kb_ipset_swap(struct kb_ipset_session *session, const char *name, const char *other,
		  struct kban_error **err)
{
	return ask_about(session, IPSET_CMD_SWAP, name, other, err);
}

int kb_ipset_rename(struct kb_ipset_session *session, const char *name, const char *to,
		    struct kban_error **err)
{
	return ask_about(session, IPSET_CMD_RENAME, name, to, err);
}

static int collect_answer(struct kb_ipset_session *session, const struct request *request,
			  struct kb_buffer *out, struct kban_error **err)
{
	int status;

	session->output = out;
	status = perform(session, request, NULL, err);
	session->output = NULL;
	return out->failed ? kb_fail_memory(err) : status;
}

int kb_ipset_names(struct kb_ipset_session *session, struct kb_buffer *out, struct kban_error **err)
{
	struct request request = { .ask = ask_names, .kind = "sets", .command = IPSET_CMD_LIST };

	return collect_answer(session, &request, out, err);
}

int kb_ipset_list(struct kb_ipset_session *session, const char *name, enum kb_ipset_part part,
		  struct kb_buffer *out, struct kban_error **err)
{
	struct request request = { .ask = ask_list,
				   .kind = "set",
				   .name = name,
				   .command = IPSET_CMD_LIST,
				   .part = part };

	return collect_answer(session, &request, out, err);
}

int kb_ipset_change(struct kb_ipset_session *session, const struct kb_set *set,
		    const struct kb_set_change *changes, size_t count, size_t *done,
		    struct kban_error **err)
{
	struct request request = {
		.ask = ask_changes, .kind = "set", .name = set->name, .set = set
	};
	int status = know_type(session, set, err);

	for (*done = 0; status == KBAN_OK && *done < count; *done += request.count) {
		unsigned line = 0;

		request.changes = &changes[*done];
		request.count = count - *done < WINDOW ? count - *done : WINDOW;
		status = perform(session, &request, &line, err);
		if (status < 0) {
			*done += line > 0 && line <= request.count ? line - 1 : 0;
			break;
		}
	}
	return status;
}
