/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/log-template.h"

#include <stdio.h>
#include <time.h>

#include "base/text.h"
#include "jail/log-target.h"

/* Columns of a field at most. */
#define WIDTH_MAX 200

enum field { ASCTIME, CREATED, LEVELNAME, LEVELNO, MESSAGE, MSECS, NAME, PROCESS };

const char *const kb_log_fields[] = {
	[ASCTIME] = "asctime", [CREATED] = "created", [LEVELNAME] = "levelname",
	[LEVELNO] = "levelno", [MESSAGE] = "message", [MSECS] = "msecs",
	[NAME] = "name",       [PROCESS] = "process", NULL,
};

static char take_byte(struct kban_text *rest)
{
	char byte = '\0';

	if (rest->len > 0) {
		byte = rest->data[0];
		*rest = kb_text_slice(*rest, 1, rest->len);
	}
	return byte;
}

static int take_number(struct kban_text *rest)
{
	int number = 0;

	while (rest->len > 0 && rest->data[0] >= '0' && rest->data[0] <= '9') {
		int digit = take_byte(rest) - '0';

		number = number < WIDTH_MAX ? number * 10 + digit : WIDTH_MAX;
	}
	return number < WIDTH_MAX ? number : WIDTH_MAX;
}

/* "-7s", what stands behind the name. */
static void take_layout(struct kban_text *rest, struct kb_log_piece *piece)
{
	while (rest->len > 0 && strchr("-0+ #", rest->data[0]) != NULL) {
		char flag = take_byte(rest);

		piece->is_left |= flag == '-';
		piece->has_zeros |= flag == '0';
	}
	piece->width = take_number(rest);
	if (rest->len > 0 && rest->data[0] == '.') {
		take_byte(rest);
		piece->precision = take_number(rest);
	}
	piece->conversion = take_byte(rest);
}

/* "(levelname)-7s", behind a percent sign. */
static void take_field(struct kban_text *rest, struct kb_log_piece *piece)
{
	size_t end = kb_text_index(*rest, ')');
	int i = 0;

	piece->text = kb_text_slice(*rest, 1, end);
	*rest = kb_text_slice(*rest, end + 1, rest->len);
	take_layout(rest, piece);
	while (kb_log_fields[i] != NULL && !kb_text_is(piece->text, kb_log_fields[i]))
		i++;
	piece->field = i;
	piece->is_known = kb_log_fields[i] != NULL && piece->conversion != '\0' &&
			  strchr("sdif", piece->conversion) != NULL;
}

bool kb_log_template_next(struct kban_text *rest, struct kb_log_piece *piece)
{
	size_t percent = kb_text_index(*rest, '%');

	*piece = (struct kb_log_piece){ .field = -1, .precision = -1, .is_known = true };
	if (rest->len == 0)
		return false;
	if (percent > 0) {
		piece->text = kb_text_slice(*rest, 0, percent);
		*rest = kb_text_slice(*rest, percent, rest->len);
		return true;
	}
	take_byte(rest);
	if (rest->len > 0 && rest->data[0] == '(') {
		take_field(rest, piece);
		return true;
	}
	/* "%%" is a percent sign; one alone is written as it is, and told. */
	piece->text = KB_TEXT("%");
	piece->is_known = rest->len > 0 && rest->data[0] == '%';
	if (piece->is_known)
		take_byte(rest);
	return true;
}

struct output {
	char *buffer;
	size_t size, len;
};

static void put(struct output *out, struct kban_text text)
{
	size_t room = out->size - 1 - out->len;
	size_t len = text.len < room ? text.len : room;

	if (len > 0)
		memcpy(out->buffer + out->len, text.data, len);
	out->len += len;
}

static void put_blanks(struct output *out, char blank, size_t count)
{
	while (count-- > 0)
		put(out, (struct kban_text){ &blank, 1 });
}

/* Room for the longest of the values that are no texts. */
#define VALUE_SIZE 64

static int print_time(kban_usec time, char *out)
{
	time_t seconds = (time_t)(time / KBAN_SECOND);
	struct tm parts;
	size_t len = 0;

	if (localtime_r(&seconds, &parts) != NULL)
		len = strftime(out, VALUE_SIZE, "%Y-%m-%d %H:%M:%S", &parts);
	return (int)len +
	       snprintf(out + len, VALUE_SIZE - len, ",%03d", (int)(time % KBAN_SECOND / 1000));
}

static struct kban_text level_name(int level)
{
	size_t i = 0;

	while (kb_log_level_names[i + 1] != NULL &&
	       kban_log_level_parse(kb_log_level_names[i]) > level)
		i++;
	return kb_text(kb_log_level_names[i]);
}

/* A number as %d or %f write it; %s as %d does. */
static int print_number(const struct kb_log_piece *piece, double number, char *out)
{
	if (piece->conversion == 'f')
		return snprintf(out, VALUE_SIZE, "%.*f",
				piece->precision >= 0 && piece->precision < 9 ? piece->precision
									      : 6,
				number);
	return snprintf(out, VALUE_SIZE, "%lld", (long long)number);
}

/* @param scratch  VALUE_SIZE bytes, to which the text may point. */
static struct kban_text value_of(const struct kb_log_piece *piece, const struct kban_log_line *line,
				 char *scratch)
{
	double number = 0;

	switch ((enum field)piece->field) {
	case ASCTIME:
		return (struct kban_text){ scratch, (size_t)print_time(line->time, scratch) };
	case LEVELNAME:
		return level_name(line->level);
	case MESSAGE:
		return kb_text(line->message);
	case NAME:
		snprintf(scratch, VALUE_SIZE, "fail2ban.%s", line->topic);
		return kb_text(scratch);
	case CREATED:
		number = (double)line->time / (double)KBAN_SECOND;
		break;
	case LEVELNO:
		number = line->level;
		break;
	case MSECS:
		number = (double)(line->time % KBAN_SECOND / 1000);
		break;
	case PROCESS:
		number = line->process;
		break;
	}
	return (struct kban_text){ scratch, (size_t)print_number(piece, number, scratch) };
}

/* No character is cut in two. */
static struct kban_text cut(struct kban_text text, int precision)
{
	size_t len = precision >= 0 ? (size_t)precision : text.len;

	if (len >= text.len)
		return text;
	while (len > 0 && ((unsigned char)text.data[len] & 0xc0) == 0x80)
		len--;
	return kb_text_slice(text, 0, len);
}

static void put_field(struct output *out, const struct kb_log_piece *piece,
		      const struct kban_log_line *line)
{
	char scratch[VALUE_SIZE];
	struct kban_text value = value_of(piece, line, scratch);
	bool is_number = piece->conversion != 's';
	size_t blanks;

	if (!is_number)
		value = cut(value, piece->precision);
	blanks = (size_t)piece->width > value.len ? (size_t)piece->width - value.len : 0;
	if (!piece->is_left)
		put_blanks(out, piece->has_zeros && is_number ? '0' : ' ', blanks);
	put(out, value);
	if (piece->is_left)
		put_blanks(out, ' ', blanks);
}

size_t kb_log_template_print(const char *template, const struct kban_log_line *line, char *buffer,
			     size_t size)
{
	struct output out = { .buffer = buffer, .size = size };
	struct kban_text rest = kb_text(template);
	struct kb_log_piece piece;

	while (kb_log_template_next(&rest, &piece)) {
		if (piece.field < 0)
			put(&out, piece.text);
		else if (piece.is_known)
			put_field(&out, &piece, line);
	}
	buffer[out.len] = '\0';
	return out.len;
}
