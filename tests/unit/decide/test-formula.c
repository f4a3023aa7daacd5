/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values are what Python 3.11 makes of the same text. */
#include "kban-test.h"

#include <math.h>

#include <kban/error.h>

#include "decide/formula.h"

struct value_case {
	const char *text;
	double value;
};

static const struct kb_formula_input usual = {
	.time = 600, .count = 3, .factor = 1.5, .luck = 0.25
};

static int evaluate(const char *text, double *out, struct kban_error **err)
{
	kb_auto(formula) formula = NULL;
	int status = kb_formula_new(kb_text(text), &formula, err);

	return status < 0 ? status : kb_formula_value(formula, &usual, out, err);
}

static const struct value_case values[] = {
	/* The two that fail2ban's own configuration has. */
	{ "ban.Time * (1<<(ban.Count if ban.Count<20 else 20)) * banFactor", 7200.0 },
	{ "ban.Time * math.exp(float(ban.Count+1)*banFactor)/math.exp(1*banFactor)",
	  54010.27878031309 },
	{ "2.0 / 2.885385", 0.6931484013398559 },
	/* Numbers. */
	{ "0", 0 },
	{ ".5e1", 5 },
	{ "1e-3", 0.001 },
	{ "5.", 5 },
	{ "9223372036854775807", 9223372036854775807.0 },
	{ "99999999999999999999", 1e20 },
	/* Precedence and direction. */
	{ "1 + 2 * 3 - 4", 3 },
	{ "2 ** 3 ** 2", 512 },
	{ "-2 ** 2", -4 },
	{ "2 ** -1", 0.5 },
	{ "10 - 4 - 3", 3 },
	{ "1 | 2 ^ 3 & 6 << 1", 3 },
	{ "7 & 3 == 3", 1 },
	{ "not 1 == 2", 1 },
	{ "1 or 1 / 0", 1 },
	{ "0 and 1 / 0", 0 },
	{ "2 and 3", 3 },
	{ "0 or 5", 5 },
	{ "not not 7", 1 },
	{ "1 if 0 else 2 if 0 else 3", 3 },
	{ "(1 if 1 else 2) + 10", 11 },
	{ "--3", 3 },
	{ "~5", -6 },
	{ "+ 4", 4 },
	/* Whole and real numbers. */
	{ "7 / 2", 3.5 },
	{ "7 // 2", 3 },
	{ "-7 // 2", -4 },
	{ "-7 % 3", 2 },
	{ "7 % -3", -2 },
	{ "7.5 // 2", 3 },
	{ "-7.5 % 2", 0.5 },
	{ "1 << 40", 1099511627776.0 },
	{ "1 << 70", 1180591620717411303424.0 },
	{ "-1 >> 3", -1 },
	{ "1024 >> 3", 128 },
	{ "3 ** 60", 4.2391158275216203e+28 },
	{ "9223372036854775807 + 1", 9223372036854775808.0 },
	{ "(-9223372036854775807 - 1) // -1", 9223372036854775808.0 },
	/* Comparisons. */
	{ "1 < 2", 1 },
	{ "2 <= 1.5", 0 },
	{ "2 > 1", 1 },
	{ "2 >= 3", 0 },
	{ "1 == 1.0", 1 },
	{ "1 != 1", 0 },
	/* Names. */
	{ "ban.Time", 600 },
	{ "ban.Count", 3 },
	{ "banFactor", 1.5 },
	{ "True + True + False", 2 },
	{ "math.pi", 3.141592653589793 },
	{ "math.e", 2.718281828459045 },
	/* Functions. */
	{ "math.exp(1)", 2.718281828459045 },
	{ "math.log(math.e ** 2)", 2 },
	{ "math.log(8, 2)", 3 },
	{ "math.log2(8)", 3 },
	{ "math.log10(1000)", 3 },
	{ "math.pow(2, 10)", 1024 },
	{ "math.sqrt(2)", 1.4142135623730951 },
	{ "math.floor(-1.5)", -2 },
	{ "math.ceil(1.2)", 2 },
	{ "math.fabs(-3)", 3 },
	{ "min(3, 1, 2)", 1 },
	{ "max(3, 7.5)", 7.5 },
	{ "int(-3.9)", -3 },
	{ "int(7) // 2", 3 },
	{ "float(3) / 2", 1.5 },
	{ "round(2.5)", 2 },
	{ "round(3.5)", 4 },
	{ "round(2.675, 1)", 2.7 },
	{ "round(1234, -2)", 1200 },
	{ "abs(-4)", 4 },
	{ "pow(2, 5)", 32 },
	{ "random.random()", 0.25 },
	{ "ban.Time\n + 1", 601 },
};

static void value_is_pythons(void **state)
{
	(void)state;
	for (size_t i = 0; i < kb_array_size(values); i++) {
		kban_auto(error) err = NULL;
		double value;
		int status = evaluate(values[i].text, &value, &err);

		if (status != KBAN_OK || fabs(value - values[i].value) > 1e-12 * fabs(value))
			fail_msg("%s: %s, %.17g", values[i].text,
				 status == KBAN_OK ? "" : kban_error_text(err),
				 status == KBAN_OK ? value : 0);
	}
}

struct mistake_case {
	const char *text;
	const char *message;
};

static const struct mistake_case mistakes[] = {
	{ "", "something is missing at its end" },
	{ "1 +", "something is missing at its end" },
	{ "(1", "')' is missing at its end" },
	{ "1)", "nothing can follow at ')' in column 2" },
	{ "1 2", "nothing can follow at '2' in column 3" },
	{ "ban.time", "unknown name at 'ban.time' in column 1" },
	{ "__import__('os').system('id')", "unknown name at '__import__' in column 1" },
	{ "ban.Time.__class__", "unknown name at 'ban.Time.__class__' in column 1" },
	{ "1 if 2", "'else' is missing at its end" },
	{ "007", "no number at '007' in column 1" },
	{ "1_0", "no number at '1_0' in column 1" },
	{ "0x10", "no number at '0x10' in column 1" },
	{ "1.2.3", "no number at '1.2.3' in column 1" },
	{ "1 < 2 < 3", "two comparisons need an 'and' between them at '3' in column 9" },
	{ "max", "'(' is missing at its end" },
	{ "max(1)", "max takes another number of arguments" },
	{ "abs(1, 2)", "abs takes another number of arguments" },
	{ "max(1,2,3,4,5)", "too many arguments at ')' in column 14" },
	{ "max(1 2)", "')' is missing at '2' in column 7" },
	{ "'a'", "no number and no name at ''' in column 1" },
	{ "1; 2", "nothing can follow at ';' in column 2" },
	{ "\xc3\xa4", "no number and no name at '\xc3' in column 1" },
	{ "1 / 0", "for ban number 4 it has no value: a division by zero" },
	{ "1 // 0.0", "for ban number 4 it has no value: a division by zero" },
	{ "5 % 0", "for ban number 4 it has no value: a division by zero" },
	{ "1 << -1",
	  "for ban number 4 it has no value: a shift by a negative number, or of one that is not "
	  "whole" },
	{ "1.5 | 1", "for ban number 4 it has no value: bits of a number that is not whole" },
	{ "~1.5", "for ban number 4 it has no value: bits of a number that is not whole" },
	{ "math.log(0)", "for ban number 4 it has no value: math.log" },
	{ "math.sqrt(-1)", "for ban number 4 it has no value: math.sqrt" },
	{ "0 ** -1", "for ban number 4 it has no value: an operation without a value" },
	{ "(-8) ** 0.5", "for ban number 4 it has no value: an operation without a value" },
};

/* What is not printable is escaped where the message is made. */
static void mistake_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < kb_array_size(mistakes); i++) {
		kban_auto(error) err = NULL;
		double value;
		int status = evaluate(mistakes[i].text, &value, &err);

		if (status == KBAN_OK)
			fail_msg("'%s' has the value %g", mistakes[i].text, value);
		if (mistakes[i].text[0] != '\xc3' &&
		    strcmp(kban_error_text(err), mistakes[i].message) != 0)
			fail_msg("'%s': %s", mistakes[i].text, kban_error_text(err));
	}
}

static void growth_has_a_limit(void **state)
{
	double value;

	(void)state;
	assert_int_equal(evaluate("math.exp(1000)", &value, NULL), KBAN_OK);
	assert_true(isinf(value));
	assert_int_equal(evaluate("1 << 5000", &value, NULL), KBAN_OK);
	assert_true(isinf(value));
}

/* @a piece again and again around @a inner, @a times. */
static int repeat(const char *piece, const char *inner, const char *end, int times)
{
	char text[KB_FORMULA_LENGTH_MAX + 2] = "";
	double value;

	for (int i = 0; i < times; i++)
		strncat(text, piece, sizeof(text) - strlen(text) - 1);
	strncat(text, inner, sizeof(text) - strlen(text) - 1);
	for (int i = 0; i < times; i++)
		strncat(text, end, sizeof(text) - strlen(text) - 1);
	return evaluate(text, &value, NULL);
}

static void size_has_limits(void **state)
{
	(void)state;
	assert_int_equal(repeat("(", "1", ")", 10), KBAN_OK);
	assert_int_equal(repeat("(", "1", ")", 100), KBAN_E_SYNTAX);
	assert_int_equal(repeat("-", "1", "", 10), KBAN_OK);
	assert_int_equal(repeat("-", "1", "", 100), KBAN_E_SYNTAX);
	assert_int_equal(repeat("1 if 0 else ", "1", "", 60), KBAN_E_SYNTAX);
	assert_int_equal(repeat("1+", "1", "", 100), KBAN_OK);
	assert_int_equal(repeat("1+", "1", "", 200), KBAN_E_SYNTAX);
	assert_int_equal(repeat("1", "1", "", 1000), KBAN_E_SYNTAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(value_is_pythons),
		cmocka_unit_test(mistake_is_named),
		cmocka_unit_test(growth_has_a_limit),
		cmocka_unit_test(size_has_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
