/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is read is finite and can be printed; and what is printed can be read. */
#include "fuzz.h"

#include <math.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char printed[KBAN_DURATION_TEXT_SIZE];
	kban_usec span = 0;
	double seconds;

	if (kban_duration_parse(fuzz_text(data, size), &seconds) == KBAN_OK) {
		fuzz_check(fabs(seconds) <= 9007199254740992.0);
		if (fabs(seconds) < 9e12)
			span = (kban_usec)(seconds * (double)KBAN_SECOND);
	}
	fuzz_check(strlen(kban_duration_print(span, printed)) < sizeof(printed));
	fuzz_check(kban_duration_parse(kb_text(printed), &seconds) == KBAN_OK);

	if (size >= sizeof(span))
		memcpy(&span, data, sizeof(span));
	fuzz_check(strlen(kban_duration_print(span, printed)) < sizeof(printed));
	return 0;
}
