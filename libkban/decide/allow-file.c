/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide/allow-file.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/buffer.h"
#include "base/context.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "decide/allow-entries.h"

/* Bytes of a word that are told. */
#define WORD_SHOWN 60

#define LOOK_EVERY KBAN_SECOND

/* A file that is as old may still be written. */
#define YOUNG KBAN_SECOND

/* By what it is seen that a file is another one. */
struct facts {
	int error; /* why there are none; 0: there are */
	dev_t device;
	ino_t inode;
	off_t size;
	kban_usec changed; /* content or rights */
	kban_usec written;
};

struct kb_allow_file {
	unsigned references;
	struct kban_context *ctx;
	char *name; /* "file:" and its path */
	const char *path;
	struct facts facts; /* of what was looked at last */
	kban_usec looked;
	struct kb_allow_entries entries;
};

bool kb_allow_words_next(struct kb_allow_words *words, struct kban_text *word)
{
	while (!kb_text_next_word(&words->text, KB_ALLOW_SEPARATORS, word)) {
		struct kban_text line;

		if (!kb_text_next_line(&words->rest, &line))
			return false;
		words->line++;
		line = kb_text_slice(line, 0, kb_text_index(line, '#'));
		words->text = kb_text_slice(line, 0, kb_text_index(line, ';'));
	}
	return true;
}

static kban_usec usec_of(const struct timespec *time)
{
	return time->tv_sec * KBAN_SECOND + time->tv_nsec / 1000;
}

static struct facts facts_of(const char *path)
{
	struct stat about;

	if (stat(path, &about) < 0)
		return (struct facts){ .error = errno };
	return (struct facts){
		.device = about.st_dev,
		.inode = about.st_ino,
		.size = about.st_size,
		.changed = usec_of(&about.st_ctim),
		.written = usec_of(&about.st_mtim),
	};
}

static bool are_same(const struct facts *a, const struct facts *b)
{
	return a->error == b->error && a->device == b->device && a->inode == b->inode &&
	       a->size == b->size && a->changed == b->changed && a->written == b->written;
}

static int fail_word(const char *path, const struct kb_allow_words *words, struct kban_text word,
		     struct kban_error **err)
{
	struct kb_where where = { path, words->line };

	return kb_fail(err, KBAN_E_SYNTAX, &where, "'%.*s' is no address, network or host name",
		       word.len < WORD_SHOWN ? (int)word.len : WORD_SHOWN, word.data);
}

/* @a strict: a word that is none of them makes the whole file wrong. */
static int parse(const char *path, struct kban_text content, bool strict,
		 struct kb_allow_entries *out, struct kban_error **err)
{
	struct kb_allow_words words = { .rest = content };
	struct kban_text word;
	size_t count = 0;

	while (kb_allow_words_next(&words, &word)) {
		kb_autofree char *entry = kb_text_copy(word);
		int status = entry != NULL ? kb_allow_entries_add(out, entry) : KBAN_E_NOMEM;

		if (status == KBAN_E_NOMEM)
			return kb_fail_memory(err);
		if (status == KBAN_E_SYNTAX && strict)
			return fail_word(path, &words, word, err);
		if (++count > KB_ALLOW_FILE_ENTRIES_MAX)
			return kb_fail(err, KBAN_E_LIMIT, NULL, "%s: more than %d entries", path,
				       KB_ALLOW_FILE_ENTRIES_MAX);
	}
	return KBAN_OK;
}

static int read_file(struct kb_allow_file *file, bool strict, struct kban_error **err)
{
	kb_auto_clear(allow_entries) entries = { 0 };
	kb_auto_clear(buffer) content = { 0 };
	int status = kb_file_read(file->path, KB_ALLOW_FILE_SIZE_MAX, &content, err);

	if (status == KBAN_OK)
		status = parse(file->path, kb_buffer_content(&content), strict, &entries, err);
	if (status != KBAN_OK)
		return status;
	kb_allow_entries_learn(&entries, &file->entries);
	kb_allow_entries_clear(&file->entries);
	file->entries = entries;
	entries = (struct kb_allow_entries){ 0 };
	return KBAN_OK;
}

/* Each state of the file is told once. */
static void look(struct kb_allow_file *file, kban_usec now)
{
	struct facts facts = facts_of(file->path);
	kban_auto(error) reason = NULL;
	int status;

	if (are_same(&facts, &file->facts) ||
	    (facts.error == 0 && facts.written <= now && now - facts.written < YOUNG))
		return;
	status = read_file(file, true, &reason);
	if (status == KBAN_E_NOMEM)
		return;
	file->facts = facts;
	if (status == KBAN_OK)
		kb_log(file->ctx, KBAN_INFO, "filter",
		       "%s: ignoreip has it read again, with %zu entries", file->path,
		       file->entries.texts.count);
	else
		kb_log(file->ctx, KBAN_WARNING, "filter",
		       "%s; what ignoreip had of it before stays in force",
		       kban_error_text(reason));
}

struct kb_allow_file *kb_allow_file_new(struct kban_context *ctx, const char *path)
{
	struct kb_allow_file *file = calloc(1, sizeof(*file));

	if (file == NULL)
		return NULL;
	file->references = 1;
	file->ctx = kban_context_ref(ctx);
	file->facts = facts_of(path);
	file->looked = kban_context_now(ctx);
	if (asprintf(&file->name, KB_ALLOW_FILE "%s", path) < 0)
		file->name = NULL;
	file->path = file->name != NULL ? file->name + strlen(KB_ALLOW_FILE) : NULL;
	if (file->path != NULL && read_file(file, false, NULL) != KBAN_E_NOMEM)
		return file;
	kb_allow_file_unref(file);
	return NULL;
}

struct kb_allow_file *kb_allow_file_ref(struct kb_allow_file *file)
{
	file->references++;
	return file;
}

void kb_allow_file_unref(struct kb_allow_file *file)
{
	if (file == NULL || --file->references > 0)
		return;
	kb_allow_entries_clear(&file->entries);
	kban_context_unref(file->ctx);
	free(file->name);
	free(file);
}

const char *kb_allow_file_path(const struct kb_allow_file *file)
{
	return file->path;
}

const char *kb_allow_file_find(struct kb_allow_file *file, const struct kban_addr *addr)
{
	kban_usec now = kban_context_now(file->ctx);

	/* A clock that was set back is no reason to wait. */
	if (now < file->looked || now - file->looked >= LOOK_EVERY) {
		file->looked = now;
		look(file, now);
	}
	return kb_allow_entries_find(&file->entries, file->ctx, addr) != NULL ? file->name : NULL;
}
