/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/jail-config.h"

#include <assert.h>

#include "base/text.h"
#include "conf/blank.h"
#include "jail/setting.h"

const struct kb_value *kb_jail_config_value(const struct kban_jail_config *jail,
					    enum kban_setting setting)
{
	return kb_options_find(&jail->options, kb_settings[setting].name);
}

const struct kb_value *kb_jail_config_journal(const struct kban_jail_config *jail)
{
	const struct kb_value *backend = kb_jail_config_value(jail, KBAN_SETTING_BACKEND);

	if (backend == NULL || strncasecmp(backend->text, "systemd", strlen("systemd")) != 0)
		return NULL;
	return backend;
}

bool kb_jail_config_polls(const struct kban_jail_config *jail)
{
	const struct kb_value *backend = kb_jail_config_value(jail, KBAN_SETTING_BACKEND);

	return backend != NULL && strncasecmp(backend->text, "polling", strlen("polling")) == 0;
}

const struct kb_named_options *kb_jail_config_action(const struct kban_jail_config *jail,
						     size_t index)
{
	return &jail->actions.items[index];
}

const struct kb_ignore_entries *kb_jail_config_ignored(const struct kban_jail_config *jail)
{
	return &jail->ignore;
}

void kb_jail_config_free(struct kban_jail_config *jail)
{
	if (jail == NULL)
		return;
	kb_named_options_list_clear(&jail->actions);
	kb_string_list_clear(&jail->action_names);
	for (size_t i = 0; i < jail->match_count; i++)
		kb_string_list_clear(&jail->matches[i]);
	free(jail->matches);
	kb_filter_source_free(jail->filter);
	kb_log_paths_clear(&jail->logs);
	kb_log_paths_clear(&jail->patterns);
	kb_ignore_entries_clear(&jail->ignore);
	free(jail->multipliers);
	free(jail->ignore_key);
	kb_options_clear(&jail->options);
	kb_filter_known_clear(&jail->known);
	free(jail->name);
	kb_jail_parts_clear(&jail->parts);
	free(jail);
}

const char *kban_jail_config_name(const struct kban_jail_config *jail)
{
	return jail->name;
}

int kban_jail_config_is_usable(const struct kban_jail_config *jail)
{
	return jail->is_usable;
}

const char *kban_jail_config_text(const struct kban_jail_config *jail, enum kban_setting setting)
{
	const struct kb_value *value = kb_jail_config_value(jail, setting);

	return value != NULL ? value->text : NULL;
}

static const char *tell_place(const struct kb_where *where, unsigned *line)
{
	if (line != NULL)
		*line = where != NULL ? where->line : 0;
	return where != NULL ? where->file : NULL;
}

const char *kban_jail_config_file(const struct kban_jail_config *jail, enum kban_setting setting,
				  unsigned *line)
{
	const struct kb_value *value = kb_jail_config_value(jail, setting);

	return tell_place(value != NULL ? kb_value_where(value) : NULL, line);
}

long long kban_jail_config_number(const struct kban_jail_config *jail, enum kban_setting setting)
{
	return jail->numbers[setting];
}

kban_usec kban_jail_config_time(const struct kban_jail_config *jail, enum kban_setting setting)
{
	return jail->numbers[setting];
}

int kban_jail_config_switch(const struct kban_jail_config *jail, enum kban_setting setting)
{
	return jail->numbers[setting] != 0;
}

double kban_jail_config_factor(const struct kban_jail_config *jail)
{
	return jail->factor;
}

const char *kban_jail_config_formula(const struct kban_jail_config *jail)
{
	return jail->formula;
}

const char *kban_jail_config_ignore_command(const struct kban_jail_config *jail)
{
	return jail->ignore_command;
}

const char *kban_jail_config_ignore_cache(const struct kban_jail_config *jail, unsigned *answers,
					  kban_usec *age)
{
	*answers = jail->ignore_answers;
	*age = jail->ignore_age;
	return jail->ignore_key;
}

const unsigned *kban_jail_config_multipliers(const struct kban_jail_config *jail, size_t *count)
{
	*count = jail->multiplier_count;
	return jail->multipliers;
}

size_t kban_jail_config_ignore_count(const struct kban_jail_config *jail)
{
	return jail->ignore.all.count;
}

const char *kban_jail_config_ignore(const struct kban_jail_config *jail, size_t index)
{
	return jail->ignore.all.items[index];
}

enum kban_log_kind kban_jail_config_log_kind(const struct kban_jail_config *jail)
{
	return jail->log_kind;
}

size_t kban_jail_config_pattern_count(const struct kban_jail_config *jail)
{
	return jail->patterns.count;
}

const char *kban_jail_config_pattern(const struct kban_jail_config *jail, size_t index)
{
	return jail->patterns.items[index].path;
}

enum kban_follow_from kban_jail_config_pattern_from(const struct kban_jail_config *jail,
						    size_t index)
{
	return jail->patterns.items[index].from;
}

size_t kban_jail_config_log_count(const struct kban_jail_config *jail)
{
	return jail->logs.count;
}

const char *kban_jail_config_log(const struct kban_jail_config *jail, size_t index)
{
	return jail->logs.items[index].path;
}

enum kban_follow_from kban_jail_config_log_from(const struct kban_jail_config *jail, size_t index)
{
	return jail->logs.items[index].from;
}

size_t kban_jail_config_match_count(const struct kban_jail_config *jail)
{
	return jail->match_count;
}

size_t kban_jail_config_match_word_count(const struct kban_jail_config *jail, size_t match)
{
	return jail->matches[match].count;
}

const char *kban_jail_config_match_word(const struct kban_jail_config *jail, size_t match,
					size_t index)
{
	return jail->matches[match].items[index];
}

/* Of the filter, or NULL without one. */
static const struct kb_rule_list *rules(const struct kban_jail_config *jail,
					enum kban_rule_kind kind)
{
	if (jail->filter == NULL)
		return NULL;
	switch (kind) {
	case KBAN_RULE_FAIL:
		return &jail->filter->failregex;
	case KBAN_RULE_IGNORE:
		return &jail->filter->ignoreregex;
	case KBAN_RULE_PREFIX:
		return &jail->filter->prefregex;
	}
	return NULL;
}

size_t kban_jail_config_rule_count(const struct kban_jail_config *jail, enum kban_rule_kind kind)
{
	const struct kb_rule_list *list = rules(jail, kind);

	return list != NULL ? list->count : 0;
}

static const struct kb_rule_text *rule_at(const struct kban_jail_config *jail,
					  enum kban_rule_kind kind, size_t index)
{
	const struct kb_rule_list *list = rules(jail, kind);

	assert(list != NULL && index < list->count);
	return &list->items[index];
}

const char *kban_jail_config_rule(const struct kban_jail_config *jail, enum kban_rule_kind kind,
				  size_t index)
{
	return rule_at(jail, kind, index)->text;
}

const char *kban_jail_config_rule_file(const struct kban_jail_config *jail,
				       enum kban_rule_kind kind, size_t index, unsigned *line)
{
	return tell_place(&rule_at(jail, kind, index)->where, line);
}

enum kban_usedns kban_jail_config_usedns(const struct kban_jail_config *jail)
{
	static const struct {
		const char *word;
		enum kban_usedns value;
	} words[] = {
		{ "yes", KBAN_USEDNS_YES },
		{ "warn", KBAN_USEDNS_WARN },
		{ "no", KBAN_USEDNS_NO },
		{ "raw", KBAN_USEDNS_RAW },
	};
	const char *text = jail->filter != NULL ? jail->filter->usedns : NULL;

	if (text == NULL)
		return KBAN_USEDNS_WARN;
	for (size_t i = 0; i < kb_array_size(words); i++) {
		if (kb_text_is_nocase(kb_blank_trim(kb_text(text)), words[i].word))
			return words[i].value;
	}
	return KBAN_USEDNS_NO;
}

unsigned kban_jail_config_max_lines(const struct kban_jail_config *jail)
{
	return jail->filter != NULL ? (unsigned)jail->filter->maxlines : 0;
}

size_t kban_jail_config_date_pattern_count(const struct kban_jail_config *jail)
{
	return jail->filter != NULL ? jail->filter->datepattern.count : 0;
}

const char *kban_jail_config_date_pattern(const struct kban_jail_config *jail, size_t index)
{
	return jail->filter->datepattern.items[index].text;
}

size_t kban_jail_config_action_count(const struct kban_jail_config *jail)
{
	return jail->actions.count;
}

const char *kban_jail_config_action_name(const struct kban_jail_config *jail, size_t index)
{
	return jail->action_names.items[index];
}

const char *kban_jail_config_action_file(const struct kban_jail_config *jail, size_t index)
{
	return jail->actions.items[index].name;
}

size_t kban_jail_config_parameter_count(const struct kban_jail_config *jail, size_t action)
{
	return jail->actions.items[action].options.count;
}

const char *kban_jail_config_parameter_name(const struct kban_jail_config *jail, size_t action,
					    size_t index)
{
	return jail->actions.items[action].options.items[index].name;
}

const char *kban_jail_config_parameter_value(const struct kban_jail_config *jail, size_t action,
					     size_t index)
{
	return jail->actions.items[action].options.items[index].value.text;
}

const struct kb_jail_parts *kb_jail_config_parts(const struct kban_jail_config *jail)
{
	return &jail->parts;
}
