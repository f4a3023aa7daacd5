/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was read and printed reads back as the same. */
#include "fuzz.h"

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char printed[KBAN_ADDR_TEXT_SIZE];
	struct kban_addr addr;
	struct kban_addr again;

	if (kban_addr_parse(fuzz_text(data, size), &addr) != KBAN_OK)
		return 0;
	fuzz_check(kban_addr_parse(kb_text(kban_addr_print(&addr, printed)), &again) == KBAN_OK);
	fuzz_check(kban_addr_equal(&addr, &again));
	fuzz_check(kban_addr_contains(&addr, &again));
	(void)kban_addr_is_unusable(&addr);
	return 0;
}
