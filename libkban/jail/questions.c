/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/questions.h"

#include "base/context.h"
#include "base/text.h"
#include "jail/actions.h"

/* How often it is told that too much waits. */
#define TELL_EVERY (3600 * KBAN_SECOND)

static void clear_waiting(struct kb_waiting *waiting)
{
	free(waiting->id);
	kb_sighting_clear(&waiting->sighting);
}

static void free_question(struct kb_question *question)
{
	if (question == NULL)
		return;
	for (size_t i = 0; i < question->count; i++)
		clear_waiting(&question->waiting[i]);
	free(question->waiting);
	free((void *)(uintptr_t)question->key.data);
	kb_rendered_clear(&question->rendered);
	free(question);
}

void kb_questions_free(struct kb_questions *questions)
{
	if (questions == NULL)
		return;
	for (size_t i = 0; i < questions->count; i++)
		free_question(questions->items[i]);
	free(questions->items);
	kb_answer_cache_free(questions->answers);
	free(questions);
}

bool kb_questions_move(struct kb_questions *questions, kban_usec by)
{
	for (size_t i = 0; i < questions->count; i++) {
		struct kb_question *question = questions->items[i];

		question->asked += by;
		for (size_t j = 0; j < question->count; j++)
			question->waiting[j].sighting.time += by;
	}
	return questions->count > 0;
}

int kb_jail_make_questions(struct kban_jail *jail)
{
	struct kb_questions *questions = calloc(1, sizeof(*questions));

	if (questions == NULL)
		return KBAN_E_NOMEM;
	questions->told_full = KBAN_TIME_NONE;
	questions->answers =
		kb_answer_cache_new(jail->options.ignore_answers, jail->options.ignore_age);
	if (questions->answers == NULL) {
		free(questions);
		return KBAN_E_NOMEM;
	}
	jail->questions = questions;
	jail->wants_fields = true;
	return KBAN_OK;
}

static struct kb_ticket ticket_of(const struct kban_addr *host, const struct kb_sighting *sighting)
{
	return (struct kb_ticket){
		.host = host,
		.time = sighting->time,
		.failures = 1,
		.matches = sighting->text,
		.fields = sighting->fields,
	};
}

static enum kb_action_family family_of(const struct kban_addr *host)
{
	return host->family == KBAN_IPV6 ? KB_FAMILY_INET6 : KB_FAMILY_INET4;
}

/* What the operator wrote, filled in; values that are no plain words stand behind it. */
static int written_key(const struct kban_jail *jail, const struct kban_addr *host,
		       const struct kb_sighting *sighting, struct kb_buffer *out)
{
	kb_auto_clear(rendered) rendered = { 0 };
	struct kb_ticket ticket = ticket_of(host, sighting);
	int status =
		kb_script_render(jail->options.ignore_key, family_of(host), &ticket, &rendered);

	if (status < 0)
		return status;
	kb_buffer_string(out, rendered.script);
	for (size_t i = 0; i < rendered.environment.count; i++) {
		kb_buffer_byte(out, '\0');
		kb_buffer_string(out, rendered.environment.items[i]);
	}
	return out->failed ? KBAN_E_NOMEM : KBAN_OK;
}

/* What the answer may depend on: the host, and of the line what the command is told of it. */
static int own_key(const struct kban_jail *jail, const struct kban_addr *host,
		   const struct kb_sighting *sighting, struct kb_buffer *out)
{
	char text[KBAN_ADDR_TEXT_SIZE];

	kb_buffer_string(out, kban_addr_print(host, text));
	kb_buffer_byte(out, '\0');
	if (strstr(jail->options.ignore_command, "<F-") != NULL)
		kb_buffer_text(out, sighting->fields);
	kb_buffer_byte(out, '\0');
	if (strstr(jail->options.ignore_command, "matches>") != NULL)
		kb_buffer_text(out, sighting->text);
	return out->failed ? KBAN_E_NOMEM : KBAN_OK;
}

static int make_key(const struct kban_jail *jail, const struct kban_addr *host,
		    const struct kb_sighting *sighting, struct kb_buffer *out)
{
	int status = KBAN_E_LIMIT;

	if (jail->options.ignore_key != NULL)
		status = written_key(jail, host, sighting, out);
	if (status != KBAN_E_LIMIT)
		return status;
	kb_buffer_reset(out);
	return own_key(jail, host, sighting, out);
}

static struct kb_question *find(const struct kb_questions *questions, struct kban_text key)
{
	for (size_t i = 0; i < questions->count; i++)
		if (kb_text_equal(questions->items[i]->key, key))
			return questions->items[i];
	return NULL;
}

static struct kb_question *add(struct kb_questions *questions, struct kban_text key, kban_usec now)
{
	struct kb_question *question;

	if (kb_array_room(&questions->items, &questions->capacity, questions->count,
			  sizeof(struct kb_question *)) < 0)
		return NULL;
	question = calloc(1, sizeof(*question));
	if (question == NULL)
		return NULL;
	question->asked = now;
	question->key = (struct kban_text){ kb_text_copy(key), key.len };
	if (question->key.data == NULL) {
		free(question);
		return NULL;
	}
	questions->items[questions->count++] = question;
	return question;
}

static int keep_waiting(struct kban_jail *jail, struct kban_text key,
			const struct kb_waiting *failure)
{
	struct kb_questions *questions = jail->questions;
	struct kb_question *question = find(questions, key);
	struct kb_waiting copy = { .host = failure->host };

	if (question == NULL)
		question = add(questions, key, kban_context_now(jail->ctx));
	if (question == NULL || kb_array_room(&question->waiting, &question->capacity,
					      question->count, sizeof(*question->waiting)) < 0)
		return KBAN_E_NOMEM;
	copy.id = failure->id != NULL ? strdup(failure->id) : NULL;
	if (kb_sighting_copy(&copy.sighting, &failure->sighting) < 0 ||
	    (failure->id != NULL && copy.id == NULL)) {
		clear_waiting(&copy);
		return KBAN_E_NOMEM;
	}
	question->waiting[question->count++] = copy;
	questions->waiting++;
	jail->lookups_changed = true;
	return KB_VERDICT_WAIT;
}

static void tell_full(struct kban_jail *jail)
{
	kban_usec now = kban_context_now(jail->ctx);
	struct kb_questions *questions = jail->questions;

	if (questions->told_full != KBAN_TIME_NONE && now >= questions->told_full &&
	    now - questions->told_full < TELL_EVERY)
		return;
	questions->told_full = now;
	kb_log(jail->ctx, KBAN_WARNING, KB_TOPIC_FILTER,
	       "[%s] Too many failures wait for ignorecommand; others are counted without asking",
	       jail->options.name);
}

static int tell_ignored(struct kban_jail *jail, const struct kb_waiting *failure)
{
	char host[KBAN_ADDR_TEXT_SIZE];
	struct kban_event event = { .kind = KBAN_EVENT_IGNORED,
				    .host = failure->host,
				    .time = failure->sighting.time,
				    .source = failure->sighting.source,
				    .line = failure->sighting.line };

	kb_log(jail->ctx, KBAN_INFO, KB_TOPIC_FILTER, "[%s] Ignore %s by command",
	       jail->options.name, kban_addr_print(&failure->host, host));
	kb_jail_tell(jail, &event);
	return KB_VERDICT_IGNORE;
}

int kb_jail_ask(struct kban_jail *jail, const struct kban_addr *host, struct kban_text id,
		const struct kb_sighting *sighting)
{
	kb_autofree char *name = id.data != NULL ? kb_text_copy(id) : NULL;
	kb_auto_clear(buffer) key = { 0 };
	struct kb_waiting failure = { *host, name, *sighting };
	int known;

	if (jail->questions == NULL || jail->questions->is_over)
		return KB_VERDICT_COUNT;
	if ((id.data != NULL && name == NULL) || make_key(jail, host, sighting, &key) < 0)
		return KBAN_E_NOMEM;
	known = kb_answer_cache_find(jail->questions->answers, kb_buffer_content(&key),
				     kban_context_now(jail->ctx));
	if (known > 0)
		return tell_ignored(jail, &failure);
	if (known == 0)
		return KB_VERDICT_COUNT;
	if (jail->questions->waiting < KB_WAITING_MAX)
		return keep_waiting(jail, kb_buffer_content(&key), &failure);
	tell_full(jail);
	return KB_VERDICT_COUNT;
}

/* 1: what it stands for is known; 0: not yet. */
static bool find_names(const struct kban_jail *jail, const struct kb_question *question,
		       kban_usec now, char host_name[KBAN_HOST_NAME_SIZE], struct kb_ticket *ticket)
{
	int found = 0;

	if (strstr(jail->options.ignore_command, "<ip-host>") != NULL)
		found = kb_context_name(jail->ctx, ticket->host, host_name);
	if (found > 0)
		ticket->host_name = host_name;
	return found != KBAN_RESOLVE_LATER || now < question->asked ||
	       now - question->asked >= KB_LOOKUP_PATIENCE;
}

/* 1 when the command is made; 0 while a name is waited for; or a status. */
static int render(const struct kban_jail *jail, struct kb_question *question, kban_usec now)
{
	char host_name[KBAN_HOST_NAME_SIZE], machine[KBAN_HOST_NAME_SIZE];
	const struct kb_waiting *first = &question->waiting[0];
	struct kb_ticket ticket = ticket_of(&first->host, &first->sighting);
	int status;

	if (!find_names(jail, question, now, host_name, &ticket))
		return 0;
	if (strstr(jail->options.ignore_command, "-hostname>") != NULL &&
	    kb_context_name(jail->ctx, NULL, machine) > 0)
		ticket.machine = machine;
	kb_rendered_clear(&question->rendered);
	status = kb_script_render(jail->options.ignore_command, family_of(&first->host), &ticket,
				  &question->rendered);
	if (status < 0)
		return status;
	question->argv[0] = "/bin/sh";
	question->argv[1] = "-c";
	question->argv[2] = question->rendered.script;
	question->argv[3] = NULL;
	return 1;
}

static void take_out(struct kban_jail *jail, struct kb_question *question)
{
	struct kb_questions *questions = jail->questions;
	size_t at = 0;

	while (questions->items[at] != question)
		at++;
	questions->count--;
	memmove(&questions->items[at], &questions->items[at + 1],
		(questions->count - at) * sizeof(struct kb_question *));
	questions->waiting -= question->count;
	questions->running -= question->command != 0;
	jail->lookups_changed = true;
}

static int count_failure(struct kban_jail *jail, const struct kb_waiting *failure)
{
	if (failure->id != NULL)
		return kb_jail_count_allowed_id(jail, kb_text(failure->id), &failure->host,
						&failure->sighting);
	return kb_jail_count_allowed(jail, &failure->host, &failure->sighting);
}

/* All that waited for it goes on. KBAN_OK or KBAN_E_NOMEM. */
static int finish(struct kban_jail *jail, struct kb_question *question, bool ignored)
{
	int status = KBAN_OK;

	take_out(jail, question);
	for (size_t i = 0; i < question->count && status >= 0; i++)
		status = ignored ? tell_ignored(jail, &question->waiting[i])
				 : count_failure(jail, &question->waiting[i]);
	free_question(question);
	return status < 0 ? status : KBAN_OK;
}

int kb_jail_next_question(struct kban_jail *jail, kban_usec now, struct kb_question **out)
{
	struct kb_questions *questions = jail->questions;

	*out = NULL;
	if (questions == NULL || questions->is_over || questions->running >= KB_QUESTIONS_AT_ONCE)
		return KBAN_OK;
	for (size_t i = 0; i < questions->count; i++) {
		int status = 0;

		if (questions->items[i]->command == 0)
			status = render(jail, questions->items[i], now);
		if (status == KBAN_E_NOMEM)
			return status;
		if (status > 0) {
			*out = questions->items[i];
			return KBAN_OK;
		}
		/* What no system could run is not asked; the next is in its place. */
		if (status < 0 && finish(jail, questions->items[i--], false) < 0)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

void kb_jail_begin_question(struct kban_jail *jail, struct kb_question *question, uint64_t command)
{
	question->command = command;
	jail->questions->running++;
}

kban_usec kb_jail_questions_due(const struct kban_jail *jail)
{
	const struct kb_questions *questions = jail->questions;

	for (size_t i = 0; questions != NULL && !questions->is_over && i < questions->count; i++)
		if (questions->items[i]->command == 0)
			return questions->running < KB_QUESTIONS_AT_ONCE
				       ? questions->items[i]->asked + KB_LOOKUP_PATIENCE
				       : KBAN_FOREVER;
	return KBAN_FOREVER;
}

int kb_jail_answer_question(struct kban_jail *jail, uint64_t command, int status, kban_usec now)
{
	struct kb_questions *questions = jail->questions;

	for (size_t i = 0; questions != NULL && i < questions->count; i++) {
		struct kb_question *question = questions->items[i];

		if (question->command != command)
			continue;
		if (status == 0 || status == 1)
			kb_answer_cache_add(questions->answers, question->key, status == 0, now);
		return finish(jail, question, status == 0) < 0 ? KBAN_E_NOMEM : 1;
	}
	return 0;
}

int kb_jail_settle_questions(struct kban_jail *jail)
{
	struct kb_questions *questions = jail->questions;

	while (questions != NULL && questions->is_over && questions->count > 0)
		if (finish(jail, questions->items[0], false) < 0)
			return KBAN_E_NOMEM;
	return KBAN_OK;
}

static bool same_text(const char *left, const char *right)
{
	return left == NULL || right == NULL ? left == right : strcmp(left, right) == 0;
}

/* True if what one remembers holds for the other. */
static bool same_questions(const struct kban_jail *jail, const struct kban_jail *old)
{
	return same_text(jail->options.ignore_command, old->options.ignore_command) &&
	       same_text(jail->options.ignore_key, old->options.ignore_key) &&
	       jail->options.ignore_answers == old->options.ignore_answers &&
	       jail->options.ignore_age == old->options.ignore_age;
}

void kb_jail_inherit_questions(struct kban_jail *jail, struct kban_jail *old)
{
	struct kb_questions *fresh = jail->questions;
	struct kb_answer_cache *answers;

	if (old->questions == NULL)
		return;
	jail->questions = old->questions;
	old->questions = fresh;
	jail->questions->is_over = fresh == NULL;
	if (fresh == NULL || same_questions(jail, old))
		return;
	/* Answers of another command are no answers. */
	answers = fresh->answers;
	fresh->answers = jail->questions->answers;
	jail->questions->answers = answers;
}

static int write_waiting(const struct kban_jail *jail, const struct kb_waiting *waiting,
			 struct kban_store *store, struct kban_error **err)
{
	char text[KBAN_ADDR_TEXT_SIZE];
	struct kb_failure failure;

	kb_jail_describe(jail, &waiting->sighting, &failure);
	if (failure.source == NULL)
		failure.source = "";
	return kb_store_add_lookup(store, jail->options.name, kban_addr_print(&waiting->host, text),
				   &failure, err);
}

int kb_jail_write_questions(const struct kban_jail *jail, struct kban_store *store,
			    struct kban_error **err)
{
	const struct kb_questions *questions = jail->questions;
	int status = KBAN_OK;

	for (size_t i = 0; questions != NULL && i < questions->count; i++)
		for (size_t k = 0; k < questions->items[i]->count && status == KBAN_OK; k++)
			status = write_waiting(jail, &questions->items[i]->waiting[k], store, err);
	return status;
}
