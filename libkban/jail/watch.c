/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/watch.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/options.h"
#include "jail/jail-glance.h"
#include "jail/log-paths.h"
#include "store/store.h"

/* How often what no longer matters is forgotten. */
#define TIDY_EVERY  (600 * KBAN_SECOND)
/* How long to wait after the kernel or memory failed. */
#define RETRY_AFTER KBAN_SECOND

void kb_watched_free(struct kb_watched *watched)
{
	if (watched == NULL)
		return;
	kban_jail_free(watched->jail);
	kb_actions_free(watched->actions);
	kb_jail_settings_free(watched->settings);
	free(watched->name);
	free(watched->problem);
	kb_watched_clear_matches(watched);
	free(watched->matches);
	free(watched);
}

enum kban_rule_language kb_watch_language(const struct kban_watch *watch)
{
	return kban_backend_makes_rules(watch->options.backend) ? KBAN_RULES_NFT
								: KBAN_RULES_IPTABLES;
}

/* Files may be without a descriptor; journals get theirs as they are opened. */
static void poll_logs(struct kban_watch *watch)
{
	struct epoll_event event = { .events = EPOLLIN };
	int fd = kban_follow_fd(watch->follow);

	if (fd >= 0)
		(void)epoll_ctl(watch->poll, EPOLL_CTL_ADD, fd, &event);
}

int kban_watch_new(struct kban_context *ctx, const struct kban_watch_options *options,
		   struct kban_watch **out, struct kban_error **err)
{
	kban_auto(watch) watch = calloc(1, sizeof(*watch));
	struct kban_follow_options follow = KBAN_FOLLOW_OPTIONS_INIT;
	int status;

	if (watch == NULL)
		return kb_fail_memory(err);
	watch->poll = -1;
	watch->ctx = kban_context_ref(ctx);
	watch->options = (struct kban_watch_options)KBAN_WATCH_OPTIONS_INIT;
	kb_options_complete(&watch->options, sizeof(watch->options), options);
	watch->retry_at = KBAN_FOREVER;
	watch->journals = (struct kb_journal_list){ .ctx = ctx,
						    .store = watch->options.store,
						    .from_oldest = watch->options.replay };
	watch->poll = epoll_create1(EPOLL_CLOEXEC);
	if (watch->poll < 0)
		return kb_fail_errno(err, errno, NULL, "epoll_create1");
	watch->sockets = (struct kb_syslog_list){ .ctx = ctx, .poll = watch->poll };
	watch->input = (struct kb_input){ .ctx = ctx,
					  .name = KB_INPUT,
					  .fd = watch->options.input,
					  .poll = watch->poll,
					  .last_line_counts = watch->options.replay };
	follow.once = watch->options.replay;
	follow.block_size = KB_WATCH_BLOCK_BYTES;
	status = kban_follow_new(ctx, &follow, &watch->follow, err);
	if (status < 0)
		return status;
	poll_logs(watch);
	watch->rules = kban_rules_new(kb_watch_language(watch));
	if (watch->rules == NULL)
		return kb_fail_memory(err);
	watch->pass = (struct kb_pass){ .backend = watch->options.backend,
					.store = watch->options.store,
					.follow = watch->follow,
					.journals = &watch->journals };
	if (watch->options.backend->ops->each_set != NULL && !watch->options.replay)
		watch->events = kb_kernel_events_new();
	*out = kb_steal(watch);
	return KBAN_OK;
}

void kban_watch_free(struct kban_watch *watch)
{
	if (watch == NULL)
		return;
	kb_watch_scans_clear(&watch->scans);
	for (size_t i = 0; i < watch->jail_count; i++)
		kb_watched_free(watch->jails[i]);
	free(watch->jails);
	free(watch->running);
	for (size_t i = 0; i < watch->closing_count; i++)
		kb_jail_action_free(watch->closing[i]);
	free(watch->closing);
	kb_retired_sets_clear(&watch->retired);
	kban_follow_free(watch->follow);
	kb_journal_list_clear(&watch->journals);
	kb_syslog_list_clear(&watch->sockets);
	kb_input_clear(&watch->input);
	if (watch->poll >= 0)
		close(watch->poll);
	kb_buffer_clear(&watch->text);
	kb_kernel_events_free(watch->events);
	kban_rules_free(watch->rules);
	kban_config_unref(watch->config);
	kban_context_unref(watch->ctx);
	free(watch);
}

void kban_watch_set_listener(struct kban_watch *watch, kban_event_fn *listener, void *data)
{
	watch->listener = listener;
	watch->listener_data = data;
	for (size_t i = 0; i < watch->running_count; i++)
		kban_jail_set_listener(watch->running[i], listener, data);
}

/* In a replay the log is the clock: the newest time any jail has seen. */
static kban_usec pass_time(const struct kban_watch *watch, kban_usec now)
{
	kban_usec newest = KBAN_TIME_NONE;

	if (!watch->options.replay)
		return now;
	for (size_t i = 0; i < watch->running_count; i++)
		if (watch->running[i]->clock > newest)
			newest = watch->running[i]->clock;
	return newest == KBAN_TIME_NONE ? now : newest;
}

int kb_watch_settle(struct kban_watch *watch, kban_usec now, struct kban_error **err)
{
	int status;

	if (watch->is_spoilt)
		return kb_fail_memory(err);
	watch->pass.jails = watch->running;
	watch->pass.jail_count = watch->running_count;
	watch->pass.closing = watch->closing;
	watch->pass.closing_count = watch->closing_count;
	status = kb_pass_settle(&watch->pass, watch->ctx, pass_time(watch, now), err);
	watch->is_spoilt = status == KBAN_E_NOMEM;
	watch->is_unsettled = false;
	kb_watch_release_closed(watch);
	watch->retry_at = status < 0 || watch->pass.store_failed ? now + RETRY_AFTER : KBAN_FOREVER;
	return status;
}

int kb_watch_settle_rest(struct kban_watch *watch, struct kban_error **err)
{
	int status = KBAN_OK;

	if (watch->is_unsettled)
		status = kb_watch_settle(watch, kban_context_now(watch->ctx), NULL);
	return status == KBAN_E_NOMEM ? kb_fail_memory(err) : KBAN_OK;
}

int kban_watch_dispatch(struct kban_watch *watch, kban_usec now, struct kban_error **err)
{
	int more = kban_watch_read(watch, now, err);
	int status = more < 0 ? more : kb_watch_settle(watch, now, err);

	return status < 0 ? status : more;
}

int kban_watch_fd(const struct kban_watch *watch)
{
	return watch->poll;
}

kban_usec kban_watch_next_due(const struct kban_watch *watch)
{
	kban_usec due = kban_follow_next_due(watch->follow);
	kban_usec journals = kb_journal_list_next_due(&watch->journals);
	kban_usec sockets = kb_syslog_list_next_due(&watch->sockets);

	if (journals < due)
		due = journals;
	if (kb_input_is_due(&watch->input))
		due = 0;
	if (sockets < due)
		due = sockets;
	if (watch->retry_at < due)
		due = watch->retry_at;
	for (size_t i = 0; i < watch->running_count; i++) {
		kban_usec jail_due = kban_jail_next_due(watch->running[i]);

		if (jail_due < due)
			due = jail_due;
	}
	return due;
}

int kban_watch_kernel_fd(const struct kban_watch *watch)
{
	return watch->events != NULL ? kb_kernel_events_fd(watch->events) : -1;
}

int kban_watch_glance(struct kban_watch *watch, kban_usec now)
{
	int is_due = watch->events != NULL && kb_kernel_events_read(watch->events);

	for (size_t i = 0; i < watch->running_count; i++)
		is_due |= kb_jail_glance(watch->running[i], now);
	return is_due;
}

/* What is over is remembered for as long as dbpurgeage says. */
static void tidy(struct kban_watch *watch, kban_usec now)
{
	if (watch->config == NULL || watch->options.replay || now < watch->tidy_at)
		return;
	if (kb_pass_tidy(&watch->pass, now - kban_config_purge_age(watch->config), now) == KBAN_OK)
		watch->tidy_at = now + TIDY_EVERY;
}

int kban_watch_audit(struct kban_watch *watch, kban_usec now, struct kban_error **err)
{
	int first = KBAN_OK, status;

	kb_retired_sets_remove(&watch->retired, watch->options.backend);
	for (size_t i = 0; i < watch->jail_count; i++) {
		struct kb_watched *watched = watch->jails[i];

		if (watched->jail == NULL)
			continue;
		if (watched->settings->ignore_self && !watch->options.without_self &&
		    kban_allow_list_add_self(watched->settings->allowed, NULL) < 0)
			kb_log(watch->ctx, KBAN_WARNING, KB_TOPIC_FILTER,
			       "[%s] This host's own addresses could not be read again",
			       watched->name);
		status = kb_jail_audit(watched->jail, now, first == KBAN_OK ? err : NULL);
		if (first == KBAN_OK)
			first = status;
	}
	status = kb_watch_settle(watch, now, first == KBAN_OK ? err : NULL);
	if (status == KBAN_OK)
		tidy(watch, now);
	return first < 0 ? first : status;
}

const struct kban_rules *kban_watch_rules(const struct kban_watch *watch)
{
	return watch->rules;
}

size_t kban_watch_jail_count(const struct kban_watch *watch)
{
	return watch->jail_count;
}

const char *kban_watch_jail_name(const struct kban_watch *watch, size_t index)
{
	return watch->jails[index]->name;
}

struct kban_jail *kban_watch_jail(const struct kban_watch *watch, size_t index)
{
	return watch->jails[index]->jail;
}

struct kban_allow_list *kban_watch_jail_allowed(struct kban_watch *watch, size_t index)
{
	const struct kb_watched *watched = watch->jails[index];

	return watched->jail != NULL ? watched->settings->allowed : NULL;
}

const char *kban_watch_jail_problem(const struct kban_watch *watch, size_t index)
{
	return watch->jails[index]->problem;
}

int kban_watch_find(const struct kban_watch *watch, const char *name)
{
	for (size_t i = 0; i < watch->jail_count; i++)
		if (strcmp(watch->jails[i]->name, name) == 0)
			return (int)i;
	return -1;
}

const struct kban_follow *kban_watch_follow(const struct kban_watch *watch)
{
	return watch->follow;
}

const struct kban_scanner *kban_watch_scanner(const struct kban_watch *watch, const char *log)
{
	const struct kb_watch_scan *scan = kb_watch_scans_of(&watch->scans, log);

	return scan != NULL ? scan->scanner : NULL;
}

int kban_watch_scan_filter(const struct kban_watch *watch, const char *log, size_t index)
{
	const struct kb_watch_scan *scan = kb_watch_scans_of(&watch->scans, log);

	for (size_t i = 0; scan != NULL && i < scan->jail_count; i++)
		if (scan->jails[i] == watch->jails[index]->jail)
			return (int)i;
	return -1;
}

int kban_watch_is_unsaved(const struct kban_watch *watch)
{
	return watch->pass.store_failed;
}

kban_usec kban_watch_saved(const struct kban_watch *watch)
{
	const struct kban_store *store = watch->options.store;

	return store != NULL ? kb_store_saved(store) : KBAN_TIME_NONE;
}

/* The sets go, or are empty where somebody else's rules refer to them. */
static int flush_jail(struct kban_watch *watch, struct kban_jail *jail, kban_usec now)
{
	struct kban_backend *backend = watch->options.backend;
	int lifted = kban_jail_unban(jail, NULL, now);

	for (size_t i = 0; lifted >= 0 && i < kb_array_size(jail->sets); i++)
		backend->ops->remove(backend, &jail->sets[i], NULL);
	return lifted;
}

int kban_watch_flush(struct kban_watch *watch, kban_usec now, struct kban_error **err)
{
	int total = 0;
	int status;

	for (size_t i = 0; i < watch->running_count; i++) {
		int lifted = kban_jail_unban(watch->running[i], NULL, now);

		if (lifted < 0)
			return kb_fail_memory(err);
		total += lifted;
	}
	status = kb_watch_settle(watch, now, err);
	for (size_t i = 0; status == KBAN_OK && i < watch->running_count; i++)
		flush_jail(watch, watch->running[i], now);
	return status < 0 ? status : total;
}
