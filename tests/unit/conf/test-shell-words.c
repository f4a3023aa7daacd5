/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/buffer.h"
#include "base/text.h"
#include "conf/shell-words.h"
#include "failing-alloc.h"

struct sample {
	const char *text;
	const char *expected; /* words, each in brackets; NULL: refused */
};

static void split(void **state)
{
	for (const struct sample *row = *state; row->text != NULL; row++) {
		kb_auto_clear(string_list) words = { 0 };
		kb_auto_clear(buffer) out = { 0 };
		int status = kb_shell_words_split(kb_text(row->text), &words);

		assert_int_equal(status, row->expected != NULL ? KBAN_OK : KBAN_E_SYNTAX);
		for (size_t i = 0; i < words.count; i++)
			kb_buffer_printf(&out, "[%s]", words.items[i]);
		if (row->expected != NULL)
			assert_string_equal(out.len > 0 ? out.data : "", row->expected);
	}
}

static const struct sample words[] = {
	{ "", "" },
	{ " \t ", "" },
	{ "_COMM=app + _UID=1", "[_COMM=app][+][_UID=1]" },
	{ "_EXE='/opt/my app' x", "[_EXE=/opt/my app][x]" },
	{ "\"a b\"c 'd'\"e\"", "[a bc][de]" },
	{ "a\\ b \\\"", "[a b][\"]" },
	{ "\"a\\\"b\\\\c\\d\"", "[a\"b\\c\\d]" },
	{ "'a\\b'", "[a\\b]" },
	{ "'' \"\"", "[][]" },
	{ "a#b", "[a#b]" },
	{ NULL, NULL },
};

static const struct sample unbalanced[] = {
	{ "'a", NULL }, { "a \"b", NULL }, { "a\\", NULL }, { "\"a\\", NULL }, { NULL, NULL },
};

static int attempt(void *data)
{
	kb_auto_clear(string_list) list = { 0 };

	return kb_shell_words_split(kb_text(data), &list);
}

static void memory_may_run_out(void **state)
{
	char text[] = "a 'b' \"c\" d";

	(void)state;
	assert_every_allocation_may_fail(attempt, text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(split, words),
		test_case(split, unbalanced),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("shell-words", tests, NULL, NULL);
}
