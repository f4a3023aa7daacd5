/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Gathers what is known of an address. Bans and their evidence come from the store; the jails say
 * which of them are in force, and add those that the store does not know.
 */
#include <kban/why.h>

#include "base/text.h"
#include "jail/watch.h"

struct gathering {
	const struct kban_watch *watch;
	const struct kban_addr *host;
	kban_usec now;
	struct kban_why *why;
	size_t ban_capacity, pending_capacity, protection_capacity;
	struct kban_error **err;
	int status;
};

static void clear_failures(struct kban_why_failure *failures, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(failures[i].rule_text);
		free(failures[i].rule_file);
		free(failures[i].source);
		free((void *)(uintptr_t)failures[i].text.data);
	}
	free(failures);
}

void kban_why_free(struct kban_why *why)
{
	if (why == NULL)
		return;
	for (size_t i = 0; i < why->ban_count; i++) {
		free(why->bans[i].jail);
		free(why->bans[i].set);
		clear_failures(why->bans[i].failures, why->bans[i].failure_count);
	}
	for (size_t i = 0; i < why->pending_count; i++) {
		free(why->pending[i].jail);
		clear_failures(why->pending[i].failures, why->pending[i].failure_count);
	}
	for (size_t i = 0; i < why->protection_count; i++) {
		free(why->protections[i].jail);
		free(why->protections[i].entry);
	}
	free(why->bans);
	free(why->pending);
	free(why->protections);
	free(why);
}

static bool copy_string(const char *from, char **to)
{
	*to = from ? strdup(from) : NULL;
	return from == NULL || *to != NULL;
}

/* Failures grow by one at a time; an answer has few. */
static int add_failure(struct kban_why_failure **failures, size_t *count,
		       const struct kb_failure *from)
{
	struct kban_why_failure *grown = reallocarray(*failures, *count + 1, sizeof(**failures));
	struct kban_why_failure *added;

	if (grown == NULL)
		return KBAN_E_NOMEM;
	*failures = grown;
	added = &grown[(*count)++];
	*added = (struct kban_why_failure){ .time = from->time,
					    .rule_line = from->rule_line,
					    .line = from->line };
	added->text = (struct kban_text){ kb_text_copy(from->text), from->text.len };
	if (!copy_string(from->rule_text, &added->rule_text) ||
	    !copy_string(from->rule_file, &added->rule_file) ||
	    !copy_string(from->source, &added->source) || added->text.data == NULL)
		return KBAN_E_NOMEM;
	return KBAN_OK;
}

static int evidence(const char *jail, const struct kb_failure *failure, void *data)
{
	struct kban_why_ban *ban = data;

	(void)jail;
	return add_failure(&ban->failures, &ban->failure_count, failure) < 0;
}

static const struct kban_jail *jail_named(const struct gathering *gathering, const char *name)
{
	int index = kban_watch_find(gathering->watch, name);

	return index < 0 ? NULL : kban_watch_jail(gathering->watch, (size_t)index);
}

static struct kban_why_ban *add_ban(struct gathering *gathering, const char *jail_name,
				    const struct kban_addr *host)
{
	struct kban_why *why = gathering->why;
	const struct kban_jail *jail = jail_named(gathering, jail_name);
	struct kban_why_ban *ban;

	if (kb_array_room(&why->bans, &gathering->ban_capacity, why->ban_count,
			  sizeof(*why->bans)) < 0)
		return NULL;
	ban = &why->bans[why->ban_count++];
	*ban = (struct kban_why_ban){ .host = *host };
	ban->jail = strdup(jail_name);
	ban->set = strdup(jail ? kb_jail_set_of(jail, host)->name : "");
	return ban->jail && ban->set ? ban : NULL;
}

static const char *const end_names[] = {
	[KB_END_NONE] = NULL,
	[KB_END_EXPIRED] = "expired",
	[KB_END_UNBANNED] = "unbanned",
	[KB_END_FLUSHED] = "flushed",
};

/* A ban that the store knows; whether it is in force, and until when, the jail says. */
static int stored_ban(const struct kb_ban_record *record, void *data)
{
	struct gathering *gathering = data;
	const struct kban_jail *jail = jail_named(gathering, record->jail);
	struct kban_why_ban *ban = add_ban(gathering, record->jail, &record->addr);
	struct kban_ban active;

	gathering->status = ban ? KBAN_OK : KBAN_E_NOMEM;
	if (ban == NULL)
		return 1;
	ban->since = record->since;
	ban->until = record->until;
	ban->number = record->number;
	ban->manual = record->manual;
	ban->end = end_names[record->end];
	ban->ended = record->ended;
	if (record->end == KB_END_NONE && jail != NULL &&
	    kban_jail_find_ban(jail, &record->addr, &active)) {
		ban->active = 1;
		ban->applied = active.applied;
		ban->until = active.until;
	} else if (ban->end == NULL) {
		ban->end = end_names[KB_END_EXPIRED];
		ban->ended = record->until;
	}
	gathering->status = kb_store_each_evidence(gathering->watch->options.store, record->id,
						   evidence, ban, gathering->err);
	return gathering->status < 0;
}

static bool has_active(const struct kban_why *why, const char *jail, const struct kban_addr *host)
{
	for (size_t i = 0; i < why->ban_count; i++)
		if (why->bans[i].active && strcmp(why->bans[i].jail, jail) == 0 &&
		    kban_addr_equal(&why->bans[i].host, host))
			return true;
	return false;
}

static int active_ban(struct gathering *gathering, const char *name, const struct kban_ban *active)
{
	struct kban_why_ban *ban;

	if (has_active(gathering->why, name, &active->host))
		return KBAN_OK;
	ban = add_ban(gathering, name, &active->host);
	if (ban == NULL)
		return KBAN_E_NOMEM;
	ban->since = active->since;
	ban->until = active->until;
	ban->number = active->number;
	ban->active = 1;
	ban->applied = active->applied;
	return KBAN_OK;
}

struct network_search {
	struct gathering *gathering;
	const char *jail;
};

static int containing_network(const struct kban_ban *active, void *data)
{
	struct network_search *search = data;
	struct gathering *gathering = search->gathering;

	if (kban_addr_is_network(&active->host) &&
	    kban_addr_contains(&active->host, gathering->host))
		gathering->status = active_ban(gathering, search->jail, active);
	return gathering->status < 0;
}

static int protection(struct gathering *gathering, const struct kban_jail *jail)
{
	struct kban_why *why = gathering->why;
	const char *entry = kban_jail_protection(jail, gathering->host);
	struct kban_why_protection *added;

	if (entry == NULL)
		return KBAN_OK;
	if (kb_array_room(&why->protections, &gathering->protection_capacity, why->protection_count,
			  sizeof(*why->protections)) < 0)
		return KBAN_E_NOMEM;
	added = &why->protections[why->protection_count++];
	*added = (struct kban_why_protection){ 0 };
	return copy_string(kban_jail_name(jail), &added->jail) && copy_string(entry, &added->entry)
		       ? KBAN_OK
		       : KBAN_E_NOMEM;
}

static int pending(struct gathering *gathering, const struct kban_jail *jail)
{
	struct kban_why *why = gathering->why;
	unsigned count = kban_counter_count(jail->counter, gathering->host, gathering->now);
	struct kban_why_pending *added;

	if (count == 0)
		return KBAN_OK;
	if (kb_array_room(&why->pending, &gathering->pending_capacity, why->pending_count,
			  sizeof(*why->pending)) < 0)
		return KBAN_E_NOMEM;
	added = &why->pending[why->pending_count++];
	*added = (struct kban_why_pending){
		.count = count,
		.max_retry = kb_policy_threshold(&jail->policy),
		.find_time = jail->options.find_time,
	};
	return copy_string(kban_jail_name(jail), &added->jail) ? KBAN_OK : KBAN_E_NOMEM;
}

static int ask_jail(struct gathering *gathering, const struct kban_jail *jail)
{
	struct network_search search = { gathering, kban_jail_name(jail) };
	struct kban_ban active;
	int status = KBAN_OK;

	if (kban_jail_find_ban(jail, gathering->host, &active))
		status = active_ban(gathering, search.jail, &active);
	if (status == KBAN_OK && jail->options.networks) {
		kban_jail_each_ban(jail, containing_network, &search);
		status = gathering->status;
	}
	if (status == KBAN_OK)
		status = protection(gathering, jail);
	return status == KBAN_OK ? pending(gathering, jail) : status;
}

/* The lines behind a count that has not led to a ban. */
static int pending_failure(const char *jail, const struct kb_failure *failure, void *data)
{
	struct gathering *gathering = data;
	struct kban_why *why = gathering->why;

	for (size_t i = 0; i < why->pending_count; i++) {
		struct kban_why_pending *of = &why->pending[i];

		if (strcmp(of->jail, jail) != 0 || failure->time < gathering->now - of->find_time)
			continue;
		gathering->status = add_failure(&of->failures, &of->failure_count, failure);
		return gathering->status < 0;
	}
	return 0;
}

static int active_first(const void *left, const void *right)
{
	const struct kban_why_ban *a = left;
	const struct kban_why_ban *b = right;

	if (a->active != b->active)
		return b->active - a->active;
	if (a->since != b->since)
		return a->since < b->since ? 1 : -1;
	return strcmp(a->jail, b->jail);
}

/*
 * Bans of the host, and of every network that it lies in: an address is as many networks as it has
 * bits, and each is one look into an index.
 */
static int stored_bans(struct gathering *gathering, struct kban_store *store)
{
	int status = KBAN_OK;

	for (unsigned bits = gathering->host->prefix; status == KBAN_OK && bits > 0; bits--) {
		struct kban_addr addr;

		kban_addr_network(gathering->host, bits, &addr);
		status = kb_store_each_ban_of(store, &addr, stored_ban, gathering, gathering->err);
		if (status == KBAN_OK)
			status = gathering->status;
	}
	return status;
}

static int gather(struct gathering *gathering)
{
	const struct kban_watch *watch = gathering->watch;
	struct kban_store *store = watch->options.store;
	int status = KBAN_OK;

	if (store != NULL)
		status = stored_bans(gathering, store);
	for (size_t i = 0; status == KBAN_OK && i < watch->running_count; i++)
		status = ask_jail(gathering, watch->running[i]);
	if (status == KBAN_OK && store != NULL)
		status = kb_store_each_failure_of(store, gathering->host, pending_failure,
						  gathering, gathering->err);
	return status == KBAN_OK ? gathering->status : status;
}

int kban_watch_why(struct kban_watch *watch, const struct kban_addr *host, kban_usec now,
		   struct kban_why **out, struct kban_error **err)
{
	struct kban_why *why = calloc(1, sizeof(*why));
	struct gathering gathering = {
		.watch = watch, .host = host, .now = now, .why = why, .err = err
	};
	int status;

	if (why == NULL)
		return kb_fail_memory(err);
	status = kb_watch_settle_rest(watch, err);
	if (status == KBAN_OK)
		status = gather(&gathering);
	if (status < 0) {
		kban_why_free(why);
		return status == KBAN_E_NOMEM ? kb_fail_memory(err) : status;
	}
	if (why->ban_count > 1)
		qsort(why->bans, why->ban_count, sizeof(*why->bans), active_first);
	*out = why;
	return KBAN_OK;
}
