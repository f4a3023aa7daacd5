/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Printable text is UTF-8 without control bytes; repaired text is UTF-8 and stays as it is. */
#include "fuzz.h"

#include "base/memory.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kban_text text = fuzz_text(data, size);
	kb_autofree char *printable = kban_text_printable(text);
	kb_autofree char *twice = kban_text_printable(kb_text(printable));
	struct kban_text repaired = { NULL, 0 };

	fuzz_check(printable != NULL && twice != NULL && strcmp(printable, twice) == 0);
	fuzz_check(kb_text_is_utf8(kb_text(printable)) &&
		   strpbrk(printable, "\n\t\x1b\x7f") == NULL);
	fuzz_check(kban_text_utf8(text, &repaired) == KBAN_OK && kb_text_is_utf8(repaired));
	fuzz_check(!kb_text_is_utf8(text) || kb_text_equal(text, repaired));
	free((char *)(uintptr_t)repaired.data);
	return 0;
}
