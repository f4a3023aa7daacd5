/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each reader of a part takes it off the rest if it is there, and else leaves the rest alone. What
 * is no message of either form is taken as content, as RFC 3164 has it for relays: anybody may send
 * anything, and a line is made of all of it.
 */
#include "source/syslog-message.h"

#include <time.h>

#include "base/text.h"

#define PRIORITY_MAX  191
#define HOST_NAME_MAX 255

/* "Mmm dd hh:mm:ss" */
#define BSD_STAMP_LEN 15

struct parts {
	struct kban_text stamp;
	struct kban_text host;
	struct kban_text tag;
	struct kban_text process;
	struct kban_text content;
};

static bool is_letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static struct kban_text behind(struct kban_text text, size_t len)
{
	return kb_text_slice(text, len, text.len);
}

static struct kban_text without_end(struct kban_text text)
{
	while (text.len > 0 && (text.data[text.len - 1] == '\n' ||
				text.data[text.len - 1] == '\r' || text.data[text.len - 1] == '\0'))
		text.len--;
	return text;
}

static struct kban_text without_blanks(struct kban_text text)
{
	while (text.len > 0 && text.data[0] == ' ')
		text = behind(text, 1);
	return text;
}

/* "<13>" */
static bool take_priority(struct kban_text *rest)
{
	size_t end = kb_text_index(*rest, '>');
	long long priority;

	if (rest->len == 0 || rest->data[0] != '<' || end < 2 || end > 4 || end == rest->len ||
	    !kb_text_number(kb_text_slice(*rest, 1, end), 0, PRIORITY_MAX, &priority))
		return false;
	*rest = behind(*rest, end + 1);
	return true;
}

/* In @a shape, 0 stands for a digit, blank for a digit or a blank, others for themselves. */
static bool has_shape(struct kban_text text, const char *shape)
{
	size_t i;

	for (i = 0; shape[i] != '\0' && i < text.len; i++) {
		char byte = text.data[i];

		if (shape[i] == '0'   ? !kb_is_digit(byte)
		    : shape[i] == ' ' ? byte != ' ' && !kb_is_digit(byte)
				      : byte != shape[i])
			return false;
	}
	return shape[i] == '\0';
}

static size_t zone_len(struct kban_text text)
{
	if (has_shape(text, "Z") || has_shape(text, "z"))
		return 1;
	if (has_shape(text, "+00:00") || has_shape(text, "-00:00"))
		return 6;
	return 0;
}

/* Length of "2026-01-31T22:14:15.003Z" at the beginning of @a text, or 0. */
static size_t iso_stamp_len(struct kban_text text)
{
	size_t len = strlen("0000-00-00T00:00:00");
	size_t zone;

	if (!has_shape(text, "0000-00-00T00:00:00"))
		return 0;
	if (len < text.len && text.data[len] == '.') {
		len++;
		while (len < text.len && kb_is_digit(text.data[len]))
			len++;
	}
	zone = zone_len(behind(text, len));
	return zone == 0 ? 0 : len + zone;
}

static size_t bsd_stamp_len(struct kban_text text)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	if (text.len < BSD_STAMP_LEN || !has_shape(behind(text, 3), "  0 00:00:00") ||
	    text.data[3] != ' ' || text.data[6] != ' ')
		return 0;
	for (size_t i = 0; months[i] != '\0'; i += 3)
		if (memcmp(text.data, months + i, 3) == 0)
			return BSD_STAMP_LEN;
	return 0;
}

/* A word and the blank behind it. */
static bool take_word(struct kban_text *rest, struct kban_text *word)
{
	size_t len = kb_text_index(*rest, ' ');

	if (len == 0 || len == rest->len)
		return false;
	*word = kb_text_slice(*rest, 0, len);
	*rest = behind(*rest, len + 1);
	return true;
}

/* Length of "[id name="value"]" at the beginning of @a text, or 0. */
static size_t element_len(struct kban_text text)
{
	bool is_quoted = false;

	for (size_t i = 1; text.len > 0 && text.data[0] == '[' && i < text.len; i++) {
		if (is_quoted && text.data[i] == '\\')
			i++;
		else if (text.data[i] == '"')
			is_quoted = !is_quoted;
		else if (!is_quoted && text.data[i] == ']')
			return i + 1;
	}
	return 0;
}

/* Structured data, and the blank before the message if there is one. */
static bool take_structured_data(struct kban_text *rest)
{
	size_t len = rest->len > 0 && rest->data[0] == '-' ? 1 : element_len(*rest);
	size_t more = len;

	while (more > 0 && rest->data[0] == '[') {
		more = element_len(behind(*rest, len));
		len += more;
	}
	if (len == 0 || (len < rest->len && rest->data[len] != ' '))
		return false;
	*rest = behind(*rest, len < rest->len ? len + 1 : len);
	return true;
}

/* "-" stands for a part that is not known. */
static struct kban_text known(struct kban_text part)
{
	return kb_text_is(part, "-") ? KB_TEXT("") : part;
}

/* What stands behind the priority, by RFC 5424. */
static bool read_new(struct kban_text rest, struct parts *out)
{
	struct kban_text version, message_id;
	struct parts parts = { 0 };

	if (!take_word(&rest, &version) || !kb_text_is(version, "1") ||
	    !take_word(&rest, &parts.stamp) || !take_word(&rest, &parts.host) ||
	    !take_word(&rest, &parts.tag) || !take_word(&rest, &parts.process) ||
	    !take_word(&rest, &message_id) || !take_structured_data(&rest))
		return false;
	parts.stamp = known(parts.stamp);
	if (parts.stamp.len > 0 && iso_stamp_len(parts.stamp) != parts.stamp.len)
		return false;
	parts.host = known(parts.host);
	parts.tag = known(parts.tag);
	parts.process = known(parts.process);
	parts.content = kb_text_starts_with(rest, "\xef\xbb\xbf") ? behind(rest, 3) : rest;
	*out = parts;
	return true;
}

static bool is_host_byte(char byte)
{
	return is_letter(byte) || kb_is_digit(byte) || strchr(".-_:", byte) != NULL;
}

/* A word that can be no tag: those end in a colon or have the number of a process in brackets. */
static bool take_host(struct kban_text *rest, struct kban_text *host)
{
	size_t len = kb_text_index(*rest, ' ');

	if (len == 0 || len == rest->len || len > HOST_NAME_MAX || rest->data[len - 1] == ':')
		return false;
	for (size_t i = 0; i < len; i++)
		if (rest->data[i] == '\0' || !is_host_byte(rest->data[i]))
			return false;
	return take_word(rest, host);
}

/* By RFC 3164, also with the stamp of RFC 3339 that many send. */
static void read_old(struct kban_text rest, struct parts *parts)
{
	size_t len = bsd_stamp_len(rest);

	*parts = (struct parts){ .content = rest };
	if (len == 0)
		len = iso_stamp_len(rest);
	if (len == 0 || (len < rest.len && rest.data[len] != ' '))
		return;
	parts->stamp = kb_text_slice(rest, 0, len);
	rest = without_blanks(behind(rest, len));
	(void)take_host(&rest, &parts->host);
	parts->content = rest;
}

static void append(struct kb_buffer *line, struct kban_text text)
{
	size_t begin = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char byte = (unsigned char)text.data[i];

		if (byte >= ' ' && byte != 0x7f)
			continue;
		kb_buffer_text(line, kb_text_slice(text, begin, i));
		kb_buffer_printf(line, "#%03o", byte);
		begin = i + 1;
	}
	kb_buffer_text(line, kb_text_slice(text, begin, text.len));
}

static void append_time(struct kb_buffer *line, kban_usec time)
{
	time_t seconds = (time_t)(time / KBAN_SECOND);
	char text[32];
	struct tm parts;
	long minutes;

	if (localtime_r(&seconds, &parts) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts) == 0)
		return;
	minutes = parts.tm_gmtoff / 60;
	kb_buffer_printf(line, "%s.%06lld%c%02ld:%02ld", text, (long long)(time % KBAN_SECOND),
			 minutes < 0 ? '-' : '+', labs(minutes) / 60, labs(minutes) % 60);
}

static void append_tag(struct kb_buffer *line, const struct parts *parts)
{
	if (parts->tag.len == 0)
		return;
	append(line, parts->tag);
	if (parts->process.len > 0) {
		kb_buffer_byte(line, '[');
		append(line, parts->process);
		kb_buffer_byte(line, ']');
	}
	kb_buffer_string(line, ": ");
}

int kb_syslog_line(struct kban_text message, const struct kb_syslog_receipt *receipt, size_t max,
		   struct kb_buffer *line)
{
	struct kban_text rest = without_end(message);
	struct parts parts;

	kb_buffer_reset(line);
	if (rest.len > max)
		rest.len = max;
	if (!take_priority(&rest) || !read_new(rest, &parts))
		read_old(rest, &parts);
	if (rest.len == 0)
		return KBAN_OK;
	if (parts.stamp.len > 0)
		kb_buffer_text(line, parts.stamp);
	else
		append_time(line, receipt->time);
	kb_buffer_byte(line, ' ');
	append(line, parts.host.len > 0 ? parts.host : kb_text(receipt->host));
	kb_buffer_byte(line, ' ');
	append_tag(line, &parts);
	append(line, parts.content);
	if (line->failed)
		return KBAN_E_NOMEM;
	if (line->len > max)
		line->len = max;
	line->data[line->len] = '\0';
	return KBAN_OK;
}
