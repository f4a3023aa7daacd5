/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Failures that wait for ignorecommand: a program that is asked whether a host is to be passed
 * over. Nobody but they waits for it. Failures about which the same would be asked wait for one
 * answer, and an answer is remembered.
 *
 * What cannot be asked, because too much waits already, is counted, as is a failure whose question
 * failed: a command that hangs must not be a way to escape.
 */
#ifndef KB_JAIL_QUESTIONS_H
#define KB_JAIL_QUESTIONS_H

#include "action/action-render.h"
#include "jail/answer-cache.h"
#include "jail/jail.h"

/* Failures of a jail that wait at most. */
#define KB_WAITING_MAX       1000
/* Commands of a jail that run at once, and how long one may. */
#define KB_QUESTIONS_AT_ONCE 4
#define KB_QUESTION_TIMEOUT  (30 * KBAN_SECOND)

/* A failure that waits. Owns its texts. */
struct kb_waiting {
	struct kban_addr host;
	char *id; /* that it failed as, where that is what counts; or NULL */
	struct kb_sighting sighting;
};

struct kb_question {
	uint64_t command; /* that runs; 0: none yet */
	kban_usec asked;
	struct kban_text key;
	struct kb_waiting *waiting; /* the first is what is asked about */
	size_t count, capacity;
	struct kb_rendered rendered;
	const char *argv[4];
};

struct kb_questions {
	struct kb_question **items; /* oldest first */
	size_t count, capacity;
	size_t running, waiting; /* questions; failures */
	struct kb_answer_cache *answers;
	bool is_over; /* there is no command any more: all that waits is counted */
	kban_usec told_full;
};

/* For a jail with an ignorecommand. KBAN_OK or KBAN_E_NOMEM. */
int kb_jail_make_questions(struct kban_jail *jail);
void kb_questions_free(struct kb_questions *questions);

enum kb_verdict {
	KB_VERDICT_COUNT,  /* nothing speaks against it */
	KB_VERDICT_IGNORE, /* told */
	KB_VERDICT_WAIT    /* for the answer */
};

/*
 * What to do with a failure of @a host.
 * @param id  As struct kb_waiting has it; data NULL: none.
 * @return an enum kb_verdict, or KBAN_E_NOMEM.
 */
int kb_jail_ask(struct kban_jail *jail, const struct kban_addr *host, struct kban_text id,
		const struct kb_sighting *sighting);

/* The next question whose command may be run, as @a command; NULL: none. KBAN_OK or NOMEM. */
int kb_jail_next_question(struct kban_jail *jail, kban_usec now, struct kb_question **out);
/* It runs. */
void kb_jail_begin_question(struct kban_jail *jail, struct kb_question *question, uint64_t command);
/* When a question that waits for a name is to be looked at again; KBAN_FOREVER. */
kban_usec kb_jail_questions_due(const struct kban_jail *jail);

/* The command of that number ended. 1: it was one of this jail's; 0: not; KBAN_E_NOMEM. */
int kb_jail_answer_question(struct kban_jail *jail, uint64_t command, int status, kban_usec now);

/* After a reload that took the command away: count what waited. KBAN_OK or KBAN_E_NOMEM. */
int kb_jail_settle_questions(struct kban_jail *jail);

/* A reload: what waited in @a old waits in @a jail. Cannot fail. */
void kb_jail_inherit_questions(struct kban_jail *jail, struct kban_jail *old);

/* The clock was set: what waits does so since @a by later. True if something waits. */
bool kb_questions_move(struct kb_questions *questions, kban_usec by);

/* Inside a transaction: what waits. It is asked about again after a crash. */
int kb_jail_write_questions(const struct kban_jail *jail, struct kban_store *store,
			    struct kban_error **err);

#endif /* KB_JAIL_QUESTIONS_H */
