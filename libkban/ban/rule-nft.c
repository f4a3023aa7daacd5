/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules as nft(8) reads them, with what iptables calls a target as nft's statement. */
#include "ban/nft-networks.h"
#include "ban/rules.h"

/* Where iptables hooks chains in; just before it, as fail2ban does. */
#define BASE(hook) "type filter hook " hook " priority filter - 1"

static void write_ports(struct kban_text ports, struct kb_buffer *out)
{
	kb_buffer_string(out, "dport { ");
	for (size_t i = 0; i < ports.len; i++) {
		if (ports.data[i] == ',')
			kb_buffer_string(out, ", ");
		else
			kb_buffer_byte(out, ports.data[i] == ':' ? '-' : ports.data[i]);
	}
	kb_buffer_string(out, " } ");
}

static void write_set(const struct kb_rule_parts *parts, const char *suffix, struct kb_buffer *out)
{
	kb_buffer_printf(out, "%s saddr %s@%s%s ", parts->family == KBAN_IPV6 ? "ip6" : "ip",
			 parts->rule->inverted ? "!= " : "", kb_rule_set(parts), suffix);
}

static void write_match(const struct kb_rule_parts *parts, struct kb_buffer *out)
{
	const char *protocol =
		parts->family == KBAN_IPV6 ? parts->protocol->match6 : parts->protocol->match4;

	if (parts->ports.len > 0) {
		kb_buffer_printf(out, "%s ", protocol);
		write_ports(parts->ports, out);
	} else if (*protocol != '\0') {
		kb_buffer_printf(out, "meta l4proto %s ", protocol);
	}
	if (parts->rule->new_only)
		kb_buffer_string(out, "ct state new ");
	write_set(parts, parts->is_networks ? KB_NFT_NETWORKS : "", out);
	if (parts->rule->inverted && parts->rule->networks)
		write_set(parts, KB_NFT_NETWORKS, out);
}

static void write_log(const struct kb_rule_parts *parts, struct kb_buffer *out)
{
	kb_buffer_printf(out, "limit rate 6/minute burst 2 packets log prefix \"%s\"",
			 parts->rule->log_prefix);
}

/* Targets with one option, or none, and the statements they are; %s is the value of the option. */
static const struct {
	const char *target, *option;
	const char *before, *after; /* of the value */
} statements[] = {
	{ "DROP", NULL, "drop", "" },
	{ "ACCEPT", NULL, "accept", "" },
	{ "RETURN", NULL, "return", "" },
	{ "REJECT", NULL, "reject", "" },
	{ "LOG", NULL, "log", "" },
	{ "LOG", "--log-prefix", "log prefix \"", "\"" },
	{ "LOG", "--log-level", "log level ", "" },
	{ "NFLOG", "--nflog-group", "log group ", "" },
	{ "NFQUEUE", "--queue-num", "queue num ", "" },
	{ "MARK", "--set-mark", "meta mark set ", "" },
	{ "MARK", "--set-xmark", "meta mark set ", "" },
};

/* What REJECT --reject-with has, as kb_target_print() puts it, and nft's words for it. */
static const struct {
	const char *answer, *statement;
} answers[] = {
	{ "icmp-port-unreachable", "icmp type port-unreachable" },
	{ "icmp-net-unreachable", "icmp type net-unreachable" },
	{ "icmp-host-unreachable", "icmp type host-unreachable" },
	{ "icmp-proto-unreachable", "icmp type prot-unreachable" },
	{ "icmp-net-prohibited", "icmp type net-prohibited" },
	{ "icmp-host-prohibited", "icmp type host-prohibited" },
	{ "icmp-admin-prohibited", "icmp type admin-prohibited" },
	{ "icmp6-port-unreachable", "icmpv6 type port-unreachable" },
	{ "icmp6-no-route", "icmpv6 type no-route" },
	{ "icmp6-addr-unreachable", "icmpv6 type addr-unreachable" },
	{ "icmp6-adm-prohibited", "icmpv6 type admin-prohibited" },
	{ "icmp6-policy-fail", "icmpv6 type policy-fail" },
	{ "icmp6-reject-route", "icmpv6 type reject-route" },
	{ "tcp-reset", "tcp reset" },
};

static int fail_untold(struct kban_text target, struct kban_error **err)
{
	return kb_fail(err, KBAN_E_SYNTAX, NULL, "target '%.*s' is nothing that nft can do",
		       (int)target.len, target.data);
}

static int write_answer(struct kban_text target, struct kban_text answer, struct kb_buffer *out,
			struct kban_error **err)
{
	for (size_t i = 0; i < kb_array_size(answers); i++)
		if (kb_text_is(answer, answers[i].answer))
			return kb_buffer_printf(out, "reject with %s", answers[i].statement) < 0
				       ? kb_fail_memory(err)
				       : KBAN_OK;
	return fail_untold(target, err);
}

static bool is_statement(size_t index, struct kban_text name, struct kban_text option)
{
	const char *wanted = statements[index].option;

	return kb_text_is(name, statements[index].target) &&
	       (wanted == NULL ? option.len == 0 : kb_text_is(option, wanted));
}

static int write_action(struct kban_text target, struct kb_buffer *out, struct kban_error **err)
{
	struct kban_text rest = target, name = { 0 }, option = { 0 }, value = { 0 }, more;

	kb_text_next_word(&rest, " ", &name);
	kb_text_next_word(&rest, " ", &option);
	kb_text_next_word(&rest, " ", &value);
	if (kb_text_next_word(&rest, " ", &more) || (option.len > 0 && value.len == 0))
		return fail_untold(target, err);
	if (kb_text_is(name, "REJECT") && kb_text_is(option, "--reject-with"))
		return write_answer(target, value, out, err);
	for (size_t i = 0; i < kb_array_size(statements); i++) {
		if (!is_statement(i, name, option))
			continue;
		kb_buffer_string(out, statements[i].before);
		kb_buffer_text(out, value);
		return kb_buffer_string(out, statements[i].after) < 0 ? kb_fail_memory(err)
								      : KBAN_OK;
	}
	if (option.len > 0 || !kb_target_is_chain(target))
		return fail_untold(target, err);
	return kb_buffer_printf(out, "jump %.*s", (int)name.len, name.data) < 0
		       ? kb_fail_memory(err)
		       : KBAN_OK;
}

static void join(struct kban_text match, struct kban_text action, struct kban_text comment,
		 struct kb_buffer *out)
{
	kb_buffer_text(out, match);
	kb_buffer_text(out, action);
	kb_buffer_printf(out, " comment \"%.*s\"", (int)comment.len, comment.data);
}

/* Docker calls its chain for all that is forwarded; Symbiosis its own for all that comes in. */
static const char *base_of(const struct kb_rule_parts *parts)
{
	static const struct {
		const char *chain, *base;
	} bases[] = {
		{ "INPUT", BASE("input") },         { "FORWARD", BASE("forward") },
		{ "OUTPUT", BASE("output") },       { "PREROUTING", BASE("prerouting") },
		{ "DOCKER-USER", BASE("forward") }, { "blacklist", BASE("input") },
	};

	if (parts->rule->base != NULL)
		return parts->rule->base;
	for (size_t i = 0; i < kb_array_size(bases); i++)
		if (kb_text_is(parts->chain, bases[i].chain))
			return bases[i].base;
	return NULL;
}

const struct kb_rule_writer kb_rule_writer_nft = {
	.language = KBAN_RULES_NFT,
	.match = write_match,
	.log = write_log,
	.action = write_action,
	.join = join,
	.base = base_of,
	.has_twin_sets = true,
};
