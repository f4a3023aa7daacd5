/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "action/nft-place.h"

#include "action/firewall-commands.h"
#include "ban/backend.h"
#include "base/buffer.h"
#include "base/text.h"

/* Bytes of a name that is taken: of tables as of chains. */
#define NAME_MAX_BYTES KB_TABLE_NAME_MAX

/* Any number of so many fits into 32 bits. */
#define PRIORITY_DIGITS_MAX 9

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

struct reading {
	const struct kb_action_options *options;
	struct kban_error **err;
};

static bool consists_of(struct kban_text text, const char *bytes)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '\0' || strchr(bytes, text.data[i]) == NULL)
			return false;
	return text.len > 0;
}

/* A name that nft reads as one: in commands it cannot be quoted. */
static bool is_name(struct kban_text text)
{
	return consists_of(text, LETTERS "0123456789_.-") && text.len <= NAME_MAX_BYTES &&
	       (strchr(LETTERS "_", text.data[0]) != NULL);
}

static bool is_hook(struct kban_text text)
{
	return kb_text_is(text, "input") || kb_text_is(text, "forward") ||
	       kb_text_is(text, "output") || kb_text_is(text, "prerouting");
}

static bool is_type(struct kban_text text)
{
	return kb_text_is(text, "filter") || kb_text_is(text, "nat") || kb_text_is(text, "route");
}

/* Bytes of the name of a priority that @a text begins with. */
static size_t priority_name_length(struct kban_text text)
{
	static const char *const names[] = { "raw",    "mangle",   "dstnat",
					     "filter", "security", "srcnat" };

	for (size_t i = 0; i < kb_array_size(names); i++)
		if (kb_text_starts_with(text, names[i]))
			return strlen(names[i]);
	return 0;
}

/* "-1", "filter - 1" */
static bool is_priority(struct kban_text text)
{
	size_t name = priority_name_length(text);
	struct kban_text number = kb_text_trim(kb_text_slice(text, name, text.len));

	if (number.len == 0)
		return name > 0;
	if (number.data[0] == '-' || number.data[0] == '+')
		number = kb_text_trim(kb_text_slice(number, 1, number.len));
	else if (name > 0)
		return false;
	return consists_of(number, "0123456789") && number.len <= PRIORITY_DIGITS_MAX;
}

/* The value of an option that @a check is content with, its blanks trimmed. */
static int read_option(const struct reading *reading, const char *option,
		       bool (*check)(struct kban_text text), char **out)
{
	kb_auto_clear(value) value = { 0 };
	int status = kb_action_option(reading->options, option, KBAN_IPV4, &value, reading->err);
	struct kban_text text;

	if (status < 0)
		return status == KBAN_E_NOTFOUND ? kb_fail_memory(reading->err) : status;
	text = kb_text_trim(kb_text(value.text));
	if (!check(text))
		return kb_fail(reading->err, KBAN_E_SYNTAX, kb_value_where(&value),
			       "%s: '%.*s' is nothing that nft takes", option, (int)text.len,
			       text.data);
	*out = kb_text_copy(text);
	return *out != NULL ? KBAN_OK : kb_fail_memory(reading->err);
}

/* Packets of both families go through tables of inet; others see packets of other kinds. */
static int check_family(const struct reading *reading)
{
	kb_auto_clear(value) value = { 0 };
	int status =
		kb_action_option(reading->options, "table_family", KBAN_IPV4, &value, reading->err);
	struct kban_text text;

	if (status < 0)
		return status == KBAN_E_NOTFOUND ? KBAN_OK : status;
	text = kb_text_trim(kb_text(value.text));
	if (kb_text_is(text, "inet") || kb_text_is(text, "ip") || kb_text_is(text, "ip6"))
		return KBAN_OK;
	return kb_firewall_fail_foreign(reading->options->item->name, "table_family",
					kb_value_where(&value), reading->err);
}

int kb_nft_place_read(const struct kb_action_options *options, struct kb_nft_place *out,
		      struct kban_error **err)
{
	struct reading reading = { options, err };
	kb_autofree char *type = NULL, *hook = NULL, *priority = NULL;
	kb_auto_clear(buffer) base = { 0 };
	int status = check_family(&reading);

	if (status == KBAN_OK)
		status = read_option(&reading, "table", is_name, &out->table);
	if (status == KBAN_OK)
		status = read_option(&reading, "chain", is_name, &out->chain);
	if (status == KBAN_OK)
		status = read_option(&reading, "chain_type", is_type, &type);
	if (status == KBAN_OK)
		status = read_option(&reading, "chain_hook", is_hook, &hook);
	if (status == KBAN_OK)
		status = read_option(&reading, "chain_priority", is_priority, &priority);
	if (status < 0)
		return status;
	kb_buffer_printf(&base, "type %s hook %s priority %s", type, hook, priority);
	out->base = kb_buffer_take(&base);
	return out->base != NULL ? KBAN_OK : kb_fail_memory(err);
}

void kb_nft_place_clear(struct kb_nft_place *place)
{
	free(place->table);
	free(place->chain);
	free(place->base);
	*place = (struct kb_nft_place){ 0 };
}
