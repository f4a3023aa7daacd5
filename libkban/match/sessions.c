/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sessions are in the order they were opened, which is the order they end. There are few of them,
 * and only lines that matched a rule look for one, so they are searched from front to back. Slots
 * are never given back, so that their memory serves the next session.
 */
#include "match/sessions.h"

#include "base/text.h"

struct session {
	struct kb_buffer key;
	struct kb_record record;
	kban_usec ends;
};

struct kb_sessions {
	struct session *slots[KB_SESSIONS_MAX]; /* the first count are open, oldest first */
	size_t count;
	size_t made; /* slots that are there at all */
};

/* What a line says about its session. */
struct turn {
	bool no_failure; /* it tells facts only */
	bool forget;     /* the session ends */
	bool gained;     /* access was gained: what is pending is forgiven */
	bool was_quiet;  /* the line before told facts only */
};

struct kb_sessions *kb_sessions_new(void)
{
	return calloc(1, sizeof(struct kb_sessions));
}

void kb_sessions_free(struct kb_sessions *sessions)
{
	if (sessions == NULL)
		return;
	for (size_t i = 0; i < sessions->made; i++) {
		kb_buffer_clear(&sessions->slots[i]->key);
		kb_record_clear(&sessions->slots[i]->record);
		free(sessions->slots[i]);
	}
	free(sessions);
}

/* Close a session; its slot goes behind those that are open. */
static void close_at(struct kb_sessions *sessions, size_t index)
{
	struct session *closed = sessions->slots[index];

	sessions->count--;
	memmove(&sessions->slots[index], &sessions->slots[index + 1],
		(sessions->count - index) * sizeof(sessions->slots[0]));
	sessions->slots[sessions->count] = closed;
}

static void close_ended(struct kb_sessions *sessions, kban_usec now)
{
	while (sessions->count > 0 && sessions->slots[0]->ends <= now)
		close_at(sessions, 0);
}

static size_t index_of(const struct kb_sessions *sessions, struct kban_text key)
{
	size_t i = 0;

	while (i < sessions->count &&
	       !kb_text_equal(kb_buffer_content(&sessions->slots[i]->key), key))
		i++;
	return i;
}

/* Open a session that takes over what @a found holds. */
static int open_session(struct kb_sessions *sessions, struct kb_record *found, kban_usec now,
			struct kb_record **out)
{
	struct session *session;

	if (sessions->count == KB_SESSIONS_MAX)
		close_at(sessions, 0);
	if (sessions->count == sessions->made) {
		session = calloc(1, sizeof(*session));
		if (session == NULL)
			return KBAN_E_NOMEM;
		sessions->slots[sessions->made++] = session;
	}
	session = sessions->slots[sessions->count];
	kb_buffer_reset(&session->key);
	if (kb_buffer_text(&session->key, kb_fields_find(&found->fields, "mlfid")) != KBAN_OK)
		return KBAN_E_NOMEM;
	kb_record_swap(&session->record, found);
	kb_record_reset(found);
	session->ends = now + KB_SESSION_LIFETIME;
	sessions->count++;
	*out = &session->record;
	return KBAN_OK;
}

static int read_turn(struct kb_record *found, struct turn *turn)
{
	struct kb_fields *fields = &found->fields;

	turn->gained = kb_fields_has(fields, "mlfgained");
	turn->no_failure = turn->gained || kb_fields_has(fields, "nofail");
	turn->forget = kb_fields_drop(fields, "mlfforget");
	if (turn->gained && !kb_fields_has(fields, "nofail"))
		return kb_fields_set(fields, "nofail", kb_fields_find(fields, "mlfgained"));
	return KBAN_OK;
}

static int add_user(struct kb_record *record, struct kban_text user)
{
	return user.len > 0 ? kb_text_list_add(&record->users, user) : KBAN_OK;
}

/* Bring what is new into what the session knows. */
static int join(struct kb_record *record, const struct kb_record *found, struct turn *turn)
{
	bool was_nofail = kb_fields_drop(&record->fields, "nofail");
	bool was_gained = kb_fields_drop(&record->fields, "mlfgained");

	turn->was_quiet = was_nofail || was_gained;
	if (add_user(record, kb_fields_find(&found->fields, "user")) != KBAN_OK)
		return KBAN_E_NOMEM;
	if (turn->gained)
		record->pending = false;
	/* These were handed out with the failure before. */
	if (!turn->was_quiet && !record->pending)
		kb_text_list_reset(&record->lines);
	return kb_fields_overlay(&record->fields, &found->fields);
}

/* Find or open the session and merge the fields. */
static int enter(struct kb_sessions *sessions, struct kb_record *found, kban_usec now,
		 struct turn *turn, struct kb_record **out)
{
	size_t index = index_of(sessions, kb_fields_find(&found->fields, "mlfid"));
	struct session *session;

	*out = found;
	if (index == sessions->count && turn->forget)
		return KBAN_OK;
	if (index == sessions->count) {
		if (add_user(found, kb_fields_find(&found->fields, "user")) != KBAN_OK)
			return KBAN_E_NOMEM;
		return open_session(sessions, found, now, out);
	}
	session = sessions->slots[index];
	if (join(&session->record, found, turn) != KBAN_OK)
		return KBAN_E_NOMEM;
	if (turn->forget)
		close_at(sessions, index);
	*out = &session->record;
	return KBAN_OK;
}

/* The lines of a failure: those promised by quiet lines, those pending, and this match's. */
static int collect_lines(struct kb_record *record, const struct kb_text_list *lines,
			 const struct turn *turn)
{
	struct kb_text_list promised;

	if (kb_text_list_append_all(&record->promised, &record->lines) != KBAN_OK)
		return KBAN_E_NOMEM;
	promised = record->promised;
	record->promised = record->lines;
	record->lines = promised;
	kb_text_list_reset(&record->promised);
	return turn->gained ? KBAN_OK : kb_text_list_append_all(&record->lines, lines);
}

int kb_sessions_merge(struct kb_sessions *sessions, struct kb_record *found,
		      const struct kb_text_list *lines, kban_usec now, struct kb_record **out)
{
	struct turn turn = { 0 };
	struct kb_record *record;

	close_ended(sessions, now);
	if (read_turn(found, &turn) != KBAN_OK ||
	    enter(sessions, found, now, &turn, &record) != KBAN_OK)
		return KBAN_E_NOMEM;
	/* Failures before, or another user: this cannot be called no failure any more. */
	if (record->pending || record->users.count > 1) {
		kb_fields_drop(&record->fields, "nofail");
		kb_fields_drop(&record->fields, "mlfgained");
		turn.no_failure = false;
		turn.gained = false;
	}
	record->pending = false;
	*out = record;
	if (!turn.no_failure)
		return collect_lines(record, lines, &turn);
	return turn.forget ? KBAN_OK : kb_text_list_append_all(&record->promised, lines);
}

bool kb_sessions_any(const struct kb_sessions *sessions, kban_usec now)
{
	return sessions->count > 0 && sessions->slots[sessions->count - 1]->ends > now;
}
