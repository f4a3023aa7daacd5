/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "action/action-tags.h"

#include "base/text.h"

/* Bytes of all fields of a failure at most. */
#define FIELDS_MAX 4096

#define FIELD_TAG "F-"
#define PREFIX    "f2bV_"

static void put_ip(const struct kb_ticket *ticket, struct kb_buffer *out)
{
	char text[KBAN_ADDR_TEXT_SIZE];

	if (ticket->host != NULL)
		kb_buffer_string(out, kban_addr_print(ticket->host, text));
}

/* As in the name that DNS has for it, with a dot at the end: 1.2.0.192. */
static void put_reversed(const struct kb_ticket *ticket, struct kb_buffer *out)
{
	const struct kban_addr *host = ticket->host;

	if (host == NULL)
		return;
	if (host->family == KBAN_IPV4) {
		for (int i = 3; i >= 0; i--)
			kb_buffer_printf(out, "%u.", host->bytes[i]);
		return;
	}
	for (int i = 15; i >= 0; i--)
		kb_buffer_printf(out, "%x.%x.", host->bytes[i] & 15U, host->bytes[i] >> 4);
}

/* Whoever looks up a name that is none has this to go by in fail2ban, too. */
static void put_host_name(const struct kb_ticket *ticket, struct kb_buffer *out)
{
	kb_buffer_string(out, ticket->host_name != NULL ? ticket->host_name : "None");
}

static void put_machine(const struct kb_ticket *ticket, struct kb_buffer *out)
{
	kb_buffer_string(out, ticket->machine != NULL ? ticket->machine : "localhost");
}

static void put_short_machine(const struct kb_ticket *ticket, struct kb_buffer *out)
{
	struct kban_text name = kb_text(ticket->machine != NULL ? ticket->machine : "localhost");

	kb_buffer_text(out, kb_text_slice(name, 0, kb_text_index(name, '.')));
}

/* A number of Python's: 1795485867.0, and as many digits of the fraction as it needs. */
static void put_time(const struct kb_ticket *ticket, struct kb_buffer *out)
{
	long long seconds = ticket->time / KBAN_SECOND;
	long long rest = ticket->time % KBAN_SECOND;
	int digits = 6;

	if (ticket->time < 0)
		seconds = rest = 0;
	for (; digits > 1 && rest % 10 == 0; digits--)
		rest /= 10;
	kb_buffer_printf(out, "%lld.%0*lld", seconds, digits, rest);
}

static void put_ban_time(const struct kb_ticket *ticket, struct kb_buffer *out)
{
	if (ticket->ban_time == KBAN_FOREVER || ticket->ban_time < 0)
		kb_buffer_string(out, "-1");
	else
		kb_buffer_printf(out, "%lld", (long long)(ticket->ban_time / KBAN_SECOND));
}

static void put_number(const struct kb_ticket *ticket, struct kb_buffer *out)
{
	kb_buffer_printf(out, "%u", ticket->number);
}

static void put_failures(const struct kb_ticket *ticket, struct kb_buffer *out)
{
	kb_buffer_printf(out, "%u", ticket->failures);
}

static void put_all_failures(const struct kb_ticket *ticket, struct kb_buffer *out)
{
	kb_buffer_printf(out, "%u", ticket->all_failures);
}

static void put_all_jail_failures(const struct kb_ticket *ticket, struct kb_buffer *out)
{
	kb_buffer_printf(out, "%u", ticket->all_jail_failures);
}

/* Whole lines, the newest. */
static void put_lines(struct kban_text lines, struct kb_buffer *out)
{
	if (lines.len > KB_TAG_VALUE_MAX) {
		lines = kb_text_slice(lines, lines.len - KB_TAG_VALUE_MAX, lines.len);
		lines = kb_text_slice(lines, kb_text_index(lines, '\n') + 1, lines.len);
	}
	kb_buffer_text(out, lines);
}

static void put_matches(const struct kb_ticket *ticket, struct kb_buffer *out)
{
	put_lines(ticket->matches, out);
}

static void put_all_matches(const struct kb_ticket *ticket, struct kb_buffer *out)
{
	put_lines(ticket->all_matches, out);
}

static void put_all_jail_matches(const struct kb_ticket *ticket, struct kb_buffer *out)
{
	put_lines(ticket->all_jail_matches, out);
}

static void put_restored(const struct kb_ticket *ticket, struct kb_buffer *out)
{
	kb_buffer_byte(out, ticket->is_restored ? '1' : '0');
}

static void put_found(const struct kb_ticket *ticket, struct kb_buffer *out)
{
	kb_buffer_printf(out, "%llu", (unsigned long long)ticket->found);
}

static void put_found_total(const struct kb_ticket *ticket, struct kb_buffer *out)
{
	kb_buffer_printf(out, "%llu", (unsigned long long)ticket->found_total);
}

static void put_banned(const struct kb_ticket *ticket, struct kb_buffer *out)
{
	kb_buffer_printf(out, "%llu", (unsigned long long)ticket->banned);
}

static void put_banned_total(const struct kb_ticket *ticket, struct kb_buffer *out)
{
	kb_buffer_printf(out, "%llu", (unsigned long long)ticket->banned_total);
}

/* For a person who looks for a mistake. */
static void put_ticket(const struct kb_ticket *ticket, struct kb_buffer *out)
{
	kb_buffer_string(out, "ip=");
	put_ip(ticket, out);
	kb_buffer_string(out, " time=");
	put_time(ticket, out);
	kb_buffer_string(out, " bantime=");
	put_ban_time(ticket, out);
	kb_buffer_printf(out, " bancount=%u attempts=%u", ticket->number, ticket->failures);
}

static const struct {
	const char *tag;
	void (*put)(const struct kb_ticket *ticket, struct kb_buffer *out);
} tags[] = {
	{ "ip", put_ip },
	{ "fid", put_ip },
	{ "ip-rev", put_reversed },
	{ "ip-host", put_host_name },
	{ "fq-hostname", put_machine },
	{ "sh-hostname", put_short_machine },
	{ "time", put_time },
	{ "bantime", put_ban_time },
	{ "bancount", put_number },
	{ "failures", put_failures },
	{ "ipfailures", put_all_failures },
	{ "ipjailfailures", put_all_jail_failures },
	{ "matches", put_matches },
	{ "ipmatches", put_all_matches },
	{ "ipjailmatches", put_all_jail_matches },
	{ "restored", put_restored },
	{ "raw-ticket", put_ticket },
	{ "jail.found", put_found },
	{ "jail.found_total", put_found_total },
	{ "jail.banned", put_banned },
	{ "jail.banned_total", put_banned_total },
};

/* Take a text that a NUL ends off @a rest. */
static struct kban_text take(struct kban_text *rest)
{
	struct kban_text text = kb_text_slice(*rest, 0, kb_text_index(*rest, '\0'));

	*rest = kb_text_slice(*rest, text.len + 1, rest->len);
	return text;
}

static void put_field(const struct kb_ticket *ticket, struct kban_text name, struct kb_buffer *out)
{
	struct kban_text rest = ticket->fields;

	while (rest.len > 0) {
		struct kban_text field = take(&rest);
		struct kban_text value = take(&rest);

		if (kb_text_equal_nocase(field, name)) {
			kb_buffer_text(out, value);
			return;
		}
	}
}

/* Fields have names in lower case, and their tags in upper case. */
static bool is_field_tag(struct kban_text tag)
{
	for (size_t i = 0; i < tag.len; i++)
		if (tag.data[i] >= 'a' && tag.data[i] <= 'z')
			return false;
	return kb_text_starts_with(tag, FIELD_TAG);
}

bool kb_ticket_value(const struct kb_ticket *ticket, struct kban_text tag,
		     enum kb_action_family family, struct kb_buffer *out)
{
	if (kb_text_is(tag, "family")) {
		kb_buffer_string(out, kb_action_family_name(family));
		return true;
	}
	for (size_t i = 0; i < kb_array_size(tags); i++) {
		if (!kb_text_is(tag, tags[i].tag))
			continue;
		tags[i].put(ticket, out);
		return true;
	}
	if (!is_field_tag(tag))
		return false;
	put_field(ticket, kb_text_slice(tag, strlen(FIELD_TAG), tag.len), out);
	return true;
}

bool kb_tag_is_plain(struct kban_text value)
{
	for (size_t i = 0; i < value.len; i++) {
		char byte = value.data[i];

		if (!((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
		      (byte >= '0' && byte <= '9') || memchr("._:/@+-", byte, 7) != NULL))
			return false;
	}
	return true;
}

int kb_tag_variable(struct kban_text tag, struct kb_buffer *out)
{
	bool is_field = kb_text_starts_with(tag, FIELD_TAG);
	size_t from;

	kb_buffer_string(out, PREFIX);
	if (is_field) {
		kb_buffer_string(out, "F_");
		tag = kb_text_slice(tag, strlen(FIELD_TAG), tag.len);
	}
	from = out->len;
	kb_buffer_text(out, tag);
	for (size_t i = from; i < out->len && !out->failed; i++) {
		char byte = out->data[i];

		if (is_field && byte >= 'A' && byte <= 'Z')
			out->data[i] = (char)(byte - 'A' + 'a');
		else if (!((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
			   (byte >= '0' && byte <= '9')))
			out->data[i] = '_';
	}
	return out->failed ? KBAN_E_NOMEM : KBAN_OK;
}

int kb_ticket_add_field(struct kb_buffer *fields, const char *name, struct kban_text value)
{
	size_t length = strlen(name) + 1 + value.len + 1;

	if (length > FIELDS_MAX || fields->len > FIELDS_MAX - length)
		return KBAN_OK;
	kb_buffer_string(fields, name);
	kb_buffer_byte(fields, '\0');
	for (size_t i = 0; i < value.len; i++)
		kb_buffer_byte(fields, value.data[i] == '\0' ? ' ' : value.data[i]);
	return kb_buffer_byte(fields, '\0');
}
