/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A formula that can be read has a value or a reason why not, for every host. */
#include "fuzz.h"

#include <math.h>

#include "decide/formula.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kb_formula_input input = { .time = 600, .factor = 1.5, .luck = 0.5 };
	kb_auto(formula) formula = NULL;
	kban_auto(error) err = NULL;
	int status = kb_formula_new(fuzz_text(data, size), &formula, &err);

	fuzz_check((status == KBAN_OK) == (err == NULL));
	for (input.count = 1; status == KBAN_OK && input.count < 70; input.count += 23) {
		kban_auto(error) reason = NULL;
		double value = NAN;
		bool has_value = kb_formula_value(formula, &input, &value, &reason) == KBAN_OK;

		fuzz_check(has_value == (reason == NULL));
		fuzz_check(has_value == !isnan(value));
	}
	return 0;
}
