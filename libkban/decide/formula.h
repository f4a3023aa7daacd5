/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bantime.formula: arithmetic in the spelling of Python, and nothing else (jail.conf(5)). There is
 * no way from a formula to anything but a number: names are those of a table, evaluation has no
 * loop, and its cost is bounded by the length of the text.
 *
 *   ban.Time * (1<<(ban.Count if ban.Count<20 else 20)) * banFactor
 *   ban.Time * math.exp(float(ban.Count+1)*banFactor)/math.exp(1*banFactor)
 *
 * Whole numbers that outgrow 63 bits go on as floating point numbers, where Python's go on exactly.
 */
#ifndef KB_DECIDE_FORMULA_H
#define KB_DECIDE_FORMULA_H

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

/* Longer texts, deeper parentheses and more operations are refused. */
#define KB_FORMULA_LENGTH_MAX 1000
#define KB_FORMULA_DEPTH_MAX  40
#define KB_FORMULA_NODES_MAX  300

struct kb_formula;

/* What the names of a formula mean. */
struct kb_formula_input {
	double time;    /* ban.Time: seconds of the first ban; whole ones are a whole number */
	unsigned count; /* ban.Count: how often the host was banned before */
	double factor;  /* banFactor; a whole one is a whole number */
	double luck;    /* random.random(): from 0 up to 1 */
};

/* @return KBAN_OK, KBAN_E_SYNTAX (@a err names the piece and its column) or KBAN_E_NOMEM. */
int kb_formula_new(struct kban_text text, struct kb_formula **out, struct kban_error **err);

/* NULL is allowed. */
void kb_formula_free(struct kb_formula *formula);

KB_DEFINE_AUTO(formula)

/*
 * The value, which may be infinite. @a err tells why there is none: a division by zero, the
 * logarithm of a negative number.
 *
 * @return KBAN_OK or KBAN_E_INVAL.
 */
int kb_formula_value(const struct kb_formula *formula, const struct kb_formula_input *input,
		     double *out, struct kban_error **err);

#endif /* KB_DECIDE_FORMULA_H */
