/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ban/rule-text.h"

#include <netdb.h>
#include <stdio.h>

#include "base/text.h"

/* Of the name of a chain: XT_EXTENSION_MAXNAMELEN less one. */
#define CHAIN_MAX 28

/* Ports in one rule; a range counts twice (iptables-extensions(8), multiport). */
#define PORTS_MAX 15

#define PORT_LAST 65535

/* Longer than any in /etc/services. */
#define SERVICE_MAX 63

/* True for letters, digits and @a others, if there is one at all. */
static bool consists_of(struct kban_text text, const char *others)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (!kb_is_digit(c) && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    (c == '\0' || strchr(others, c) == NULL))
			return false;
	}
	return text.len > 0;
}

/* Numbers are those of IANA; icmp is for each family its own. */
static const struct {
	const char *name;
	unsigned number;
	struct kb_protocol protocol;
} protocols[] = {
	{ "all", 0, { "", "", false } },
	{ "any", 0, { "", "", false } },
	{ "tcp", 6, { "tcp", "tcp", true } },
	{ "udp", 17, { "udp", "udp", true } },
	{ "udplite", 136, { "udplite", "udplite", true } },
	{ "sctp", 132, { "sctp", "sctp", true } },
	{ "dccp", 33, { "dccp", "dccp", true } },
	{ "icmp", 1, { "icmp", "ipv6-icmp", false } },
	{ "icmpv6", 58, { "icmp", "ipv6-icmp", false } },
	{ "ipv6-icmp", 58, { "icmp", "ipv6-icmp", false } },
	{ "esp", 50, { "esp", "esp", false } },
	{ "ah", 51, { "ah", "ah", false } },
	{ "gre", 47, { "47", "47", false } },
};

int kb_protocol_parse(struct kban_text text, struct kb_protocol *out, struct kban_error **err)
{
	long long number = -1;
	bool is_number = kb_text_number(text, 0, 255, &number);

	for (size_t i = 0; i < kb_array_size(protocols); i++) {
		if (!kb_text_is_nocase(text, protocols[i].name) && protocols[i].number != number)
			continue;
		*out = protocols[i].protocol;
		return KBAN_OK;
	}
	if (!is_number)
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "unknown protocol '%.*s'", (int)text.len,
			       text.data);
	*out = (struct kb_protocol){ 0 };
	snprintf(out->match4, sizeof(out->match4), "%lld", number);
	snprintf(out->match6, sizeof(out->match6), "%lld", number);
	return KBAN_OK;
}

int kb_chain_check(struct kban_text chain, struct kban_error **err)
{
	if (!consists_of(chain, "_.-") || chain.data[0] == '-')
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "'%.*s' is no name of a chain or target",
			       (int)chain.len, chain.data);
	if (chain.len > CHAIN_MAX)
		return kb_fail(err, KBAN_E_SYNTAX, NULL,
			       "chain '%.*s' has a name of more than %d bytes", (int)chain.len,
			       chain.data, CHAIN_MAX);
	return KBAN_OK;
}

/* The port of a service. @a protocol NULL: of any. */
static bool find_service(const char *name, const char *protocol, uint16_t *port)
{
	struct servent service, *found = NULL;
	char buffer[4096];

	if (getservbyname_r(name, protocol, &service, buffer, sizeof(buffer), &found) != 0 ||
	    found == NULL)
		return false;
	*port = ntohs((uint16_t)found->s_port);
	return true;
}

static int parse_port(struct kban_text text, const char *protocol, uint16_t *port,
		      struct kban_error **err)
{
	char name[SERVICE_MAX + 1];
	long long number;

	if (kb_text_number(text, 0, PORT_LAST, &number)) {
		*port = (uint16_t)number;
		return KBAN_OK;
	}
	if (text.len <= SERVICE_MAX && consists_of(text, "+_./-")) {
		snprintf(name, sizeof(name), "%.*s", (int)text.len, text.data);
		if (find_service(name, protocol, port) || find_service(name, "tcp", port) ||
		    find_service(name, NULL, port))
			return KBAN_OK;
	}
	return kb_fail(err, KBAN_E_SYNTAX, NULL, "unknown port or service '%.*s'", (int)text.len,
		       text.data);
}

/* Where a range is divided: at a ':', or at a '-' between numbers, since services have those too.
 */
static size_t divider_of(struct kban_text text)
{
	size_t colon = kb_text_index(text, ':'), dash = kb_text_index(text, '-');
	long long number;

	if (colon < text.len)
		return colon;
	if (dash < text.len &&
	    kb_text_number(kb_text_slice(text, 0, dash), 0, INT32_MAX, &number) &&
	    kb_text_number(kb_text_slice(text, dash + 1, text.len), 0, INT32_MAX, &number))
		return dash;
	return text.len;
}

static int parse_range(struct kban_text text, const char *protocol, struct kb_port_range *out,
		       struct kban_error **err)
{
	size_t divider = divider_of(text);
	struct kban_text first = kb_text_slice(text, 0, divider), last;
	struct kb_port_range range = { 0, PORT_LAST };
	int status;

	if (divider == text.len) {
		status = parse_port(text, protocol, &range.first, err);
		*out = (struct kb_port_range){ range.first, range.first };
		return status;
	}
	last = kb_text_slice(text, divider + 1, text.len);
	if (first.len > 0 && (status = parse_port(first, protocol, &range.first, err)) < 0)
		return status;
	if (last.len > 0 && (status = parse_port(last, protocol, &range.last, err)) < 0)
		return status;
	if (range.first > range.last)
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "ports '%.*s' run backwards",
			       (int)text.len, text.data);
	*out = range;
	return KBAN_OK;
}

static bool has_range(const struct kb_port_list *list, struct kb_port_range range)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].first <= range.first && list->items[i].last >= range.last)
			return true;
	return false;
}

int kb_port_list_parse(struct kban_text text, const char *protocol, struct kb_port_list *out,
		       struct kban_error **err)
{
	kb_auto_clear(port_list) list = { 0 };
	struct kban_text word;
	struct kb_port_range range = { 0, 0 };

	while (kb_text_next_word(&text, KB_RULE_SEPARATORS, &word)) {
		int status = parse_range(word, protocol, &range, err);

		if (status < 0)
			return status;
		if (has_range(&list, range))
			continue;
		if (kb_array_room(&list.items, &list.capacity, list.count, sizeof(range)) < 0)
			return kb_fail_memory(err);
		list.items[list.count++] = range;
	}
	/* There is no port 0 to be reached. */
	if (has_range(&list, (struct kb_port_range){ 1, PORT_LAST }))
		list.count = 0;
	*out = list;
	list = (struct kb_port_list){ 0 };
	return KBAN_OK;
}

void kb_port_list_clear(struct kb_port_list *list)
{
	free(list->items);
	*list = (struct kb_port_list){ 0 };
}

int kb_port_list_print(const struct kb_port_list *list, size_t *next, struct kb_buffer *out)
{
	size_t room = PORTS_MAX;
	int status = KBAN_OK;

	for (; *next < list->count && status == KBAN_OK; (*next)++) {
		const struct kb_port_range *range = &list->items[*next];
		size_t takes = range->first == range->last ? 1 : 2;

		if (takes > room)
			break;
		if (room < PORTS_MAX)
			kb_buffer_byte(out, ',');
		room -= takes;
		if (takes == 1)
			status = kb_buffer_printf(out, "%u", range->first);
		else
			status = kb_buffer_printf(out, "%u:%u", range->first, range->last);
	}
	return status;
}

/* Answers of REJECT with their likes in the other family, and their short names. */
static const struct {
	const char *answer4, *short4, *answer6, *short6;
} answers[] = {
	{ "icmp-port-unreachable", "port-unreach", "icmp6-port-unreachable", "port-unreach" },
	{ "icmp-net-unreachable", "net-unreach", "icmp6-no-route", "no-route" },
	{ "icmp-host-unreachable", "host-unreach", "icmp6-addr-unreachable", "addr-unreach" },
	{ "icmp-admin-prohibited", "admin-prohib", "icmp6-adm-prohibited", "adm-prohibited" },
	{ "icmp-net-prohibited", "net-prohib", "icmp6-adm-prohibited", "adm-prohibited" },
	{ "icmp-host-prohibited", "host-prohib", "icmp6-adm-prohibited", "adm-prohibited" },
	{ "icmp-proto-unreachable", "proto-unreach", "icmp6-port-unreachable", "port-unreach" },
	{ "icmp-admin-prohibited", "admin-prohib", "icmp6-policy-fail", "policy-fail" },
	{ "icmp-admin-prohibited", "admin-prohib", "icmp6-reject-route", "reject-route" },
	{ "tcp-reset", "tcp-rst", "tcp-reset", "tcp-rst" },
};

static const char *find_answer(struct kban_text word, enum kban_family family)
{
	for (size_t i = 0; i < kb_array_size(answers); i++)
		if (kb_text_is(word, answers[i].answer4) || kb_text_is(word, answers[i].short4) ||
		    kb_text_is(word, answers[i].answer6) || kb_text_is(word, answers[i].short6))
			return family == KBAN_IPV6 ? answers[i].answer6 : answers[i].answer4;
	return NULL;
}

/* A word of a target; nothing that a script could take for the end of one. */
static int print_word(struct kban_text word, struct kb_buffer *out, struct kban_error **err)
{
	for (size_t i = 0; i < word.len; i++) {
		unsigned char c = (unsigned char)word.data[i];

		if (c <= ' ' || c >= 0x7f || c == '"' || c == '\'' || c == '\\' || c == '#')
			return kb_fail(err, KBAN_E_SYNTAX, NULL,
				       "target with '%.*s', which cannot be in a rule",
				       (int)word.len, word.data);
	}
	return kb_buffer_text(out, word) < 0 ? kb_fail_memory(err) : KBAN_OK;
}

int kb_target_print(struct kban_text target, enum kban_family family, struct kb_buffer *out,
		    struct kban_error **err)
{
	struct kban_text rest = target, word;
	bool is_answer = false;
	int status;

	if (!kb_text_next_word(&rest, " \t\r\n", &word))
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "there is no target");
	status = kb_chain_check(word, err);
	if (status == KBAN_OK)
		status = print_word(word, out, err);
	while (status == KBAN_OK && kb_text_next_word(&rest, " \t\r\n", &word)) {
		const char *answer = is_answer ? find_answer(word, family) : NULL;

		if (is_answer && answer == NULL)
			return kb_fail(err, KBAN_E_SYNTAX, NULL,
				       "target '%.*s': cannot reject with '%.*s'", (int)target.len,
				       target.data, (int)word.len, word.data);
		is_answer = kb_text_is(word, "--reject-with");
		kb_buffer_byte(out, ' ');
		status = print_word(answer != NULL ? kb_text(answer) : word, out, err);
	}
	return status;
}

bool kb_target_is_chain(struct kban_text target)
{
	static const char *const names[] = {
		"ACCEPT", "AUDIT",    "CHAOS",  "CLASSIFY", "CONNMARK", "CONNSECMARK",
		"DELUDE", "DROP",     "LOG",    "MARK",     "NFLOG",    "NFQUEUE",
		"QUEUE",  "RATEEST",  "REJECT", "RETURN",   "SECMARK",  "SET",
		"STEAL",  "SYNPROXY", "TARPIT", "TEE",      "TRACE",    "ULOG",
	};
	struct kban_text first = { 0 };

	kb_text_next_word(&target, " ", &first);
	for (size_t i = 0; i < kb_array_size(names); i++)
		if (kb_text_is(first, names[i]))
			return false;
	return true;
}

bool kb_target_needs_tcp(struct kban_text target)
{
	return kb_text_find(target, KB_TEXT("--reject-with tcp-reset")) < target.len ||
	       kb_text_starts_with(target, "TARPIT");
}
