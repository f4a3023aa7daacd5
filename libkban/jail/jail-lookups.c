/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Failures of hosts that a log calls by name, until the resolver has answered. They, and those that
 * wait for ignorecommand, are in the store with the position behind their line, so that whoever is
 * killed meanwhile asks again.
 */
#include "base/text.h"
#include "jail/jail.h"
#include "jail/questions.h"
#include "match/identity.h"

void kb_sighting_clear(struct kb_sighting *sighting)
{
	free((void *)(uintptr_t)sighting->source);
	free((void *)(uintptr_t)sighting->text.data);
	free((void *)(uintptr_t)sighting->fields.data);
	*sighting = (struct kb_sighting){ 0 };
}

int kb_sighting_copy(struct kb_sighting *to, const struct kb_sighting *from)
{
	*to = *from;
	to->source = from->source ? strdup(from->source) : NULL;
	to->text.data = kb_text_copy(from->text);
	to->fields.data = kb_text_copy(from->fields);
	if (to->text.data != NULL && to->fields.data != NULL &&
	    (from->source == NULL || to->source != NULL))
		return KBAN_OK;
	kb_sighting_clear(to);
	return KBAN_E_NOMEM;
}

static void clear_lookup(struct kb_lookup *lookup)
{
	free(lookup->name);
	kb_sighting_clear(&lookup->sighting);
}

void kb_jail_forget_lookups(struct kban_jail *jail)
{
	for (size_t i = 0; i < jail->lookup_count; i++)
		clear_lookup(&jail->lookups[i]);
	free(jail->lookups);
	jail->lookups = NULL;
	jail->lookup_count = jail->lookup_capacity = 0;
}

int kb_jail_look_up(struct kban_jail *jail, struct kban_text name,
		    const struct kb_sighting *sighting, kban_usec now)
{
	struct kb_lookup lookup = { .asked = now };

	if (jail->lookup_count >= KB_LOOKUPS_MAX) {
		kb_log(jail->ctx, KBAN_WARNING, KB_TOPIC_FILTER,
		       "[%s] Too many host names are being looked up; a failure is dropped",
		       jail->options.name);
		return 0;
	}
	lookup.name = kb_text_copy(name);
	if (lookup.name == NULL || kb_sighting_copy(&lookup.sighting, sighting) < 0 ||
	    kb_array_room(&jail->lookups, &jail->lookup_capacity, jail->lookup_count,
			  sizeof(*jail->lookups)) < 0) {
		clear_lookup(&lookup);
		return KBAN_E_NOMEM;
	}
	jail->lookups[jail->lookup_count++] = lookup;
	jail->lookups_changed = true;
	return 0;
}

/* A host that waited for something else than its address; see jail/questions.h. 1 or NOMEM. */
static int count_known(struct kban_jail *jail, const struct kban_addr *host,
		       const struct kb_sighting *sighting)
{
	struct kban_text id = kb_jail_id_in(sighting->fields);
	int status;

	if (id.data != NULL)
		status = kb_jail_count_id(jail, id, host, sighting);
	else
		status = kb_jail_count(jail, host, sighting);
	return status < 0 ? status : 1;
}

/* 1: answered and counted, or given up; 0: still waited for; negative: no memory. */
static int finish_lookup(struct kban_jail *jail, const struct kb_lookup *lookup, kban_usec now)
{
	struct kban_addr found[KB_IDENTITY_ADDRESSES];
	kban_usec waited = now - lookup->asked;
	int count;

	if (kban_addr_parse(kb_text(lookup->name), &found[0]) == KBAN_OK)
		return count_known(jail, &found[0], &lookup->sighting);
	count = kb_context_resolve(jail->ctx, lookup->name, found, kb_array_size(found));

	/* A clock that was set back counts as waited long enough, too. */
	if (count == KBAN_RESOLVE_LATER && waited >= 0 && waited < KB_LOOKUP_PATIENCE)
		return 0;
	if (jail->parts.filter != NULL)
		kb_identity_log_lookup(jail->parts.filter, lookup->name, found, count);
	for (int i = 0; i < count; i++) {
		int status = kb_jail_count(jail, &found[i], &lookup->sighting);

		if (status < 0)
			return status;
	}
	return 1;
}

int kb_jail_finish_lookups(struct kban_jail *jail, kban_usec now)
{
	size_t kept = 0;
	int status = KBAN_OK;

	for (size_t i = 0; i < jail->lookup_count; i++) {
		int finished = status == KBAN_OK ? finish_lookup(jail, &jail->lookups[i], now) : 0;

		if (finished < 0)
			status = finished;
		if (finished <= 0)
			jail->lookups[kept++] = jail->lookups[i];
		else
			clear_lookup(&jail->lookups[i]);
	}
	jail->lookups_changed |= kept < jail->lookup_count;
	jail->lookup_count = kept;
	return status;
}

kban_usec kb_jail_lookups_due(const struct kban_jail *jail)
{
	return jail->lookup_count > 0 ? jail->lookups[0].asked + KB_LOOKUP_PATIENCE : KBAN_FOREVER;
}

int kb_jail_write_lookups(const struct kban_jail *jail, struct kban_store *store,
			  struct kban_error **err)
{
	int status;

	if (!jail->lookups_changed)
		return KBAN_OK;
	status = kb_store_forget_lookups(store, jail->options.name, err);
	for (size_t i = 0; status == KBAN_OK && i < jail->lookup_count; i++) {
		struct kb_failure failure;

		kb_jail_describe(jail, &jail->lookups[i].sighting, &failure);
		status = kb_store_add_lookup(store, jail->options.name, jail->lookups[i].name,
					     &failure, err);
	}
	return status == KBAN_OK ? kb_jail_write_questions(jail, store, err) : status;
}

/* The rule that has this text now; -1 if the filter was changed. */
static int find_rule(const struct kban_filter *filter, const char *text)
{
	size_t count = filter != NULL ? kban_filter_rule_count(filter, KBAN_RULE_FAIL) : 0;

	for (size_t i = 0; text != NULL && i < count; i++)
		if (strcmp(kban_filter_rule_text(filter, KBAN_RULE_FAIL, i), text) == 0)
			return (int)i;
	return -1;
}

struct restoring {
	struct kban_jail *jail;
	kban_usec now;
};

static int restore_lookup(const char *name, const struct kb_failure *failure, void *data)
{
	const struct restoring *restoring = data;
	struct kb_sighting sighting = {
		.time = failure->time,
		.rule = find_rule(restoring->jail->parts.filter, failure->rule_text),
		.source = failure->source,
		.line = failure->line,
		.text = failure->text,
		.fields = failure->fields,
	};

	return kb_jail_look_up(restoring->jail, kb_text(name), &sighting, restoring->now);
}

int kb_jail_restore_lookups(struct kban_jail *jail, kban_usec now, struct kban_error **err)
{
	struct restoring restoring = { jail, now };
	int status = kb_store_each_lookup(jail->parts.store, jail->options.name,
					  now - jail->options.find_time, restore_lookup, &restoring,
					  err);

	return status == KBAN_E_NOMEM ? kb_fail_memory(err) : status;
}
