/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One journal for all readers. It is opened with the matches of all of them, so that libsystemd
 * passes over what nobody wants by its indexes; who wants an entry is then seen by its fields.
 *
 * The place in the journal is the cursor of the last entry. Whenever the files are opened anew or
 * other entries are wanted, reading goes on behind that.
 */
#include <kban/journal.h>

#include <errno.h>
#include <time.h>

#include "base/buffer.h"
#include "base/options.h"
#include "base/text.h"
#include "source/journal-check.h"
#include "source/journal-reader.h"
#include "source/path-log.h"
#include "source/reader-list.h"

#define LOOK_EVERY (2 * KBAN_SECOND)

/* Entries for nobody, until others have their turn. */
#define MAX_FRUITLESS 1000

/* Bytes of a line at most. */
#define MAX_SIZE ((size_t)1024 * 1024)

struct wish {
	void *reader;
	struct kb_journal_match match;
};

struct kban_journal {
	struct kban_context *ctx;
	struct kban_journal_options options; /* texts are those below */
	char *directory;
	char *name_space;
	struct kb_string_list files;

	struct wish *wishes;
	size_t count, capacity;
	struct kb_string_list names; /* of the fields to be kept */

	struct kb_journal_reader *reader; /* NULL: it could not be opened yet */
	bool in_place;                    /* it stands at the last entry, with the right matches */
	bool has_found;                   /* it stands at an entry that is still to be handed out */
	bool is_stale;                    /* other files are to be opened when these are read */
	int trouble;                      /* the errno value that was logged, or 0 */
	size_t refused;                   /* files that could not be read, as was logged */

	struct kb_journal_entry entry;
	struct kb_buffer line;
	struct kb_reader_list wanted_by;

	char *cursor; /* of the last entry, or NULL */
	kban_usec time;
	kban_usec since;  /* older entries are passed over; KBAN_TIME_NONE: none are */
	bool is_restored; /* whether the cursor still exists is to be looked at */
	bool changed, caught_up, has_more;
	kban_usec next_look;
	uint64_t entries, lines;
};

static const char *name_of(const struct kban_journal *journal)
{
	if (journal->directory != NULL)
		return journal->directory;
	return journal->files.count > 0 ? journal->files.items[0] : "systemd journal";
}

/* A trouble that lasts is told once, and so is its end. */
static void note_trouble(struct kban_journal *journal, int error)
{
	if (error != 0 && error != journal->trouble)
		kb_path_log(journal->ctx, KBAN_WARNING, name_of(journal),
			    "cannot be read and is tried again", error);
	else if (error == 0 && journal->trouble != 0)
		kb_path_log(journal->ctx, KBAN_INFO, name_of(journal), "is read again", 0);
	journal->trouble = error;
}

static void close_reader(struct kban_journal *journal)
{
	kb_journal_reader_free(journal->reader);
	journal->reader = NULL;
	journal->in_place = false;
	journal->has_found = false;
	journal->is_stale = false;
}

/* Files that are passed over are told whenever there are more of them. 0, or an errno value below 0
 * if there are no others. */
static int check_files(struct kban_journal *journal)
{
	struct kb_journal_check check;
	int status = kb_journal_check(&journal->options, &check);

	if (status == 0 && check.refused > journal->refused)
		kb_path_log(journal->ctx, KBAN_WARNING, check.path,
			    "what this file of the journal has is not read", check.error);
	free(check.path);
	if (status < 0)
		return status;
	journal->refused = check.refused;
	return check.readable == 0 ? -check.error : 0;
}

/* In place of what is open; that stays if nothing can be opened. 0, or an errno value below 0. */
static int open_reader(struct kban_journal *journal)
{
	struct kb_journal_reader *reader = NULL;
	int status = kb_journal_reader_open(&journal->options, &reader);

	if (status == 0)
		status = check_files(journal);
	if (status < 0) {
		kb_journal_reader_free(reader);
		return status;
	}
	close_reader(journal);
	journal->reader = reader;
	return 0;
}

static int status_of(int error)
{
	switch (error) {
	case ENOMEM:
		return KBAN_E_NOMEM;
	case ENOENT:
		return KBAN_E_NOTFOUND;
	case EACCES:
	case EPERM:
		return KBAN_E_DENIED;
	default:
		return KBAN_E_SYSTEM;
	}
}

static int open_once(struct kban_journal *journal, struct kban_error **err)
{
	struct kb_where where = { name_of(journal), 0 };
	int status = open_reader(journal);

	if (status == 0)
		return KBAN_OK;
	if (status == -ENOMEM)
		return kb_fail_memory(err);
	if (status == -ELIBACC)
		return kb_fail(err, KBAN_E_SYSTEM, &where,
			       "cannot be opened: libsystemd is not installed, or too old");
	kb_fail_errno(err, -status, &where, "cannot be opened");
	return status_of(-status);
}

static int check_options(const struct kban_journal_options *options, struct kban_error **err)
{
	int places = (options->directory != NULL) + (options->files != NULL) +
		     (options->name_space != NULL);

	if (!kb_journal_is_supported())
		return kb_fail(err, KBAN_E_SYSTEM, NULL,
			       "the systemd journal cannot be read: this kban was built without "
			       "libsystemd");
	if (places > 1)
		return kb_fail(err, KBAN_E_INVAL, NULL,
			       "a journal is a directory, files or a namespace, not several of "
			       "these");
	if (options->max_line == 0 || options->max_line > MAX_SIZE)
		return kb_fail(err, KBAN_E_INVAL, NULL, "no use reading with such sizes");
	return KBAN_OK;
}

static int copy_options(struct kban_journal *journal, const struct kban_journal_options *given)
{
	struct kban_journal_options *options = &journal->options;

	*options = *given;
	if (given->directory != NULL)
		options->directory = journal->directory = strdup(given->directory);
	if (given->name_space != NULL)
		options->name_space = journal->name_space = strdup(given->name_space);
	for (size_t i = 0; given->files != NULL && given->files[i] != NULL; i++)
		if (kb_string_list_append(&journal->files, kb_text(given->files[i])) < 0)
			return KBAN_E_NOMEM;
	options->files = (const char *const *)journal->files.items;
	if ((given->directory != NULL && journal->directory == NULL) ||
	    (given->name_space != NULL && journal->name_space == NULL))
		return KBAN_E_NOMEM;
	return kb_journal_line_fields(&journal->names);
}

int kban_journal_new(struct kban_context *ctx, const struct kban_journal_options *options,
		     struct kban_journal **out, struct kban_error **err)
{
	struct kban_journal_options full = KBAN_JOURNAL_OPTIONS_INIT;
	kban_auto(journal) journal = NULL;
	int status;

	kb_options_complete(&full, sizeof(full), options);
	status = check_options(&full, err);
	if (status < 0)
		return status;
	journal = calloc(1, sizeof(*journal));
	if (journal == NULL)
		return kb_fail_memory(err);
	journal->ctx = kban_context_ref(ctx);
	journal->time = journal->since = KBAN_TIME_NONE;
	if (copy_options(journal, &full) < 0)
		return kb_fail_memory(err);
	status = full.once ? open_once(journal, err) : KBAN_OK;
	if (status < 0)
		return status;
	*out = kb_steal(journal);
	return KBAN_OK;
}

void kban_journal_free(struct kban_journal *journal)
{
	if (journal == NULL)
		return;
	close_reader(journal);
	for (size_t i = 0; i < journal->count; i++)
		kb_journal_match_clear(&journal->wishes[i].match);
	free(journal->wishes);
	kb_string_list_clear(&journal->names);
	kb_string_list_clear(&journal->files);
	kb_journal_entry_clear(&journal->entry);
	kb_buffer_clear(&journal->line);
	kb_reader_list_clear(&journal->wanted_by);
	kban_context_unref(journal->ctx);
	free(journal->directory);
	free(journal->name_space);
	free(journal->cursor);
	free(journal);
}

static struct wish *wish_of(struct kban_journal *journal, void *reader)
{
	for (size_t i = 0; i < journal->count; i++)
		if (journal->wishes[i].reader == reader)
			return &journal->wishes[i];
	if (kb_array_room(&journal->wishes, &journal->capacity, journal->count,
			  sizeof(*journal->wishes)) < 0)
		return NULL;
	journal->wishes[journal->count] = (struct wish){ .reader = reader };
	return &journal->wishes[journal->count++];
}

int kban_journal_add(struct kban_journal *journal, const char *const *words, void *reader,
		     struct kban_error **err)
{
	struct wish *wish = wish_of(journal, reader);
	int status;

	if (wish == NULL || kb_reader_list_reserve(&journal->wanted_by, journal->count) < 0)
		return kb_fail_memory(err);
	status = kb_journal_match_add(&wish->match, words, err);
	if (status < 0)
		return status;
	/* Names that nobody needs any more cost little, and so they stay. */
	if (kb_journal_match_fields(&wish->match, &journal->names) < 0)
		return kb_fail_memory(err);
	journal->in_place = false;
	journal->next_look = 0;
	return KBAN_OK;
}

void kban_journal_remove(struct kban_journal *journal, const void *reader)
{
	for (size_t i = 0; i < journal->count; i++) {
		if (journal->wishes[i].reader != reader)
			continue;
		kb_journal_match_clear(&journal->wishes[i].match);
		journal->count--;
		memmove(journal->wishes + i, journal->wishes + i + 1,
			(journal->count - i) * sizeof(*journal->wishes));
		journal->in_place = false;
		return;
	}
}

size_t kban_journal_reader_count(const struct kban_journal *journal)
{
	return journal->count;
}

void kban_journal_begin(struct kban_journal *journal, kban_usec since)
{
	journal->since = since;
}

int kban_journal_restore(struct kban_journal *journal, const char *cursor, kban_usec time)
{
	char *copy = strdup(cursor);

	if (copy == NULL)
		return KBAN_E_NOMEM;
	free(journal->cursor);
	journal->cursor = copy;
	journal->time = time;
	journal->is_restored = true;
	journal->in_place = false;
	return KBAN_OK;
}

int kban_journal_fd(const struct kban_journal *journal)
{
	if (journal->reader == NULL || journal->options.once)
		return -1;
	return kb_journal_reader_fd(journal->reader);
}

/* -ENOMEM, or 0: all else is logged, and tried again. */
static int look(struct kban_journal *journal)
{
	int status = 0;

	if (journal->reader != NULL) {
		journal->is_stale |= kb_journal_reader_is_stale(journal->reader);
		return 0;
	}
	status = open_reader(journal);
	note_trouble(journal, -status);
	return status == -ENOMEM ? status : 0;
}

int kban_journal_dispatch(struct kban_journal *journal, kban_usec now)
{
	int status = 0;

	if (journal->options.once || journal->count == 0)
		return KBAN_OK;
	if (journal->reader != NULL)
		status = kb_journal_reader_process(journal->reader);
	if (status < 0 && status != -ENOMEM) {
		note_trouble(journal, -status);
		close_reader(journal);
		status = 0;
	}
	if (status == 0 && (now >= journal->next_look || journal->next_look - now > LOOK_EVERY)) {
		journal->next_look = now + LOOK_EVERY;
		status = look(journal);
	}
	return status < 0 ? KBAN_E_NOMEM : KBAN_OK;
}

kban_usec kban_journal_next_due(const struct kban_journal *journal)
{
	if (journal->has_more)
		return 0;
	return journal->options.once || journal->count == 0 ? KBAN_FOREVER : journal->next_look;
}

static const char *print_time(kban_usec time, char buffer[32])
{
	time_t seconds = (time_t)(time / KBAN_SECOND);
	struct tm parts;

	if (localtime_r(&seconds, &parts) == NULL ||
	    strftime(buffer, 32, "%Y-%m-%d %H:%M:%S", &parts) == 0)
		strcpy(buffer, "-");
	return buffer;
}

static void warn_of_gap(const struct kban_journal *journal, kban_usec next)
{
	kb_auto_clear(buffer) text = { 0 };
	char last[32], first[32];

	kb_buffer_printf(&text,
			 "the entry that was read last, of %s, is gone; reading goes on with the "
			 "oldest after it, of %s",
			 print_time(journal->time, last), print_time(next, first));
	if (!text.failed)
		kb_path_log(journal->ctx, KBAN_WARNING, name_of(journal), text.data, 0);
}

/* Whatever is wanted now, the entry that was handed out last should still be there. */
static int look_for_gap(struct kban_journal *journal)
{
	kban_usec next;
	int status = kb_journal_reader_match(journal->reader, NULL, 0);

	if (status >= 0)
		status = kb_journal_reader_seek_cursor(journal->reader, journal->cursor);
	if (status >= 0)
		status = kb_journal_reader_next(journal->reader);
	if (status <= 0)
		return status;
	if (!kb_journal_reader_is_at(journal->reader, journal->cursor) &&
	    kb_journal_reader_time(journal->reader, &next) >= 0)
		warn_of_gap(journal, next);
	return 0;
}

static int use_matches(struct kban_journal *journal)
{
	kb_autofree const struct kb_journal_match **matches =
		calloc(journal->count + 1, sizeof(*matches));

	if (matches == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < journal->count; i++)
		matches[i] = &journal->wishes[i].match;
	return kb_journal_reader_match(journal->reader, matches, journal->count);
}

/* To the entry behind the last one. */
static int go_behind(struct kban_journal *journal)
{
	int status = kb_journal_reader_seek_cursor(journal->reader, journal->cursor);

	/* A cursor that makes no sense is as good as none. */
	if (status == -EINVAL)
		status = kb_journal_reader_seek_oldest(journal->reader);
	if (status >= 0)
		status = kb_journal_reader_next(journal->reader);
	if (status <= 0)
		return status;
	journal->has_found = !kb_journal_reader_is_at(journal->reader, journal->cursor);
	return 0;
}

static int find_place(struct kban_journal *journal)
{
	bool has_cursor = journal->cursor != NULL && journal->time >= journal->since;
	int status = 0;

	if (has_cursor && journal->is_restored)
		status = look_for_gap(journal);
	journal->is_restored = false;
	journal->has_found = false;
	if (status >= 0 || status == -EINVAL)
		status = use_matches(journal);
	if (status >= 0 && has_cursor)
		status = go_behind(journal);
	else if (status >= 0 && journal->since != KBAN_TIME_NONE)
		status = kb_journal_reader_seek_time(journal->reader, journal->since);
	else if (status >= 0)
		status = kb_journal_reader_seek_oldest(journal->reader);
	journal->in_place = status >= 0;
	return status;
}

static int take_cursor(struct kban_journal *journal)
{
	char *cursor = NULL;
	kban_usec time = 0;
	int status = kb_journal_reader_time(journal->reader, &time);

	if (status >= 0)
		status = kb_journal_reader_cursor(journal->reader, &cursor);
	if (status < 0)
		return status;
	free(journal->cursor);
	journal->cursor = cursor;
	journal->time = time;
	journal->changed = true;
	journal->entries++;
	return 0;
}

/* Read the next entry: 1, or 0 if there is none. An entry that is damaged is as good as empty. */
static int step(struct kban_journal *journal)
{
	int status = journal->in_place ? 0 : find_place(journal);

	if (status < 0)
		return status;
	status = journal->has_found ? 1 : kb_journal_reader_next(journal->reader);
	journal->has_found = false;
	if (status <= 0)
		return status;
	status = take_cursor(journal);
	if (status < 0)
		return status;
	status = kb_journal_reader_read(journal->reader, &journal->names, &journal->entry);
	if (status == -EBADMSG)
		kb_journal_entry_reset(&journal->entry);
	return status < 0 && status != -EBADMSG ? status : 1;
}

static bool is_wanted(struct kban_journal *journal)
{
	journal->wanted_by.count = 0;
	for (size_t i = 0; i < journal->count; i++)
		/* Cannot fail: there is room for everybody. */
		if (kb_journal_match_accepts(&journal->wishes[i].match, &journal->entry))
			(void)kb_reader_list_add(&journal->wanted_by, journal->wishes[i].reader);
	return journal->wanted_by.count > 0;
}

/* All that these files have was read; where others took their places, those are next. */
static int at_end(struct kban_journal *journal)
{
	journal->caught_up = true;
	if (!journal->is_stale)
		return 0;
	journal->is_stale = false;
	if (open_reader(journal) == 0)
		journal->has_more = true;
	return 0;
}

static int failed(struct kban_journal *journal, int status)
{
	if (status == -ENOMEM)
		return KBAN_E_NOMEM;
	note_trouble(journal, -status);
	close_reader(journal);
	return 0;
}

static int hand_out(struct kban_journal *journal, struct kban_journal_line *out)
{
	if (kb_journal_entry_line(&journal->entry, journal->options.max_line, &journal->line) < 0)
		return KBAN_E_NOMEM;
	*out = (struct kban_journal_line){
		.readers = journal->wanted_by.items,
		.reader_count = journal->wanted_by.count,
		.text = kb_buffer_content(&journal->line),
		.time = kb_journal_entry_time(&journal->entry),
		.catching_up = !journal->caught_up,
	};
	journal->lines++;
	return 1;
}

int kban_journal_next(struct kban_journal *journal, struct kban_journal_line *out)
{
	unsigned fruitless = 0;

	journal->has_more = false;
	while (journal->reader != NULL && journal->count > 0) {
		int status = step(journal);

		if (status < 0)
			return failed(journal, status);
		if (status == 0)
			return at_end(journal);
		if (is_wanted(journal))
			return hand_out(journal, out);
		if (!journal->options.once && ++fruitless >= MAX_FRUITLESS) {
			journal->has_more = true;
			return 0;
		}
	}
	return 0;
}

void kban_journal_state(const struct kban_journal *journal, struct kban_journal_state *out)
{
	*out = (struct kban_journal_state){
		.cursor = journal->cursor,
		.time = journal->time,
		.entries = journal->entries,
		.lines = journal->lines,
		.changed = journal->changed,
	};
}

void kban_journal_saved(struct kban_journal *journal)
{
	journal->changed = false;
}
