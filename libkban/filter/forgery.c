/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two readers walk through the automaton and take the same text. The first is right; the second is
 * misled: it takes for the address what the first takes for free text. It does not matter how a
 * pair of places was reached, so breadth first search visits each once and finds short lines. A
 * second search, backwards from the end, tells from which pairs both readers can finish.
 *
 * What is a word of no special kind to a reader was written by the program that logs, so it is
 * assumed to be plain: a name, a number, a path. Otherwise every "\S+" were a place to hide in.
 */
#include "filter/forgery.h"

#include "base/text.h"

enum {
	PAIRS_MAX = 50000,
	LINKS_MAX = 400000,
	STEPS_MAX = 600000,
	TRIES_MAX = 300,
	TRIES_OF_EDGE_MAX = 40,
	BUCKETS = 1 << 13,
	WORD_SET = 40, /* a set with more characters takes words of no special kind */
};

#define NO_PAIR UINT32_MAX

/* What a reader can still come to from a state. Pairs that cannot come to a theft are left out. */
enum outlook {
	CAN_STEAL = 1, /* the misled: take an address */
	CAN_STRAY = 2, /* the misled: take free text, and an address behind it */
	CAN_HIDE = 4,  /* the right one: take free text, where the forged address is */
};

enum phase {
	PHASE_FIXED, /* the misled reader has seen no free text, so the place is not a stranger's */
	PHASE_FREE,  /* it has */
	PHASE_FORGED, /* it took the forged address */
};

struct pair {
	unsigned right, misled; /* states */
	enum phase phase;
	unsigned next;                         /* pair of the same bucket */
	unsigned came_from, goes_to;           /* pairs, or NO_PAIR */
	struct kb_character_set before, after; /* what is taken on the way from there, to there */
	bool finishes;
};

/* Where all begins. */
static const struct pair start = { .came_from = NO_PAIR };

/* A step from one pair behind the forgery to another. */
struct link {
	unsigned from, to;
	unsigned next; /* that leads to the same pair */
	struct kb_character_set set;
};

/* A step that takes the forged address. */
struct theft {
	unsigned from, to;
	unsigned edge; /* of the reader that is right */
};

struct search {
	const struct kb_automaton *automaton;
	struct kb_exits exits;
	struct pair *pairs; /* in the order they were found */
	size_t pair_count, pair_capacity;
	unsigned *first_pairs; /* of each bucket of a hash table */
	struct link *links;
	size_t link_count, link_capacity;
	unsigned *last_links; /* that lead to each pair */
	struct theft *thefts;
	size_t theft_count, theft_capacity;
	struct kb_character_set *taken; /* by each edge */
	unsigned char *outlooks;        /* of each state */
	struct kb_buffer line;
	size_t steps; /* that were looked at */
};

/* A step of both readers. */
struct step {
	const struct kb_edge *right, *misled;
	struct kb_character_set set;
};

static bool is_free(const struct kb_edge *edge)
{
	return edge->kind >= KB_EDGE_WILD;
}

static struct kb_character_set plain_characters(void)
{
	struct kb_character_set plain;

	kb_character_set_class('w', &plain);
	kb_character_set_remove(&plain, KB_CHARACTER_BEYOND);
	for (const char *more = ".-:/"; *more != '\0'; more++)
		kb_character_set_add(&plain, (unsigned)*more);
	kb_character_set_add(&plain, KB_CHARACTER_ADDRESS);
	return plain;
}

/* What each edge takes of a line as programs write it. */
static int find_taken(struct search *search)
{
	const struct kb_automaton *automaton = search->automaton;
	const struct kb_character_set plain = plain_characters();

	search->taken = calloc(automaton->edge_count + 1, sizeof(*search->taken));
	if (search->taken == NULL)
		return KBAN_E_NOMEM;
	for (size_t i = 0; i < automaton->edge_count; i++) {
		const struct kb_edge *edge = &automaton->edges[i];

		search->taken[i] = edge->set;
		if (edge->kind == KB_EDGE_TEXT && kb_character_set_count(&edge->set) > WORD_SET)
			kb_character_set_intersect(&edge->set, &plain, &search->taken[i]);
	}
	return KBAN_OK;
}

static unsigned char look_ahead(const struct search *search, unsigned state)
{
	const struct kb_exits *exits = &search->exits;
	unsigned char outlook = search->outlooks[state];

	for (size_t i = exits->first[state]; i < exits->first[state + 1]; i++) {
		const struct kb_edge *edge = &search->automaton->edges[exits->edges[i]];
		unsigned char beyond = search->outlooks[edge->to];

		outlook |= beyond;
		if (edge->kind == KB_EDGE_ADDRESS)
			outlook |= CAN_STEAL;
		if (is_free(edge))
			outlook |= CAN_HIDE | ((beyond & CAN_STEAL) ? CAN_STRAY : 0);
	}
	return outlook;
}

/* Until nothing changes; most edges lead to states of higher numbers, so that is soon. */
static int find_outlooks(struct search *search)
{
	bool changes = true;

	search->outlooks = calloc(search->automaton->state_count, sizeof(*search->outlooks));
	if (search->outlooks == NULL)
		return KBAN_E_NOMEM;
	while (changes) {
		changes = false;
		for (unsigned i = (unsigned)search->automaton->state_count; i-- > 0;) {
			unsigned char outlook = look_ahead(search, i);

			changes |= outlook != search->outlooks[i];
			search->outlooks[i] = outlook;
		}
	}
	return KBAN_OK;
}

static bool may_end_in_theft(const struct search *search, const struct pair *pair)
{
	unsigned needed = pair->phase == PHASE_FIXED ? CAN_STRAY : CAN_STEAL;

	return pair->phase == PHASE_FORGED || ((search->outlooks[pair->misled] & needed) &&
					       (search->outlooks[pair->right] & CAN_HIDE));
}

static size_t bucket_of(const struct pair *pair)
{
	uint32_t mixed = (pair->right * 3 + pair->phase) * 0x9e3779b1U ^ pair->misled * 0x85ebca6bU;

	return (mixed >> 16 ^ mixed) % BUCKETS;
}

static unsigned find_pair(const struct search *search, const struct pair *wanted)
{
	unsigned at = search->first_pairs[bucket_of(wanted)];

	for (; at != NO_PAIR; at = search->pairs[at].next)
		if (search->pairs[at].right == wanted->right &&
		    search->pairs[at].misled == wanted->misled &&
		    search->pairs[at].phase == wanted->phase)
			break;
	return at;
}

/* The pair like @a wanted, which is added if it is new. KBAN_OK or a status. */
static int reach(struct search *search, const struct pair *wanted, unsigned *out)
{
	*out = find_pair(search, wanted);
	if (*out != NO_PAIR)
		return KBAN_OK;
	if (search->pair_count >= PAIRS_MAX)
		return KBAN_E_LIMIT;
	if (kb_array_room(&search->pairs, &search->pair_capacity, search->pair_count,
			  sizeof(*search->pairs)) < 0)
		return KBAN_E_NOMEM;
	*out = (unsigned)search->pair_count++;
	search->pairs[*out] = *wanted;
	search->pairs[*out].next = search->first_pairs[bucket_of(wanted)];
	search->pairs[*out].goes_to = NO_PAIR;
	search->first_pairs[bucket_of(wanted)] = *out;
	return KBAN_OK;
}

static int add_link(struct search *search, unsigned from, unsigned to,
		    const struct kb_character_set *set)
{
	if (search->link_count >= LINKS_MAX)
		return KBAN_E_LIMIT;
	if (kb_array_room(&search->links, &search->link_capacity, search->link_count,
			  sizeof(*search->links)) < 0)
		return KBAN_E_NOMEM;
	search->links[search->link_count++] = (struct link){ .from = from, .to = to, .set = *set };
	return KBAN_OK;
}

static int add_theft(struct search *search, unsigned from, unsigned to, const struct kb_edge *edge)
{
	if (kb_array_room(&search->thefts, &search->theft_capacity, search->theft_count,
			  sizeof(*search->thefts)) < 0)
		return KBAN_E_NOMEM;
	search->thefts[search->theft_count++] =
		(struct theft){ from, to, (unsigned)(edge - search->automaton->edges) };
	return KBAN_OK;
}

/* In which phase a step leads. False: it is of no use. */
static bool next_phase(const struct step *step, enum phase phase, enum phase *out)
{
	bool takes_address = step->misled->kind == KB_EDGE_ADDRESS;

	*out = phase;
	if (phase == PHASE_FIXED && is_free(step->misled))
		*out = PHASE_FREE;
	if (!takes_address)
		return true;
	*out = PHASE_FORGED;
	return phase == PHASE_FREE && is_free(step->right);
}

static int take_step(struct search *search, unsigned from, const struct step *step)
{
	enum phase phase = search->pairs[from].phase;
	struct pair next = { .right = step->right->to,
			     .misled = step->misled->to,
			     .came_from = from,
			     .before = step->set };
	unsigned to;
	int status;

	if (!next_phase(step, phase, &next.phase) || !may_end_in_theft(search, &next))
		return KBAN_OK;
	status = reach(search, &next, &to);
	if (status != KBAN_OK)
		return status;
	if (phase == PHASE_FORGED)
		return add_link(search, from, to, &step->set);
	if (next.phase == PHASE_FORGED)
		return add_theft(search, from, to, step->right);
	return KBAN_OK;
}

/* All steps from one pair. */
static int expand(struct search *search, unsigned from)
{
	const struct kb_exits *exits = &search->exits;
	const struct kb_edge *edges = search->automaton->edges;
	const unsigned right = search->pairs[from].right, misled = search->pairs[from].misled;
	int status = KBAN_OK;

	search->steps += (exits->first[right + 1] - exits->first[right]) *
			 (exits->first[misled + 1] - exits->first[misled]);
	if (search->steps > STEPS_MAX)
		return KBAN_E_LIMIT;
	for (size_t i = exits->first[right]; i < exits->first[right + 1]; i++) {
		struct step step = { .right = &edges[exits->edges[i]] };
		const struct kb_character_set *taken = &search->taken[exits->edges[i]];

		for (size_t k = exits->first[misled]; k < exits->first[misled + 1]; k++) {
			step.misled = &edges[exits->edges[k]];
			if (kb_character_set_intersect(taken, &search->taken[exits->edges[k]],
						       &step.set))
				status = take_step(search, from, &step);
			if (status != KBAN_OK)
				return status;
		}
	}
	return KBAN_OK;
}

static int walk_forwards(struct search *search)
{
	unsigned at;
	int status = reach(search, &start, &at);

	for (at = 0; at < search->pair_count && status == KBAN_OK; at++)
		status = expand(search, at);
	return status;
}

static bool is_finished(const struct search *search, const struct pair *pair)
{
	return pair->phase == PHASE_FORGED && search->exits.at_end[pair->right] &&
	       search->exits.at_end[pair->misled];
}

/* From the end: each pair learns its next step. */
static int walk_backwards(struct search *search)
{
	kb_autofree unsigned *queue = calloc(search->pair_count + 1, sizeof(*queue));
	size_t count = 0;

	search->last_links = malloc((search->pair_count + 1) * sizeof(*search->last_links));
	if (queue == NULL || search->last_links == NULL)
		return KBAN_E_NOMEM;
	for (unsigned i = 0; i < search->pair_count; i++) {
		search->last_links[i] = NO_PAIR;
		search->pairs[i].finishes = is_finished(search, &search->pairs[i]);
		if (search->pairs[i].finishes)
			queue[count++] = i;
	}
	for (unsigned i = 0; i < search->link_count; i++) {
		search->links[i].next = search->last_links[search->links[i].to];
		search->last_links[search->links[i].to] = i;
	}
	for (size_t i = 0; i < count; i++) {
		unsigned at = search->last_links[queue[i]];

		for (; at != NO_PAIR; at = search->links[at].next) {
			const struct link *link = &search->links[at];
			struct pair *from = &search->pairs[link->from];

			if (from->finishes)
				continue;
			from->finishes = true;
			from->goes_to = link->to;
			from->after = link->set;
			queue[count++] = link->from;
		}
	}
	return KBAN_OK;
}

/* A character that looks as if it belonged there. */
static void write_character(struct kb_buffer *line, const struct kb_character_set *set,
			    bool before_address)
{
	static const char likely[] = "xa1 /.:,;-_=+@'\"()[]{}<>";

	if (before_address && kb_character_set_has(set, ' ')) {
		kb_buffer_byte(line, ' ');
		return;
	}
	for (const char *at = likely; *at != '\0'; at++) {
		if (!kb_character_set_has(set, (unsigned)*at))
			continue;
		kb_buffer_byte(line, *at);
		return;
	}
	for (unsigned i = ' '; i < KB_CHARACTER_BEYOND; i++) {
		if (!kb_character_set_has(set, i))
			continue;
		kb_buffer_byte(line, (char)i);
		return;
	}
	if (kb_character_set_has(set, '\t'))
		kb_buffer_byte(line, '\t');
	else if (kb_character_set_has(set, KB_CHARACTER_BEYOND))
		kb_buffer_code(line, 0xe9);
	else
		kb_buffer_byte(line, '\n');
}

static bool is_address(const struct kb_character_set *set)
{
	return kb_character_set_has(set, KB_CHARACTER_ADDRESS) && kb_character_set_count(set) == 1;
}

static void write_taken(struct kb_buffer *line, const struct kb_character_set *set,
			bool before_address)
{
	if (is_address(set))
		kb_buffer_string(line, KB_FORGERY_TRUE);
	else
		write_character(line, set, before_address);
}

/* What leads to a pair. */
static int write_before(struct search *search, unsigned at)
{
	kb_autofree unsigned *way = NULL;
	size_t count = 0, capacity = 0;

	for (; search->pairs[at].came_from != NO_PAIR; at = search->pairs[at].came_from) {
		if (kb_array_room(&way, &capacity, count, sizeof(*way)) < 0)
			return KBAN_E_NOMEM;
		way[count++] = at;
	}
	while (count-- > 0)
		write_taken(&search->line, &search->pairs[way[count]].before,
			    count == 0 || is_address(&search->pairs[way[count - 1]].before));
	return KBAN_OK;
}

/* What leads from a pair to the end. */
static void write_after(struct search *search, unsigned at)
{
	for (; search->pairs[at].goes_to != NO_PAIR; at = search->pairs[at].goes_to) {
		const struct pair *next = &search->pairs[search->pairs[at].goes_to];

		write_taken(&search->line, &search->pairs[at].after,
			    next->goes_to != NO_PAIR && is_address(&next->after));
	}
}

static int try_theft(struct search *search, const struct theft *theft, kb_forgery_fn *try,
		     void *data)
{
	struct kb_forgery forgery = { .edge = &search->automaton->edges[theft->edge] };

	kb_buffer_reset(&search->line);
	if (write_before(search, theft->from) != KBAN_OK)
		return KBAN_E_NOMEM;
	forgery.forged_at = search->line.len;
	kb_buffer_string(&search->line, KB_FORGERY_FORGED);
	write_after(search, theft->to);
	if (search->line.failed)
		return KBAN_E_NOMEM;
	forgery.line = kb_buffer_content(&search->line);
	return try(&forgery, data);
}

static int try_all(struct search *search, kb_forgery_fn *try, void *data)
{
	kb_autofree unsigned *tries = calloc(search->automaton->edge_count + 1, sizeof(*tries));
	unsigned total = 0;
	int result = 0;

	if (tries == NULL)
		return KBAN_E_NOMEM;
	for (size_t i = 0; i < search->theft_count && result == 0 && total < TRIES_MAX; i++) {
		const struct theft *theft = &search->thefts[i];

		if (!search->pairs[theft->to].finishes || tries[theft->edge]++ >= TRIES_OF_EDGE_MAX)
			continue;
		result = try_theft(search, theft, try, data);
		total++;
	}
	return result;
}

static void clear(struct search *search)
{
	kb_exits_clear(&search->exits);
	kb_buffer_clear(&search->line);
	free(search->pairs);
	free(search->taken);
	free(search->outlooks);
	free(search->first_pairs);
	free(search->links);
	free(search->last_links);
	free(search->thefts);
}

static int prepare(struct search *search)
{
	if (find_taken(search) != KBAN_OK)
		return KBAN_E_NOMEM;
	search->first_pairs = malloc(BUCKETS * sizeof(*search->first_pairs));
	if (search->first_pairs == NULL)
		return KBAN_E_NOMEM;
	for (size_t i = 0; i < BUCKETS; i++)
		search->first_pairs[i] = NO_PAIR;
	return KBAN_OK;
}

static int search_pairs(struct search *search, kb_forgery_fn *try, void *data)
{
	int status = prepare(search);

	if (status == KBAN_OK)
		status = walk_forwards(search);
	if (status == KBAN_OK && search->theft_count > 0)
		status = walk_backwards(search);
	if (status == KBAN_OK && search->theft_count > 0)
		status = try_all(search, try, data);
	return status;
}

int kb_forgery_search(const struct kb_automaton *automaton, kb_forgery_fn *try, void *data)
{
	struct search search = { .automaton = automaton };
	int status = kb_exits_find(&search.exits, automaton);

	if (status == KBAN_OK)
		status = find_outlooks(&search);
	if (status == KBAN_OK && may_end_in_theft(&search, &start))
		status = search_pairs(&search, try, data);
	clear(&search);
	return status;
}
