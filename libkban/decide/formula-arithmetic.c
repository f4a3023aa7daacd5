/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Python's arithmetic: whole numbers stay whole, '/' does not; remainders have the divisor's sign.
 */
#include <math.h>

#include "decide/formula-tree.h"

static bool give(double value, struct kb_number *out)
{
	*out = kb_real(value);
	return !isnan(value);
}

/* Each of these is false if the result does not fit. */
static bool whole_sum(enum kb_formula_op op, long long left, long long right, long long *out)
{
	switch (op) {
	case KB_FORMULA_ADD:
		return !__builtin_add_overflow(left, right, out);
	case KB_FORMULA_SUBTRACT:
		return !__builtin_sub_overflow(left, right, out);
	default:
		return !__builtin_mul_overflow(left, right, out);
	}
}

static bool add_or_multiply(enum kb_formula_op op, struct kb_number left, struct kb_number right,
			    struct kb_number *out)
{
	double x = kb_as_real(left), y = kb_as_real(right);

	*out = kb_whole(0);
	if (!left.is_real && !right.is_real && whole_sum(op, left.whole, right.whole, &out->whole))
		return true;
	if (op == KB_FORMULA_ADD)
		return give(x + y, out);
	return give(op == KB_FORMULA_SUBTRACT ? x - y : x * y, out);
}

/* The quotient rounded down, and what remains. */
static void divide_whole(long long left, long long right, long long *quotient, long long *rest)
{
	*quotient = left / right;
	*rest = left % right;
	if (*rest != 0 && (*rest < 0) != (right < 0)) {
		*rest += right;
		*quotient -= 1;
	}
}

static bool divide(enum kb_formula_op op, struct kb_number left, struct kb_number right,
		   struct kb_number *out)
{
	double x = kb_as_real(left), y = kb_as_real(right);
	long long quotient, rest;

	if (y == 0)
		return false;
	if (op == KB_FORMULA_DIVIDE)
		return give(x / y, out);
	/* -2^63 / -1 does not fit. */
	if (left.is_real || right.is_real || right.whole == -1) {
		double real_rest = fmod(x, y);

		if (real_rest != 0 && (real_rest < 0) != (y < 0))
			real_rest += y;
		if (!give(op == KB_FORMULA_REMAINDER ? real_rest : floor(x / y), out))
			return false;
		if (!left.is_real && !right.is_real)
			*out = kb_truncate(out->real);
		return true;
	}
	divide_whole(left.whole, right.whole, &quotient, &rest);
	*out = kb_whole(op == KB_FORMULA_REMAINDER ? rest : quotient);
	return true;
}

static bool shift(enum kb_formula_op op, struct kb_number left, struct kb_number right,
		  struct kb_number *out)
{
	int by = right.whole > 2000 ? 2000 : (int)right.whole;

	if (left.is_real || right.is_real || right.whole < 0)
		return false;
	if (op == KB_FORMULA_SHIFT_RIGHT)
		*out = kb_whole(left.whole >> (by > 62 ? 62 : by));
	else
		*out = kb_truncate(ldexp((double)left.whole, by));
	/* What was exact stays so. */
	if (op == KB_FORMULA_SHIFT_LEFT && by < 62 && llabs(left.whole) < (1LL << (62 - by)))
		*out = kb_whole(left.whole * (1LL << by));
	return true;
}

static bool bitwise(enum kb_formula_op op, struct kb_number left, struct kb_number right,
		    struct kb_number *out)
{
	if (left.is_real || right.is_real)
		return false;
	if (op == KB_FORMULA_BIT_OR)
		*out = kb_whole(left.whole | right.whole);
	else if (op == KB_FORMULA_BIT_XOR)
		*out = kb_whole(left.whole ^ right.whole);
	else
		*out = kb_whole(left.whole & right.whole);
	return true;
}

/* By squaring; false if it does not fit. */
static bool whole_power(long long base, long long power, long long *out)
{
	*out = 1;
	while (power > 0) {
		if ((power & 1) != 0 && __builtin_mul_overflow(*out, base, out))
			return false;
		power >>= 1;
		if (power > 0 && __builtin_mul_overflow(base, base, &base))
			return false;
	}
	return true;
}

/* Of a negative number there is a fractional power in Python, but it is no real one. */
static bool raise_to(struct kb_number left, struct kb_number right, struct kb_number *out)
{
	*out = kb_whole(0);
	if (!left.is_real && !right.is_real && right.whole >= 0 &&
	    whole_power(left.whole, right.whole, &out->whole))
		return true;
	if (kb_as_real(left) == 0 && kb_as_real(right) < 0)
		return false;
	return give(pow(kb_as_real(left), kb_as_real(right)), out);
}

static bool compare(enum kb_formula_op op, struct kb_number left, struct kb_number right,
		    struct kb_number *out)
{
	double x = kb_as_real(left), y = kb_as_real(right);
	int order = x < y ? -1 : x > y;
	bool holds;

	if (!left.is_real && !right.is_real)
		order = left.whole < right.whole ? -1 : left.whole > right.whole;
	switch (op) {
	case KB_FORMULA_LESS:
		holds = order < 0;
		break;
	case KB_FORMULA_LESS_EQUAL:
		holds = order <= 0;
		break;
	case KB_FORMULA_GREATER:
		holds = order > 0;
		break;
	case KB_FORMULA_GREATER_EQUAL:
		holds = order >= 0;
		break;
	case KB_FORMULA_EQUAL:
		holds = order == 0;
		break;
	default:
		holds = order != 0;
		break;
	}
	*out = kb_whole(holds);
	return true;
}

bool kb_formula_unary(enum kb_formula_op op, struct kb_number operand, struct kb_number *out)
{
	*out = operand;
	switch (op) {
	case KB_FORMULA_NOT:
		*out = kb_whole(kb_as_real(operand) == 0);
		return true;
	case KB_FORMULA_MINUS:
		return add_or_multiply(KB_FORMULA_SUBTRACT,
				       operand.is_real ? kb_real(-0.0) : kb_whole(0), operand, out);
	case KB_FORMULA_INVERT:
		out->whole = ~operand.whole;
		return !operand.is_real;
	default:
		return true;
	}
}

bool kb_formula_binary(enum kb_formula_op op, struct kb_number left, struct kb_number right,
		       struct kb_number *out)
{
	switch (op) {
	case KB_FORMULA_BIT_OR:
	case KB_FORMULA_BIT_XOR:
	case KB_FORMULA_BIT_AND:
		return bitwise(op, left, right, out);
	case KB_FORMULA_SHIFT_LEFT:
	case KB_FORMULA_SHIFT_RIGHT:
		return shift(op, left, right, out);
	case KB_FORMULA_ADD:
	case KB_FORMULA_SUBTRACT:
	case KB_FORMULA_MULTIPLY:
		return add_or_multiply(op, left, right, out);
	case KB_FORMULA_DIVIDE:
	case KB_FORMULA_DIVIDE_FLOOR:
	case KB_FORMULA_REMAINDER:
		return divide(op, left, right, out);
	case KB_FORMULA_POWER:
		return raise_to(left, right, out);
	default:
		return compare(op, left, right, out);
	}
}
