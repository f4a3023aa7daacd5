/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A parser that walks the pattern once and builds as it goes: every piece is appended to a state
 * and gives the state behind it. A repetition reads its piece again for every copy.
 */
#include "regex/automaton.h"

#include "base/text.h"

enum {
	STATES_MAX = 4000,
	EDGES_MAX = 16000,
	DEPTH_MAX = 40,
	COPIES_MAX = 12, /* of a piece that may be there more often than that */
};

#define NO_LIMIT UINT32_MAX
#define FAILED   UINT32_MAX

struct reader {
	struct kb_automaton *automaton;
	struct kban_text text;
	size_t at;
	unsigned end; /* where $ leads to */
	unsigned depth;
	const char *const *address_groups;
	const struct kban_text *inner; /* NULL in it, or if there is none */
	struct kb_automaton_facts *facts;
	struct kb_automaton_facts *inner_facts;
	bool behind_text, behind_wild; /* what surely, or maybe, is before this place */
	bool in_skipped_lines;
	int status;
};

/* What is known of a piece that was read. */
struct piece {
	unsigned from, to; /* FAILED */
	unsigned edge;     /* if all of it is one set, its edge; else KB_NO_EDGE */
	bool may_be_empty;
	bool takes_nothing; /* whatever the text: it only looks */
	bool is_anchored;
};

static struct piece read_choice(struct reader *reader, unsigned from);

static unsigned fail(struct reader *reader, int status)
{
	if (reader->status == KBAN_OK)
		reader->status = status;
	return FAILED;
}

static unsigned add_state(struct reader *reader)
{
	struct kb_automaton *automaton = reader->automaton;

	if (reader->status != KBAN_OK || automaton->state_count >= STATES_MAX)
		return fail(reader, KBAN_E_LIMIT);
	if (kb_array_room(&automaton->states, &automaton->state_capacity, automaton->state_count,
			  sizeof(*automaton->states)) < 0)
		return fail(reader, KBAN_E_NOMEM);
	automaton->states[automaton->state_count] = (struct kb_state){ KB_NO_EDGE, KB_NO_EDGE };
	return (unsigned)automaton->state_count++;
}

static void add_jump(struct reader *reader, unsigned from, unsigned to)
{
	struct kb_automaton *automaton = reader->automaton;

	if (from == FAILED || to == FAILED || reader->status != KBAN_OK)
		return;
	if (kb_array_room(&automaton->jumps, &automaton->jump_capacity, automaton->jump_count,
			  sizeof(*automaton->jumps)) < 0)
		return (void)fail(reader, KBAN_E_NOMEM);
	automaton->jumps[automaton->jump_count] =
		(struct kb_jump){ to, automaton->states[from].jump };
	automaton->states[from].jump = (unsigned)automaton->jump_count++;
}

static unsigned add_edge(struct reader *reader, unsigned from, unsigned to,
			 const struct kb_character_set *set, enum kb_edge_kind kind)
{
	struct kb_automaton *automaton = reader->automaton;

	if (from == FAILED || to == FAILED || reader->status != KBAN_OK)
		return KB_NO_EDGE;
	if (automaton->edge_count >= EDGES_MAX)
		return fail(reader, KBAN_E_LIMIT);
	if (kb_array_room(&automaton->edges, &automaton->edge_capacity, automaton->edge_count,
			  sizeof(*automaton->edges)) < 0)
		return fail(reader, KBAN_E_NOMEM);
	automaton->edges[automaton->edge_count] = (struct kb_edge){
		.to = to, .kind = kind, .set = *set, .next = automaton->states[from].edge
	};
	automaton->states[from].edge = (unsigned)automaton->edge_count;
	return (unsigned)automaton->edge_count++;
}

static bool looking_at(const struct reader *reader, const char *what)
{
	/* Nearly always the first character is another. */
	for (size_t at = reader->at; *what != '\0'; at++, what++)
		if (at >= reader->text.len || reader->text.data[at] != *what)
			return false;
	return true;
}

static bool take(struct reader *reader, const char *what)
{
	if (!looking_at(reader, what))
		return false;
	reader->at += strlen(what);
	return true;
}

/* A set that could hold an address, were it repeated. */
static bool may_hold_address(const struct kb_character_set *set)
{
	return kb_character_set_has(set, '0') && kb_character_set_has(set, '9') &&
	       kb_character_set_has(set, '.');
}

/* One character out of a set. */
static struct piece read_set(struct reader *reader, unsigned from,
			     const struct kb_character_set *set)
{
	struct kb_character_set within = *set;
	unsigned to = add_state(reader);

	/* The feed at the end of the line is no part of it, unless the pattern says so. */
	if (kb_character_set_count(set) > 1)
		kb_character_set_remove(&within, '\n');
	return (struct piece){ .from = from,
			       .to = to,
			       .edge = add_edge(reader, from, to, &within, KB_EDGE_TEXT) };
}

static struct piece nothing(unsigned from)
{
	return (struct piece){
		.from = from,
		.to = from,
		.edge = KB_NO_EDGE,
		.may_be_empty = true,
		.takes_nothing = true,
	};
}

/* The name of a group from @a at to @a end, which is skipped. */
static struct kban_text read_name(struct reader *reader, char end)
{
	struct kban_text rest = kb_text_slice(reader->text, reader->at, reader->text.len);
	size_t len = kb_text_index(rest, end);

	reader->at += len < rest.len ? len + 1 : len;
	return kb_text_slice(rest, 0, len);
}

/* Go behind the group that was entered. */
static void skip_group(struct reader *reader)
{
	struct kb_character_set unused;
	unsigned open = 1;

	while (open > 0 && reader->at < reader->text.len) {
		char byte = reader->text.data[reader->at];

		if (byte == '[') {
			if (!kb_character_set_parse(reader->text, &reader->at, &unused))
				fail(reader, KBAN_E_LIMIT);
			continue;
		}
		reader->at += byte == '\\' ? 2 : 1;
		if (byte == '(')
			open++;
		else if (byte == ')')
			open--;
	}
}

static bool is_address_group(const struct reader *reader, struct kban_text name)
{
	for (const char *const *group = reader->address_groups; *group != NULL; group++)
		if (kb_text_is(name, *group))
			return true;
	return false;
}

static struct piece read_address(struct reader *reader, unsigned from)
{
	struct kb_character_set set = { { 0 } };
	unsigned to = add_state(reader);

	skip_group(reader);
	kb_character_set_add(&set, KB_CHARACTER_ADDRESS);
	add_edge(reader, from, to, &set, KB_EDGE_ADDRESS);
	if (!reader->facts->has_address)
		reader->facts->is_open = !reader->behind_text || reader->behind_wild;
	reader->facts->has_address = true;
	return (struct piece){ .from = from, .to = to, .edge = KB_NO_EDGE };
}

static struct piece read_group(struct reader *reader, unsigned from)
{
	struct piece piece = read_choice(reader, from);

	if (!take(reader, ")"))
		fail(reader, KBAN_E_LIMIT);
	return piece;
}

static unsigned find(struct reader *reader, unsigned from);

/* What prefregex leaves to the rule. */
static struct piece read_content(struct reader *reader, unsigned from)
{
	struct reader inner = *reader;

	skip_group(reader);
	inner.text = *reader->inner;
	inner.at = 0;
	inner.inner = NULL;
	inner.facts = reader->inner_facts;
	inner.behind_text = inner.behind_wild = false;
	*inner.facts = (struct kb_automaton_facts){ 0 };
	from = find(&inner, from);
	reader->status = inner.status;
	return (struct piece){ .from = from, .to = from, .edge = KB_NO_EDGE };
}

static struct piece read_named_group(struct reader *reader, unsigned from)
{
	struct kban_text name = read_name(reader, '>');
	struct piece piece;

	if (is_address_group(reader, name))
		return read_address(reader, from);
	if (reader->inner != NULL && kb_text_is(name, "content"))
		return read_content(reader, from);
	reader->in_skipped_lines = kb_text_starts_with(name, "skiplines");
	piece = read_group(reader, from);
	reader->in_skipped_lines = false;
	return piece;
}

/* Any text: what another group matched. */
static struct piece read_anything(struct reader *reader, unsigned from)
{
	struct kb_character_set set = kb_character_set_all();
	unsigned loop = add_state(reader);

	kb_character_set_remove(&set, '\n');
	kb_character_set_add(&set, KB_CHARACTER_ADDRESS);
	add_jump(reader, from, loop);
	add_edge(reader, loop, loop, &set, KB_EDGE_TEXT);
	return (struct piece){ .from = from, .to = loop, .edge = KB_NO_EDGE, .may_be_empty = true };
}

/* (?flags) or (?flags:…). What (?x) makes of blanks is not foreseen. */
static struct piece read_flags(struct reader *reader, unsigned from)
{
	while (reader->at < reader->text.len && reader->text.data[reader->at] != ':' &&
	       reader->text.data[reader->at] != ')') {
		char flag = reader->text.data[reader->at++];

		if (flag == 'x' || strchr("aiLmsu-", flag) == NULL)
			fail(reader, KBAN_E_LIMIT);
	}
	if (take(reader, ")"))
		return nothing(from);
	take(reader, ":");
	return read_group(reader, from);
}

/* What begins with "(?", which was taken. */
static struct piece read_special_group(struct reader *reader, unsigned from)
{
	if (take(reader, "P<"))
		return read_named_group(reader, from);
	if (take(reader, ":") || take(reader, ">"))
		return read_group(reader, from);
	if (take(reader, "P=")) {
		read_name(reader, ')');
		return read_anything(reader, from);
	}
	if (take(reader, "(")) {
		read_name(reader, ')');
		return read_group(reader, from);
	}
	if (take(reader, "=") || take(reader, "!") || take(reader, "<=") || take(reader, "<!") ||
	    take(reader, "#")) {
		skip_group(reader);
		return nothing(from);
	}
	if (take(reader, "<"))
		return read_named_group(reader, from);
	return read_flags(reader, from);
}

static struct piece read_start(struct reader *reader, unsigned from)
{
	struct piece piece = nothing(from);

	(void)reader;
	piece.is_anchored = true;
	return piece;
}

/* Nothing comes behind the end of a line but, in a window of lines, its line feed. */
static struct piece read_end(struct reader *reader, unsigned from)
{
	add_jump(reader, from, reader->end);
	return nothing(looking_at(reader, "\\n") ? from : add_state(reader));
}

static struct piece read_escape(struct reader *reader, unsigned from)
{
	struct kb_character_set set = { { 0 } };
	char letter = reader->at + 1 < reader->text.len ? reader->text.data[reader->at + 1] : 'Z';

	if (letter == 'Z')
		reader->at += 2;
	if (letter == 'Z')
		return read_end(reader, from);
	if (letter == 'A' || letter == 'b' || letter == 'B') {
		reader->at += 2;
		return letter == 'A' ? read_start(reader, from) : nothing(from);
	}
	if (letter >= '1' && letter <= '9') {
		for (reader->at++; reader->at < reader->text.len; reader->at++)
			if (reader->text.data[reader->at] < '0' ||
			    reader->text.data[reader->at] > '9')
				break;
		return read_anything(reader, from);
	}
	if (kb_character_set_class(letter, &set))
		reader->at += 2;
	else
		kb_character_set_add(&set, kb_character_set_read(reader->text, &reader->at));
	return read_set(reader, from, &set);
}

static struct piece read_atom(struct reader *reader, unsigned from)
{
	struct kb_character_set set = { { 0 } };
	char byte = reader->text.data[reader->at];

	if (take(reader, "(?"))
		return read_special_group(reader, from);
	if (take(reader, "("))
		return read_group(reader, from);
	if (take(reader, "^"))
		return read_start(reader, from);
	if (take(reader, "$"))
		return read_end(reader, from);
	if (byte == '\\')
		return read_escape(reader, from);
	if (byte == '[') {
		if (!kb_character_set_parse(reader->text, &reader->at, &set))
			fail(reader, KBAN_E_LIMIT);
	} else if (take(reader, ".")) {
		set = kb_character_set_all();
	} else {
		kb_character_set_add(&set, kb_character_set_read(reader->text, &reader->at));
	}
	return read_set(reader, from, &set);
}

static unsigned read_count(struct reader *reader, unsigned without)
{
	unsigned count = 0;
	size_t first = reader->at;

	for (; reader->at < reader->text.len; reader->at++) {
		char digit = reader->text.data[reader->at];

		if (digit < '0' || digit > '9')
			break;
		count = count < 100000 ? count * 10 + (unsigned)(digit - '0') : count;
	}
	return reader->at > first ? count : without;
}

/* {m}, {m,}, {,n} or {m,n}; anything else that begins like this is plain text. */
static bool read_braces(struct reader *reader, unsigned *least, unsigned *most)
{
	size_t first = reader->at;

	reader->at++;
	*least = read_count(reader, 0);
	*most = *least;
	if (take(reader, ","))
		*most = read_count(reader, NO_LIMIT);
	else if (reader->at == first + 1)
		*most = NO_LIMIT;
	if (reader->at > first + 1 && take(reader, "}"))
		return true;
	reader->at = first;
	return false;
}

/* How often the piece before this place may be there. False: once, as nothing is said. */
static bool read_quantifier(struct reader *reader, unsigned *least, unsigned *most)
{
	*least = 0;
	*most = NO_LIMIT;
	if (take(reader, "+"))
		*least = 1;
	else if (take(reader, "?"))
		*most = 1;
	else if (!take(reader, "*") &&
		 (!looking_at(reader, "{") || !read_braces(reader, least, most)))
		return false;
	if (!take(reader, "?"))
		take(reader, "+");
	return true;
}

/* The set of an edge may be repeated without end: then it matches addresses, or anything. */
static void widen(struct reader *reader, unsigned index, struct kban_text source)
{
	struct kb_edge *edge;

	if (index == KB_NO_EDGE || reader->status != KBAN_OK)
		return;
	edge = &reader->automaton->edges[index];
	if (!may_hold_address(&edge->set))
		return;
	kb_character_set_add(&edge->set, KB_CHARACTER_ADDRESS);
	if (!kb_character_set_has(&edge->set, ' ') || reader->in_skipped_lines)
		return;
	edge->kind = KB_EDGE_WILD;
	edge->source = source;
	if (reader->facts->first_wild.data == NULL) {
		reader->facts->first_wild = source;
		reader->facts->begins_wild = !reader->behind_text;
	}
	reader->behind_wild = true;
}

/* One more of the piece at @a at, behind @a from. */
static struct piece copy_piece(struct reader *reader, unsigned from, size_t at)
{
	size_t kept = reader->at;
	unsigned entry = add_state(reader);
	struct piece piece;

	add_jump(reader, from, entry);
	reader->at = at;
	piece = read_atom(reader, entry);
	piece.from = entry;
	reader->at = kept;
	return piece;
}

/* @a first was read at @a at, and a quantifier behind it. */
static struct piece repeat(struct reader *reader, struct piece first, size_t at, unsigned least,
			   unsigned most)
{
	const struct kban_text source = kb_text_slice(reader->text, at, reader->at);
	unsigned copies = most != NO_LIMIT ? most : least;
	struct piece last = first;
	unsigned exit = add_state(reader);

	if (copies > COPIES_MAX)
		copies = COPIES_MAX;
	if (least == 0 || most == 0)
		add_jump(reader, first.from, exit);
	for (unsigned i = 1; most > 0 && reader->status == KBAN_OK; i++) {
		if (most == NO_LIMIT)
			widen(reader, last.edge, source);
		if (i >= least || i >= copies)
			add_jump(reader, last.to, exit);
		if (i >= copies)
			break;
		last = copy_piece(reader, last.to, at);
	}
	if (most == NO_LIMIT)
		add_jump(reader, last.to, last.from);
	return (struct piece){
		.from = first.from,
		.to = exit,
		.edge = KB_NO_EDGE,
		.may_be_empty = first.may_be_empty || least == 0,
		.takes_nothing = first.takes_nothing,
		.is_anchored = first.is_anchored && least > 0,
	};
}

static struct piece read_piece(struct reader *reader, unsigned from)
{
	const bool behind_text = reader->behind_text;
	unsigned entry = add_state(reader);
	size_t at = reader->at;
	struct piece piece;
	unsigned least, most;

	add_jump(reader, from, entry);
	piece = read_atom(reader, entry);
	piece.from = entry;
	reader->behind_text = behind_text;
	if (reader->at < reader->text.len && read_quantifier(reader, &least, &most))
		return repeat(reader, piece, at, least, most);
	return piece;
}

static bool at_end_of_sequence(const struct reader *reader)
{
	return reader->status != KBAN_OK || reader->at >= reader->text.len ||
	       reader->text.data[reader->at] == '|' || reader->text.data[reader->at] == ')';
}

static struct piece read_sequence(struct reader *reader, unsigned from)
{
	struct piece whole = nothing(from);
	bool may_begin = true; /* nothing surely was before */
	unsigned edge = KB_NO_EDGE;

	while (!at_end_of_sequence(reader)) {
		struct piece piece = read_piece(reader, whole.to);

		whole.to = piece.to;
		whole.is_anchored |= may_begin && piece.is_anchored;
		may_begin &= piece.may_be_empty;
		reader->behind_text |= !piece.may_be_empty;
		if (piece.takes_nothing)
			continue;
		edge = whole.takes_nothing ? piece.edge : KB_NO_EDGE;
		whole.takes_nothing = false;
	}
	whole.edge = edge;
	whole.may_be_empty = may_begin;
	return whole;
}

static struct piece read_branches(struct reader *reader, unsigned from)
{
	const bool behind_text = reader->behind_text;
	struct piece first = read_sequence(reader, from);
	struct piece whole = first;

	if (!looking_at(reader, "|"))
		return first;
	whole.to = add_state(reader);
	whole.edge = KB_NO_EDGE;
	add_jump(reader, first.to, whole.to);
	while (reader->status == KBAN_OK && take(reader, "|")) {
		unsigned entry = add_state(reader);
		struct piece branch;

		reader->behind_text = behind_text;
		add_jump(reader, from, entry);
		branch = read_sequence(reader, entry);
		add_jump(reader, branch.to, whole.to);
		whole.is_anchored &= branch.is_anchored;
		whole.may_be_empty |= branch.may_be_empty;
		whole.takes_nothing &= branch.takes_nothing;
	}
	reader->behind_text = behind_text;
	return whole;
}

static struct piece read_choice(struct reader *reader, unsigned from)
{
	struct piece piece = nothing(from);

	if (reader->depth >= DEPTH_MAX) {
		fail(reader, KBAN_E_LIMIT);
		return piece;
	}
	reader->depth++;
	piece = read_branches(reader, from);
	reader->depth--;
	return piece;
}

/* What begins a word, or may belong to one that an address ends with. */
static struct kb_character_set apart(void)
{
	struct kb_character_set set;

	kb_character_set_class('W', &set);
	kb_character_set_remove(&set, KB_CHARACTER_BEYOND);
	kb_character_set_remove(&set, '\n');
	kb_character_set_remove(&set, '.');
	kb_character_set_remove(&set, ':');
	return set;
}

/*
 * Any text between @a from and @a to, or none. Of it, what touches the pattern is no part of a
 * word, so that an address there is not taken for a part of a longer one.
 */
static void add_surroundings(struct reader *reader, unsigned from, unsigned to,
			     enum kb_edge_kind kind)
{
	const struct kb_character_set edge = apart();
	struct kb_character_set all = kb_character_set_all();
	unsigned loop = add_state(reader);
	unsigned far = kind == KB_EDGE_BEFORE ? from : to;

	kb_character_set_remove(&all, '\n');
	kb_character_set_add(&all, KB_CHARACTER_ADDRESS);
	add_jump(reader, from, to);
	add_edge(reader, loop, loop, &all, kind);
	if (kind == KB_EDGE_BEFORE) {
		add_edge(reader, far, loop, &all, kind);
		add_edge(reader, far, to, &edge, kind);
		add_edge(reader, loop, to, &edge, kind);
	} else {
		add_edge(reader, from, loop, &edge, kind);
		add_jump(reader, loop, far);
	}
}

/* Find the reader's text in what comes from @a from on. Returns where that ends. */
static unsigned find(struct reader *reader, unsigned from)
{
	unsigned start = add_state(reader);
	struct piece piece;

	reader->end = add_state(reader);
	piece = read_choice(reader, start);
	if (reader->at < reader->text.len)
		fail(reader, KBAN_E_LIMIT);
	reader->facts->is_anchored = piece.is_anchored;
	if (piece.is_anchored)
		add_jump(reader, from, start);
	else
		add_surroundings(reader, from, start, KB_EDGE_BEFORE);
	add_surroundings(reader, piece.to, reader->end, KB_EDGE_BEHIND);
	return reader->end;
}

int kb_automaton_build(struct kb_automaton *automaton, struct kban_text pattern,
		       const struct kban_text *inner, const char *const *address_groups,
		       struct kb_automaton_facts *facts)
{
	struct kb_automaton_facts outer_facts = { 0 };
	struct reader reader = {
		.automaton = automaton,
		.text = pattern,
		.address_groups = address_groups,
		.inner = inner,
		.facts = inner != NULL ? &outer_facts : facts,
		.inner_facts = facts,
	};

	*facts = (struct kb_automaton_facts){ 0 };
	automaton->end = find(&reader, add_state(&reader));
	if (outer_facts.has_address)
		*facts = outer_facts;
	return reader.status;
}

void kb_automaton_clear(struct kb_automaton *automaton)
{
	free(automaton->states);
	free(automaton->edges);
	free(automaton->jumps);
	*automaton = (struct kb_automaton){ 0 };
}
