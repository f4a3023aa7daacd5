/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/jail-settings.h"

#include "base/error.h"
#include "decide/allow-list.h"
#include "jail/jail-config.h"
#include "jail/log-paths.h"
#include "source/journal-reader.h"

/* Failures of one host that a counter can tell apart. */
#define MAX_RETRY_MOST 65535
/* Hosts that a counter can hold. */
#define MAX_HOSTS_MOST 0x7fffffff

static struct kb_where where_of(const struct kban_jail_config *jail, enum kban_setting setting)
{
	struct kb_where where = { 0 };

	where.file = kban_jail_config_file(jail, setting, &where.line);
	return where;
}

/* A jail that the configuration calls unusable: its first error is the reason. */
static int fail_unusable(const struct kban_config *config, const struct kban_jail_config *jail,
			 struct kban_error **err)
{
	const char *name = kban_jail_config_name(jail);

	for (size_t i = 0; i < kban_config_problem_count(config); i++) {
		const char *about = kban_config_problem_jail(config, i);

		if (kban_config_problem_is_error(config, i) &&
		    (about == NULL || strcmp(about, name) == 0))
			return kb_fail(err, KBAN_E_SYNTAX, NULL, "%s",
				       kban_config_problem_text(config, i));
	}
	return kb_fail(err, KBAN_E_SYNTAX, NULL, "the configuration of jail '%s' is unusable",
		       name);
}

/* To call it running would be a lie. */
static int fail_journal(const struct kban_jail_config *jail, struct kban_error **err)
{
	struct kb_where where = where_of(jail, KBAN_SETTING_BACKEND);

	return kb_fail(err, KBAN_E_SYNTAX, &where,
		       "backend: jail '%s' wants the systemd journal, but this kban was built "
		       "without libsystemd; set logpath to a file, and backend to auto",
		       kban_jail_config_name(jail));
}

/* A daemon has no directory that it is in. */
static int check_logs(const struct kban_jail_config *jail, struct kban_error **err)
{
	struct kb_where where = where_of(jail, KBAN_SETTING_LOGPATH);

	for (size_t i = 0; i < kban_jail_config_pattern_count(jail); i++)
		if (kban_jail_config_pattern(jail, i)[0] != '/' &&
		    kb_log_source_of(kban_jail_config_pattern(jail, i)) == KB_LOG_PATTERN)
			return kb_fail(err, KBAN_E_SYNTAX, &where,
				       "logpath: '%s' must be absolute, beginning with '/'",
				       kban_jail_config_pattern(jail, i));
	return KBAN_OK;
}

static unsigned clip(long long number, unsigned least, unsigned most)
{
	if (number < (long long)least)
		return least;
	return number > (long long)most ? most : (unsigned)number;
}

static void read_increment(const struct kban_jail_config *jail, struct kban_jail_options *options)
{
	options->increment = kban_jail_config_switch(jail, KBAN_SETTING_BANTIME_INCREMENT);
	options->factor = kban_jail_config_factor(jail);
	options->formula = kban_jail_config_formula(jail);
	options->multipliers = kban_jail_config_multipliers(jail, &options->multiplier_count);
	options->max_ban_time = kban_jail_config_time(jail, KBAN_SETTING_BANTIME_MAXTIME);
	options->random_time = kban_jail_config_time(jail, KBAN_SETTING_BANTIME_RNDTIME);
	options->all_jails = kban_jail_config_switch(jail, KBAN_SETTING_BANTIME_OVERALLJAILS);
}

/*
 * What its firewall actions say about the sets; the first that names one names it for all. A set of
 * our own also holds networks, which the actions of fail2ban without a set take, too.
 */
static void read_sets(const struct kban_jail_config *jail, struct kban_jail_options *options)
{
	const struct kb_jail_parts *parts = kb_jail_config_parts(jail);

	for (size_t i = 0; i < parts->firewall_count; i++) {
		const struct kb_firewall *firewall = parts->firewalls[i];

		if (options->set == NULL)
			options->set = firewall->set;
		if (options->table == NULL)
			options->table = firewall->place.table;
		if (firewall->networks)
			options->networks = 1;
		if (firewall->max_entries > options->max_entries)
			options->max_entries = firewall->max_entries;
	}
	if (options->set == NULL)
		options->networks = 1;
}

static void read_groups(const struct kban_jail_config *jail, struct kban_jail_options *options)
{
	options->prefix4 = clip(kban_jail_config_number(jail, KBAN_SETTING_BANPREFIX4), 1, 32);
	options->prefix6 = clip(kban_jail_config_number(jail, KBAN_SETTING_BANPREFIX6), 1, 128);
	options->subnet_retry =
		clip(kban_jail_config_number(jail, KBAN_SETTING_SUBNETRETRY), 0, MAX_RETRY_MOST);
	options->subnet4 = clip(kban_jail_config_number(jail, KBAN_SETTING_SUBNETPREFIX4), 1, 32);
	options->subnet6 = clip(kban_jail_config_number(jail, KBAN_SETTING_SUBNETPREFIX6), 1, 128);
}

static void read_options(const struct kban_jail_config *jail, struct kban_jail_options *options)
{
	*options = (struct kban_jail_options)KBAN_JAIL_OPTIONS_INIT;
	options->name = kban_jail_config_name(jail);
	options->max_retry =
		clip(kban_jail_config_number(jail, KBAN_SETTING_MAXRETRY), 1, MAX_RETRY_MOST);
	options->max_matches =
		clip(kban_jail_config_number(jail, KBAN_SETTING_MAXMATCHES), 1, MAX_RETRY_MOST);
	options->max_hosts =
		clip(kban_jail_config_number(jail, KBAN_SETTING_MAXHOSTS), 1, MAX_HOSTS_MOST);
	options->find_time = kban_jail_config_time(jail, KBAN_SETTING_FINDTIME);
	options->ban_time = kban_jail_config_time(jail, KBAN_SETTING_BANTIME);
	options->estimate = kban_jail_config_switch(jail, KBAN_SETTING_WINDOW);
	options->strict_restore = kban_jail_config_switch(jail, KBAN_SETTING_RESTORE);
	options->cut = kban_jail_config_switch(jail, KBAN_SETTING_KILLCONN);
	options->ignore_command = kban_jail_config_ignore_command(jail);
	options->ignore_key =
		kban_jail_config_ignore_cache(jail, &options->ignore_answers, &options->ignore_age);
	read_groups(jail, options);
	read_increment(jail, options);
	read_sets(jail, options);
}

/* The file that another jail names, too, or a new one; the pool's. NULL without memory. */
static struct kb_allow_file *find_file(struct kban_context *ctx, struct kb_ignore_pool *pool,
				       const char *path)
{
	for (size_t i = 0; i < pool->count; i++)
		if (strcmp(kb_allow_file_path(pool->items[i]), path) == 0)
			return pool->items[i];
	if (kb_array_room(&pool->items, &pool->capacity, pool->count, sizeof(*pool->items)) < 0)
		return NULL;
	pool->items[pool->count] = kb_allow_file_new(ctx, path);
	return pool->items[pool->count] != NULL ? pool->items[pool->count++] : NULL;
}

static int add_files(struct kban_context *ctx, struct kb_ignore_pool *pool,
		     const struct kb_string_list *paths, struct kban_allow_list *list)
{
	int status = KBAN_OK;

	for (size_t i = 0; i < paths->count && status == KBAN_OK; i++) {
		struct kb_allow_file *file = find_file(ctx, pool, paths->items[i]);

		status = file != NULL ? kb_allow_list_add_file(list, file) : KBAN_E_NOMEM;
	}
	return status;
}

static int read_allowed(struct kban_context *ctx, struct kb_ignore_pool *pool,
			struct kb_jail_settings *settings, struct kban_error **err)
{
	const struct kban_jail_config *jail = settings->config;
	const struct kb_ignore_entries *ignored = kb_jail_config_ignored(jail);

	settings->allowed = kban_allow_list_new(ctx);
	if (settings->allowed == NULL ||
	    add_files(ctx, pool, &ignored->files, settings->allowed) != KBAN_OK)
		return kb_fail_memory(err);
	for (size_t i = 0; i < ignored->direct.count; i++) {
		struct kb_where where = where_of(jail, KBAN_SETTING_IGNOREIP);
		kban_auto(error) reason = NULL;
		int status =
			kban_allow_list_add(settings->allowed, ignored->direct.items[i], &reason);

		if (status < 0)
			return kb_fail(err, status, &where, "ignoreip: %s",
				       kban_error_text(reason));
	}
	return KBAN_OK;
}

int kb_jail_settings_new(struct kban_context *ctx, const struct kban_config *config,
			 const struct kban_jail_config *jail, struct kb_ignore_pool *pool,
			 struct kb_jail_settings **out, struct kban_error **err)
{
	kb_auto(jail_settings) settings = NULL;
	int status;

	if (!kban_jail_config_is_usable(jail))
		return fail_unusable(config, jail, err);
	if (kban_jail_config_log_kind(jail) == KBAN_LOG_JOURNAL && !kb_journal_is_supported())
		return fail_journal(jail, err);
	status = check_logs(jail, err);
	if (status < 0)
		return status;
	settings = calloc(1, sizeof(*settings));
	if (settings == NULL)
		return kb_fail_memory(err);
	settings->config = jail;
	settings->ignore_self = kban_jail_config_switch(jail, KBAN_SETTING_IGNORESELF);
	read_options(jail, &settings->options);
	status = read_allowed(ctx, pool, settings, err);
	if (status < 0)
		return status;
	*out = kb_steal(settings);
	return KBAN_OK;
}

void kb_jail_settings_free(struct kb_jail_settings *settings)
{
	if (settings == NULL)
		return;
	kban_allow_list_free(settings->allowed);
	free(settings);
}

void kb_ignore_pool_clear(struct kb_ignore_pool *pool)
{
	for (size_t i = 0; i < pool->count; i++)
		kb_allow_file_unref(pool->items[i]);
	free(pool->items);
	*pool = (struct kb_ignore_pool){ 0 };
}

int kb_jail_settings_rules(const struct kb_jail_settings *settings, const struct kban_jail *jail,
			   struct kban_rules *rules, struct kban_error **err)
{
	const struct kban_rule usual = {
		.jail = kban_jail_name(jail),
		.set4 = kban_jail_set(jail, KBAN_IPV4),
		.set6 = kban_jail_set(jail, KBAN_IPV6),
		.networks = kban_jail_options(jail)->networks,
		.table = kban_jail_options(jail)->table,
	};

	return kb_jail_parts_rules(kb_jail_config_parts(settings->config), &usual, rules, err);
}
