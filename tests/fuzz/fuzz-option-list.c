/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is read as one item is read as a list of that item, too, unless its name has blanks. */
#include "fuzz.h"

#include "base/text.h"
#include "conf/option-list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	kb_autofree char *text = kb_text_copy(fuzz_text(data, size));
	kb_auto_clear(value) value = { 0 };
	kb_auto_clear(named_options) item = { 0 };
	kb_auto_clear(named_options_list) list = { 0 };

	if (text == NULL || kb_value_init(&value, kb_text(text), NULL) != KBAN_OK)
		return 0;
	if (kb_named_options_list_parse(&value, &list, NULL) != KBAN_OK)
		fuzz_check(list.count == 0);
	if (kb_named_options_parse(&value, &item, NULL) != KBAN_OK)
		return 0;
	fuzz_check(item.name[0] != '\0' && strchr(item.name, '[') == NULL);
	if (strpbrk(item.name, " \t\n\v\f\r") == NULL && list.count > 0) {
		fuzz_check(list.count == 1);
		fuzz_check(strcmp(list.items[0].name, item.name) == 0);
		fuzz_check(list.items[0].options.count == item.options.count);
	}
	return 0;
}
