/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From a configuration to jails. All that can fail is done on new objects; then, in one step, the
 * new take the place of the old, and what the old jails know goes over to those of the same name.
 */
#include "base/text.h"
#include "jail/jail-parts.h"
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

/* A jail of the same name goes on as this one; else it takes up what kernel and store hold. */
static int start_jail(const struct kban_watch *watch, struct kb_watched *watched,
		      struct kban_error **err)
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
	if (old != NULL && old->jail != NULL)
		return kb_jail_ready_sets(watched->jail, err);
	return kb_jail_restore(watched->jail, err);
}

static int make_jail(const struct kban_watch *watch, const struct kban_config *config, size_t index,
		     struct kb_watched *watched)
{
	kban_auto(error) reason = NULL;
	const struct kban_jail_config *jail = kban_config_jail(config, index);
	int status = kb_jail_settings_new(watch->ctx, config, jail, &watched->settings, &reason);

	if (status == KBAN_OK && watched->settings->ignore_self && !watch->options.without_self)
		status = kban_allow_list_add_self(watched->settings->allowed, &reason);
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
	struct kban_rules *rules;
	struct kban_config *config; /* whose texts the jails' settings use */
};

static void clear_crew(struct crew *crew)
{
	for (size_t i = 0; i < crew->count; i++)
		kb_watched_free(crew->jails[i]);
	free(crew->jails);
	free(crew->running);
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

static int muster(const struct kban_watch *watch, struct kban_config *config, struct crew *crew)
{
	size_t count = kban_config_jail_count(config);

	crew->jails = calloc(count + 1, sizeof(*crew->jails));
	crew->running = calloc(count + 1, sizeof(*crew->running));
	crew->config = kban_config_ref(config);
	crew->rules = kban_rules_new();
	if (crew->jails == NULL || crew->running == NULL || crew->rules == NULL)
		return KBAN_E_NOMEM;
	for (size_t i = 0; i < count; i++) {
		struct kb_watched *watched = new_watched(kban_config_jail_name(config, i));

		if (watched == NULL)
			return KBAN_E_NOMEM;
		crew->jails[crew->count++] = watched;
		if (make_jail(watch, config, i, watched) < 0 || add_rules(crew, watched) < 0)
			return KBAN_E_NOMEM;
	}
	qsort(crew->jails, crew->count, sizeof(*crew->jails), by_name);
	return KBAN_OK;
}

static int follow_jail(struct kban_watch *watch, struct kb_watched *watched,
		       struct kban_error **err)
{
	const struct kban_jail_config *config = watched->settings->config;

	for (size_t i = 0; i < kban_jail_config_pattern_count(config); i++) {
		int status =
			kban_follow_add(watch->follow, kban_jail_config_pattern(config, i),
					kban_jail_config_pattern_from(config, i), watched, err);

		if (status < 0)
			return status;
	}
	return KBAN_OK;
}

static int follow_logs(struct kban_watch *watch, const struct crew *crew, struct kban_error **err)
{
	for (size_t i = 0; i < crew->count; i++) {
		struct kb_watched *watched = crew->jails[i];

		int status = watched->jail ? follow_jail(watch, watched, err) : KBAN_OK;

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
		kban_follow_remove(watch->follow, jails[i]);
}

static void retire_set(struct kban_watch *watch, const struct kb_set *set)
{
	for (size_t i = 0; i < watch->running_count; i++)
		for (size_t k = 0; k < kb_array_size(watch->running[i]->sets); k++)
			if (strcmp(watch->running[i]->sets[k].name, set->name) == 0)
				return;
	if (kb_array_room(&watch->retired, &watch->retired_capacity, watch->retired_count,
			  sizeof(*watch->retired)) == 0)
		watch->retired[watch->retired_count++] = *set;
}

/* The new jails take the place of the old. Nothing here can fail. */
static void take_over(struct kban_watch *watch, struct crew *crew)
{
	struct crew old = { watch->jails,         watch->jail_count, watch->running,
			    watch->running_count, watch->rules,      watch->config };

	for (size_t i = 0; i < crew->count; i++) {
		struct kb_watched *before = find_watched(watch, crew->jails[i]->name);

		if (crew->jails[i]->jail != NULL && before != NULL && before->jail != NULL)
			kb_jail_inherit(crew->jails[i]->jail, before->jail);
	}
	watch->jails = crew->jails;
	watch->jail_count = crew->count;
	watch->running = crew->running;
	watch->running_count = crew->running_count;
	watch->rules = crew->rules;
	watch->config = crew->config;
	for (size_t i = 0; i < old.running_count; i++)
		for (size_t k = 0; k < kb_array_size(old.running[i]->sets); k++)
			retire_set(watch, &old.running[i]->sets[k]);
	*crew = old;
}

/* Sets that a reload gave other names are filled at once, before rules refer to them. */
static int fill_new_sets(struct kban_watch *watch, struct kban_error **err)
{
	kban_usec now = kban_context_now(watch->ctx);
	int status = KBAN_OK;

	for (size_t i = 0; status == KBAN_OK && i < watch->running_count; i++)
		if (watch->running[i]->audit_due)
			status = kb_jail_audit(watch->running[i], now, err);
	return status == KBAN_OK ? kb_watch_settle(watch, now, err) : status;
}

int kban_watch_configure(struct kban_watch *watch, struct kban_config *config,
			 struct kban_error **err)
{
	struct crew crew = { 0 };
	int status = KBAN_OK;

	if (watch->jail_count == 0 && watch->options.store != NULL)
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
	return fill_new_sets(watch, err);
}
