/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings that are more than texts: read by type, and checked. */
#include <math.h>
#include <stdio.h>

#include <kban/duration.h>

#include "base/decoder.h"
#include "base/text.h"
#include "conf/blank.h"
#include "date/date-zone.h"
#include "decide/formula.h"
#include "jail/ignore-command.h"
#include "jail/jail-config.h"
#include "jail/setting.h"

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

/* What is beyond a range is brought into it, and that is told. */
static int check_range(const struct kb_jail_origin *origin, struct kban_jail_config *jail,
		       enum kban_setting setting)
{
	const struct kb_setting *rule = &kb_settings[setting];
	long long number = jail->numbers[setting];
	long long used = number < rule->least ? rule->least : rule->most;
	char advice[64];

	if (rule->most == 0 || (number >= rule->least && number <= rule->most))
		return KBAN_OK;
	/* That is how files of fail2ban say it. */
	if (setting == KBAN_SETTING_MAXRETRY && number < rule->least)
		return warn(origin, jail, setting, "bans at the first failure with", "as 1 does");
	snprintf(advice, sizeof(advice), "%lld is used", used);
	return warn(origin, jail, setting, "is out of its range with", advice);
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
	return status == KBAN_OK ? check_range(origin, jail, setting) : status;
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
	static const char *const backends[] = { "auto",    "inotify", "pyinotify",
						"polling", "gamin",   "systemd" };
	const struct kb_value *value = kb_jail_config_value(jail, KBAN_SETTING_BACKEND);
	kb_auto_clear(named_options) item = { 0 };
	struct kban_error *error = NULL;
	int status;

	if (value == NULL)
		return KBAN_OK;
	status = kb_named_options_parse(value, &item, &error);
	if (status == KBAN_OK && !is_word(kb_text(item.name), backends, kb_array_size(backends)))
		status = kb_fail(&error, KBAN_E_SYNTAX, kb_value_where(value),
				 "backend must be auto, inotify, polling or systemd, not '%.*s'",
				 KB_QUOTE_MAX, value->text);
	return status == KBAN_E_SYNTAX ? complain(origin, jail, error) : status;
}

/* Two words, of which the first is the default. */
static int read_choice(const struct kb_jail_origin *origin, struct kban_jail_config *jail,
		       enum kban_setting setting, const char *const words[2])
{
	const struct kb_value *value = kb_jail_config_value(jail, setting);
	struct kban_text word = kb_blank_trim(kb_text(value != NULL ? value->text : ""));

	jail->numbers[setting] = kb_text_is_nocase(word, words[1]);
	if (word.len == 0 || is_word(word, words, 2))
		return KBAN_OK;
	return kb_problem_list_add(origin->problems, KB_PROBLEM_PART, jail->name,
				   kb_value_where(value),
				   "%s must be %s or %s, not '%.*s'; '%s' is used%s",
				   kb_settings[setting].name, words[0], words[1], KB_QUOTE_MAX,
				   value->text, words[0], kb_value_comment_hint(value));
}

static int read_window(const struct kb_jail_origin *origin, struct kban_jail_config *jail)
{
	static const char *const words[] = { "exact", "f2b" };

	return read_choice(origin, jail, KBAN_SETTING_WINDOW, words);
}

static int read_restore(const struct kb_jail_origin *origin, struct kban_jail_config *jail)
{
	static const char *const words[] = { "keep", "strict-f2b" };

	return read_choice(origin, jail, KBAN_SETTING_RESTORE, words);
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

static int check_zone(const struct kb_jail_origin *origin, struct kban_jail_config *jail)
{
	const struct kb_value *value = kb_jail_config_value(jail, KBAN_SETTING_LOGTIMEZONE);
	struct kban_error *error = NULL;
	int minutes;

	if (value == NULL || kb_date_zone_parse(kb_blank_trim(kb_text(value->text)), &minutes))
		return KBAN_OK;
	kb_fail(&error, KBAN_E_SYNTAX, kb_value_where(value),
		"logtimezone: unknown zone '%.*s'; write an offset, such as UTC+0200%s",
		KB_QUOTE_MAX, value->text, kb_value_comment_hint(value));
	return complain(origin, jail, error);
}

static int check_encoding(const struct kb_jail_origin *origin, struct kban_jail_config *jail)
{
	const struct kb_value *value = kb_jail_config_value(jail, KBAN_SETTING_LOGENCODING);
	kb_auto(decoder) decoder = NULL;
	struct kban_error *error = NULL;
	int status;

	if (value == NULL)
		return KBAN_OK;
	status = kb_decoder_new(value->text, &decoder);
	if (status != KBAN_E_NOTFOUND)
		return status;
	kb_fail(&error, KBAN_E_SYNTAX, kb_value_where(value),
		"logencoding: unknown encoding '%.*s'; iconv -l lists those that there are%s",
		KB_QUOTE_MAX, value->text, kb_value_comment_hint(value));
	return complain(origin, jail, error);
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

/* Arithmetic without names. */
static int evaluate_factor(const char *text, double *out, struct kban_error **err)
{
	kb_auto(formula) formula = NULL;
	struct kb_formula_input nothing = { .factor = 1 };
	int status = kb_formula_new(kb_text(text), &formula, err);

	if (status == KBAN_OK)
		status = kb_formula_value(formula, &nothing, out, err);
	if (status == KBAN_E_NOMEM)
		return status;
	if (status == KBAN_OK && !(*out > 0 && isfinite(*out)))
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "it is not above zero");
	return status < 0 ? KBAN_E_SYNTAX : KBAN_OK;
}

static int read_factor(const struct kb_jail_origin *origin, struct kban_jail_config *jail)
{
	const struct kb_value *value = kb_jail_config_value(jail, KBAN_SETTING_BANTIME_FACTOR);
	kban_auto(error) reason = NULL;
	struct kban_error *error = NULL;
	double factor;
	int status;

	jail->factor = 1;
	if (value == NULL || kb_blank_trim(kb_text(value->text)).len == 0)
		return KBAN_OK;
	status = evaluate_factor(value->text, &factor, &reason);
	if (status == KBAN_OK)
		jail->factor = factor;
	if (status != KBAN_E_SYNTAX)
		return status;
	kb_fail(&error, KBAN_E_SYNTAX, kb_value_where(value),
		"bantime.factor must be a number above zero, not '%.*s': %s%s", KB_QUOTE_MAX,
		value->text, kban_error_text(reason), kb_value_comment_hint(value));
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

/* A formula that has a value for the first bans has one for all, as far as anybody can tell. */
#define FORMULA_TRIES 25

static int try_formula(const struct kban_jail_config *jail, const char *text,
		       struct kban_error **err)
{
	kb_auto(formula) formula = NULL;
	struct kb_formula_input input = { .factor = jail->factor };
	int status = kb_formula_new(kb_text(text), &formula, err);
	double value;

	input.time = (double)jail->numbers[KBAN_SETTING_BANTIME] / (double)KBAN_SECOND;
	for (input.count = 1; status == KBAN_OK && input.count <= FORMULA_TRIES; input.count++)
		status = kb_formula_value(formula, &input, &value, err);
	return status;
}

/* A mistake in it is told; bans get longer all the same. */
static int read_formula(const struct kb_jail_origin *origin, struct kban_jail_config *jail)
{
	const struct kb_value *value = kb_jail_config_value(jail, KBAN_SETTING_BANTIME_FORMULA);
	kban_auto(error) reason = NULL;
	int status;

	jail->formula = NULL;
	if (value == NULL || kb_blank_trim(kb_text(value->text)).len == 0)
		return KBAN_OK;
	status = try_formula(jail, value->text, &reason);
	if (status == KBAN_E_NOMEM)
		return status;
	if (status == KBAN_OK) {
		jail->formula = value->text;
		return KBAN_OK;
	}
	return kb_problem_list_add(origin->problems, KB_PROBLEM_PART, jail->name,
				   kb_value_where(value),
				   "bantime.formula: %s; each ban is twice the one before instead",
				   kban_error_text(reason));
}

int kb_jail_values_read(const struct kb_jail_origin *origin, struct kban_jail_config *jail)
{
	static int (*const readers[])(const struct kb_jail_origin *, struct kban_jail_config *) = {
		check_backend,          check_usedns, check_zone,       check_encoding,
		check_bantime,          read_factor,  read_multipliers, read_formula,
		kb_ignore_command_read, read_window,  read_restore,
	};
	int status = KBAN_OK;

	for (int i = 0; i < KBAN_SETTING_COUNT && status == KBAN_OK; i++)
		status = convert(origin, jail, (enum kban_setting)i);
	for (size_t i = 0; i < kb_array_size(readers) && status == KBAN_OK; i++)
		status = readers[i](origin, jail);
	return status;
}
