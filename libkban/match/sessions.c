/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sessions are in the order they were opened, which is the order they end. There are few of them,
 * so they are searched from end to end, by a tag that few keys share. Slots are never given back,
 * so that their memory serves the next session.
 */
#include "match/sessions.h"

#include "base/text.h"

struct session {
	struct kb_buffer key;
	struct kb_record record;
	kban_usec ends;
};

typedef uint16_t tag;

/* Tags that are compared at once, by vectors where the processor has them. */
typedef tag tag_row __attribute__((vector_size(16)));

#define ROW (sizeof(tag_row) / sizeof(tag))

struct kb_sessions {
	struct session *slots[KB_SESSIONS_MAX]; /* the first count are open, oldest first */
	tag tags[KB_SESSIONS_MAX + ROW];        /* of their keys */
	size_t count;
	size_t made; /* slots that are there at all */
	struct kb_session_turn turn;
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
	memmove(&sessions->tags[index], &sessions->tags[index + 1],
		(sessions->count - index) * sizeof(sessions->tags[0]));
	sessions->slots[sessions->count] = closed;
}

static void close_ended(struct kb_sessions *sessions, kban_usec now)
{
	while (sessions->count > 0 && sessions->slots[0]->ends <= now)
		close_at(sessions, 0);
}

/* Of length and last bytes: keys of one log differ in a number near their end. */
static tag tag_of(struct kban_text key)
{
	uint64_t end = 0;
	size_t len = key.len < sizeof(end) ? key.len : sizeof(end);

	if (len > 0)
		memcpy(&end, key.data + key.len - len, len);
	return (tag)((end ^ key.len) * 0x9e3779b97f4a7c15 >> 48);
}

/* Whether any tag of the row that begins at @a tags is @a wanted. */
static bool is_any(const tag *tags, tag wanted)
{
	uint64_t found[2];
	tag_row row;

	memcpy(&row, tags, sizeof(row));
	row = (tag_row)(row == wanted);
	memcpy(found, &row, sizeof(found));
	return (found[0] | found[1]) != 0;
}

/* Index of the session with that key, or count. */
static size_t index_of(const struct kb_sessions *sessions, struct kban_text key)
{
	tag wanted = tag_of(key);

	for (size_t first = 0; first < sessions->count; first += ROW) {
		if (!is_any(sessions->tags + first, wanted))
			continue;
		for (size_t i = first; i < first + ROW && i < sessions->count; i++)
			if (sessions->tags[i] == wanted &&
			    kb_text_equal(kb_buffer_content(&sessions->slots[i]->key), key))
				return i;
	}
	return sessions->count;
}

/* A slot behind those that are open. */
static struct session *find_room(struct kb_sessions *sessions)
{
	struct session *session;

	if (sessions->count == KB_SESSIONS_MAX)
		close_at(sessions, 0);
	if (sessions->count < sessions->made)
		return sessions->slots[sessions->count];
	session = calloc(1, sizeof(*session));
	if (session != NULL)
		sessions->slots[sessions->made++] = session;
	return session;
}

static int add_user(struct kb_record *record, struct kban_text user)
{
	return user.len > 0 ? kb_text_list_add(&record->users, user) : KBAN_OK;
}

/* Open a session that knows what @a fields say. */
static int open_session(struct kb_sessions *sessions, const struct kb_fields *fields, kban_usec now,
			struct kb_record **out)
{
	struct kban_text key = kb_fields_get(fields, KB_FIELD_SESSION);
	struct session *session = find_room(sessions);

	if (session == NULL)
		return KBAN_E_NOMEM;
	kb_buffer_reset(&session->key);
	kb_record_reset(&session->record);
	if (kb_buffer_text(&session->key, key) != KBAN_OK ||
	    kb_fields_copy(&session->record.fields, fields) != KBAN_OK ||
	    add_user(&session->record, kb_fields_get(fields, KB_FIELD_USER)) != KBAN_OK)
		return KBAN_E_NOMEM;
	session->ends = now + KB_SESSION_LIFETIME;
	sessions->tags[sessions->count++] = tag_of(key);
	*out = &session->record;
	return KBAN_OK;
}

static int read_turn(struct kb_record *found, struct kb_session_turn *turn)
{
	struct kb_fields *fields = &found->fields;

	turn->gained = kb_fields_has(fields, KB_FIELD_GAINED);
	turn->no_failure = turn->gained || kb_fields_has(fields, KB_FIELD_NOFAIL);
	turn->forget = kb_fields_drop(fields, KB_FIELD_FORGET);
	if (turn->gained && !kb_fields_has(fields, KB_FIELD_NOFAIL))
		return kb_fields_repeat(fields, KB_FIELD_NOFAIL, KB_FIELD_GAINED);
	return KBAN_OK;
}

/* Bring what is new into what the session knows. */
static int join(struct kb_record *record, const struct kb_record *found,
		struct kb_session_turn *turn)
{
	bool was_nofail = kb_fields_drop(&record->fields, KB_FIELD_NOFAIL);
	bool was_gained = kb_fields_drop(&record->fields, KB_FIELD_GAINED);

	turn->was_quiet = was_nofail || was_gained;
	if (add_user(record, kb_fields_get(&found->fields, KB_FIELD_USER)) != KBAN_OK)
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
		 struct kb_session_turn *turn, struct kb_record **out)
{
	struct kban_text key = kb_fields_get(&found->fields, KB_FIELD_SESSION);
	size_t index = index_of(sessions, key);
	struct session *session;

	*out = found;
	turn->opened = index == sessions->count;
	if (index == sessions->count && turn->forget)
		return KBAN_OK;
	if (index == sessions->count)
		return open_session(sessions, &found->fields, now, out);
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
			 const struct kb_session_turn *turn)
{
	if (kb_text_list_append_all(&record->promised, &record->lines) != KBAN_OK)
		return KBAN_E_NOMEM;
	kb_text_list_swap(&record->promised, &record->lines);
	kb_text_list_reset(&record->promised);
	return turn->gained ? KBAN_OK : kb_text_list_append_all(&record->lines, lines);
}

int kb_sessions_merge(struct kb_sessions *sessions, struct kb_record *found,
		      const struct kb_text_list *lines, kban_usec now, struct kb_record **out)
{
	struct kb_session_turn *turn = &sessions->turn;
	struct kb_record *record;

	*turn = (struct kb_session_turn){ 0 };
	close_ended(sessions, now);
	if (read_turn(found, turn) != KBAN_OK ||
	    enter(sessions, found, now, turn, &record) != KBAN_OK)
		return KBAN_E_NOMEM;
	turn->was_pending = record->pending;
	turn->several_users = record->users.count > 1;
	/* Failures before, or another user: this cannot be called no failure any more. */
	if (turn->was_pending || turn->several_users) {
		kb_fields_drop(&record->fields, KB_FIELD_NOFAIL);
		kb_fields_drop(&record->fields, KB_FIELD_GAINED);
		turn->no_failure = false;
		turn->gained = false;
	}
	record->pending = false;
	*out = record;
	if (!turn->no_failure)
		return collect_lines(record, lines, turn);
	return turn->forget ? KBAN_OK : kb_text_list_append_all(&record->promised, lines);
}

const struct kb_session_turn *kb_sessions_turn(const struct kb_sessions *sessions)
{
	return &sessions->turn;
}

bool kb_sessions_any(const struct kb_sessions *sessions, kban_usec now)
{
	return sessions->count > 0 && sessions->slots[sessions->count - 1]->ends > now;
}
