/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/text.h"
#include "failing-alloc.h"
#include "jail/journal-backend.h"

static const struct kb_where here = { "jail.conf", 7 };

static int parse(const char *text, struct kb_journal_backend *out, struct kban_error **err)
{
	kb_auto_clear(value) value = { 0 };

	assert_int_equal(kb_value_init(&value, kb_text(text), &here), KBAN_OK);
	return kb_journal_backend_parse(&value, out, err);
}

struct good {
	const char *text;
	const char *directory;
	const char *name_space;
	const char *files[4];
	int flags;
};

static void reads(void **state)
{
	for (const struct good *row = *state; row->text != NULL; row++) {
		kb_auto_clear(journal_backend) backend = { 0 };
		const struct kban_journal_options *options = &backend.options;

		assert_int_equal(parse(row->text, &backend, NULL), KBAN_OK);
		assert_string_equal(options->directory ? options->directory : "",
				    row->directory ? row->directory : "");
		assert_string_equal(options->name_space ? options->name_space : "",
				    row->name_space ? row->name_space : "");
		assert_int_equal(options->flags, row->flags);
		for (size_t i = 0; row->files[i] != NULL; i++)
			assert_string_equal(options->files[i], row->files[i]);
		assert_int_equal(options->files != NULL, row->files[0] != NULL);
	}
}

static const struct good which_journal[] = {
	{ "systemd", NULL, NULL, { NULL }, -1 },
	{ "systemd-journal", NULL, NULL, { NULL }, -1 },
	{ "systemd[]", NULL, NULL, { NULL }, -1 },
	{ "systemd[journalpath=/srv/log]", "/srv/log", NULL, { NULL }, -1 },
	{ "systemd[journalpath='/srv/lo g', rotated=on]", "/srv/lo g", NULL, { NULL }, -1 },
	{ "systemd[journalfiles=\"/a/*.journal, /b\t/c\"]",
	  NULL,
	  NULL,
	  { "/a/*.journal", "/b", "/c", NULL },
	  -1 },
	{ "systemd[journalflags=1]", NULL, NULL, { NULL }, 1 },
	{ "systemd[journalpath=/x, journalflags=0]", "/x", NULL, { NULL }, 0 },
	{ "systemd[namespace=mail]", NULL, "mail", { NULL }, -1 },
	{ NULL, NULL, NULL, { NULL }, 0 },
};

struct bad {
	const char *text;
	const char *error;
};

static void refuses(void **state)
{
	for (const struct bad *row = *state; row->text != NULL; row++) {
		kb_auto_clear(journal_backend) backend = { 0 };
		kban_auto(error) error = NULL;

		assert_int_equal(parse(row->text, &backend, &error), KBAN_E_SYNTAX);
		assert_string_equal(kban_error_text(error), row->error);
	}
}

static const struct bad what_is_wrong[] = {
	{ "systemd[journalpat=/x]",
	  "jail.conf:7: backend systemd knows no option 'journalpat'; did "
	  "you mean 'journalpath'?" },
	{ "systemd[foo=1]", "jail.conf:7: backend systemd knows no option 'foo'" },
	{ "systemd[journalflags=x]",
	  "jail.conf:7: journalflags must be a number from 0 to 65535, not 'x'" },
	{ "systemd[journalflags=-1]",
	  "jail.conf:7: journalflags must be a number from 0 to 65535, not '-1'" },
	{ "systemd[journalfiles=' , ']", "jail.conf:7: journalfiles names no file" },
	{ "systemd[rotated=perhaps]", "jail.conf:7: rotated must be yes or no, not 'perhaps'" },
	{ "systemd[journalpath=/x, namespace=y]",
	  "jail.conf:7: backend systemd takes one of journalpath, journalfiles and namespace" },
	{ NULL, NULL },
};

static int parse_all(void *data)
{
	kb_auto_clear(journal_backend) backend = { 0 };
	struct kb_value *value = data;

	return kb_journal_backend_parse(value, &backend, NULL);
}

static void memory_may_run_out(void **state)
{
	kb_auto_clear(value) value = { 0 };

	(void)state;
	assert_int_equal(kb_value_init(&value, KB_TEXT("systemd[journalfiles='/a /b']"), &here),
			 KBAN_OK);
	assert_every_allocation_may_fail(parse_all, &value);
}

static void opens_by_name(void **state)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(error) error = NULL;
	struct kban_journal *journal = NULL;

	(void)state;
	assert_int_equal(kban_journal_open(ctx, "systemd-journal[journalpath", 1, &journal, &error),
			 KBAN_E_SYNTAX);
	assert_int_not_equal(kban_journal_open(ctx, "systemd-journal[journalpath=/nonexistent]", 1,
					       &journal, NULL),
			     KBAN_OK);
	assert_null(journal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(reads, which_journal),
		test_case(refuses, what_is_wrong),
		cmocka_unit_test(memory_may_run_out),
		cmocka_unit_test(opens_by_name),
	};

	return cmocka_run_group_tests_name("journal-backend", tests, NULL, NULL);
}
