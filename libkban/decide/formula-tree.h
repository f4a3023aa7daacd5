/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a formula is made of, for the file that reads it and the one that evaluates it. */
#ifndef KB_DECIDE_FORMULA_TREE_H
#define KB_DECIDE_FORMULA_TREE_H

#include <stdbool.h>

#include "decide/formula.h"

/* As in Python, a number is whole or real, and which it is matters. */
struct kb_number {
	bool is_real;
	long long whole;
	double real;
};

enum kb_formula_op {
	KB_FORMULA_NUMBER,
	KB_FORMULA_TIME,
	KB_FORMULA_COUNT,
	KB_FORMULA_FACTOR,
	KB_FORMULA_CALL,
	KB_FORMULA_CHOICE, /* operand 0 if operand 1 else operand 2 */
	KB_FORMULA_OR,
	KB_FORMULA_AND,
	KB_FORMULA_NOT,
	KB_FORMULA_LESS,
	KB_FORMULA_LESS_EQUAL,
	KB_FORMULA_GREATER,
	KB_FORMULA_GREATER_EQUAL,
	KB_FORMULA_EQUAL,
	KB_FORMULA_UNEQUAL,
	KB_FORMULA_BIT_OR,
	KB_FORMULA_BIT_XOR,
	KB_FORMULA_BIT_AND,
	KB_FORMULA_SHIFT_LEFT,
	KB_FORMULA_SHIFT_RIGHT,
	KB_FORMULA_ADD,
	KB_FORMULA_SUBTRACT,
	KB_FORMULA_MULTIPLY,
	KB_FORMULA_DIVIDE,
	KB_FORMULA_DIVIDE_FLOOR,
	KB_FORMULA_REMAINDER,
	KB_FORMULA_PLUS,
	KB_FORMULA_MINUS,
	KB_FORMULA_INVERT,
	KB_FORMULA_POWER
};

/* Arguments of a call are a list: operand 0 is an argument, operand 1 the next one's node. */
#define KB_FORMULA_ARGUMENTS_MAX 4

struct kb_formula_node {
	enum kb_formula_op op;
	struct kb_number number;                  /* KB_FORMULA_NUMBER */
	const struct kb_formula_function *called; /* KB_FORMULA_CALL */
	unsigned operand_count;
	unsigned short operands[KB_FORMULA_ARGUMENTS_MAX]; /* indices of nodes */
};

struct kb_formula {
	struct kb_formula_node nodes[KB_FORMULA_NODES_MAX];
	unsigned count;
	unsigned root;
};

/* formula-functions.c: what can be called. */
struct kb_formula_function {
	const char *name;
	unsigned least, most; /* arguments */
	/* False: there is no such value. */
	bool (*call)(const struct kb_number *arguments, unsigned count, struct kb_number *out);
};

/* random.random() is no function of its arguments. */
bool kb_formula_is_random(const struct kb_formula_function *function);
const struct kb_formula_function *kb_formula_function(struct kban_text name);

/* math.pi, math.e, True, False. */
bool kb_formula_constant(struct kban_text name, struct kb_number *out);

static inline struct kb_number kb_whole(long long value)
{
	return (struct kb_number){ .whole = value };
}

static inline struct kb_number kb_real(double value)
{
	return (struct kb_number){ .is_real = true, .real = value };
}

static inline double kb_as_real(struct kb_number number)
{
	return number.is_real ? number.real : (double)number.whole;
}

/* A whole number if it is one that 63 bits hold, as int() makes of a real one. */
struct kb_number kb_truncate(double value);

/* formula-arithmetic.c: one operation with one or two operands. False: there is no such value. */
bool kb_formula_unary(enum kb_formula_op op, struct kb_number operand, struct kb_number *out);
bool kb_formula_binary(enum kb_formula_op op, struct kb_number left, struct kb_number right,
		       struct kb_number *out);

#endif /* KB_DECIDE_FORMULA_TREE_H */
