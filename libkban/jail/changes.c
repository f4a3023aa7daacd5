/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/changes.h"

#include "base/text.h"

static struct kb_change *append(struct kb_changes *changes, enum kb_change_kind kind,
				const struct kban_addr *addr)
{
	struct kb_change *change;

	if (kb_array_room(&changes->items, &changes->capacity, changes->count,
			  sizeof(*changes->items)) < 0)
		return NULL;
	change = &changes->items[changes->count++];
	*change = (struct kb_change){ .kind = kind, .addr = *addr };
	return change;
}

static void release(struct kb_change *change)
{
	free((void *)(uintptr_t)change->failure.rule_text);
	free((void *)(uintptr_t)change->failure.rule_file);
	free((void *)(uintptr_t)change->failure.source);
	free((void *)(uintptr_t)change->failure.text.data);
	free((void *)(uintptr_t)change->failure.fields.data);
}

static bool copy_texts(struct kb_failure *to, const struct kb_failure *from)
{
	size_t len = from->text.len < KB_EVIDENCE_MAX ? from->text.len : KB_EVIDENCE_MAX;

	to->rule_text = from->rule_text ? strdup(from->rule_text) : NULL;
	to->rule_file = from->rule_file ? strdup(from->rule_file) : NULL;
	to->source = from->source ? strdup(from->source) : NULL;
	to->text = (struct kban_text){ kb_text_copy(kb_text_slice(from->text, 0, len)), len };
	to->fields.data = kb_text_copy(from->fields);
	return to->text.data != NULL && to->fields.data != NULL &&
	       (to->rule_text || !from->rule_text) && (to->rule_file || !from->rule_file) &&
	       (to->source || !from->source);
}

static int append_failure(struct kb_changes *changes, enum kb_change_kind kind,
			  const struct kb_failure *failure)
{
	struct kb_change *change;

	if (changes->count >= KB_CHANGES_MAX) {
		changes->dropped++;
		return KBAN_OK;
	}
	change = append(changes, kind, &failure->addr);
	if (change == NULL)
		return KBAN_E_NOMEM;
	change->failure = *failure;
	if (copy_texts(&change->failure, failure))
		return KBAN_OK;
	release(change);
	changes->count--;
	return KBAN_E_NOMEM;
}

int kb_changes_failure(struct kb_changes *changes, const struct kb_failure *failure)
{
	return append_failure(changes, KB_CHANGE_FAILURE, failure);
}

int kb_changes_evidence(struct kb_changes *changes, const struct kb_failure *failure)
{
	return append_failure(changes, KB_CHANGE_EVIDENCE, failure);
}

int kb_changes_forget(struct kb_changes *changes, const struct kban_addr *addr)
{
	return append(changes, KB_CHANGE_FORGET, addr) ? KBAN_OK : KBAN_E_NOMEM;
}

static int append_ban(struct kb_changes *changes, enum kb_change_kind kind,
		      const struct kb_ban_record *ban)
{
	struct kb_change *change = append(changes, kind, &ban->addr);

	if (change == NULL)
		return KBAN_E_NOMEM;
	change->ban = *ban;
	return KBAN_OK;
}

int kb_changes_ban(struct kb_changes *changes, const struct kb_ban_record *ban)
{
	return append_ban(changes, KB_CHANGE_BAN, ban);
}

int kb_changes_past_ban(struct kb_changes *changes, const struct kb_ban_record *ban)
{
	return append_ban(changes, KB_CHANGE_PAST_BAN, ban);
}

int kb_changes_extend(struct kb_changes *changes, const struct kban_addr *addr, kban_usec until)
{
	struct kb_change *change = append(changes, KB_CHANGE_EXTEND, addr);

	if (change == NULL)
		return KBAN_E_NOMEM;
	change->ban.until = until;
	return KBAN_OK;
}

int kb_changes_number(struct kb_changes *changes, const struct kban_addr *addr, unsigned number)
{
	struct kb_change *change = append(changes, KB_CHANGE_NUMBER, addr);

	if (change == NULL)
		return KBAN_E_NOMEM;
	change->ban.number = number;
	return KBAN_OK;
}

int kb_changes_end(struct kb_changes *changes, const struct kban_addr *addr, enum kb_ban_end end,
		   kban_usec when)
{
	struct kb_change *change = append(changes, KB_CHANGE_END, addr);

	if (change == NULL)
		return KBAN_E_NOMEM;
	change->ban.end = end;
	change->ban.ended = when;
	return KBAN_OK;
}

static void move_ban(struct kb_ban_record *ban, kban_usec by)
{
	ban->since += by;
	ban->ended += by;
	if (ban->until != KBAN_FOREVER)
		ban->until += by;
}

/* Which times a change has is known by its kind; the others mean nothing. */
void kb_changes_move(struct kb_changes *changes, kban_usec by)
{
	for (size_t i = 0; i < changes->count; i++) {
		changes->items[i].failure.time += by;
		move_ban(&changes->items[i].ban, by);
	}
	changes->moved += by;
}

/* Where changes go, and what those before have left. */
struct writing {
	struct kban_store *store;
	const char *jail;
	size_t keep_lines;
	int64_t last_ban; /* id, if the change before is about one */
};

static int write_ban(const struct kb_change *change, struct writing *to, struct kban_error **err)
{
	struct kb_ban_record ban = change->ban;
	int status;

	ban.jail = to->jail;
	if (change->kind == KB_CHANGE_BAN)
		status = kb_store_add_ban(to->store, &ban, to->keep_lines, err);
	else
		status = kb_store_add_past_ban(to->store, &ban, err);
	to->last_ban = ban.id;
	return status;
}

static int write_one(const struct kb_change *change, struct writing *to, struct kban_error **err)
{
	int status = KBAN_OK;

	switch (change->kind) {
	case KB_CHANGE_FAILURE:
		return kb_store_add_failure(to->store, to->jail, &change->failure, err);
	case KB_CHANGE_EVIDENCE:
		return kb_store_add_evidence(to->store, to->jail, to->last_ban, &change->failure,
					     err);
	case KB_CHANGE_FORGET:
		return kb_store_forget_failures(to->store, to->jail, &change->addr, err);
	case KB_CHANGE_BAN:
	case KB_CHANGE_PAST_BAN:
		return write_ban(change, to, err);
	case KB_CHANGE_NUMBER:
		return kb_store_renumber_ban(to->store, to->jail, &change->addr, change->ban.number,
					     err);
	case KB_CHANGE_EXTEND:
		to->last_ban = 0;
		status = kb_store_extend_ban(to->store, to->jail, &change->addr, change->ban.until,
					     err);
		break;
	case KB_CHANGE_END:
		status = kb_store_end_ban(to->store, to->jail, &change->addr, change->ban.end,
					  change->ban.ended, err);
		break;
	}
	/* A store that was set aside, or began empty, does not know older bans. */
	return status == KBAN_E_NOTFOUND ? KBAN_OK : status;
}

int kb_changes_write(const struct kb_changes *changes, struct kban_store *store, const char *jail,
		     size_t keep_lines, struct kban_error **err)
{
	struct writing to = { store, jail, keep_lines, 0 };
	int moved = changes->moved != 0 ? kb_store_move(store, jail, changes->moved, err) : KBAN_OK;

	if (moved < 0)
		return moved;
	for (size_t i = 0; i < changes->count; i++) {
		int status = write_one(&changes->items[i], &to, err);

		if (status < 0)
			return status;
	}
	return KBAN_OK;
}

void kb_changes_clear(struct kb_changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		release(&changes->items[i]);
	changes->count = 0;
	changes->moved = 0;
}

void kb_changes_free(struct kb_changes *changes)
{
	kb_changes_clear(changes);
	free(changes->items);
	*changes = (struct kb_changes){ 0 };
}
