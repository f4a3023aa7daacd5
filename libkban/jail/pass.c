/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/pass.h"

#include "jail/jail-room.h"
#include "jail/questions.h"

static bool has_dirty(const struct kb_pass *pass, kban_usec now)
{
	for (size_t i = 0; i < pass->jail_count; i++) {
		const struct kban_jail *jail = pass->jails[i];

		if (jail->dirty_count > 0 && (!jail->refused || jail->retry_at <= now))
			return true;
	}
	return false;
}

/* The first reason is told; what can be put into force is. */
static int apply_all(const struct kb_pass *pass, kban_usec now, struct kban_error **err)
{
	int first = KBAN_OK;
	int status;

	for (size_t i = 0; i < pass->jail_count; i++) {
		status = kb_jail_apply(pass->jails[i], now, first == KBAN_OK ? err : NULL);
		if (first == KBAN_OK)
			first = status;
	}
	status = pass->backend->ops->commit(pass->backend, first == KBAN_OK ? err : NULL);
	return first < 0 ? first : status;
}

/* A set is gone: look at all of them, and say again what should be in them. */
static int repair(const struct kb_pass *pass, kban_usec now, struct kban_error **err)
{
	for (size_t i = 0; i < pass->jail_count; i++) {
		int status;

		pass->jails[i]->audit_due = true;
		status = kb_jail_audit(pass->jails[i], now, err);
		if (status < 0)
			return status;
	}
	return apply_all(pass, now, err);
}

/* Some set is full: make those larger that are too small, and say all again. */
static int make_room(const struct kb_pass *pass, kban_usec now, struct kban_error **err)
{
	for (size_t i = 0; i < pass->jail_count; i++) {
		int status = kb_jail_grow_sets(pass->jails[i], err);

		if (status < 0)
			return status;
	}
	return apply_all(pass, now, err);
}

static int into_kernel(const struct kb_pass *pass, kban_usec now, struct kban_error **err)
{
	kban_auto(error) reason = NULL;
	int status;

	if (!has_dirty(pass, now))
		return KBAN_OK;
	for (size_t i = 0; i < pass->jail_count; i++)
		if (kb_jail_end_beyond_most(pass->jails[i], now) < 0)
			return kb_fail_memory(err);
	status = apply_all(pass, now, &reason);
	if (status == KBAN_E_NOTFOUND) {
		kban_error_free(kb_steal(reason));
		status = repair(pass, now, &reason);
	}
	if (status == KBAN_E_LIMIT) {
		kban_error_free(kb_steal(reason));
		status = make_room(pass, now, &reason);
	}
	for (size_t i = 0; i < pass->jail_count; i++) {
		if (status < 0 && pass->jails[i]->dirty_count > 0)
			kb_jail_refused(pass->jails[i], kban_error_text(reason), now);
		else if (status >= 0)
			kb_jail_applied(pass->jails[i]);
	}
	if (status < 0 && err != NULL)
		*err = kb_steal(reason);
	return status;
}

/* The actions of all jails, then those that are being closed, as one list. NULL ends it. */
static struct kb_jail_action *action_at(const struct kb_pass *pass, size_t index)
{
	for (size_t i = 0; i < pass->jail_count; i++) {
		const struct kb_actions *actions = pass->jails[i]->actions;
		size_t count = actions != NULL ? actions->count : 0;

		if (index < count)
			return actions->items[index];
		index -= count;
	}
	return index < pass->closing_count ? pass->closing[index] : NULL;
}

static bool has_changes(const struct kb_pass *pass)
{
	const struct kb_jail_action *action;
	struct kban_follow_state state;

	for (size_t i = 0; i < pass->jail_count; i++)
		if (pass->jails[i]->changes.count > 0 || pass->jails[i]->changes.moved != 0 ||
		    pass->jails[i]->lookups_changed)
			return true;
	for (size_t i = 0; (action = action_at(pass, i)) != NULL; i++)
		if (kb_jail_action_has_changes(action))
			return true;
	for (size_t i = 0; pass->follow && i < kban_follow_file_count(pass->follow); i++) {
		kban_follow_file(pass->follow, i, &state);
		if (state.changed)
			return true;
	}
	return pass->journals != NULL && kb_journal_list_has_changed(pass->journals);
}

static int write_positions(const struct kb_pass *pass, struct kban_error **err)
{
	struct kban_follow_state state;

	for (size_t i = 0; pass->follow && i < kban_follow_file_count(pass->follow); i++) {
		int status;

		kban_follow_file(pass->follow, i, &state);
		if (!state.changed)
			continue;
		status = kb_store_put_position(pass->store, state.path, &state.position, err);
		if (status < 0)
			return status;
	}
	return KBAN_OK;
}

static int write_actions(const struct kb_pass *pass, struct kban_error **err)
{
	const struct kb_jail_action *action;
	int status = KBAN_OK;

	for (size_t i = 0; (action = action_at(pass, i)) != NULL && status == KBAN_OK; i++)
		status = kb_jail_action_write(action, pass->store, err);
	return status;
}

static int write_all(const struct kb_pass *pass, struct kban_error **err)
{
	int status = write_actions(pass, err);

	for (size_t i = 0; i < pass->jail_count && status == KBAN_OK; i++) {
		const struct kban_jail *jail = pass->jails[i];

		status = kb_changes_write(&jail->changes, pass->store, jail->options.name,
					  jail->options.max_matches, err);
		if (status == KBAN_OK)
			status = kb_jail_write_lookups(jail, pass->store, err);
	}
	if (status == KBAN_OK)
		status = write_positions(pass, err);
	if (status == KBAN_OK && pass->journals != NULL)
		status = kb_journal_list_write(pass->journals, pass->store, err);
	return status;
}

static int into_store(const struct kb_pass *pass, struct kban_error **err)
{
	int status = kb_store_begin(pass->store, err);

	if (status < 0)
		return status;
	status = write_all(pass, err);
	if (status == KBAN_OK)
		status = kb_store_commit(pass->store, err);
	if (status < 0)
		kb_store_rollback(pass->store);
	return status;
}

/* While the disk was full, more failures waited than are kept. */
static void tell_dropped(struct kban_jail *jail)
{
	if (jail->changes.dropped > 0)
		kb_log(jail->ctx, KBAN_WARNING, "database",
		       "[%s] %llu failures were counted and not saved", jail->options.name,
		       (unsigned long long)jail->changes.dropped);
	jail->changes.dropped = 0;
}

static void note_actions_saved(const struct kb_pass *pass)
{
	struct kb_jail_action *action;

	for (size_t i = 0; (action = action_at(pass, i)) != NULL; i++)
		kb_jail_action_saved(action);
}

static void note_saved(struct kb_pass *pass)
{
	note_actions_saved(pass);
	for (size_t i = 0; i < pass->jail_count; i++) {
		tell_dropped(pass->jails[i]);
		kb_changes_clear(&pass->jails[i]->changes);
		pass->jails[i]->lookups_changed = false;
	}
	for (size_t i = 0; pass->follow && i < kban_follow_file_count(pass->follow); i++)
		kban_follow_saved(pass->follow, i);
	if (pass->journals != NULL)
		kb_journal_list_saved(pass->journals);
}

static void save(struct kb_pass *pass, struct kban_context *ctx)
{
	kban_auto(error) reason = NULL;

	if (pass->store == NULL)
		note_actions_saved(pass);
	if (pass->store == NULL || !has_changes(pass))
		return;
	if (into_store(pass, &reason) == KBAN_OK) {
		note_saved(pass);
		if (pass->store_failed)
			kb_log(ctx, KBAN_NOTICE, "database", "State is saved again");
		pass->store_failed = false;
		return;
	}
	if (!pass->store_failed)
		kb_log(ctx, KBAN_ERROR, "database",
		       "State cannot be saved: %s; bans go on, saving is tried again",
		       kban_error_text(reason));
	pass->store_failed = true;
}

/* What an action should have heard of is lost. */
static bool has_missed(const struct kban_jail *jail)
{
	return jail->actions != NULL && jail->actions->failed;
}

int kb_pass_settle(struct kb_pass *pass, struct kban_context *ctx, kban_usec now,
		   struct kban_error **err)
{
	int status;

	for (size_t i = 0; i < pass->jail_count; i++)
		if (kb_jail_finish_lookups(pass->jails[i], now) < 0 ||
		    kb_jail_settle_questions(pass->jails[i]) < 0 ||
		    kb_jail_do_due(pass->jails[i], now) < 0 || has_missed(pass->jails[i]))
			return kb_fail_memory(err);
	status = into_kernel(pass, now, err);
	/* A position must not be saved before the bans that follow from the lines before it are in
	 * force. A set that is full is no reason to read them again for ever. */
	if (status == KBAN_OK || status == KBAN_E_LIMIT)
		save(pass, ctx);
	return status;
}

static int tidy(const struct kb_pass *pass, kban_usec before, kban_usec now)
{
	int status = kb_store_purge(pass->store, before, NULL);

	for (size_t i = 0; status == KBAN_OK && i < pass->jail_count; i++)
		status = kb_store_prune_failures(pass->store, pass->jails[i]->options.name,
						 now - pass->jails[i]->options.find_time, NULL);
	return status == KBAN_OK ? kb_store_commit(pass->store, NULL) : status;
}

int kb_pass_tidy(const struct kb_pass *pass, kban_usec before, kban_usec now)
{
	int status;

	if (pass->store == NULL)
		return KBAN_OK;
	status = kb_store_begin(pass->store, NULL);
	if (status < 0)
		return status;
	status = tidy(pass, before, now);
	if (status < 0)
		kb_store_rollback(pass->store);
	return status;
}

int kban_jail_settle(struct kban_jail *jail, kban_usec now, struct kban_error **err)
{
	struct kb_pass pass = {
		.jails = &jail,
		.jail_count = 1,
		.backend = jail->parts.backend,
		.store = jail->parts.store,
	};

	if (jail->clock == KBAN_TIME_NONE || now > jail->clock)
		jail->clock = now;
	return kb_pass_settle(&pass, jail->ctx, now, err);
}
