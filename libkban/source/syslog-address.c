/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/syslog-address.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

#define USUAL_PORT 514
#define USUAL_MODE 0600
#define PORT_MAX   65535

/* Bytes of what somebody wrote, where that is told to be wrong. */
#define SHOWN_MAX 80

#define PREFIX    "syslog"
#define SEPARATOR "://"

/* An address being read. */
struct reading {
	const char *entry;
	const struct kb_where *where;
	struct kb_syslog_address *address;
	struct kban_error **err;
};

static const struct {
	const char *scheme;
	enum kb_syslog_transport transport;
} schemes[] = {
	{ "syslog", KB_SYSLOG_UDP },
	{ "syslog+udp", KB_SYSLOG_UDP },
	{ "syslog+tcp", KB_SYSLOG_TCP },
	{ "syslog+unix", KB_SYSLOG_UNIX },
};

static const char *const scheme_names[] = { "syslog", "syslog+tcp", "syslog+unix" };

static const char *const loopbacks[] = { "127.0.0.0/8", "::1" };

/* Networks of which nobody outside can be, with those that are for one machine. */
static const char *const inner[] = { "127.0.0.0/8",    "::1",
				     "10.0.0.0/8",     "172.16.0.0/12",
				     "192.168.0.0/16", "100.64.0.0/10",
				     "169.254.0.0/16", "fc00::/7",
				     "fe80::/10" };

__attribute__((format(printf, 2, 3))) static int fail(const struct reading *reading,
						      const char *format, ...)
{
	char reason[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	return kb_fail(reading->err, KBAN_E_SYNTAX, reading->where, "logpath '%.*s': %s", SHOWN_MAX,
		       reading->entry, reason);
}

static bool is_in(const struct kban_addr *addr, const char *const *networks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct kban_addr network;

		if (kban_addr_parse(kb_text(networks[i]), &network) == KBAN_OK &&
		    kban_addr_contains(&network, addr))
			return true;
	}
	return false;
}

bool kb_syslog_is_address(const char *entry)
{
	return strncmp(entry, PREFIX, strlen(PREFIX)) == 0 && strstr(entry, SEPARATOR) != NULL &&
	       strchr(entry, '/') > strstr(entry, SEPARATOR);
}

static int read_scheme(const struct reading *reading, struct kban_text *rest)
{
	size_t end = kb_text_find(*rest, KB_TEXT(SEPARATOR));
	struct kban_text scheme = kb_text_slice(*rest, 0, end);

	*rest = kb_text_slice(*rest, end + strlen(SEPARATOR), rest->len);
	for (size_t i = 0; i < kb_array_size(schemes); i++) {
		if (!kb_text_is(scheme, schemes[i].scheme))
			continue;
		reading->address->transport = schemes[i].transport;
		return KBAN_OK;
	}
	return fail(reading, "use %s://, %s:// or %s://", scheme_names[0], scheme_names[1],
		    scheme_names[2]);
}

/* "127.0.0.1:514", "[::1]:514", ":514", "127.0.0.1" */
static int read_place(const struct reading *reading, struct kban_text place)
{
	struct kb_syslog_address *address = reading->address;
	struct kban_text host = place;
	struct kban_text port = KB_TEXT("");
	long long number = USUAL_PORT;
	size_t close = kb_text_index(place, ']');
	size_t colon = kb_text_index(place, ':');

	if (close < place.len)
		colon = close + 1;
	if (colon < place.len) {
		host = kb_text_slice(place, 0, colon);
		port = kb_text_slice(place, colon + 1, place.len);
	}
	if (colon < place.len &&
	    (place.data[colon] != ':' || !kb_text_number(port, 1, PORT_MAX, &number)))
		return fail(reading,
			    "behind the address stands ':' and a port from 1 to %d; an "
			    "IPv6 address is in brackets",
			    PORT_MAX);
	if (host.len == 0)
		host = KB_TEXT("127.0.0.1");
	if (kban_addr_parse(host, &address->addr) < 0 || kban_addr_is_network(&address->addr))
		return fail(reading,
			    "'%.*s' is no address of this machine; use one such as "
			    "127.0.0.1 or [::1]",
			    host.len < SHOWN_MAX ? (int)host.len : SHOWN_MAX, host.data);
	address->port = (uint16_t)number;
	return KBAN_OK;
}

static int read_path(const struct reading *reading, struct kban_text path)
{
	if (path.len == 0 || path.data[0] != '/')
		return fail(reading, "the path of a socket is absolute: syslog+unix:///run/NAME");
	if (path.len >= KB_SYSLOG_PATH_SIZE)
		return fail(reading, "the path of a socket has at most %d bytes",
			    KB_SYSLOG_PATH_SIZE - 1);
	memcpy(reading->address->path, path.data, path.len);
	return KBAN_OK;
}

static int add_sender(const struct reading *reading, struct kban_text text)
{
	struct kb_syslog_address *address = reading->address;
	struct kban_addr *grown;

	if (address->from_count >= KB_SYSLOG_FROM_MAX)
		return fail(reading, "more than %d senders", KB_SYSLOG_FROM_MAX);
	grown = reallocarray(address->from, address->from_count + 1, sizeof(*grown));
	if (grown == NULL)
		return kb_fail_memory(reading->err);
	address->from = grown;
	if (kban_addr_parse(text, &grown[address->from_count]) < 0)
		return fail(reading, "from: '%.*s' is no address and no network",
			    text.len < SHOWN_MAX ? (int)text.len : SHOWN_MAX, text.data);
	address->from_count++;
	return KBAN_OK;
}

static int read_senders(const struct reading *reading, struct kban_text list)
{
	struct kban_text word;
	int status = KBAN_OK;

	while (status == KBAN_OK && kb_text_next_word(&list, ",", &word))
		status = add_sender(reading, word);
	return status;
}

static int read_mode(const struct reading *reading, struct kban_text text)
{
	unsigned mode = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '7' || mode > 0777)
			return fail(reading, "mode is octal, such as 0660");
		mode = mode * 8 + (unsigned)(text.data[i] - '0');
	}
	if (text.len == 0 || mode > 0777)
		return fail(reading, "mode is octal, such as 0660");
	reading->address->mode = mode;
	return KBAN_OK;
}

static int read_option(const struct reading *reading, struct kban_text option)
{
	bool is_path = reading->address->transport == KB_SYSLOG_UNIX;
	size_t equals = kb_text_index(option, '=');
	struct kban_text name = kb_text_slice(option, 0, equals);
	struct kban_text value = kb_text_slice(option, equals + 1, option.len);

	if (is_path && kb_text_is(name, "mode"))
		return read_mode(reading, value);
	if (!is_path && kb_text_is(name, "from"))
		return read_senders(reading, value);
	return fail(reading, "behind '?' stands %s",
		    is_path ? "mode=MODE, of the socket's file"
			    : "from=NETWORK,…, those who may send");
}

static int read_options(const struct reading *reading, struct kban_text options)
{
	struct kban_text option;
	int status = KBAN_OK;

	while (status == KBAN_OK && kb_text_next_word(&options, "&", &option))
		status = read_option(reading, option);
	return status;
}

/* Who is not told to take messages from elsewhere takes those of this machine. */
static int complete_senders(const struct reading *reading)
{
	struct kb_syslog_address *address = reading->address;
	int status = KBAN_OK;

	if (address->transport == KB_SYSLOG_UNIX || address->from_count > 0)
		return KBAN_OK;
	if (!is_in(&address->addr, loopbacks, kb_array_size(loopbacks)))
		return fail(reading, "others than this machine can reach that address; say who may "
				     "send: ?from=NETWORK,…");
	for (size_t i = 0; status == KBAN_OK && i < kb_array_size(loopbacks); i++)
		status = add_sender(reading, kb_text(loopbacks[i]));
	return status;
}

static int make_name(const struct reading *reading)
{
	struct kb_syslog_address *address = reading->address;
	const char *scheme = scheme_names[address->transport];
	bool is_new = address->addr.family == KBAN_IPV6;
	char text[KBAN_ADDR_TEXT_SIZE];
	int len;

	if (address->transport == KB_SYSLOG_UNIX)
		len = asprintf(&address->name, "%s" SEPARATOR "%s", scheme, address->path);
	else
		len = asprintf(&address->name, "%s" SEPARATOR "%s%s%s:%u", scheme,
			       is_new ? "[" : "", kban_addr_print(&address->addr, text),
			       is_new ? "]" : "", address->port);
	if (len >= 0)
		return KBAN_OK;
	address->name = NULL;
	return kb_fail_memory(reading->err);
}

int kb_syslog_address_parse(const char *entry, const struct kb_where *where,
			    struct kb_syslog_address *out, struct kban_error **err)
{
	kb_auto_clear(syslog_address) address = { .mode = USUAL_MODE };
	const struct reading reading = { entry, where, &address, err };
	struct kban_text rest = kb_text(entry);
	int status = read_scheme(&reading, &rest);
	size_t question = kb_text_index(rest, '?');
	struct kban_text place = kb_text_slice(rest, 0, question);

	if (status == KBAN_OK && address.transport == KB_SYSLOG_UNIX)
		status = read_path(&reading, place);
	else if (status == KBAN_OK)
		status = read_place(&reading, place);
	if (status == KBAN_OK)
		status = read_options(&reading, kb_text_slice(rest, question + 1, rest.len));
	if (status == KBAN_OK)
		status = complete_senders(&reading);
	if (status == KBAN_OK)
		status = make_name(&reading);
	if (status < 0)
		return status;
	*out = address;
	address = (struct kb_syslog_address){ 0 };
	return KBAN_OK;
}

bool kb_syslog_address_is_public(const struct kb_syslog_address *address)
{
	return address->transport != KB_SYSLOG_UNIX &&
	       !is_in(&address->addr, inner, kb_array_size(inner));
}

bool kb_syslog_address_allows(const struct kb_syslog_address *address,
			      const struct kban_addr *sender)
{
	for (size_t i = 0; i < address->from_count; i++)
		if (kban_addr_contains(&address->from[i], sender))
			return true;
	return false;
}

void kb_syslog_address_clear(struct kb_syslog_address *address)
{
	free(address->name);
	free(address->from);
	*address = (struct kb_syslog_address){ 0 };
}
