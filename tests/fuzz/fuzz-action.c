/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A script and what is known of a ban, parted by NUL bytes. What somebody else wrote must not reach
 * the script unless it means nothing to a shell: so the script is the same for every text that
 * means something, and each text is whole in the environment.
 */
#include "fuzz.h"

#include "action/action-render.h"
#include "base/text.h"

static struct kban_text take(struct kban_text *rest)
{
	struct kban_text part = kb_text_slice(*rest, 0, kb_text_index(*rest, '\0'));

	*rest = kb_text_slice(*rest, part.len + 1, rest->len);
	return part;
}

static bool render(const char *script, struct kban_text value, struct kb_rendered *out)
{
	struct kban_addr host = { 0 };
	kb_auto_clear(buffer) fields = { 0 };
	kb_autofree char *name = kb_text_copy(value);
	struct kb_ticket ticket = { .host = &host, .matches = value, .host_name = name };

	if (kban_addr_parse(KB_TEXT("192.0.2.1"), &host) != KBAN_OK ||
	    kb_ticket_add_field(&fields, "user", value) != KBAN_OK)
		return false;
	ticket.fields = kb_buffer_content(&fields);
	return kb_script_render(script, KB_FAMILY_INET4, &ticket, out) == KBAN_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kban_text rest = fuzz_text(data, size < 4000 ? size : 4000);
	kb_autofree char *script = kb_text_copy(take(&rest));
	struct kban_text value = take(&rest);
	kb_auto_clear(rendered) made = { 0 };
	kb_auto_clear(rendered) other = { 0 };
	kb_auto_clear(rendered) another = { 0 };

	if (script == NULL || !render(script, value, &made) ||
	    !render(script, KB_TEXT("'$(reboot)'\""), &other) ||
	    !render(script, KB_TEXT("`halt`;"), &another))
		return 0;
	for (size_t i = 0; i < made.environment.count; i++) {
		const char *equals = strchr(made.environment.items[i], '=');

		fuzz_check(strncmp(made.environment.items[i], "f2bV_", 5) == 0 && equals != NULL);
		fuzz_check(kb_text_equal(kb_text(equals + 1), value) ||
			   kb_text_starts_with(kb_text(equals + 1), "ip="));
	}
	fuzz_check(strcmp(other.script, another.script) == 0);
	if (!kb_tag_is_plain(value))
		fuzz_check(strcmp(made.script, other.script) == 0);
	return 0;
}
