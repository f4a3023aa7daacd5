/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whose a rule is, by its comment, and whether it stays though nobody asks for it. A jail that
 * cannot run blocks with the rules that it had until its mistake is mended.
 */
#include "ban/rules.h"
#include "base/text.h"

/* Of a jail's name in a comment. */
#define JAIL_MAX 64

bool kb_rule_is_plain(char c)
{
	return c != '\0' && strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789._-",
				   c) != NULL;
}

void kb_rule_owner_print(const char *jail, struct kb_buffer *out)
{
	kb_buffer_string(out, KB_RULE_OURS);
	for (size_t i = 0; jail[i] != '\0' && i < JAIL_MAX; i++)
		kb_buffer_byte(out, kb_rule_is_plain(jail[i]) ? jail[i] : '_');
	kb_buffer_byte(out, ':');
}

int kb_rules_know(struct kban_rules *rules, const char *jail, bool stays)
{
	kb_auto_clear(buffer) owner = { 0 };

	kb_rule_owner_print(jail, &owner);
	if (owner.failed)
		return KBAN_E_NOMEM;
	return kb_string_list_append(stays ? &rules->staying : &rules->known,
				     kb_buffer_content(&owner));
}

void kb_rules_keep_unknown(struct kban_rules *rules)
{
	rules->keeps_unknown = true;
}

static bool has_owner(const struct kb_string_list *owners, struct kban_text comment)
{
	for (size_t i = 0; i < owners->count; i++)
		if (kb_text_starts_with(comment, owners->items[i]))
			return true;
	return false;
}

bool kb_rules_keep(const struct kban_rules *rules, struct kban_text comment)
{
	if (rules == NULL)
		return false;
	return has_owner(&rules->staying, comment) ||
	       (rules->keeps_unknown && !has_owner(&rules->known, comment));
}
