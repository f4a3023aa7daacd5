/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/journal-backend.h"

#include "base/text.h"

/* What sd_journal_open(3) knows lies below. */
#define FLAGS_MAX 0xffff

typedef int take_fn(struct kb_journal_backend *backend, const struct kb_value *value,
		    struct kban_error **err);

static int take_path(struct kb_journal_backend *backend, const struct kb_value *value,
		     struct kban_error **err)
{
	(void)err;
	backend->options.directory = value->text;
	return KBAN_OK;
}

static int take_files(struct kb_journal_backend *backend, const struct kb_value *value,
		      struct kban_error **err)
{
	struct kban_text rest = kb_text(value->text);
	struct kban_text word;

	while (kb_text_next_word(&rest, " \t\n,", &word))
		if (kb_string_list_append(&backend->files, word) < 0)
			return kb_fail_memory(err);
	if (backend->files.count == 0)
		return kb_fail(err, KBAN_E_SYNTAX, kb_value_where(value),
			       "journalfiles names no file");
	backend->options.files = (const char *const *)backend->files.items;
	return KBAN_OK;
}

static int take_flags(struct kb_journal_backend *backend, const struct kb_value *value,
		      struct kban_error **err)
{
	long long flags;

	if (!kb_text_number(kb_text_trim(kb_text(value->text)), 0, FLAGS_MAX, &flags))
		return kb_fail(err, KBAN_E_SYNTAX, kb_value_where(value),
			       "journalflags must be a number from 0 to %d, not '%.*s'", FLAGS_MAX,
			       KB_QUOTE_MAX, value->text);
	backend->options.flags = (int)flags;
	return KBAN_OK;
}

static int take_namespace(struct kb_journal_backend *backend, const struct kb_value *value,
			  struct kban_error **err)
{
	(void)err;
	backend->options.name_space = value->text;
	return KBAN_OK;
}

/* Rotated files are read in any case, or entries between two looks could be lost. */
static int take_rotated(struct kb_journal_backend *backend, const struct kb_value *value,
			struct kban_error **err)
{
	(void)backend;
	if (!kb_value_is_bool(value))
		return kb_fail(err, KBAN_E_SYNTAX, kb_value_where(value),
			       "rotated must be yes or no, not '%.*s'", KB_QUOTE_MAX, value->text);
	return KBAN_OK;
}

static const char *const names[] = { "journalpath", "journalfiles", "journalflags",
				     "namespace",   "rotated",      NULL };

static take_fn *const takers[] = { take_path, take_files, take_flags, take_namespace,
				   take_rotated };

static int take_option(struct kb_journal_backend *backend, const struct kb_option *option,
		       struct kban_error **err)
{
	const char *nearest;

	for (size_t i = 0; names[i] != NULL; i++)
		if (strcmp(option->name, names[i]) == 0)
			return takers[i](backend, &option->value, err);
	nearest = kban_text_nearest(option->name, names);
	return kb_fail(err, KBAN_E_SYNTAX, kb_value_where(&option->value),
		       "backend systemd knows no option '%.*s'%s%s%s", KB_QUOTE_MAX, option->name,
		       nearest ? "; did you mean '" : "", nearest ? nearest : "",
		       nearest ? "'?" : "");
}

static int check_places(const struct kban_journal_options *options, const struct kb_value *value,
			struct kban_error **err)
{
	int places = (options->directory != NULL) + (options->files != NULL) +
		     (options->name_space != NULL);

	if (places <= 1)
		return KBAN_OK;
	return kb_fail(err, KBAN_E_SYNTAX, kb_value_where(value),
		       "backend systemd takes one of journalpath, journalfiles and namespace");
}

int kb_journal_backend_parse(const struct kb_value *value, struct kb_journal_backend *out,
			     struct kban_error **err)
{
	kb_auto_clear(journal_backend) backend = {
		.options = KBAN_JOURNAL_OPTIONS_INIT,
	};
	int status = kb_named_options_parse(value, &backend.written, err);

	for (size_t i = 0; status == KBAN_OK && i < backend.written.options.count; i++)
		status = take_option(&backend, &backend.written.options.items[i], err);
	if (status == KBAN_OK)
		status = check_places(&backend.options, value, err);
	if (status < 0)
		return status;
	*out = backend;
	backend = (struct kb_journal_backend){ 0 };
	return KBAN_OK;
}

void kb_journal_backend_clear(struct kb_journal_backend *backend)
{
	kb_named_options_clear(&backend->written);
	kb_string_list_clear(&backend->files);
}

int kban_journal_open(struct kban_context *ctx, const char *backend, int once,
		      struct kban_journal **out, struct kban_error **err)
{
	kb_auto_clear(journal_backend) parsed = { 0 };
	kb_auto_clear(value) value = { 0 };
	int status = kb_value_init(&value, kb_text(backend), &(struct kb_where){ NULL, 0 });

	if (status < 0)
		return status == KBAN_E_NOMEM
			       ? kb_fail_memory(err)
			       : kb_fail(err, status, NULL, "the name of the journal is too long");
	status = kb_journal_backend_parse(&value, &parsed, err);
	if (status < 0)
		return status;
	parsed.options.once = once;
	return kban_journal_new(ctx, &parsed.options, out, err);
}
