/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the lines of a jail come from, as configured and as changed by operators meanwhile. */
#include <errno.h>
#include <sys/stat.h>

#include "base/buffer.h"
#include "base/context.h"
#include "base/text.h"
#include "jail/jail-config.h"
#include "jail/own-bans.h"
#include "jail/watch.h"
#include "source/journal-match.h"

void kb_watched_clear_matches(struct kb_watched *watched)
{
	for (size_t i = 0; i < watched->match_count; i++)
		kb_string_list_clear(&watched->matches[i]);
	watched->match_count = 0;
}

static struct kb_string_list *new_match(struct kb_watched *watched)
{
	if (kb_array_room(&watched->matches, &watched->match_capacity, watched->match_count,
			  sizeof(*watched->matches)) < 0)
		return NULL;
	watched->matches[watched->match_count] = (struct kb_string_list){ 0 };
	return &watched->matches[watched->match_count++];
}

/* Each alternative becomes a match of its own, as fail2ban shows them. KBAN_OK or KBAN_E_NOMEM. */
static int add_words(struct kb_watched *watched, const char *const *words)
{
	struct kb_string_list *match = NULL;

	for (; *words != NULL; words++) {
		if (strcmp(*words, "+") == 0) {
			match = NULL;
			continue;
		}
		if (match == NULL)
			match = new_match(watched);
		if (match == NULL || kb_string_list_append(match, kb_text(*words)) < 0)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

static int take_matches(struct kb_watched *watched)
{
	const struct kban_jail_config *config = watched->settings->config;
	size_t count = kban_jail_config_match_count(config);
	int status = KBAN_OK;

	for (size_t i = 0; status == KBAN_OK && i < count; i++) {
		size_t words = kban_jail_config_match_word_count(config, i);
		kb_autofree const char **list = calloc(words + 1, sizeof(*list));

		if (list == NULL)
			return KBAN_E_NOMEM;
		for (size_t k = 0; k < words; k++)
			list[k] = kban_jail_config_match_word(config, i, k);
		status = add_words(watched, list);
	}
	return status;
}

static int follow_journal(struct kban_watch *watch, struct kb_watched *watched,
			  struct kban_error **err)
{
	const struct kban_jail_config *config = watched->settings->config;
	kban_usec since = kban_context_now(watch->ctx) - watched->settings->options.find_time;

	return kb_journal_list_follow(&watch->journals, kb_jail_config_journal(config),
				      watched->matches, watched->match_count, since, watched, err);
}

/* What comes to a socket has no end that a replay could read to. */
static int follow_socket(struct kban_watch *watch, struct kb_watched *watched, const char *entry,
			 struct kban_error **err)
{
	if (!watch->options.replay)
		return kb_syslog_list_follow(&watch->sockets, entry, watched, err);
	kb_log(watch->ctx, KBAN_WARNING, KB_TOPIC_FILTER,
	       "[%s] What is sent to a socket is not read here, but by the daemon", watched->name);
	return KBAN_OK;
}

static int follow_input(struct kban_watch *watch, struct kb_watched *watched,
			struct kban_error **err)
{
	if (watch->options.input < 0)
		kb_log(watch->ctx, KBAN_WARNING, KB_TOPIC_FILTER,
		       "[%s] There is no standard input to read; it is read in the foreground",
		       watched->name);
	return kb_input_add(&watch->input, watched) < 0 ? kb_fail_memory(err) : KBAN_OK;
}

static int follow_entry(struct kban_watch *watch, struct kb_watched *watched, const char *entry,
			enum kban_follow_from from, struct kban_error **err)
{
	switch (kb_log_source_of(entry)) {
	case KB_LOG_PATTERN:
		return kban_follow_add(watch->follow, entry, from, watched, err);
	case KB_LOG_SOCKET:
		return follow_socket(watch, watched, entry, err);
	case KB_LOG_INPUT:
		return follow_input(watch, watched, err);
	case KB_LOG_BANS:
		break;
	}
	return KBAN_OK;
}

static int follow_entries(struct kban_watch *watch, struct kb_watched *watched,
			  struct kban_error **err)
{
	const struct kban_jail_config *config = watched->settings->config;
	int status = KBAN_OK;

	for (size_t i = 0; status == KBAN_OK && i < kban_jail_config_pattern_count(config); i++)
		status = follow_entry(watch, watched, kban_jail_config_pattern(config, i),
				      kban_jail_config_pattern_from(config, i), err);
	return status;
}

/* A jail hears of bans of all jails that do not live by bans themselves. */
int kb_watch_on_ban(const struct kban_jail *from, const struct kban_event *event, void *data)
{
	struct kban_watch *watch = data;

	for (size_t i = 0; i < watch->jail_count; i++)
		if (watch->jails[i]->jail == from && watch->jails[i]->counts_bans)
			return KBAN_OK;
	for (size_t i = 0; i < watch->jail_count; i++) {
		struct kb_watched *watched = watch->jails[i];

		if (watched->counts_bans && watched->jail != NULL &&
		    kb_own_bans_count(watched->jail, event) < 0)
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

int kb_watch_follow(struct kban_watch *watch, struct kb_watched *watched, struct kban_error **err)
{
	kb_watch_scans_clear(&watch->scans);
	if (watched->counts_bans)
		return KBAN_OK;
	watched->has_journal =
		kban_jail_config_log_kind(watched->settings->config) == KBAN_LOG_JOURNAL;
	if (!watched->has_journal) {
		if (kb_jail_config_polls(watched->settings->config) &&
		    kban_follow_poll(watch->follow, watched) < 0)
			return kb_fail_memory(err);
		return follow_entries(watch, watched, err);
	}
	if (take_matches(watched) < 0)
		return kb_fail_memory(err);
	return follow_journal(watch, watched, err);
}

void kb_watch_unfollow(struct kban_watch *watch, const struct kb_watched *watched)
{
	kb_watch_scans_clear(&watch->scans);
	kban_follow_remove(watch->follow, watched);
	kb_journal_list_unfollow(&watch->journals, watched);
	kb_syslog_list_unfollow(&watch->sockets, watched);
	kb_reader_list_remove(&watch->input.readers, watched);
}

int kban_watch_has_input(const struct kban_watch *watch)
{
	return kb_input_is_open(&watch->input);
}

/* Files, then sockets, then the input. */
const char *kban_watch_jail_file(const struct kban_watch *watch, size_t index, size_t file)
{
	const struct kb_watched *watched = watch->jails[index];
	const char *name = kban_follow_path(watch->follow, watched, file);
	size_t files = 0, sockets = 0;

	if (name != NULL)
		return name;
	while (kban_follow_path(watch->follow, watched, files) != NULL)
		files++;
	name = kb_syslog_list_name(&watch->sockets, watched, file - files);
	if (name != NULL)
		return name;
	while (kb_syslog_list_name(&watch->sockets, watched, sockets) != NULL)
		sockets++;
	if (file > files + sockets || !kb_reader_list_contains(&watch->input.readers, watched))
		return NULL;
	return watch->input.name;
}

const char *kban_watch_jail_waits_for(const struct kban_watch *watch, size_t index, size_t entry)
{
	const struct kb_watched *watched = watch->jails[index];

	if (watched->jail == NULL || watched->has_journal || watched->counts_bans ||
	    kban_watch_jail_file(watch, index, 0) != NULL ||
	    entry >= kban_jail_config_pattern_count(watched->settings->config))
		return NULL;
	return kban_jail_config_pattern(watched->settings->config, entry);
}

/* fail2ban says so of a path that is wrong; of a configuration's it may come later. */
static int check_log(const struct kb_watched *watched, const char *entry, struct kban_error **err)
{
	struct kb_where where = { entry, 0 };
	struct stat about;

	if (watched->jail == NULL)
		return kb_fail(err, KBAN_E_INVAL, NULL, "jail '%s' does not run", watched->name);
	if (watched->has_journal)
		return kb_fail(err, KBAN_E_INVAL, NULL, "jail '%s' reads the journal, and no files",
			       watched->name);
	if (kb_log_source_of(entry) != KB_LOG_PATTERN || strpbrk(entry, "*?[") != NULL)
		return KBAN_OK;
	if (entry[0] == '/' && stat(entry, &about) < 0) {
		kb_fail_errno(err, errno, &where, "cannot be read");
		return KBAN_E_NOTFOUND;
	}
	return KBAN_OK;
}

int kban_watch_add_log(struct kban_watch *watch, size_t index, const char *entry,
		       enum kban_follow_from from, struct kban_error **err)
{
	struct kb_watched *watched = watch->jails[index];
	int status = check_log(watched, entry, err);

	return status < 0 ? status : follow_entry(watch, watched, entry, from, err);
}

static int remove_entry(struct kban_watch *watch, const struct kb_watched *watched,
			const char *entry, struct kban_error **err)
{
	switch (kb_log_source_of(entry)) {
	case KB_LOG_PATTERN:
		return kban_follow_remove_pattern(watch->follow, entry, watched);
	case KB_LOG_SOCKET:
		return kb_syslog_list_remove(&watch->sockets, entry, watched, err);
	case KB_LOG_INPUT:
		if (!kb_reader_list_contains(&watch->input.readers, watched))
			return KBAN_E_NOTFOUND;
		kb_reader_list_remove(&watch->input.readers, watched);
		return KBAN_OK;
	case KB_LOG_BANS:
		break;
	}
	return KBAN_E_NOTFOUND;
}

int kban_watch_remove_log(struct kban_watch *watch, size_t index, const char *entry,
			  struct kban_error **err)
{
	const struct kb_watched *watched = watch->jails[index];
	int status = kb_watch_settle_rest(watch, err);

	if (status < 0)
		return status;
	status = remove_entry(watch, watched, entry, err);
	if (status == KBAN_E_NOTFOUND)
		return kb_fail(err, status, NULL, "jail '%s' has no log '%s'", watched->name,
			       entry);
	if (status == KBAN_E_NOMEM)
		return kb_fail_memory(err);
	kb_syslog_list_tidy(&watch->sockets);
	return status;
}

int kban_watch_jail_has_journal(const struct kban_watch *watch, size_t index)
{
	return watch->jails[index]->has_journal;
}

const char *kban_watch_jail_match(struct kban_watch *watch, size_t index, size_t match)
{
	const struct kb_watched *watched = watch->jails[index];

	if (match >= watched->match_count)
		return NULL;
	kb_buffer_reset(&watch->text);
	for (size_t i = 0; i < watched->matches[match].count; i++) {
		kb_buffer_string(&watch->text, i > 0 ? " " : "");
		kb_buffer_string(&watch->text, watched->matches[match].items[i]);
	}
	return watch->text.failed ? NULL : watch->text.data;
}

static int fail_no_journal(const struct kb_watched *watched, struct kban_error **err)
{
	return kb_fail(err, KBAN_E_INVAL, NULL, "jail '%s' does not read the journal",
		       watched->name);
}

int kban_watch_add_match(struct kban_watch *watch, size_t index, const char *const *words,
			 struct kban_error **err)
{
	struct kb_watched *watched = watch->jails[index];
	kb_auto_clear(journal_match) checked = { 0 };
	int status;

	if (!watched->has_journal)
		return fail_no_journal(watched, err);
	status = kb_journal_match_add(&checked, words, err);
	if (status == KBAN_OK)
		status = kb_watch_settle_rest(watch, err);
	if (status == KBAN_OK && add_words(watched, words) < 0)
		status = kb_fail_memory(err);
	if (status < 0)
		return status;
	kb_journal_list_unfollow(&watch->journals, watched);
	return follow_journal(watch, watched, err);
}

static bool is_same(const struct kb_string_list *match, const char *const *words)
{
	size_t i = 0;

	while (i < match->count && words[i] != NULL && strcmp(match->items[i], words[i]) == 0)
		i++;
	return i == match->count && words[i] == NULL;
}

static bool drop_match(struct kb_watched *watched, const char *const *words)
{
	for (size_t i = 0; i < watched->match_count; i++) {
		if (!is_same(&watched->matches[i], words))
			continue;
		kb_string_list_clear(&watched->matches[i]);
		watched->match_count--;
		memmove(watched->matches + i, watched->matches + i + 1,
			(watched->match_count - i) * sizeof(*watched->matches));
		return true;
	}
	return false;
}

int kban_watch_remove_match(struct kban_watch *watch, size_t index, const char *const *words,
			    struct kban_error **err)
{
	struct kb_watched *watched = watch->jails[index];

	if (!watched->has_journal)
		return fail_no_journal(watched, err);
	if (kb_watch_settle_rest(watch, err) < 0)
		return KBAN_E_NOMEM;
	if (words == NULL || words[0] == NULL)
		kb_watched_clear_matches(watched);
	else if (!drop_match(watched, words))
		return kb_fail(err, KBAN_E_NOTFOUND, NULL, "jail '%s' has no such match",
			       watched->name);
	kb_journal_list_unfollow(&watch->journals, watched);
	return follow_journal(watch, watched, err);
}
