/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules as iptables(8) and ip6tables(8) read them. */
#include "ban/rules.h"

static void write_match(const struct kb_rule_parts *parts, struct kb_buffer *out)
{
	const char *protocol =
		parts->family == KBAN_IPV6 ? parts->protocol->match6 : parts->protocol->match4;

	if (*protocol != '\0')
		kb_buffer_printf(out, "-p %s ", protocol);
	if (parts->ports.len > 0)
		kb_buffer_printf(out, "-m multiport --dports %.*s ", (int)parts->ports.len,
				 parts->ports.data);
	if (parts->rule->new_only)
		kb_buffer_string(out, "-m conntrack --ctstate NEW ");
	kb_buffer_printf(out, "-m set %s--match-set %s src ", parts->rule->inverted ? "! " : "",
			 kb_rule_set(parts));
}

static void write_log(const struct kb_rule_parts *parts, struct kb_buffer *out)
{
	kb_buffer_printf(out, "-m limit --limit 6/min --limit-burst 2 -j LOG --log-prefix \"%s\"",
			 parts->rule->log_prefix);
}

static int write_action(struct kban_text target, struct kb_buffer *out, struct kban_error **err)
{
	kb_buffer_string(out, "-j ");
	return kb_buffer_text(out, target) < 0 ? kb_fail_memory(err) : KBAN_OK;
}

static void join(struct kban_text match, struct kban_text action, struct kban_text comment,
		 struct kb_buffer *out)
{
	kb_buffer_text(out, match);
	kb_buffer_printf(out, "-m comment --comment \"%.*s\" ", (int)comment.len, comment.data);
	kb_buffer_text(out, action);
}

const struct kb_rule_writer kb_rule_writer_iptables = {
	.language = KBAN_RULES_IPTABLES,
	.match = write_match,
	.log = write_log,
	.action = write_action,
	.join = join,
};
