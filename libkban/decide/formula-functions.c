/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a formula can call: Python's names for mathematics. */
#include <math.h>

#include "decide/formula-tree.h"

struct kb_number kb_truncate(double value)
{
	double whole = trunc(value);

	if (whole >= -0x1p62 && whole <= 0x1p62)
		return kb_whole((long long)whole);
	return kb_real(whole);
}

static bool give(double value, struct kb_number *out)
{
	*out = kb_real(value);
	return !isnan(value);
}

/* What a C function of one argument makes of it; it answers with NaN where it has no value. */
#define REAL_FUNCTION(name)                                                        \
	static bool call_##name(const struct kb_number *arguments, unsigned count, \
				struct kb_number *out)                             \
	{                                                                          \
		(void)count;                                                       \
		return give(name(kb_as_real(arguments[0])), out);                  \
	}

REAL_FUNCTION(exp)
REAL_FUNCTION(fabs)
REAL_FUNCTION(sqrt)

/* The logarithm of zero is infinite in C, and an error in Python. */
#define LOGARITHM(name)                                                                           \
	static bool call_##name(const struct kb_number *arguments, unsigned count,                \
				struct kb_number *out)                                            \
	{                                                                                         \
		(void)count;                                                                      \
		return kb_as_real(arguments[0]) > 0 && give(name(kb_as_real(arguments[0])), out); \
	}

LOGARITHM(log2)
LOGARITHM(log10)

static bool call_log(const struct kb_number *arguments, unsigned count, struct kb_number *out)
{
	double value = kb_as_real(arguments[0]);
	double base = count > 1 ? kb_as_real(arguments[1]) : 0;

	if (value <= 0 || (count > 1 && (base <= 0 || base == 1)))
		return false;
	return give(count > 1 ? log(value) / log(base) : log(value), out);
}

static bool call_math_pow(const struct kb_number *arguments, unsigned count, struct kb_number *out)
{
	double base = kb_as_real(arguments[0]);
	double power = kb_as_real(arguments[1]);

	(void)count;
	return (base != 0 || power >= 0) && give(pow(base, power), out);
}

static bool call_pow(const struct kb_number *arguments, unsigned count, struct kb_number *out)
{
	(void)count;
	return kb_formula_binary(KB_FORMULA_POWER, arguments[0], arguments[1], out);
}

static bool call_floor(const struct kb_number *arguments, unsigned count, struct kb_number *out)
{
	(void)count;
	*out = arguments[0].is_real ? kb_truncate(floor(arguments[0].real)) : arguments[0];
	return true;
}

static bool call_ceil(const struct kb_number *arguments, unsigned count, struct kb_number *out)
{
	(void)count;
	*out = arguments[0].is_real ? kb_truncate(ceil(arguments[0].real)) : arguments[0];
	return true;
}

static bool call_int(const struct kb_number *arguments, unsigned count, struct kb_number *out)
{
	(void)count;
	*out = arguments[0].is_real ? kb_truncate(arguments[0].real) : arguments[0];
	return true;
}

static bool call_float(const struct kb_number *arguments, unsigned count, struct kb_number *out)
{
	(void)count;
	*out = kb_real(kb_as_real(arguments[0]));
	return true;
}

/* Halves go to the even neighbour; rint() does so in the rounding mode that every program starts
 * in. */
static bool call_round(const struct kb_number *arguments, unsigned count, struct kb_number *out)
{
	double scale;

	if (count == 1) {
		*out = arguments[0].is_real ? kb_truncate(rint(arguments[0].real)) : arguments[0];
		return true;
	}
	if (arguments[1].is_real || arguments[1].whole < -300 || arguments[1].whole > 300)
		return false;
	if (!arguments[0].is_real && arguments[1].whole >= 0) {
		*out = arguments[0];
		return true;
	}
	scale = pow(10, (double)arguments[1].whole);
	*out = kb_real(rint(kb_as_real(arguments[0]) * scale) / scale);
	if (!arguments[0].is_real)
		*out = kb_truncate(out->real);
	return true;
}

static bool call_abs(const struct kb_number *arguments, unsigned count, struct kb_number *out)
{
	(void)count;
	if (kb_as_real(arguments[0]) < 0)
		return kb_formula_unary(KB_FORMULA_MINUS, arguments[0], out);
	*out = arguments[0];
	return true;
}

static bool call_min(const struct kb_number *arguments, unsigned count, struct kb_number *out)
{
	*out = arguments[0];
	for (unsigned i = 1; i < count; i++)
		if (kb_as_real(arguments[i]) < kb_as_real(*out))
			*out = arguments[i];
	return true;
}

static bool call_max(const struct kb_number *arguments, unsigned count, struct kb_number *out)
{
	*out = arguments[0];
	for (unsigned i = 1; i < count; i++)
		if (kb_as_real(arguments[i]) > kb_as_real(*out))
			*out = arguments[i];
	return true;
}

static const struct kb_formula_function functions[] = {
	{ "math.exp", 1, 1, call_exp },
	{ "math.log", 1, 2, call_log },
	{ "math.log2", 1, 1, call_log2 },
	{ "math.log10", 1, 1, call_log10 },
	{ "math.pow", 2, 2, call_math_pow },
	{ "math.sqrt", 1, 1, call_sqrt },
	{ "math.floor", 1, 1, call_floor },
	{ "math.ceil", 1, 1, call_ceil },
	{ "math.fabs", 1, 1, call_fabs },
	{ "min", 2, KB_FORMULA_ARGUMENTS_MAX, call_min },
	{ "max", 2, KB_FORMULA_ARGUMENTS_MAX, call_max },
	{ "int", 1, 1, call_int },
	{ "float", 1, 1, call_float },
	{ "round", 1, 2, call_round },
	{ "abs", 1, 1, call_abs },
	{ "pow", 2, 2, call_pow },
	{ "random.random", 0, 0, NULL },
};

const struct kb_formula_function *kb_formula_function(struct kban_text name)
{
	for (size_t i = 0; i < kb_array_size(functions); i++)
		if (kb_text_is(name, functions[i].name))
			return &functions[i];
	return NULL;
}

bool kb_formula_is_random(const struct kb_formula_function *function)
{
	return function->call == NULL;
}

bool kb_formula_constant(struct kban_text name, struct kb_number *out)
{
	static const struct {
		const char *name;
		struct kb_number value;
	} constants[] = {
		{ "math.pi", { .is_real = true, .real = 3.14159265358979323846 } },
		{ "math.e", { .is_real = true, .real = 2.71828182845904523536 } },
		{ "True", { .whole = 1 } },
		{ "False", { .whole = 0 } },
	};

	for (size_t i = 0; i < kb_array_size(constants); i++) {
		if (!kb_text_is(name, constants[i].name))
			continue;
		*out = constants[i].value;
		return true;
	}
	return false;
}
