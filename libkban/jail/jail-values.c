/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings that are more than texts: read by type, and checked. */
#include <kban/duration.h>

#include "base/text.h"
#include "conf/blank.h"
#include "jail/jail-config.h"
#include "jail/setting.h"

/* What bantime.formula says in fail2ban's own files, without blanks: each ban twice the last one.
 */
#define DOUBLING "ban.Time*(1<<(ban.Countifban.Count<20else20))*banFactor"

/* Takes over @a error. */
static int complain(const struct kb_jail_origin *origin, struct kban_jail_config *jail,
		    struct kban_error *error)
{
	return kb_problem_list_take(origin->problems, KB_PROBLEM_ERROR, jail->name, error);
}

/* A warning "PLACE: SETTING PROBLEM 'VALUE'; ADVICE". */
static int warn(const struct kb_jail_origin *origin, struct kban_jail_config *jail,
		enum kban_setting setting, const char *problem, const char *advice)
{
	const struct kb_value *value = kb_jail_config_value(jail, setting);

	return kb_problem_list_add(origin->problems, KB_PROBLEM_WARNING, jail->name,
				   kb_value_where(value), "%s %s '%.*s'; %s",
				   kb_settings[setting].name, problem, KB_QUOTE_MAX, value->text,
				   advice);
}

static int convert(const struct kb_jail_origin *origin, struct kban_jail_config *jail,
		   enum kban_setting setting)
{
	const struct kb_setting *rule = &kb_settings[setting];
	const struct kb_value *value = kb_jail_config_value(jail, setting);
	struct kban_error *error = NULL;
	int status;

	jail->numbers[setting] = rule->preset;
	if (value == NULL)
		return KBAN_OK;
	if (rule->type == KB_SETTING_SWITCH && !kb_value_is_bool(value))
		status = kb_problem_list_add(
			origin->problems, KB_PROBLEM_WARNING, jail->name, kb_value_where(value),
			"%s must be yes or no, not '%.*s', which counts as "
			"no%s",
			rule->name, KB_QUOTE_MAX, value->text, kb_value_comment_hint(value));
	else
		status = KBAN_OK;
	if (status == KBAN_OK)
		status = kb_setting_read(rule, value, &jail->numbers[setting], &error);
	if (status == KBAN_E_SYNTAX)
		return complain(origin, jail, error);
	return status;
}

/* One of the words, in any case. */
static bool is_word(struct kban_text text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (kb_text_is_nocase(text, words[i]))
			return true;
	}
	return false;
}

static int check_backend(const struct kb_jail_origin *origin, struct kban_jail_config *jail)
{
	static const char *const backends[] = { "auto", "pyinotify", "polling", "gamin",
						"systemd" };
	const struct kb_value *value = kb_jail_config_value(jail, KBAN_SETTING_BACKEND);
	kb_auto_clear(named_options) item = { 0 };
	struct kban_error *error = NULL;
	int status;

	if (value == NULL)
		return KBAN_OK;
	status = kb_named_options_parse(value, &item, &error);
	if (status == KBAN_OK && !is_word(kb_text(item.name), backends, kb_array_size(backends)))
		status = kb_fail(&error, KBAN_E_SYNTAX, kb_value_where(value),
				 "backend must be auto, pyinotify, polling or systemd, not '%.*s'",
				 KB_QUOTE_MAX, value->text);
	return status == KBAN_E_SYNTAX ? complain(origin, jail, error) : status;
}

static int check_usedns(const struct kb_jail_origin *origin, struct kban_jail_config *jail)
{
	static const char *const words[] = { "yes", "warn", "no", "raw" };
	const char *text = kban_jail_config_text(jail, KBAN_SETTING_USEDNS);
	struct kban_text word = kb_blank_trim(kb_text(text));

	if (word.len == 0 || is_word(word, words, kb_array_size(words)))
		return KBAN_OK;
	return warn(origin, jail, KBAN_SETTING_USEDNS, "must be yes, warn, no or raw, not",
		    "'no' is used");
}

static int check_bantime(const struct kb_jail_origin *origin, struct kban_jail_config *jail)
{
	const struct kb_value *value = kb_jail_config_value(jail, KBAN_SETTING_BANTIME);
	double seconds;

	if (value == NULL ||
	    kban_duration_parse(kb_blank_trim(kb_text(value->text)), &seconds) != KBAN_OK ||
	    seconds >= 0 || seconds == -1)
		return KBAN_OK;
	return warn(origin, jail, KBAN_SETTING_BANTIME, "is negative in",
		    "that is for ever, as -1 is");
}

/* Arithmetic on numbers; units make no sense here, but no harm either. */
static int read_factor(const struct kb_jail_origin *origin, struct kban_jail_config *jail)
{
	const struct kb_value *value = kb_jail_config_value(jail, KBAN_SETTING_BANTIME_FACTOR);
	struct kban_error *error = NULL;
	struct kban_text text;

	jail->factor = 1;
	if (value == NULL)
		return KBAN_OK;
	text = kb_blank_trim(kb_text(value->text));
	if (text.len == 0 ||
	    (kban_duration_parse(text, &jail->factor) == KBAN_OK && jail->factor > 0))
		return KBAN_OK;
	jail->factor = 1;
	kb_fail(&error, KBAN_E_SYNTAX, kb_value_where(value),
		"bantime.factor must be a number above zero, not '%.*s'%s", KB_QUOTE_MAX,
		value->text, kb_value_comment_hint(value));
	return complain(origin, jail, error);
}

/* KBAN_E_SYNTAX: the word is no number, or one too many. */
static int add_multiplier(struct kban_jail_config *jail, size_t *capacity, struct kban_text word)
{
	long long number;

	if (jail->multiplier_count >= KB_JAIL_MULTIPLIERS_MAX ||
	    !kb_text_number(word, 1, INT32_MAX, &number))
		return KBAN_E_SYNTAX;
	if (kb_array_room(&jail->multipliers, capacity, jail->multiplier_count,
			  sizeof(*jail->multipliers)) < 0)
		return KBAN_E_NOMEM;
	jail->multipliers[jail->multiplier_count++] = (unsigned)number;
	return KBAN_OK;
}

static int read_multipliers(const struct kb_jail_origin *origin, struct kban_jail_config *jail)
{
	const struct kb_value *value = kb_jail_config_value(jail, KBAN_SETTING_BANTIME_MULTIPLIERS);
	struct kban_error *error = NULL;
	struct kban_text rest;
	struct kban_text word;
	size_t capacity = 0;
	int status = KBAN_OK;

	if (value == NULL)
		return KBAN_OK;
	rest = kb_text(value->text);
	while (status == KBAN_OK && kb_text_next_word(&rest, " \t\n", &word))
		status = add_multiplier(jail, &capacity, word);
	if (status != KBAN_E_SYNTAX)
		return status;
	kb_fail(&error, status, kb_value_where(value),
		"bantime.multipliers must be at most %d whole numbers from 1 up, not '%.*s'%s",
		KB_JAIL_MULTIPLIERS_MAX, KB_QUOTE_MAX, value->text, kb_value_comment_hint(value));
	return complain(origin, jail, error);
}

/* @a text is @a plain with blanks in it. */
static bool is_spaced(const char *text, const char *plain)
{
	for (; *text != '\0'; text++) {
		if (*text == ' ' || *text == '\t' || *text == '\n')
			continue;
		if (*text != *plain)
			return false;
		plain++;
	}
	return *plain == '\0';
}

/* A formula is a program of fail2ban's language. Silence would hide that it has no effect. */
static int check_formula(const struct kb_jail_origin *origin, struct kban_jail_config *jail)
{
	const char *text = kban_jail_config_text(jail, KBAN_SETTING_BANTIME_FORMULA);

	if (text == NULL || *text == '\0' || is_spaced(text, DOUBLING) ||
	    jail->multiplier_count > 0 || jail->numbers[KBAN_SETTING_BANTIME_INCREMENT] == 0)
		return KBAN_OK;
	return warn(origin, jail, KBAN_SETTING_BANTIME_FORMULA, "is not evaluated:",
		    "each ban lasts twice as long as the one before; bantime.multipliers can say "
		    "otherwise");
}

static int check_ignore_command(const struct kb_jail_origin *origin, struct kban_jail_config *jail)
{
	const char *text = kban_jail_config_text(jail, KBAN_SETTING_IGNORECOMMAND);

	if (text == NULL || *text == '\0')
		return KBAN_OK;
	return warn(origin, jail, KBAN_SETTING_IGNORECOMMAND, "is not run:",
		    "whom it would pass over is counted; ignoreip can protect addresses");
}

int kb_jail_values_read(const struct kb_jail_origin *origin, struct kban_jail_config *jail)
{
	static int (*const readers[])(const struct kb_jail_origin *, struct kban_jail_config *) = {
		check_backend,    check_usedns,  check_bantime,        read_factor,
		read_multipliers, check_formula, check_ignore_command,
	};
	int status = KBAN_OK;

	for (int i = 0; i < KBAN_SETTING_COUNT && status == KBAN_OK; i++)
		status = convert(origin, jail, (enum kban_setting)i);
	for (size_t i = 0; i < kb_array_size(readers) && status == KBAN_OK; i++)
		status = readers[i](origin, jail);
	return status;
}
