/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/log-target.h"

#include <stdlib.h>
#include <syslog.h>

#include "base/buffer.h"
#include "base/string-list.h"
#include "base/text.h"
#include "conf/option-list.h"
#include "jail/log-template.h"

struct kban_log_target {
	enum kban_log_output output;
	char *name;
	int facility;
	bool has_time, has_padding;
	char *template;
	struct kb_string_list problems;
};

const char *const kb_log_level_names[] = {
	"CRITICAL", "ERROR", "WARNING",    "NOTICE",     "INFO",
	"MSG",      "DEBUG", "TRACEDEBUG", "HEAVYDEBUG", NULL,
};

/* Of these. */
static const int levels[] = { KBAN_CRITICAL, KBAN_ERROR, KBAN_WARNING,
			      KBAN_NOTICE,   KBAN_INFO,  18,
			      KBAN_DEBUG,    7,          5 };

int kban_log_level_parse(const char *text)
{
	struct kban_text trimmed = kb_text_trim(kb_text(text));
	long long number;

	for (size_t i = 0; kb_log_level_names[i] != NULL; i++)
		if (kb_text_is_nocase(trimmed, kb_log_level_names[i]))
			return levels[i];
	return kb_text_number(trimmed, 0, KBAN_CRITICAL, &number) ? (int)number : -1;
}

static const struct {
	const char *name;
	enum kban_log_output output;
	bool has_time;
} places[] = {
	{ "STDOUT", KBAN_LOG_TO_STDOUT, true },           { "STDERR", KBAN_LOG_TO_STDERR, true },
	{ "SYSOUT", KBAN_LOG_TO_STDOUT, false },          { "SYSLOG", KBAN_LOG_TO_SYSLOG, false },
	{ "SYSTEMD-JOURNAL", KBAN_LOG_TO_SYSLOG, false },
};

/* What the name alone says. */
static int set_name(struct kban_log_target *target, struct kban_text name)
{
	target->name = kb_text_copy(name);
	target->output = KBAN_LOG_TO_FILE;
	target->facility = LOG_DAEMON;
	target->has_time = true;
	for (size_t i = 0; i < kb_array_size(places); i++)
		if (kb_text_is_nocase(name, places[i].name)) {
			target->output = places[i].output;
			target->has_time = places[i].has_time;
		}
	target->has_padding = target->output != KBAN_LOG_TO_SYSLOG;
	return target->name != NULL ? KBAN_OK : KBAN_E_NOMEM;
}

__attribute__((format(printf, 2, 3))) static int add_problem(struct kban_log_target *target,
							     const char *format, ...)
{
	kb_auto_clear(buffer) text = { 0 };
	va_list arguments;
	int status;

	va_start(arguments, format);
	status = kb_buffer_vprintf(&text, format, arguments);
	va_end(arguments);
	return status == KBAN_OK
		       ? kb_string_list_append(&target->problems, kb_buffer_content(&text))
		       : status;
}

/* "'WORD' is no NAME; is 'NEAREST' meant?" */
static int add_slip(struct kban_log_target *target, const char *word, const char *what,
		    const char *const *names)
{
	const char *nearest = kban_text_nearest(word, names);

	if (nearest != NULL)
		return add_problem(target, "'%.*s' is no %s; is '%s' meant?", KB_QUOTE_MAX, word,
				   what, nearest);
	return add_problem(target, "'%.*s' is no %s", KB_QUOTE_MAX, word, what);
}

static int read_switch(struct kban_log_target *target, const struct kb_option *option, bool *out)
{
	*out = kb_value_bool(&option->value);
	if (kb_value_is_bool(&option->value))
		return KBAN_OK;
	return add_problem(target, "%s must be on or off, not '%.*s', which counts as off",
			   option->name, KB_QUOTE_MAX, option->value.text);
}

static int read_time(struct kban_log_target *target, const struct kb_option *option)
{
	return read_switch(target, option, &target->has_time);
}

static int read_padding(struct kban_log_target *target, const struct kb_option *option)
{
	return read_switch(target, option, &target->has_padding);
}

static const struct {
	const char *name;
	int number;
} facilities[] = {
	{ "kern", LOG_KERN },     { "user", LOG_USER },         { "mail", LOG_MAIL },
	{ "daemon", LOG_DAEMON }, { "auth", LOG_AUTH },         { "syslog", LOG_SYSLOG },
	{ "lpr", LOG_LPR },       { "news", LOG_NEWS },         { "uucp", LOG_UUCP },
	{ "cron", LOG_CRON },     { "authpriv", LOG_AUTHPRIV }, { "ftp", LOG_FTP },
	{ "local0", LOG_LOCAL0 }, { "local1", LOG_LOCAL1 },     { "local2", LOG_LOCAL2 },
	{ "local3", LOG_LOCAL3 }, { "local4", LOG_LOCAL4 },     { "local5", LOG_LOCAL5 },
	{ "local6", LOG_LOCAL6 }, { "local7", LOG_LOCAL7 },
};

static int read_facility(struct kban_log_target *target, const struct kb_option *option)
{
	const char *names[kb_array_size(facilities) + 1] = { NULL };

	if (target->output != KBAN_LOG_TO_SYSLOG)
		return add_problem(target, "facility is for SYSLOG alone");
	for (size_t i = 0; i < kb_array_size(facilities); i++) {
		names[i] = facilities[i].name;
		if (!kb_text_is_nocase(kb_text(option->value.text), facilities[i].name))
			continue;
		target->facility = facilities[i].number;
		return KBAN_OK;
	}
	return add_slip(target, option->value.text, "facility of syslog(3), daemon is used", names);
}

static int check_piece(struct kban_log_target *target, const struct kb_log_piece *piece)
{
	kb_autofree char *name = NULL;

	if (piece->is_known)
		return KBAN_OK;
	if (piece->field < 0)
		return add_problem(target, "format: write %%%% for a percent sign");
	name = kb_text_copy(piece->text);
	if (name == NULL)
		return KBAN_E_NOMEM;
	if (kb_log_fields[piece->field] == NULL)
		return add_slip(target, name, "field of format", kb_log_fields);
	return add_problem(target, "format: behind %%(%s) there must be s, d or f", name);
}

static int read_format(struct kban_log_target *target, const struct kb_option *option)
{
	struct kban_text rest = kb_text(option->value.text);
	struct kb_log_piece piece;
	int status = KBAN_OK;

	target->template = strdup(option->value.text);
	if (target->template == NULL)
		return KBAN_E_NOMEM;
	while (status == KBAN_OK && kb_log_template_next(&rest, &piece))
		status = check_piece(target, &piece);
	return status;
}

static int read_option(struct kban_log_target *target, const struct kb_option *option)
{
	static const char *const names[] = { "datetime", "padding", "format", "facility", NULL };
	static int (*const readers[])(struct kban_log_target *,
				      const struct kb_option *) = { read_time, read_padding,
								    read_format, read_facility };

	for (size_t i = 0; names[i] != NULL; i++)
		if (strcmp(option->name, names[i]) == 0)
			return readers[i](target, option);
	return add_slip(target, option->name, "option of a log target", names);
}

/* Where nothing else is said, lines look as fail2ban's, which other programs read. */
static int set_template(struct kban_log_target *target)
{
	kb_auto_clear(buffer) text = { 0 };

	if (target->template != NULL)
		return KBAN_OK;
	kb_buffer_string(&text, target->has_time ? "%(asctime)s " : "");
	kb_buffer_string(&text, target->has_padding
					? "%(name)-24s[%(process)d]: %(levelname)-7s %(message)s"
					: "%(name)s[%(process)d]: %(levelname)s %(message)s");
	target->template = kb_buffer_take(&text);
	return target->template != NULL ? KBAN_OK : KBAN_E_NOMEM;
}

static int read_all(struct kban_log_target *target, const struct kb_named_options *item)
{
	int status = set_name(target, kb_text(item->name));

	for (size_t i = 0; i < item->options.count && status == KBAN_OK; i++)
		status = read_option(target, &item->options.items[i]);
	return status == KBAN_OK ? set_template(target) : status;
}

int kb_log_target_read(const struct kb_value *value, struct kban_log_target **out,
		       struct kban_error **err)
{
	kban_auto(log_target) target = calloc(1, sizeof(*target));
	struct kban_text text = kb_text_trim(kb_text(value->text));
	int status;

	if (target == NULL)
		return kb_fail_memory(err);
	if (strchr(value->text, '[') == NULL) {
		status = set_name(target, text);
		if (status == KBAN_OK)
			status = set_template(target);
	} else {
		kb_auto_clear(named_options) item = { 0 };

		status = kb_named_options_parse(value, &item, err);
		if (status != KBAN_OK)
			return status;
		status = read_all(target, &item);
	}
	if (status != KBAN_OK)
		return kb_fail_memory(err);
	if (target->name[0] == '\0')
		return kb_fail(err, KBAN_E_SYNTAX, kb_value_where(value),
			       "logtarget: '%.*s' names no target", KB_QUOTE_MAX, value->text);
	*out = kb_steal(target);
	return KBAN_OK;
}

int kban_log_target_new(const char *text, struct kban_log_target **out, struct kban_error **err)
{
	kb_auto_clear(value) value = { 0 };

	if (kb_value_init(&value, kb_text(text), NULL) != KBAN_OK)
		return kb_fail_memory(err);
	return kb_log_target_read(&value, out, err);
}

void kban_log_target_free(struct kban_log_target *target)
{
	if (target == NULL)
		return;
	free(target->name);
	free(target->template);
	kb_string_list_clear(&target->problems);
	free(target);
}

enum kban_log_output kban_log_target_output(const struct kban_log_target *target)
{
	return target->output;
}

const char *kban_log_target_name(const struct kban_log_target *target)
{
	return target->name;
}

int kban_log_target_facility(const struct kban_log_target *target)
{
	return target->facility;
}

const char *kban_log_target_problem(const struct kban_log_target *target, size_t index)
{
	return index < target->problems.count ? target->problems.items[index] : NULL;
}

size_t kban_log_target_print(const struct kban_log_target *target, const struct kban_log_line *line,
			     char *buffer, size_t size)
{
	return kb_log_template_print(target->template, line, buffer, size);
}
