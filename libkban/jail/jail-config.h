/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KB_JAIL_JAIL_CONFIG_H
#define KB_JAIL_JAIL_CONFIG_H

#include <kban/jail-config.h>

#include "base/problem-list.h"
#include "base/string-list.h"
#include "conf/conf-load.h"
#include "conf/option-list.h"
#include "filter/filter-load.h"
#include "jail/ignore-entries.h"
#include "jail/jail-parts.h"
#include "jail/log-paths.h"

/* Multipliers and actions of a jail at most; more is an error. */
#define KB_JAIL_MULTIPLIERS_MAX 1000
#define KB_JAIL_ACTIONS_MAX     100

struct kban_jail_config {
	char *name;
	bool is_usable;
	struct kb_filter_known known;          /* what %(known/…)s of the filter stood for */
	struct kb_options options;             /* the settings the jail has, resolved */
	long long numbers[KBAN_SETTING_COUNT]; /* of settings that are no texts */
	double factor;
	const char *formula;        /* the value's, or NULL: none that can be used */
	const char *ignore_command; /* the value's, or NULL */
	char *ignore_key;           /* of ignorecache, or NULL */
	unsigned ignore_answers;
	kban_usec ignore_age;
	unsigned *multipliers;
	size_t multiplier_count;
	struct kb_ignore_entries ignore;
	enum kban_log_kind log_kind;
	struct kb_log_paths patterns;
	struct kb_log_paths logs;
	struct kb_filter_source *filter; /* NULL if it could not be read */
	struct kb_string_list *matches;  /* the words of each journal match */
	size_t match_count;
	struct kb_named_options_list actions; /* each with 'name' among its options */
	struct kb_string_list action_names;   /* what each is called in the jail */
	struct kb_jail_parts parts;           /* what was compiled of filter and actions */
};

/* Where a jail is read from. */
struct kb_jail_origin {
	const char *config_dir;
	const struct kb_conf *conf;
	const struct kb_options *variables; /* beat all options in references */
	const struct kb_options *arguments; /* instead of the jail's options, and for its filter */
	const char *backend;                /* instead of the jail's; or NULL */
	struct kb_problem_list *problems;   /* receives what is wrong, with the jail as subject */
};

/*
 * Read section @a name. What is wrong is a problem; whether the jail can be used is for the caller
 * to say. KBAN_OK or KBAN_E_NOMEM.
 */
int kb_jail_config_read(const struct kb_jail_origin *origin, const char *name,
			struct kban_jail_config **out);

void kb_jail_config_free(struct kban_jail_config *jail);

/* What @a setting says, or NULL; with the place of each line. */
const struct kb_value *kb_jail_config_value(const struct kban_jail_config *jail,
					    enum kban_setting setting);

/* What backend says, if that names the journal; NULL: the system's journal. */
const struct kb_value *kb_jail_config_journal(const struct kban_jail_config *jail);

/* True if the kernel is not to be asked for hints about its files. */
bool kb_jail_config_polls(const struct kban_jail_config *jail);

/* Its entries, apart from those of files, and these. */
const struct kb_ignore_entries *kb_jail_config_ignored(const struct kban_jail_config *jail);

/* An action with its parameters and places, as kb_firewall_load() takes it. */
const struct kb_named_options *kb_jail_config_action(const struct kban_jail_config *jail,
						     size_t index);

/*
 * Read the settings of @a jail that are no texts, and check the others. KBAN_OK, also with
 * problems, or KBAN_E_NOMEM.
 */
int kb_jail_values_read(const struct kb_jail_origin *origin, struct kban_jail_config *jail);

/*
 * Read the option action into jail->actions: what each is called, its parameters, and whether its
 * file can be read. KBAN_OK, also with problems, or KBAN_E_NOMEM.
 */
int kb_jail_actions_read(const struct kb_jail_origin *origin, struct kban_jail_config *jail);

#endif /* KB_JAIL_JAIL_CONFIG_H */
