/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The only file that calls libsystemd's journal. Opened by directory, libsystemd itself sees files
 * come and go. Opened by names of files it does not, so their patterns are compared now and then.
 */
#include "source/journal-reader.h"

#include <errno.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/journal-library.h"

/* Files that the patterns may name; more are left out. */
#define FILES_MAX 1024

struct file_id {
	dev_t device;
	ino_t inode;
	struct timespec changed;
	bool is_left_out; /* libsystemd does not take it, as it was then */
};

struct kb_journal_reader {
	struct kb_journal_library library;
	sd_journal *journal;
	const struct kban_journal_options *options; /* outlive the reader */
	struct file_id *files;                      /* of the patterns, in their order */
	size_t file_count;
	bool is_empty; /* there was no journal at all when it was opened */
};

bool kb_journal_is_supported(void)
{
	return true;
}

/* All paths that the patterns name. */
static int expand(const char *const *patterns, struct kb_string_list *out)
{
	for (; *patterns != NULL; patterns++) {
		glob_t found;
		int failed = glob(*patterns, 0, NULL, &found);

		for (size_t i = 0; failed == 0 && i < found.gl_pathc; i++)
			if (!kb_string_list_contains(out, found.gl_pathv[i]) &&
			    out->count < FILES_MAX &&
			    kb_string_list_append(
				    out, (struct kban_text){ found.gl_pathv[i],
							     strlen(found.gl_pathv[i]) }) < 0)
				failed = GLOB_NOSPACE;
		if (failed != GLOB_NOMATCH)
			globfree(&found);
		if (failed == GLOB_NOSPACE)
			return -ENOMEM;
	}
	return 0;
}

/* One for each path; of what is gone by now, nothing is known. */
static int identify(const struct kb_string_list *paths, struct file_id **out, size_t *count)
{
	struct file_id *files = calloc(paths->count + 1, sizeof(*files));
	struct stat about;

	if (files == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < paths->count; i++)
		if (stat(paths->items[i], &about) == 0)
			files[i] = (struct file_id){ .device = about.st_dev,
						     .inode = about.st_ino,
						     .changed = about.st_ctim };
	*count = paths->count;
	*out = files;
	return 0;
}

static int open_paths(const struct kb_journal_reader *reader, char *const *paths, sd_journal **out)
{
	return reader->library.open_files(out, (const char **)(uintptr_t)paths, 0);
}

static int try_path(const struct kb_journal_reader *reader, char *path)
{
	char *const paths[] = { path, NULL };
	sd_journal *journal = NULL;
	int status = open_paths(reader, paths, &journal);

	if (journal != NULL)
		reader->library.close(journal);
	return status;
}

/* libsystemd opens all files or none; so those that it does not take are left out. */
static int open_some(struct kb_journal_reader *reader, const struct kb_string_list *paths)
{
	kb_autofree char **kept = calloc(paths->count + 1, sizeof(*kept));
	size_t count = 0;
	int refused = 0;

	if (kept == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < paths->count; i++) {
		int status = try_path(reader, paths->items[i]);

		if (status == -ENOMEM)
			return status;
		reader->files[i].is_left_out = status < 0;
		if (status < 0)
			refused = status;
		else
			kept[count++] = paths->items[i];
	}
	return count > 0 ? open_paths(reader, kept, &reader->journal) : refused;
}

static int open_files(struct kb_journal_reader *reader)
{
	kb_auto_clear(string_list) paths = { 0 };
	int status = expand(reader->options->files, &paths);

	if (status < 0)
		return status;
	status = identify(&paths, &reader->files, &reader->file_count);
	if (status < 0)
		return status;
	if (reader->file_count == 0)
		return -ENOENT;
	status = open_paths(reader, paths.items, &reader->journal);
	return status < 0 && status != -ENOMEM ? open_some(reader, &paths) : status;
}

static int open_journal(struct kb_journal_reader *reader)
{
	const struct kban_journal_options *options = reader->options;
	int flags = options->flags;

	if (options->files != NULL)
		return open_files(reader);
	if (options->directory != NULL)
		return reader->library.open_directory(&reader->journal, options->directory,
						      flags < 0 ? 0 : flags);
	flags = flags < 0 ? SD_JOURNAL_SYSTEM : flags;
	if (options->name_space != NULL)
		return reader->library.open_namespace(&reader->journal, options->name_space, flags);
	return reader->library.open(&reader->journal, flags);
}

int kb_journal_reader_open(const struct kban_journal_options *options,
			   struct kb_journal_reader **out)
{
	kb_auto(journal_reader) reader = calloc(1, sizeof(*reader));
	int status;

	if (reader == NULL)
		return -ENOMEM;
	if (!kb_journal_library_load(&reader->library))
		return -ELIBACC;
	reader->options = options;
	status = open_journal(reader);
	if (status < 0)
		return status;
	/* Fields are cut there: the line is, too. */
	reader->library.set_data_threshold(reader->journal, options->max_line + 1024);
	if (!options->once) {
		status = reader->library.get_fd(reader->journal);
		if (status < 0)
			return status;
	}
	reader->is_empty = options->files == NULL && options->directory == NULL &&
			   reader->library.has_persistent_files(reader->journal) == 0 &&
			   reader->library.has_runtime_files(reader->journal) == 0;
	*out = kb_steal(reader);
	return 0;
}

void kb_journal_reader_free(struct kb_journal_reader *reader)
{
	if (reader == NULL)
		return;
	if (reader->journal != NULL)
		reader->library.close(reader->journal);
	free(reader->files);
	free(reader);
}

int kb_journal_reader_fd(const struct kb_journal_reader *reader)
{
	return reader->library.get_fd(reader->journal);
}

/* libsystemd would drop a file that was renamed, though its last entries are still to be read. */
static void discard_hints(int fd)
{
	char events[4096];

	while (read(fd, events, sizeof(events)) > 0)
		;
}

int kb_journal_reader_process(struct kb_journal_reader *reader)
{
	int status;

	if (reader->options->files != NULL) {
		discard_hints(kb_journal_reader_fd(reader));
		return 0;
	}
	status = reader->library.process(reader->journal);

	return status < 0 ? status : 0;
}

/* One that was left out may be a journal by now. */
static bool differ(const struct file_id *now, const struct file_id *then)
{
	return now->device != then->device || now->inode != then->inode ||
	       (then->is_left_out && (now->changed.tv_sec != then->changed.tv_sec ||
				      now->changed.tv_nsec != then->changed.tv_nsec));
}

bool kb_journal_reader_is_stale(const struct kb_journal_reader *reader)
{
	kb_auto_clear(string_list) paths = { 0 };
	kb_autofree struct file_id *files = NULL;
	size_t count = 0;

	if (reader->options->files == NULL)
		return reader->is_empty;
	if (expand(reader->options->files, &paths) < 0 || identify(&paths, &files, &count) < 0)
		return false;
	if (count != reader->file_count)
		return true;
	for (size_t i = 0; i < count; i++)
		if (differ(&files[i], &reader->files[i]))
			return true;
	return false;
}

static int add_match(const struct kb_journal_reader *reader, const struct kb_journal_match *match)
{
	for (size_t i = 0; i < match->count; i++) {
		const struct kb_journal_term *term = &match->terms[i];
		int status = 0;

		if (i == 0 || term->group != match->terms[i - 1].group)
			status = reader->library.add_disjunction(reader->journal);
		if (status >= 0)
			status = reader->library.add_match(reader->journal, term->text, term->len);
		if (status < 0)
			return status;
	}
	return 0;
}

int kb_journal_reader_match(struct kb_journal_reader *reader,
			    const struct kb_journal_match *const *matches, size_t count)
{
	reader->library.flush_matches(reader->journal);
	for (size_t i = 0; i < count; i++)
		if (matches[i]->everything)
			return 0;
	for (size_t i = 0; i < count; i++) {
		int status = add_match(reader, matches[i]);

		if (status < 0)
			return status;
	}
	return 0;
}

int kb_journal_reader_seek_oldest(struct kb_journal_reader *reader)
{
	return reader->library.seek_head(reader->journal);
}

int kb_journal_reader_seek_time(struct kb_journal_reader *reader, kban_usec time)
{
	return reader->library.seek_realtime_usec(reader->journal, time < 0 ? 0 : (uint64_t)time);
}

int kb_journal_reader_seek_cursor(struct kb_journal_reader *reader, const char *cursor)
{
	return reader->library.seek_cursor(reader->journal, cursor);
}

int kb_journal_reader_next(struct kb_journal_reader *reader)
{
	return reader->library.next(reader->journal);
}

bool kb_journal_reader_is_at(struct kb_journal_reader *reader, const char *cursor)
{
	return reader->library.test_cursor(reader->journal, cursor) > 0;
}

int kb_journal_reader_time(struct kb_journal_reader *reader, kban_usec *out)
{
	uint64_t time;
	int status = reader->library.get_realtime_usec(reader->journal, &time);

	if (status >= 0)
		*out = (kban_usec)time;
	return status;
}

int kb_journal_reader_cursor(struct kb_journal_reader *reader, char **out)
{
	return reader->library.get_cursor(reader->journal, out);
}

/* One field that is damaged does not cost the entry. */
static int read_fields(const struct kb_journal_reader *reader, const struct kb_string_list *names,
		       struct kb_journal_entry *entry)
{
	const void *data;
	size_t len;
	int status;

	reader->library.restart_data(reader->journal);
	while ((status = reader->library.enumerate_available_data(reader->journal, &data, &len)) >
	       0) {
		struct kban_text field = { data, len };

		if (kb_journal_entry_add(entry, names, field) < 0)
			return -ENOMEM;
	}
	return status == -EBADMSG ? 0 : status;
}

int kb_journal_reader_read(struct kb_journal_reader *reader, const struct kb_string_list *names,
			   struct kb_journal_entry *entry)
{
	sd_id128_t boot;
	int status;

	kb_journal_entry_reset(entry);
	status = kb_journal_reader_time(reader, &entry->realtime);
	if (status < 0)
		return status;
	/* An entry may have none; then it is 0. */
	if (reader->library.get_monotonic_usec(reader->journal, &entry->monotonic, &boot) ==
	    -ENOMEM)
		return -ENOMEM;
	return read_fields(reader, names, entry);
}
