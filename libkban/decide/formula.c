/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A formula's value. It is a tree of at most a few hundred nodes, so its own recursion is bounded.
 */
#include "decide/formula.h"

#include <math.h>

#include "decide/formula-tree.h"

struct evaluation {
	const struct kb_formula *formula;
	const struct kb_formula_input *input;
	const struct kb_formula_node *failed; /* the operation that has no value */
};

static bool evaluate(struct evaluation *evaluation, unsigned index, struct kb_number *out);

static struct kb_number as_given(double value)
{
	return value == trunc(value) ? kb_truncate(value) : kb_real(value);
}

static bool is_true(struct kb_number number)
{
	return kb_as_real(number) != 0;
}

/* What Python does not evaluate has no errors either. */
static bool evaluate_branch(struct evaluation *evaluation, const struct kb_formula_node *node,
			    struct kb_number *out)
{
	unsigned first = node->op == KB_FORMULA_CHOICE ? 1 : 0;

	if (!evaluate(evaluation, node->operands[first], out))
		return false;
	if (node->op == KB_FORMULA_CHOICE)
		return evaluate(evaluation, node->operands[is_true(*out) ? 0 : 2], out);
	if (is_true(*out) == (node->op == KB_FORMULA_OR))
		return true;
	return evaluate(evaluation, node->operands[1], out);
}

static bool evaluate_call(struct evaluation *evaluation, const struct kb_formula_node *node,
			  struct kb_number *out)
{
	struct kb_number arguments[KB_FORMULA_ARGUMENTS_MAX];

	if (kb_formula_is_random(node->called)) {
		*out = kb_real(evaluation->input->luck);
		return true;
	}
	for (unsigned i = 0; i < node->operand_count; i++)
		if (!evaluate(evaluation, node->operands[i], &arguments[i]))
			return false;
	return node->called->call(arguments, node->operand_count, out);
}

static bool evaluate_operation(struct evaluation *evaluation, const struct kb_formula_node *node,
			       struct kb_number *out)
{
	struct kb_number left, right;

	if (!evaluate(evaluation, node->operands[0], &left))
		return false;
	if (node->operand_count == 1)
		return kb_formula_unary(node->op, left, out);
	return evaluate(evaluation, node->operands[1], &right) &&
	       kb_formula_binary(node->op, left, right, out);
}

static bool evaluate_node(struct evaluation *evaluation, const struct kb_formula_node *node,
			  struct kb_number *out)
{
	switch (node->op) {
	case KB_FORMULA_NUMBER:
		*out = node->number;
		return true;
	case KB_FORMULA_TIME:
		*out = as_given(evaluation->input->time);
		return true;
	case KB_FORMULA_COUNT:
		*out = kb_whole(evaluation->input->count);
		return true;
	case KB_FORMULA_FACTOR:
		*out = as_given(evaluation->input->factor);
		return true;
	case KB_FORMULA_CALL:
		return evaluate_call(evaluation, node, out);
	case KB_FORMULA_CHOICE:
	case KB_FORMULA_OR:
	case KB_FORMULA_AND:
		return evaluate_branch(evaluation, node, out);
	default:
		return evaluate_operation(evaluation, node, out);
	}
}

static bool evaluate(struct evaluation *evaluation, unsigned index, struct kb_number *out)
{
	const struct kb_formula_node *node = &evaluation->formula->nodes[index];

	if (evaluate_node(evaluation, node, out))
		return true;
	if (evaluation->failed == NULL)
		evaluation->failed = node;
	return false;
}

static const char *reason(const struct kb_formula_node *node)
{
	switch (node->op) {
	case KB_FORMULA_DIVIDE:
	case KB_FORMULA_DIVIDE_FLOOR:
	case KB_FORMULA_REMAINDER:
		return "a division by zero";
	case KB_FORMULA_SHIFT_LEFT:
	case KB_FORMULA_SHIFT_RIGHT:
		return "a shift by a negative number, or of one that is not whole";
	case KB_FORMULA_BIT_OR:
	case KB_FORMULA_BIT_XOR:
	case KB_FORMULA_BIT_AND:
	case KB_FORMULA_INVERT:
		return "bits of a number that is not whole";
	case KB_FORMULA_CALL:
		return node->called->name;
	default:
		return "an operation without a value";
	}
}

int kb_formula_value(const struct kb_formula *formula, const struct kb_formula_input *input,
		     double *out, struct kban_error **err)
{
	struct evaluation evaluation = { .formula = formula, .input = input };
	struct kb_number number;

	if (evaluate(&evaluation, formula->root, &number)) {
		*out = kb_as_real(number);
		return KBAN_OK;
	}
	return kb_fail(err, KBAN_E_INVAL, NULL, "for ban number %u it has no value: %s",
		       input->count + 1, reason(evaluation.failed));
}

void kb_formula_free(struct kb_formula *formula)
{
	free(formula);
}
