/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines of one connection (<F-MLFID>). One line names the address, others the user or the failure;
 * a session keeps what is known until there is enough for a failure.
 *
 * At most KB_SESSIONS_MAX sessions are open, each for KB_SESSION_LIFETIME from its first line.
 * The oldest makes room.
 */
#ifndef KB_MATCH_SESSIONS_H
#define KB_MATCH_SESSIONS_H

#include <stdint.h>

#include "match/record.h"

enum { KB_SESSIONS_MAX = 100 };

#define KB_SESSION_LIFETIME (300 * KBAN_SECOND)

struct kb_sessions;

/* NULL without memory. */
struct kb_sessions *kb_sessions_new(void);
void kb_sessions_free(struct kb_sessions *sessions);

/*
 * Merge a match into its session: that of @a found's field mlfid.
 *
 * @param found  The fields of the match; what else it holds is empty.
 * @param lines  The log's lines that matched.
 * @param out    Receives all that is known, @a found or the session's own record; valid until the
 *               next call. Its field nofail is set if this is no failure.
 *
 * @return KBAN_OK or KBAN_E_NOMEM.
 */
int kb_sessions_merge(struct kb_sessions *sessions, struct kb_record *found,
		      const struct kb_text_list *lines, kban_usec now, struct kb_record **out);

/* What a line did to its session, and the session to it. */
struct kb_session_turn {
	bool no_failure;    /* it tells facts only … */
	bool gained;        /* … that access was gained: what is pending is forgiven */
	bool forget;        /* the session ends */
	bool opened;        /* it is the session's first */
	bool was_quiet;     /* the line before told facts only */
	bool was_pending;   /* there was a failure, but not whose: it is this line's now */
	bool several_users; /* were seen: then nothing is called no failure any more */
};

/* The turn of the last line that was merged. */
const struct kb_session_turn *kb_sessions_turn(const struct kb_sessions *sessions);

/* True if a session is open. */
bool kb_sessions_any(const struct kb_sessions *sessions, kban_usec now);

KB_DEFINE_AUTO(sessions)

#endif /* KB_MATCH_SESSIONS_H */
