/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/action-queue.h"

#include "base/context.h"

#define TOPIC "actions"

struct kb_action_queue *kb_action_queue_new(struct kban_context *ctx, struct kb_action *action,
					    const struct kb_bans *bans)
{
	kb_auto(action_queue) queue = calloc(1, sizeof(*queue));

	if (queue == NULL)
		return NULL;
	queue->ctx = kban_context_ref(ctx);
	queue->action = kb_action_ref(action);
	queue->bans = bans;
	if (kb_action_hosts_init(&queue->hosts) < 0)
		return NULL;
	for (int family = 0; family < KB_FAMILIES; family++)
		queue->start_due[family] = !action->start_on_demand &&
					   (family != KB_FAMILY_NONE) == action->is_conditional;
	return kb_steal(queue);
}

void kb_action_queue_free(struct kb_action_queue *queue)
{
	if (queue == NULL)
		return;
	kb_action_hosts_clear(&queue->hosts);
	free(queue->changes);
	free(queue->problem);
	kb_action_unref(queue->task_action);
	kb_action_unref(queue->action);
	kban_context_unref(queue->ctx);
	free(queue);
}

/* What was started without regard to families is so for each, and the other way round. */
static void convert_started(struct kb_action_queue *queue)
{
	bool *started = queue->is_started;
	bool any = started[KB_FAMILY_NONE] || started[KB_FAMILY_INET4] || started[KB_FAMILY_INET6];
	bool conditional = queue->action->is_conditional;

	if (started[KB_FAMILY_NONE] != conditional)
		return;
	started[KB_FAMILY_NONE] = any && !conditional;
	started[KB_FAMILY_INET4] = started[KB_FAMILY_INET6] = any && conditional;
}

void kb_action_queue_inherit(struct kb_action_queue *queue, struct kb_action_queue *old)
{
	struct kb_action_queue fresh = *queue;

	*queue = *old;
	*old = fresh;
	old->action = queue->action;
	old->ctx = queue->ctx;
	queue->action = fresh.action;
	queue->ctx = fresh.ctx;
	queue->bans = fresh.bans;
	convert_started(queue);
	for (int family = 0; family < KB_FAMILIES; family++)
		queue->reload_due[family] = queue->is_started[family];
}

static bool undoes(const struct kb_action_queue *queue)
{
	return kb_action_has(queue->action, KB_ACTION_UNBAN);
}

/* Such an action has done something for a host that lasts. */
bool kb_action_queue_lasts(const struct kb_action_queue *queue)
{
	return undoes(queue) || kb_action_has(queue->action, KB_ACTION_FLUSH);
}

/* To be saved with the next transaction. */
int kb_action_queue_note(struct kb_action_queue *queue, struct kb_action_host *host,
			 enum kb_action_state state)
{
	if (host->saved == state)
		return KBAN_OK;
	if (kb_array_room(&queue->changes, &queue->change_capacity, queue->change_count,
			  sizeof(*queue->changes)) < 0)
		return KBAN_E_NOMEM;
	queue->changes[queue->change_count++] = (struct kb_action_change){ host->news.addr, state };
	host->saved = state;
	return KBAN_OK;
}

int kb_action_queue_drop(struct kb_action_queue *queue, struct kb_action_host *host)
{
	int status = kb_action_queue_note(queue, host, KB_ACTION_NOTHING);

	kb_action_hosts_remove(&queue->hosts, host);
	return status;
}

static bool is_under_way(const struct kb_action_queue *queue, const struct kb_action_host *host)
{
	return queue->is_busy && queue->host == host;
}

/* False: there is no room, which is told once. */
static bool has_room(struct kb_action_queue *queue, const struct kban_addr *addr)
{
	if (kb_action_hosts_find(&queue->hosts, addr) != NULL ||
	    kb_action_hosts_count(&queue->hosts) < KB_ACTION_HOSTS_MAX)
		return true;
	if (queue->dropped++ == 0)
		kb_log(queue->ctx, KBAN_ERROR, TOPIC,
		       "[%s] Action '%s' has %d hosts to deal with; it is not run for more",
		       queue->action->jail, queue->action->name, KB_ACTION_HOSTS_MAX);
	return false;
}

static void renew(struct kb_action_host *host, bool is_restored)
{
	host->is_restored = is_restored;
	host->tries = 0;
	host->due = 0;
}

static int want(struct kb_action_queue *queue, const struct kb_action_news *news, bool is_restored)
{
	struct kb_action_host *host;

	if (queue->is_closing || !has_room(queue, &news->addr))
		return KBAN_OK;
	if (!kb_action_has(queue->action, KB_ACTION_BAN))
		return KBAN_OK;
	host = kb_action_hosts_add(&queue->hosts, &news->addr);
	if (host == NULL)
		return KBAN_E_NOMEM;
	host->news = *news;
	renew(host, is_restored);
	/* What is there from a ban of before is undone first. */
	if (host->wish == KB_WISH_UNBAN || host->is_flushed) {
		host->again = true;
		return KBAN_OK;
	}
	kb_action_hosts_wish(&queue->hosts, host, KB_WISH_BAN);
	return kb_action_queue_note(queue, host, KB_ACTION_WANTED);
}

int kb_action_queue_ban(struct kb_action_queue *queue, const struct kb_action_news *news)
{
	return want(queue, news, false);
}

/* A ban that this action was run for needs it again only if the machine was started since. */
int kb_action_queue_restore(struct kb_action_queue *queue, const struct kb_action_news *news)
{
	struct kb_action_host *host = kb_action_hosts_find(&queue->hosts, &news->addr);

	if (host != NULL && host->saved == KB_ACTION_WANTED)
		return want(queue, news, false);
	if (host != NULL && host->is_done && host->wish == KB_WISH_NONE &&
	    (news->is_in_kernel || queue->action->skips_restored)) {
		host->news = *news;
		return KBAN_OK;
	}
	return queue->action->skips_restored ? KBAN_OK : want(queue, news, true);
}

int kb_action_queue_prolong(struct kb_action_queue *queue, const struct kb_action_news *news)
{
	struct kb_action_host *host = kb_action_hosts_find(&queue->hosts, &news->addr);

	if (host == NULL || queue->is_closing)
		return KBAN_OK;
	host->news.until = news->until;
	host->news.number = news->number;
	if (host->is_done && host->wish == KB_WISH_NONE && !host->is_flushed &&
	    kb_action_has(queue->action, KB_ACTION_PROLONG)) {
		renew(host, false);
		kb_action_hosts_wish(&queue->hosts, host, KB_WISH_PROLONG);
	}
	return KBAN_OK;
}

/* What is or may have been done is to be undone. */
static int want_undone(struct kb_action_queue *queue, struct kb_action_host *host)
{
	host->again = false;
	if (queue->is_flushing) {
		kb_action_hosts_forget_wish(&queue->hosts, host);
		host->is_flushed = true;
		return kb_action_queue_note(queue, host, KB_ACTION_ENDING);
	}
	if (host->is_flushed)
		return KBAN_OK;
	renew(host, false);
	kb_action_hosts_wish(&queue->hosts, host, KB_WISH_UNBAN);
	return kb_action_queue_note(queue, host, KB_ACTION_ENDING);
}

int kb_action_queue_unban(struct kb_action_queue *queue, const struct kban_addr *addr)
{
	struct kb_action_host *host = kb_action_hosts_find(&queue->hosts, addr);

	if (host == NULL)
		return KBAN_OK;
	host->again = false;
	if (host->is_done || (is_under_way(queue, host) && kb_action_queue_lasts(queue)))
		return want_undone(queue, host);
	/* A message is sent even if the ban is over by then. */
	if (!kb_action_queue_lasts(queue) || is_under_way(queue, host))
		return KBAN_OK;
	return kb_action_queue_drop(queue, host);
}

enum kb_action_family kb_action_queue_family_of(const struct kb_action_queue *queue,
						const struct kb_action_host *host)
{
	return kb_action_family_of(queue->action, &host->news.addr);
}

int kb_action_queue_remember(struct kb_action_queue *queue, const struct kban_addr *addr,
			     enum kb_action_state state)
{
	struct kb_action_host *host = kb_action_hosts_add(&queue->hosts, addr);

	if (host == NULL)
		return KBAN_E_NOMEM;
	host->saved = state;
	if (state == KB_ACTION_WANTED)
		return KBAN_OK;
	host->is_done = true;
	queue->is_started[kb_action_queue_family_of(queue, host)] = true;
	queue->had_bans[kb_action_queue_family_of(queue, host)] = true;
	if (state == KB_ACTION_ENDING)
		kb_action_hosts_wish(&queue->hosts, host, KB_WISH_UNBAN);
	return KBAN_OK;
}

/* True if it is banned no more, and nobody has said so. */
static bool is_left(const struct kb_action_queue *queue, const struct kb_action_host *host)
{
	return host->wish == KB_WISH_NONE && kb_bans_find(queue->bans, &host->news.addr) == NULL;
}

int kb_action_queue_remembered(struct kb_action_queue *queue)
{
	struct kb_action_host *after;
	int status = KBAN_OK;

	for (struct kb_action_host *host = queue->hosts.all; host != NULL && status == KBAN_OK;
	     host = after) {
		after = host->after;
		if (is_left(queue, host))
			status = host->is_done ? want_undone(queue, host)
					       : kb_action_queue_drop(queue, host);
	}
	return status;
}

void kb_action_queue_begin_flush(struct kb_action_queue *queue)
{
	queue->is_flushing = kb_action_has(queue->action, KB_ACTION_FLUSH);
}

/* A flush follows the ban that is under way. */
void kb_action_queue_end_flush(struct kb_action_queue *queue)
{
	for (int family = 0; queue->is_flushing && family < KB_FAMILIES; family++)
		queue->flush_due[family] |= queue->had_bans[family];
	if (queue->is_flushing && queue->host != NULL && queue->host->is_flushed)
		queue->flush_due[kb_action_queue_family_of(queue, queue->host)] = true;
	queue->is_flushing = false;
}

int kb_action_queue_order(struct kb_action_queue *queue, enum kb_action_event event)
{
	if (queue->is_closing)
		return KBAN_E_INVAL;
	if (queue->order_count >= KB_ACTION_ORDERS_MAX)
		return KBAN_E_LIMIT;
	queue->orders[queue->order_count++] = event;
	return KBAN_OK;
}

int kb_action_queue_close(struct kb_action_queue *queue)
{
	int status = KBAN_OK;

	queue->is_closing = true;
	queue->order_count = 0;
	memset(queue->start_due, 0, sizeof(queue->start_due));
	memset(queue->reload_due, 0, sizeof(queue->reload_due));
	kb_action_queue_begin_flush(queue);
	for (struct kb_action_host *host = queue->hosts.all; host != NULL && status == KBAN_OK;
	     host = host->after) {
		host->again = false;
		/* Also the one that is under way: its command may have done its work. */
		if ((host->is_done || is_under_way(queue, host)) && kb_action_queue_lasts(queue))
			status = want_undone(queue, host);
		else
			kb_action_hosts_forget_wish(&queue->hosts, host);
	}
	kb_action_queue_end_flush(queue);
	return status;
}
