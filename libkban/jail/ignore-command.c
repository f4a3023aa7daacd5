/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/ignore-command.h"

#include <kban/duration.h>
#include <kban/text.h>

#include "action/action-render.h"
#include "base/buffer.h"
#include "base/text.h"
#include "conf/blank.h"

/* What is remembered where nothing is said: little, and not for long. */
#define OWN_ANSWERS 1000
#define OWN_AGE     (60 * KBAN_SECOND)

/* What ignorecache stands for where it does not say all. */
#define ANSWERS 100
#define AGE     (300 * KBAN_SECOND)

static const char *const option_names[] = { "key", "max-count", "max-time", NULL };

static int complain(const struct kb_jail_origin *origin, struct kban_jail_config *jail,
		    struct kban_error *error)
{
	return kb_problem_list_take(origin->problems, KB_PROBLEM_ERROR, jail->name, error);
}

/* key="<ip>", max-count=100, max-time=5m */
static int parse(const struct kb_value *value, struct kb_named_options *out,
		 struct kban_error **err)
{
	kb_auto_clear(buffer) text = { 0 };
	kb_auto_clear(value) whole = { 0 };
	int status;

	kb_buffer_string(&text, "ignorecache[");
	kb_buffer_string(&text, value->text);
	kb_buffer_byte(&text, ']');
	if (text.failed)
		return KBAN_E_NOMEM;
	status = kb_value_init(&whole, kb_buffer_content(&text), kb_value_where(value));
	return status == KBAN_OK ? kb_named_options_parse(&whole, out, err) : status;
}

static int check_names(const struct kb_jail_origin *origin, const struct kban_jail_config *jail,
		       const struct kb_value *value, const struct kb_options *options)
{
	int status = KBAN_OK;

	for (size_t i = 0; i < options->count && status == KBAN_OK; i++) {
		const char *name = options->items[i].name;
		const char *meant = kban_text_nearest(name, option_names);
		bool is_known = meant != NULL && strcmp(meant, name) == 0;

		if (!is_known)
			status = kb_problem_list_add(
				origin->problems, KB_PROBLEM_WARNING, jail->name,
				kb_value_where(value),
				"ignorecache: '%.*s' means nothing; there are key, max-count and "
				"max-time",
				KB_QUOTE_MAX, name);
	}
	return status;
}

static int read_count(const struct kb_options *options, const struct kb_where *where,
		      struct kban_jail_config *jail, struct kban_error **err)
{
	const struct kb_value *given = kb_options_find(options, "max-count");
	long long number;

	if (given == NULL)
		return KBAN_OK;
	if (!kb_text_number(kb_blank_trim(kb_text(given->text)), 0, KB_IGNORE_ANSWERS_MAX, &number))
		return kb_fail(err, KBAN_E_SYNTAX, where,
			       "ignorecache: max-count must be a number up to %d, not '%.*s'",
			       KB_IGNORE_ANSWERS_MAX, KB_QUOTE_MAX, given->text);
	jail->ignore_answers = (unsigned)number;
	return KBAN_OK;
}

static int read_age(const struct kb_options *options, const struct kb_where *where,
		    struct kban_jail_config *jail, struct kban_error **err)
{
	const struct kb_value *given = kb_options_find(options, "max-time");
	double seconds;

	if (given == NULL)
		return KBAN_OK;
	if (kban_duration_parse(kb_blank_trim(kb_text(given->text)), &seconds) != KBAN_OK ||
	    !(seconds >= 0 && seconds < 1e10))
		return kb_fail(err, KBAN_E_SYNTAX, where,
			       "ignorecache: max-time must be a time such as 5m, not '%.*s'",
			       KB_QUOTE_MAX, given->text);
	jail->ignore_age = (kban_usec)(seconds * (double)KBAN_SECOND);
	return KBAN_OK;
}

static int read_key(const struct kb_options *options, const struct kb_where *where,
		    struct kban_jail_config *jail, struct kban_error **err)
{
	const struct kb_value *given = kb_options_find(options, "key");

	if (given == NULL || *given->text == '\0')
		return kb_fail(err, KBAN_E_SYNTAX, where,
			       "ignorecache has no key; write, for instance, key=\"<ip>\"");
	jail->ignore_key = strdup(given->text);
	return jail->ignore_key != NULL ? KBAN_OK : KBAN_E_NOMEM;
}

static int read_cache(const struct kb_jail_origin *origin, struct kban_jail_config *jail,
		      const struct kb_value *value, struct kban_error **err)
{
	kb_auto_clear(named_options) item = { 0 };
	const struct kb_where *where = kb_value_where(value);
	int status = parse(value, &item, err);

	if (status == KBAN_OK)
		status = check_names(origin, jail, value, &item.options);
	if (status == KBAN_OK)
		status = read_count(&item.options, where, jail, err);
	if (status == KBAN_OK)
		status = read_age(&item.options, where, jail, err);
	return status == KBAN_OK ? read_key(&item.options, where, jail, err) : status;
}

static int read_command(const struct kb_jail_origin *origin, struct kban_jail_config *jail)
{
	const struct kb_value *value = kb_jail_config_value(jail, KBAN_SETTING_IGNORECOMMAND);
	struct kban_error *error = NULL;

	if (value == NULL || kb_blank_trim(kb_text(value->text)).len == 0)
		return KBAN_OK;
	jail->ignore_command = value->text;
	if (strlen(value->text) < KB_SCRIPT_MAX / 2)
		return KBAN_OK;
	kb_fail(&error, KBAN_E_SYNTAX, kb_value_where(value), "ignorecommand is too long");
	return complain(origin, jail, error);
}

int kb_ignore_command_read(const struct kb_jail_origin *origin, struct kban_jail_config *jail)
{
	const struct kb_value *value = kb_jail_config_value(jail, KBAN_SETTING_IGNORECACHE);
	struct kban_error *error = NULL;
	int status = read_command(origin, jail);

	jail->ignore_answers = OWN_ANSWERS;
	jail->ignore_age = OWN_AGE;
	if (status != KBAN_OK || value == NULL || kb_blank_trim(kb_text(value->text)).len == 0)
		return status;
	jail->ignore_answers = ANSWERS;
	jail->ignore_age = AGE;
	status = read_cache(origin, jail, value, &error);
	return status == KBAN_E_SYNTAX ? complain(origin, jail, error) : status;
}
