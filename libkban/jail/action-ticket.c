/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/action-ticket.h"

#include <kban/counter.h>

#include "base/context.h"
#include "base/text.h"
#include "jail/jail.h"

/* Bans of one host that are looked at, the newest. */
#define BANS_MAX 100

void kb_ticket_texts_clear(struct kb_ticket_texts *texts)
{
	kb_buffer_clear(&texts->matches);
	kb_buffer_clear(&texts->all);
	kb_buffer_clear(&texts->all_jail);
	kb_buffer_clear(&texts->fields);
}

/* Lines as they come, the oldest first; of too many, the newest. */
static void add_line(struct kb_buffer *lines, struct kban_text line)
{
	if (lines->len > 2 * KB_TAG_VALUE_MAX) {
		size_t gone = lines->len - KB_TAG_VALUE_MAX;

		memmove(lines->data, lines->data + gone, lines->len - gone);
		lines->len -= gone;
	}
	if (lines->len > 0)
		kb_buffer_byte(lines, '\n');
	kb_buffer_text(lines, line);
}

/* One list of failures that is being put together. */
struct gathering {
	struct kb_buffer *lines;
	struct kb_buffer *fields; /* of the first that has any; NULL: nobody asks */
	const char *jail;         /* whose failures count; NULL: all */
	unsigned count;
};

static void gather_failure(struct gathering *gathering, const struct kb_failure *failure)
{
	gathering->count++;
	add_line(gathering->lines, failure->text);
	if (gathering->fields != NULL && gathering->fields->len == 0)
		kb_buffer_text(gathering->fields, failure->fields);
}

static int visit_failure(const char *jail, const struct kb_failure *failure, void *data)
{
	struct gathering *gathering = data;

	if (gathering->jail == NULL || strcmp(gathering->jail, jail) == 0)
		gather_failure(gathering, failure);
	return 0;
}

/* Bans of a host, newest first. */
struct ban_list {
	int64_t ids[BANS_MAX];
	size_t count;
	const char *jail; /* NULL: of all */
};

static int visit_ban(const struct kb_ban_record *record, void *data)
{
	struct ban_list *list = data;

	if (list->jail == NULL || strcmp(list->jail, record->jail) == 0)
		list->ids[list->count++] = record->id;
	return list->count == BANS_MAX;
}

/* What led to a host's bans, the oldest first. What cannot be read is not there. */
static void gather_bans(const struct kban_jail *jail, const struct kban_addr *addr, size_t most,
			struct gathering *gathering)
{
	struct kban_store *store = jail->parts.store;
	struct ban_list list = { .jail = gathering->jail };

	if (store == NULL || kb_store_each_ban_of(store, addr, visit_ban, &list, NULL) < 0)
		return;
	for (size_t i = list.count < most ? list.count : most; i > 0; i--)
		(void)kb_store_each_evidence(store, list.ids[i - 1], visit_failure, gathering,
					     NULL);
}

/* A ban that is not saved has not claimed its failures, and some of these may not be saved. */
static void gather_unsaved(const struct kban_jail *jail, const struct kban_addr *addr,
			   struct gathering *gathering)
{
	bool is_unsaved = false;

	for (size_t i = 0; i < jail->changes.count; i++)
		is_unsaved |= jail->changes.items[i].kind == KB_CHANGE_BAN &&
			      kban_addr_equal(&jail->changes.items[i].addr, addr);
	if (!is_unsaved)
		return;
	kb_buffer_reset(gathering->lines);
	gathering->count = 0;
	if (jail->parts.store != NULL)
		(void)kb_store_each_failure_of(jail->parts.store, addr, visit_failure, gathering,
					       NULL);
	for (size_t i = 0; i < jail->changes.count; i++)
		if (jail->changes.items[i].kind == KB_CHANGE_FAILURE &&
		    kban_addr_equal(&jail->changes.items[i].addr, addr))
			gather_failure(gathering, &jail->changes.items[i].failure);
}

static void cut_lines(struct kb_buffer *lines, size_t most)
{
	size_t at = lines->len;

	for (size_t found = 0; at > 0; at--)
		if (lines->data[at - 1] == '\n' && ++found == most)
			break;
	if (at == 0)
		return;
	memmove(lines->data, lines->data + at, lines->len - at);
	lines->len -= at;
}

static unsigned gather_all(const struct kb_jail_action *action, const struct kban_addr *addr,
			   const char *jail, struct kb_buffer *lines)
{
	struct gathering gathering = { .lines = lines, .jail = jail };

	gather_bans(action->jail, addr, BANS_MAX, &gathering);
	cut_lines(lines, action->max_merged);
	return gathering.count;
}

static void fill_evidence(const struct kb_jail_action *action, struct kb_ticket_texts *texts,
			  struct kb_ticket *out)
{
	const struct kban_jail *jail = action->jail;
	struct gathering gathering = {
		.lines = &texts->matches,
		.fields = &texts->fields,
		.jail = jail->options.name,
	};

	gather_bans(jail, out->host, 1, &gathering);
	gather_unsaved(jail, out->host, &gathering);
	if (out->failures == 0)
		out->failures = gathering.count;
	if (!action->queue->task.action->uses_merged)
		return;
	out->all_failures = gather_all(action, out->host, NULL, &texts->all);
	out->all_jail_failures =
		gather_all(action, out->host, jail->options.name, &texts->all_jail);
}

static void fill_counts(const struct kban_jail *jail, struct kb_ticket *out)
{
	struct kban_jail_stats stats = KBAN_JAIL_STATS_INIT;

	kban_jail_stats(jail, &stats);
	out->found = stats.currently_failed;
	out->found_total = stats.total_failed;
	out->banned = stats.currently_banned;
	out->banned_total = stats.total_banned;
}

/* False while the answer is waited for. */
static bool fill_names(const struct kb_jail_action *action, struct kb_ticket_texts *texts,
		       struct kb_ticket *out)
{
	const struct kb_action *definition = action->queue->task.action;
	const struct kban_context *ctx = action->queue->ctx;
	int host = 0;
	int machine = 0;

	if (definition->uses_host_name && out->host != NULL)
		host = kb_context_name(ctx, out->host, texts->host_name);
	if (definition->uses_machine)
		machine = kb_context_name(ctx, NULL, texts->machine);
	out->host_name = host > 0 ? texts->host_name : NULL;
	out->machine = machine > 0 ? texts->machine : NULL;
	return host != KBAN_RESOLVE_LATER && machine != KBAN_RESOLVE_LATER;
}

static bool is_about_host(enum kb_action_event event)
{
	return event == KB_ACTION_BAN || event == KB_ACTION_REBAN || event == KB_ACTION_UNBAN ||
	       event == KB_ACTION_PROLONG;
}

static void fill_host(const struct kb_action_host *host, struct kb_ticket *out)
{
	const struct kb_action_news *news = &host->news;

	out->host = &news->addr;
	if (news->since != 0)
		out->time = news->since;
	out->ban_time = news->until == KBAN_FOREVER ? KBAN_FOREVER : news->until - news->since;
	out->number = news->number;
	out->failures = news->failures;
	out->is_restored = host->is_restored;
}

int kb_ticket_fill(const struct kb_jail_action *action, kban_usec now,
		   struct kb_ticket_texts *texts, struct kb_ticket *out)
{
	const struct kb_action_host *host = action->queue->host;

	*out = (struct kb_ticket){ .time = now };
	if (action->jail != NULL)
		out->ban_time = action->jail->options.ban_time;
	if (host != NULL && is_about_host(action->event))
		fill_host(host, out);
	if (!fill_names(action, texts, out))
		return 0;
	if (action->jail != NULL)
		fill_counts(action->jail, out);
	if (action->jail != NULL && out->host != NULL)
		fill_evidence(action, texts, out);
	out->matches = kb_buffer_content(&texts->matches);
	out->all_matches = kb_buffer_content(&texts->all);
	out->all_jail_matches = kb_buffer_content(&texts->all_jail);
	out->fields = kb_buffer_content(&texts->fields);
	if (texts->matches.failed || texts->all.failed || texts->all_jail.failed ||
	    texts->fields.failed)
		return KBAN_E_NOMEM;
	return 1;
}
