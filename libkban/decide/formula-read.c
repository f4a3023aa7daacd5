/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From the text of a formula to its tree, by recursive descent. Python's precedence, lowest first:
 *
 *   choice       X if C else Y
 *   or, and, not
 *   one comparison
 *   |  ^  &  << >>  + -  * / // %
 *   + - ~        as signs
 *   **           to the right
 *   numbers, names, calls, parentheses
 */
#include <ctype.h>
#include <errno.h>

#include "decide/formula-tree.h"

/* So much of a token is shown in a message. */
#define TOKEN_SHOWN 60

struct reader {
	struct kban_text text;
	size_t at;              /* where the next token begins */
	struct kban_text token; /* empty at the end */
	unsigned depth;
	struct kb_formula *formula;
	struct kban_error **err;
};

/* Index of the node, or negative: KBAN_E_SYNTAX. */
static int read_choice(struct reader *reader);
static int read_sign(struct reader *reader);

static bool is_name_byte(char byte)
{
	return isalnum((unsigned char)byte) || byte == '_' || byte == '.';
}

static size_t operator_length(struct kban_text rest)
{
	static const char *const pairs[] = { "**", "//", "<<", ">>", "<=", ">=", "==", "!=" };

	for (size_t i = 0; i < kb_array_size(pairs); i++)
		if (kb_text_starts_with(rest, pairs[i]))
			return 2;
	return 1;
}

/* A number may have an exponent with a sign: 1e-3. */
static size_t word_length(struct kban_text rest)
{
	bool is_number = isdigit((unsigned char)rest.data[0]) || rest.data[0] == '.';
	size_t end = 0;

	while (end < rest.len) {
		bool exponent = is_number && end > 0 && (rest.data[end - 1] | 0x20) == 'e';

		if (!is_name_byte(rest.data[end]) &&
		    !(exponent && (rest.data[end] == '-' || rest.data[end] == '+')))
			break;
		end++;
	}
	return end;
}

static void advance(struct reader *reader)
{
	struct kban_text rest = kb_text_slice(reader->text, reader->at, reader->text.len);
	size_t blanks = 0;
	size_t length;

	while (blanks < rest.len && isspace((unsigned char)rest.data[blanks]))
		blanks++;
	rest = kb_text_slice(rest, blanks, rest.len);
	if (rest.len == 0)
		length = 0;
	else
		length = is_name_byte(rest.data[0]) ? word_length(rest) : operator_length(rest);
	reader->token = kb_text_slice(rest, 0, length);
	reader->at += blanks + length;
}

static bool is_token(const struct reader *reader, const char *expected)
{
	return kb_text_is(reader->token, expected);
}

static bool accept(struct reader *reader, const char *expected)
{
	if (!is_token(reader, expected))
		return false;
	advance(reader);
	return true;
}

/* The piece where reading stopped, and what is wrong with it. */
static int fail(struct reader *reader, const char *problem)
{
	size_t column = reader->at - reader->token.len + 1;
	int shown = reader->token.len < TOKEN_SHOWN ? (int)reader->token.len : TOKEN_SHOWN;

	if (reader->token.len == 0)
		return kb_fail(reader->err, KBAN_E_SYNTAX, NULL, "%s at its end", problem);
	return kb_fail(reader->err, KBAN_E_SYNTAX, NULL, "%s at '%.*s' in column %zu", problem,
		       shown, reader->token.data, column);
}

static int add_node(struct reader *reader, const struct kb_formula_node *node)
{
	struct kb_formula *formula = reader->formula;

	if (formula->count >= KB_FORMULA_NODES_MAX)
		return kb_fail(reader->err, KBAN_E_SYNTAX, NULL, "it has more than %d operations",
			       KB_FORMULA_NODES_MAX);
	formula->nodes[formula->count] = *node;
	return (int)formula->count++;
}

static int add_unary(struct reader *reader, enum kb_formula_op op, int operand)
{
	struct kb_formula_node node = { .op = op, .operand_count = 1 };

	if (operand < 0)
		return operand;
	node.operands[0] = (unsigned short)operand;
	return add_node(reader, &node);
}

static int add_binary(struct reader *reader, enum kb_formula_op op, int left, int right)
{
	struct kb_formula_node node = { .op = op, .operand_count = 2 };

	if (left < 0 || right < 0)
		return KBAN_E_SYNTAX;
	node.operands[0] = (unsigned short)left;
	node.operands[1] = (unsigned short)right;
	return add_node(reader, &node);
}

/* Python takes no 007 and no 1_000 here; neither does anybody else. */
static int read_number(struct reader *reader)
{
	struct kb_formula_node node = { .op = KB_FORMULA_NUMBER };
	struct kban_text token = reader->token;
	long long whole;
	char copy[64];
	char *end;

	if (token.len >= sizeof(copy) ||
	    (token.len > 1 && token.data[0] == '0' && isdigit((unsigned char)token.data[1])))
		return fail(reader, "no number");
	memcpy(copy, token.data, token.len);
	copy[token.len] = '\0';
	for (size_t i = 0; i < token.len; i++)
		if (strchr("0123456789.eE+-", copy[i]) == NULL)
			return fail(reader, "no number");
	node.number = kb_real(strtod(copy, &end));
	if (*end != '\0' || end == copy)
		return fail(reader, "no number");
	if (kb_text_number(token, 0, INT64_MAX, &whole))
		node.number = kb_whole(whole);
	advance(reader);
	return add_node(reader, &node);
}

static int read_arguments(struct reader *reader, struct kb_formula_node *node)
{
	if (accept(reader, ")"))
		return KBAN_OK;
	for (;;) {
		int argument = read_choice(reader);

		if (argument < 0)
			return argument;
		if (node->operand_count >= KB_FORMULA_ARGUMENTS_MAX)
			return fail(reader, "too many arguments");
		node->operands[node->operand_count++] = (unsigned short)argument;
		if (accept(reader, ")"))
			return KBAN_OK;
		if (!accept(reader, ","))
			return fail(reader, "')' is missing");
	}
}

static int read_call(struct reader *reader, const struct kb_formula_function *function)
{
	struct kb_formula_node node = { .op = KB_FORMULA_CALL, .called = function };
	int status;

	advance(reader);
	if (!accept(reader, "("))
		return fail(reader, "'(' is missing");
	status = read_arguments(reader, &node);
	if (status < 0)
		return status;
	if (node.operand_count < function->least || node.operand_count > function->most)
		return kb_fail(reader->err, KBAN_E_SYNTAX, NULL,
			       "%s takes another number of arguments", function->name);
	return add_node(reader, &node);
}

static int read_name(struct reader *reader)
{
	static const struct {
		const char *name;
		enum kb_formula_op op;
	} names[] = {
		{ "ban.Time", KB_FORMULA_TIME },
		{ "ban.Count", KB_FORMULA_COUNT },
		{ "banFactor", KB_FORMULA_FACTOR },
	};
	const struct kb_formula_function *function = kb_formula_function(reader->token);
	struct kb_formula_node node = { .op = KB_FORMULA_NUMBER };

	if (function != NULL)
		return read_call(reader, function);
	for (size_t i = 0; i < kb_array_size(names); i++) {
		if (!is_token(reader, names[i].name))
			continue;
		node.op = names[i].op;
		advance(reader);
		return add_node(reader, &node);
	}
	if (!kb_formula_constant(reader->token, &node.number))
		return fail(reader, "unknown name");
	advance(reader);
	return add_node(reader, &node);
}

static int read_parentheses(struct reader *reader)
{
	int inner = read_choice(reader);

	if (inner < 0)
		return inner;
	return accept(reader, ")") ? inner : fail(reader, "')' is missing");
}

static int read_atom(struct reader *reader)
{
	if (reader->token.len == 0)
		return fail(reader, "something is missing");
	if (accept(reader, "("))
		return read_parentheses(reader);
	if (isdigit((unsigned char)reader->token.data[0]) || reader->token.data[0] == '.')
		return read_number(reader);
	if (is_name_byte(reader->token.data[0]))
		return read_name(reader);
	return fail(reader, "no number and no name");
}

static int read_power(struct reader *reader)
{
	int left = read_atom(reader);

	if (left < 0 || !accept(reader, "**"))
		return left;
	return add_binary(reader, KB_FORMULA_POWER, left, read_sign(reader));
}

static int read_sign_at(struct reader *reader)
{
	if (accept(reader, "-"))
		return add_unary(reader, KB_FORMULA_MINUS, read_sign(reader));
	if (accept(reader, "+"))
		return add_unary(reader, KB_FORMULA_PLUS, read_sign(reader));
	if (accept(reader, "~"))
		return add_unary(reader, KB_FORMULA_INVERT, read_sign(reader));
	return read_power(reader);
}

/* All recursion comes through here or through read_choice(). */
static int read_sign(struct reader *reader)
{
	int node;

	if (reader->depth >= KB_FORMULA_DEPTH_MAX)
		return fail(reader, "too deep");
	reader->depth++;
	node = read_sign_at(reader);
	reader->depth--;
	return node;
}

struct operator
{
	const char *token;
	int level;
	enum kb_formula_op op;
};

/* Operators that are read from left to right; a higher level binds tighter. */
static const struct operator operators[] = {
	{ "|", 0, KB_FORMULA_BIT_OR },       { "^", 1, KB_FORMULA_BIT_XOR },
	{ "&", 2, KB_FORMULA_BIT_AND },      { "<<", 3, KB_FORMULA_SHIFT_LEFT },
	{ ">>", 3, KB_FORMULA_SHIFT_RIGHT }, { "+", 4, KB_FORMULA_ADD },
	{ "-", 4, KB_FORMULA_SUBTRACT },     { "*", 5, KB_FORMULA_MULTIPLY },
	{ "/", 5, KB_FORMULA_DIVIDE },       { "//", 5, KB_FORMULA_DIVIDE_FLOOR },
	{ "%", 5, KB_FORMULA_REMAINDER },
};

static const struct operator* operator_at(const struct reader *reader, int level)
{
	for (size_t i = 0; i < kb_array_size(operators); i++)
		if (operators[i].level >= level && is_token(reader, operators[i].token))
			return &operators[i];
	return NULL;
}

/* Precedence climbing: everything that binds at least as tight as @a level. */
static int read_arithmetic(struct reader *reader, int level)
{
	const struct operator* found;
	int left = read_sign(reader);

	while (left >= 0 && (found = operator_at(reader, level)) != NULL) {
		advance(reader);
		left = add_binary(reader, found->op, left,
				  read_arithmetic(reader, found->level + 1));
	}
	return left;
}

static bool accept_comparison(struct reader *reader, enum kb_formula_op *op)
{
	static const struct operator comparisons[] = {
		{ "<", 0, KB_FORMULA_LESS },    { "<=", 0, KB_FORMULA_LESS_EQUAL },
		{ ">", 0, KB_FORMULA_GREATER }, { ">=", 0, KB_FORMULA_GREATER_EQUAL },
		{ "==", 0, KB_FORMULA_EQUAL },  { "!=", 0, KB_FORMULA_UNEQUAL },
	};

	for (size_t i = 0; i < kb_array_size(comparisons); i++) {
		if (!accept(reader, comparisons[i].token))
			continue;
		*op = comparisons[i].op;
		return true;
	}
	return false;
}

static int read_comparison(struct reader *reader)
{
	int left = read_arithmetic(reader, 0);
	enum kb_formula_op op;

	if (left < 0 || !accept_comparison(reader, &op))
		return left;
	left = add_binary(reader, op, left, read_arithmetic(reader, 0));
	if (left >= 0 && accept_comparison(reader, &op))
		return fail(reader, "two comparisons need an 'and' between them");
	return left;
}

static int read_not(struct reader *reader)
{
	unsigned negations = 0;
	int node;

	while (accept(reader, "not"))
		negations++;
	node = read_comparison(reader);
	while (negations-- > 0 && node >= 0)
		node = add_unary(reader, KB_FORMULA_NOT, node);
	return node;
}

static int read_and(struct reader *reader)
{
	int left = read_not(reader);

	while (left >= 0 && accept(reader, "and"))
		left = add_binary(reader, KB_FORMULA_AND, left, read_not(reader));
	return left;
}

static int read_or(struct reader *reader)
{
	int left = read_and(reader);

	while (left >= 0 && accept(reader, "or"))
		left = add_binary(reader, KB_FORMULA_OR, left, read_and(reader));
	return left;
}

static int read_choice_at(struct reader *reader)
{
	struct kb_formula_node node = { .op = KB_FORMULA_CHOICE, .operand_count = 3 };
	int value = read_or(reader);
	int condition, otherwise;

	if (value < 0 || !accept(reader, "if"))
		return value;
	condition = read_or(reader);
	if (condition < 0)
		return condition;
	if (!accept(reader, "else"))
		return fail(reader, "'else' is missing");
	otherwise = read_choice(reader);
	if (otherwise < 0)
		return otherwise;
	node.operands[0] = (unsigned short)value;
	node.operands[1] = (unsigned short)condition;
	node.operands[2] = (unsigned short)otherwise;
	return add_node(reader, &node);
}

static int read_choice(struct reader *reader)
{
	int node;

	if (reader->depth >= KB_FORMULA_DEPTH_MAX)
		return fail(reader, "too deep");
	reader->depth++;
	node = read_choice_at(reader);
	reader->depth--;
	return node;
}

int kb_formula_new(struct kban_text text, struct kb_formula **out, struct kban_error **err)
{
	kb_auto(formula) formula = NULL;
	struct reader reader = { .text = text, .err = err };
	int root;

	if (text.len > KB_FORMULA_LENGTH_MAX)
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "it is longer than %d bytes",
			       KB_FORMULA_LENGTH_MAX);
	formula = calloc(1, sizeof(*formula));
	if (formula == NULL)
		return kb_fail_memory(err);
	reader.formula = formula;
	advance(&reader);
	root = read_choice(&reader);
	if (root < 0)
		return root;
	if (reader.token.len > 0)
		return fail(&reader, "nothing can follow");
	formula->root = (unsigned)root;
	*out = kb_steal(formula);
	return KBAN_OK;
}
