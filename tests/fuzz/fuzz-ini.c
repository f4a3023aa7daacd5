/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every option has a value with a place for each line, and resolving it ends, one way or another.
 */
#include "fuzz.h"

#include "base/text.h"
#include "conf/ini.h"
#include "conf/interpolate.h"

static void check_value(const struct kb_value *value)
{
	size_t lines = 1;

	for (const char *at = value->text; *at != '\0'; at++)
		lines += *at == '\n';
	fuzz_check(lines == value->line_count);
}

static void resolve(const struct kb_conf_table *table, const struct kb_conf_section *section,
		    const struct kb_option *option)
{
	const struct kb_scope scope = { table, section->name, NULL, option->name };
	kb_auto_clear(value) value = { 0 };

	check_value(&option->value);
	fuzz_check(kb_text_is_utf8(kb_text(option->value.text)));
	if (kb_interpolate(&scope, &option->value, &value, NULL) == KBAN_OK)
		check_value(&value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	kb_auto_clear(problem_list) problems = { 0 };
	kb_auto_clear(conf_table) table = { 0 };
	kb_auto_clear(conf_table) merged = { 0 };

	for (int twice = 0; twice < 2; twice++) {
		kb_conf_table_clear(&table);
		fuzz_check(kb_ini_parse("f", fuzz_text(data, size), &table, &problems) == KBAN_OK);
		fuzz_check(kb_conf_table_merge(&merged, &table) == KBAN_OK);
	}
	for (size_t i = 0; i < merged.count; i++) {
		for (size_t j = 0; j < merged.items[i]->options.count; j++)
			resolve(&merged, merged.items[i], &merged.items[i]->options.items[j]);
	}
	return 0;
}
