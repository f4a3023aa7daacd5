/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From a configuration to jails. All that can fail is done on new objects; then, in one step, the
 * new take the place of the old, and what the old jails know goes over to those of the same name.
 */
#include "ban/rules.h"
#include "base/text.h"
#include "jail/jail-parts.h"
#include "jail/own-bans.h"
#include "jail/questions.h"
#include "jail/watch.h"

static int fail_jail(struct kb_watched *watched, const struct kban_error *reason)
{
	watched->problem = strdup(kban_error_text(reason));
	return watched->problem ? KBAN_OK : KBAN_E_NOMEM;
}

static struct kb_watched *find_watched(const struct kban_watch *watch, const char *name)
{
	int index = kban_watch_find(watch, name);

	return index < 0 ? NULL : watch->jails[index];
}

/* Actions know for whom they were run before the jail's bans are told to them. */
static int restore(const struct kban_watch *watch, struct kb_watched *watched,
		   struct kban_error **err)
{
	int status = kb_actions_remember(watched->actions, watch->options.store, err);

	if (status == KBAN_OK)
		status = kb_jail_restore(watched->jail, err);
	if (status == KBAN_OK && kb_actions_remembered(watched->actions) < 0)
		return kb_fail_memory(err);
	return status;
}

/* What is left out is auto. */
static bool allows_ipv6(const struct kban_config *config)
{
	struct kban_text word = kb_text_trim(kb_text(kban_config_allow_ipv6(config)));

	return word.len == 0 || kb_text_is_nocase(word, "auto") || kb_text_boolean(word);
}

/* The log of a replay is of the past: nobody is to be told of it. */
static int make_actions(const struct kban_watch *watch, struct kb_watched *watched,
			const struct kban_config *config)
{
	const struct kb_jail_parts *parts = kb_jail_config_parts(watched->settings->config);
	bool without = watch->options.replay || watch->options.without_actions;
	size_t count = without ? 0 : parts->action_count;
	int status = kb_actions_new(watch->ctx, parts->actions, count,
				    kban_config_max_stored_matches(config), &watched->actions);

	if (status == KBAN_OK && !allows_ipv6(config))
		kb_actions_without_ipv6(watched->actions);
	return status;
}

/* Where nobody runs commands, a failure would wait for ever. */
static int make_questions(const struct kban_watch *watch, const struct kb_watched *watched)
{
	if (watched->settings->options.ignore_command == NULL)
		return KBAN_OK;
	if (!watch->options.replay && !watch->options.without_actions)
		return kb_jail_make_questions(watched->jail);
	kb_log(watch->ctx, KBAN_WARNING, KB_TOPIC_FILTER,
	       "[%s] ignorecommand is not run; whom it would pass over is counted", watched->name);
	return KBAN_OK;
}

/* A jail of the same name goes on as this one; else it takes up what kernel and store hold. */
static int start_jail(struct kban_watch *watch, struct kb_watched *watched, struct kban_error **err)
{
	const struct kb_watched *old = find_watched(watch, watched->name);
	struct kban_jail_parts parts = {
		.filter = kb_jail_config_parts(watched->settings->config)->filter,
		.backend = watch->options.backend,
		.allowed = watched->settings->allowed,
		.store = watch->options.store,
	};
	int status =
		kb_jail_build(watch->ctx, &watched->settings->options, &parts, &watched->jail, err);

	if (status < 0)
		return status;
	kban_jail_set_listener(watched->jail, watch->listener, watch->listener_data);
	watched->jail->on_ban = kb_watch_on_ban;
	watched->jail->on_ban_data = watch;
	kb_actions_attach(watched->actions, watched->jail);
	if (make_questions(watch, watched) < 0)
		return kb_fail_memory(err);
	if (old != NULL && old->jail != NULL)
		return kb_jail_ready_sets(watched->jail, err);
	return restore(watch, watched, err);
}

/* A replay of another day's logs has that day's log of bans, too. */
static bool wants_bans(const struct kban_watch *watch, const struct kban_config *config,
		       const struct kban_jail_config *jail)
{
	if (watch->options.replay && kban_jail_config_log_count(jail) > 0)
		return false;
	return kb_own_bans_wanted(jail, kban_config_log_target(config));
}

static int make_jail(struct kban_watch *watch, const struct kban_config *config, size_t index,
		     struct kb_ignore_pool *pool, struct kb_watched *watched)
{
	kban_auto(error) reason = NULL;
	const struct kban_jail_config *jail = kban_config_jail(config, index);
	int status =
		kb_jail_settings_new(watch->ctx, config, jail, pool, &watched->settings, &reason);

	if (status == KBAN_OK)
		watched->counts_bans = wants_bans(watch, config, jail);
	if (status == KBAN_OK && watched->settings->ignore_self && !watch->options.without_self)
		status = kban_allow_list_add_self(watched->settings->allowed, &reason);
	if (status == KBAN_OK)
		status = make_actions(watch, watched, config);
	if (status == KBAN_OK)
		status = start_jail(watch, watched, &reason);
	if (status == KBAN_OK)
		return KBAN_OK;
	kban_jail_free(kb_steal(watched->jail));
	return status == KBAN_E_NOMEM ? status : fail_jail(watched, reason);
}

static struct kb_watched *new_watched(const char *name)
{
	kb_auto(watched) watched = calloc(1, sizeof(*watched));

	if (watched == NULL)
		return NULL;
	watched->name = strdup(name);
	return watched->name ? kb_steal(watched) : NULL;
}

/* The jails of a configuration, before they take their place. */
struct crew {
	struct kb_watched **jails;
	size_t count;
	struct kban_jail **running;
	size_t running_count;
	struct kb_jail_action **closing; /* room for all there are */
	struct kban_rules *rules;
	struct kban_config *config; /* whose texts the jails' settings use */
	struct kb_ignore_pool pool;
};

static void clear_crew(struct crew *crew)
{
	for (size_t i = 0; i < crew->count; i++)
		kb_watched_free(crew->jails[i]);
	kb_ignore_pool_clear(&crew->pool);
	free(crew->jails);
	free(crew->running);
	free(crew->closing);
	kban_rules_free(crew->rules);
	kban_config_unref(crew->config);
}

/* A rule that cannot be made is its jail's problem: a jail that blocks nothing does not run. */
static int add_rules(struct crew *crew, struct kb_watched *watched)
{
	kban_auto(error) reason = NULL;
	int status;

	if (watched->jail == NULL)
		return KBAN_OK;
	status = kb_jail_settings_rules(watched->settings, watched->jail, crew->rules, &reason);
	if (status == KBAN_OK) {
		crew->running[crew->running_count++] = watched->jail;
		return KBAN_OK;
	}
	kban_jail_free(kb_steal(watched->jail));
	return status == KBAN_E_NOMEM ? status : fail_jail(watched, reason);
}

static int by_name(const void *left, const void *right)
{
	const struct kb_watched *const *a = left;
	const struct kb_watched *const *b = right;

	return strcmp((*a)->name, (*b)->name);
}

/* Those of the jails that run, and those that are being closed. */
static size_t count_actions(const struct kban_watch *watch)
{
	size_t count = watch->closing_count;

	for (size_t i = 0; i < watch->jail_count; i++)
		if (watch->jails[i]->actions != NULL)
			count += watch->jails[i]->actions->count;
	return count;
}

/* Where a file could not be read, a jail that is not there need not be gone. */
static bool may_lack_jails(const struct kban_config *config)
{
	for (size_t i = 0; i < kban_config_problem_count(config); i++)
		if (kban_config_problem_is_error(config, i) &&
		    kban_config_problem_jail(config, i) == NULL)
			return true;
	return false;
}

/* A jail that cannot run leaves its rules where they are: what it has banned stays out. */
static int add_jail(struct kban_watch *watch, struct kban_config *config, size_t index,
		    struct crew *crew)
{
	struct kb_watched *watched = new_watched(kban_config_jail_name(config, index));

	if (watched == NULL)
		return KBAN_E_NOMEM;
	crew->jails[crew->count++] = watched;
	if (make_jail(watch, config, index, &crew->pool, watched) < 0 ||
	    add_rules(crew, watched) < 0)
		return KBAN_E_NOMEM;
	return kb_rules_know(crew->rules, watched->name, watched->jail == NULL);
}

static int muster(struct kban_watch *watch, struct kban_config *config, struct crew *crew)
{
	size_t count = kban_config_jail_count(config);

	crew->jails = calloc(count + 1, sizeof(*crew->jails));
	crew->running = calloc(count + 1, sizeof(*crew->running));
	crew->config = kban_config_ref(config);
	crew->rules = kban_rules_new(kb_watch_language(watch));
	crew->closing = calloc(count_actions(watch) + 1, sizeof(struct kb_jail_action *));
	if (crew->jails == NULL || crew->running == NULL || crew->rules == NULL ||
	    crew->closing == NULL)
		return KBAN_E_NOMEM;
	for (size_t i = 0; i < count; i++)
		if (add_jail(watch, config, i, crew) < 0)
			return KBAN_E_NOMEM;
	if (may_lack_jails(config))
		kb_rules_keep_unknown(crew->rules);
	qsort(crew->jails, crew->count, sizeof(*crew->jails), by_name);
	return KBAN_OK;
}

static int follow_logs(struct kban_watch *watch, const struct crew *crew, struct kban_error **err)
{
	for (size_t i = 0; i < crew->count; i++) {
		struct kb_watched *watched = crew->jails[i];

		int status = watched->jail ? kb_watch_follow(watch, watched, err) : KBAN_OK;

		if (status < 0)
			return status;
	}
	return KBAN_OK;
}

static int restore_position(const char *path, const struct kban_follow_position *position,
			    void *data)
{
	return kban_follow_restore(data, path, position);
}

static void unfollow(struct kban_watch *watch, struct kb_watched *const *jails, size_t count)
{
	for (size_t i = 0; i < count; i++)
		kb_watch_unfollow(watch, jails[i]);
	kb_journal_list_tidy(&watch->journals);
	kb_syslog_list_tidy(&watch->sockets);
}

/* The sets of a jail that is gone; of one that cannot run any more they stay, as its rules do. */
static void retire_sets(struct kban_watch *watch, const struct kban_jail *jail)
{
	const struct kb_watched *now = find_watched(watch, kban_jail_name(jail));

	if (now != NULL && now->jail == NULL)
		return;
	for (size_t i = 0; i < kb_array_size(jail->sets); i++)
		kb_retired_sets_add(&watch->retired, &jail->sets[i]);
}

static void keep_sets(struct kban_watch *watch)
{
	for (size_t i = 0; i < watch->running_count; i++)
		for (size_t k = 0; k < kb_array_size(watch->running[i]->sets); k++)
			kb_retired_sets_take_back(&watch->retired, &watch->running[i]->sets[k]);
}

/* Actions go on as what they were, or undo what they did. */
static void hand_over_actions(struct kban_watch *watch, struct crew *crew)
{
	for (size_t i = 0; i < watch->closing_count; i++)
		crew->closing[i] = watch->closing[i];
	for (size_t i = 0; i < crew->count; i++) {
		struct kb_watched *before = find_watched(watch, crew->jails[i]->name);

		if (crew->jails[i]->jail != NULL && before != NULL && before->actions != NULL)
			kb_actions_inherit(crew->jails[i]->actions, before->actions, crew->closing,
					   &watch->closing_count);
	}
	for (size_t i = 0; i < watch->jail_count; i++)
		if (watch->jails[i]->actions != NULL)
			kb_actions_retire(watch->jails[i]->actions, crew->closing,
					  &watch->closing_count);
}

/* The new jails take the place of the old. Nothing here can fail. */
static void take_over(struct kban_watch *watch, struct crew *crew)
{
	struct crew old = { .jails = watch->jails,
			    .count = watch->jail_count,
			    .running = watch->running,
			    .running_count = watch->running_count,
			    .closing = watch->closing,
			    .rules = watch->rules,
			    .config = watch->config,
			    .pool = crew->pool };

	hand_over_actions(watch, crew);
	for (size_t i = 0; i < crew->count; i++) {
		struct kb_watched *before = find_watched(watch, crew->jails[i]->name);

		if (crew->jails[i]->jail != NULL && before != NULL && before->jail != NULL)
			kb_jail_inherit(crew->jails[i]->jail, before->jail);
	}
	watch->jails = crew->jails;
	watch->jail_count = crew->count;
	watch->running = crew->running;
	watch->running_count = crew->running_count;
	watch->closing = crew->closing;
	watch->rules = crew->rules;
	watch->config = crew->config;
	for (size_t i = 0; i < old.running_count; i++)
		retire_sets(watch, old.running[i]);
	keep_sets(watch);
	*crew = old;
}

/* True if a jail of the configuration, running or not, has the set. */
static bool is_set_of_jail(const struct kban_watch *watch, const struct kb_set *set)
{
	static const enum kban_family families[] = { KBAN_IPV4, KBAN_IPV6 };

	for (size_t i = 0; i < watch->jail_count; i++)
		for (size_t k = 0; k < kb_array_size(families); k++) {
			char name[KB_SET_NAME_MAX + 1];

			kb_set_name("kban", watch->jails[i]->name, families[k], name);
			if (strcmp(name, set->name) == 0)
				return true;
		}
	return false;
}

/* A set of a jail that went while nobody watched. */
static int see_set(const struct kb_set *set, void *data)
{
	struct kban_watch *watch = data;

	if (!is_set_of_jail(watch, set))
		kb_retired_sets_add(&watch->retired, set);
	return 0;
}

static void find_orphans(struct kban_watch *watch)
{
	struct kban_backend *backend = watch->options.backend;

	if (backend->ops->each_set != NULL && !may_lack_jails(watch->config))
		(void)backend->ops->each_set(backend, see_set, watch, NULL);
	keep_sets(watch);
}

/*
 * Sets that a reload gave other names are filled at once, before rules refer to them. The next
 * audit tries again what the kernel refuses.
 */
static void fill_new_sets(struct kban_watch *watch)
{
	kban_usec now = kban_context_now(watch->ctx);

	for (size_t i = 0; i < watch->running_count; i++)
		if (watch->running[i]->audit_due)
			(void)kb_jail_audit(watch->running[i], now, NULL);
	(void)kb_watch_settle(watch, now, NULL);
}

int kban_watch_configure(struct kban_watch *watch, struct kban_config *config,
			 struct kban_error **err)
{
	struct crew crew = { 0 };
	bool is_first = watch->jail_count == 0;
	int status = kb_watch_settle_rest(watch, err);

	if (status == KBAN_OK && is_first && watch->options.store != NULL)
		status = kb_store_each_position(watch->options.store, restore_position,
						watch->follow, err);
	if (status == KBAN_OK && muster(watch, config, &crew) < 0)
		status = kb_fail_memory(err);
	if (status == KBAN_OK)
		status = follow_logs(watch, &crew, err);
	if (status < 0) {
		unfollow(watch, crew.jails, crew.count);
		clear_crew(&crew);
		return status;
	}
	take_over(watch, &crew);
	unfollow(watch, crew.jails, crew.count);
	clear_crew(&crew);
	if (!watch->options.replay)
		find_orphans(watch);
	fill_new_sets(watch);
	return KBAN_OK;
}
