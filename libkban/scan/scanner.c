/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each rule waits for the texts of its trigger. One pass over a block finds all texts of all rules;
 * while lines are handed out, what was found in a line says which rules are tried on it. A filter
 * with a rule that has no trigger is tried on every line, with those rules at least.
 *
 * Triggers are chosen when the first block has come, which tells what is rare in this log. One that
 * turns out to be on most lines costs more than it saves, and is dropped.
 *
 * While a filter may still learn how the log writes dates, it reads what was stepped over, for the
 * stamps alone. Nothing new in some thousand lines ends that.
 *
 * Where lines belong together, a text wakes a rule for as many lines as it may stay among them.
 * What was stepped over before is read when the filter wakes, and not searched.
 */
#include <kban/scanner.h>

#include "base/buffer.h"
#include "base/text.h"
#include "match/line-window.h"
#include "scan/lookahead.h"
#include "scan/trigger-table.h"

/* As much of the first block tells what is rare. */
#define SAMPLE_BYTES ((size_t)16 * 1024)

/* How often it is looked at what texts are too common. */
#define REVIEW_LINES 65536

/* As much of what was before a block is kept: lines may have their time from lines before them. */
#define TAIL_BYTES ((size_t)4096)

/* No more of it is, where lines belong together. */
#define TAIL_MAX (2 * KB_LINE_WINDOW_BYTES)

struct kban_scanner {
	struct kb_scan_filter *filters;
	size_t filter_count;
	size_t filter_capacity;
	bool any_beyond;    /* a filter is tried on lines that have bytes beyond ASCII */
	bool is_beyond;     /* and there are such lines in the block */
	bool any_always;    /* a filter is tried on every line */
	bool any_condition; /* a filter has conditions for lines that wake it */
	uint64_t *awake;    /* a bit for each filter that is to be tried on the line at hand */
	uint64_t *always;   /* and for each that is tried on every line */
	uint64_t awake_end; /* below it lines are tried by some filter, whatever they are */
	size_t window;      /* the most lines that belong together */
	kban_scan_skip_fn *skips; /* NULL: every line is shown to filters */
	void *skips_data;
	kban_usec now; /* when the block came */

	struct kb_trigger_table table;
	bool is_built;
	uint64_t generation; /* of the texts that are looked for */
	uint64_t reviewed;   /* lines at the last review */

	struct kban_text block;
	struct kb_hit_list found;
	size_t next_hit;
	size_t next;         /* where the next line begins */
	uint64_t first_line; /* number of the block's first line; lines of all blocks are counted */
	uint64_t next_line;
	struct kban_text line;      /* at hand; its number is next_line - 1 */
	struct kb_buffer tail;      /* of the blocks before, from some line's beginning … */
	struct kb_buffer next_tail; /* … and with this one, which may be gone when it is wanted */
	size_t tail_trim;           /* when it is longer, it is looked at what of it is needed */

	uint64_t candidates;
	uint64_t tried;
};

int kban_scanner_new(struct kban_scanner **out)
{
	*out = calloc(1, sizeof(**out));
	return *out != NULL ? KBAN_OK : KBAN_E_NOMEM;
}

static void settle(struct kban_scanner *scanner);

void kban_scanner_free(struct kban_scanner *scanner)
{
	if (scanner == NULL)
		return;
	settle(scanner);
	for (size_t i = scanner->filter_count; i-- > 0;) {
		kb_matcher_own_times(scanner->filters[i].matcher);
		kb_scan_filter_clear(&scanner->filters[i]);
	}
	free(scanner->filters);
	free(scanner->awake);
	free(scanner->always);
	kb_trigger_table_clear(&scanner->table);
	kb_buffer_clear(&scanner->tail);
	kb_buffer_clear(&scanner->next_tail);
	kb_hit_list_clear(&scanner->found);
	free(scanner);
}

void kban_scanner_leave_out(struct kban_scanner *scanner, kban_scan_skip_fn *skips, void *data)
{
	scanner->skips = skips;
	scanner->skips_data = data;
}

static bool is_skipped(const struct kban_scanner *scanner, struct kban_text line)
{
	return scanner->skips != NULL && scanner->skips(line, scanner->skips_data) != 0;
}

static size_t words_of(size_t filters)
{
	return filters / 64 + 1;
}

static int make_bits(uint64_t **bits, size_t filters)
{
	uint64_t *made = realloc(*bits, words_of(filters) * sizeof(*made));

	if (made == NULL)
		return KBAN_E_NOMEM;
	memset(made, 0, words_of(filters) * sizeof(*made));
	*bits = made;
	return KBAN_OK;
}

static void set_bit(uint64_t *bits, size_t filter)
{
	bits[filter / 64] |= (uint64_t)1 << filter % 64;
}

/* Most filters look for the same dates: the first of them does it for all. */
static void share_times(struct kban_scanner *scanner, struct kban_matcher *matcher)
{
	size_t i = 0;

	kb_matcher_own_times(matcher);
	while (i < scanner->filter_count &&
	       !kb_matcher_share_times(matcher, scanner->filters[i].matcher))
		i++;
}

int kban_scanner_add(struct kban_scanner *scanner, struct kban_matcher *matcher)
{
	struct kb_scan_filter *filter;

	if (kb_array_room(&scanner->filters, &scanner->filter_capacity, scanner->filter_count,
			  sizeof(*scanner->filters)) < 0 ||
	    make_bits(&scanner->awake, scanner->filter_count + 1) != KBAN_OK ||
	    make_bits(&scanner->always, scanner->filter_count + 1) != KBAN_OK)
		return KBAN_E_NOMEM;
	filter = &scanner->filters[scanner->filter_count];
	if (kb_scan_filter_init(filter, matcher) != KBAN_OK) {
		kb_scan_filter_clear(filter);
		return KBAN_E_NOMEM;
	}
	share_times(scanner, matcher);
	filter->unseen_from = scanner->next_line;
	if (filter->window > scanner->window)
		scanner->window = filter->window;
	scanner->filter_count++;
	scanner->is_built = false;
	scanner->block.len = 0;
	scanner->found.count = 0;
	return KBAN_OK;
}

static int build(struct kban_scanner *scanner)
{
	struct kban_text sample = scanner->block;

	if (sample.len > SAMPLE_BYTES)
		sample.len = SAMPLE_BYTES;
	kb_trigger_table_clear(&scanner->table);
	scanner->generation++;
	scanner->reviewed = scanner->next_line;
	return kb_trigger_table_build(&scanner->table, scanner->filters, scanner->filter_count,
				      sample);
}

static void note_always(struct kban_scanner *scanner)
{
	scanner->any_always = false;
	scanner->any_condition = false;
	scanner->any_beyond = false;
	memset(scanner->always, 0, words_of(scanner->filter_count) * sizeof(*scanner->always));
	for (size_t i = 0; i < scanner->filter_count; i++) {
		scanner->any_beyond |= scanner->filters[i].has_beyond;
		scanner->any_condition |= kb_scan_filter_asks(&scanner->filters[i]);
		if (!scanner->filters[i].is_always)
			continue;
		scanner->any_always = true;
		set_bit(scanner->always, i);
	}
}

static int prepare(struct kban_scanner *scanner)
{
	uint64_t lines = scanner->next_line - scanner->reviewed;
	size_t literals = scanner->table.count;
	int status = KBAN_OK;

	if (!scanner->is_built) {
		status = build(scanner);
		scanner->is_built = status == KBAN_OK;
	} else if (lines >= REVIEW_LINES) {
		scanner->reviewed = scanner->next_line;
		status = kb_trigger_table_review(&scanner->table, scanner->filters, lines);
		scanner->generation += scanner->table.count != literals;
	}
	note_always(scanner);
	return status;
}

/* The last line of @a text, which is not empty, is taken off it. */
static struct kban_text take_last_line(struct kban_text *text)
{
	const char *feed = memrchr(text->data, '\n', text->len - 1);
	size_t begin = feed != NULL ? (size_t)(feed + 1 - text->data) : 0;
	struct kban_text line = kb_text_slice(*text, begin, text->len);

	text->len = begin;
	if (line.data[line.len - 1] == '\n')
		line.len--;
	return line;
}

/*
 * Where the last lines of @a text begin that have to be kept: those that may join a window, and as
 * many as there is always room for.
 */
static size_t tail_begin(const struct kban_scanner *scanner, struct kban_text text)
{
	struct kban_text rest = text;
	size_t lines = 1;

	while (rest.len > 0) {
		size_t begin = rest.len;
		struct kban_text line = take_last_line(&rest);
		size_t len = text.len - rest.len;

		if (len > TAIL_MAX || (len > TAIL_BYTES && lines >= scanner->window))
			return begin;
		lines += !is_skipped(scanner, line);
	}
	return 0;
}

/* Keep what the first lines of the next block may need. */
static int keep_tail(struct kban_scanner *scanner)
{
	struct kban_text block = scanner->block;
	struct kb_buffer *next = &scanner->next_tail;
	size_t begin = tail_begin(scanner, block);

	kb_buffer_reset(next);
	if (begin == 0)
		kb_buffer_text(next, kb_buffer_content(&scanner->tail));
	kb_buffer_text(next, kb_text_slice(block, begin, block.len));
	if (block.len > 0 && block.data[block.len - 1] != '\n')
		kb_buffer_byte(next, '\n');
	if (next->failed)
		return KBAN_E_NOMEM;
	if (next->len <= scanner->tail_trim)
		return KBAN_OK;
	begin = tail_begin(scanner, kb_buffer_content(next));
	next->len -= begin;
	memmove(next->data, next->data + begin, next->len);
	scanner->tail_trim = 2 * (next->len > TAIL_BYTES ? next->len : TAIL_BYTES);
	return KBAN_OK;
}

static void begin_block(struct kban_scanner *scanner, struct kban_text block, kban_usec now)
{
	struct kb_buffer tail = scanner->tail;

	scanner->tail = scanner->next_tail;
	scanner->next_tail = tail;
	scanner->block = block;
	scanner->now = now;
	scanner->next = 0;
	scanner->first_line = scanner->next_line;
	scanner->next_hit = 0;
	scanner->found.count = 0;
}

/* All but the search. */
static int enter_block(struct kban_scanner *scanner, struct kban_text block, kban_usec now)
{
	begin_block(scanner, block, now);
	if (keep_tail(scanner) != KBAN_OK || prepare(scanner) != KBAN_OK)
		return KBAN_E_NOMEM;
	scanner->is_beyond = scanner->any_beyond && !kb_text_is_ascii(block);
	return KBAN_OK;
}

int kban_scanner_block(struct kban_scanner *scanner, struct kban_text block, kban_usec now)
{
	if (enter_block(scanner, block, now) != KBAN_OK)
		return KBAN_E_NOMEM;
	return kb_hit_list_find(&scanner->found, scanner->table.prescan, block);
}

int kb_scanner_renew(const struct kban_scanner *scanner, struct kban_lookahead *ahead)
{
	kb_prescan_free(ahead->prescan);
	ahead->prescan = NULL;
	ahead->generation = scanner->generation;
	return kb_trigger_table_prescan(&scanner->table, &ahead->prescan);
}

int kban_scanner_block_ahead(struct kban_scanner *scanner, struct kban_lookahead *ahead,
			     kban_usec now)
{
	struct kb_hit_list found = ahead->found;

	if (enter_block(scanner, ahead->block, now) != KBAN_OK)
		return KBAN_E_NOMEM;
	if (ahead->generation != scanner->generation) {
		if (kb_scanner_renew(scanner, ahead) != KBAN_OK)
			return KBAN_E_NOMEM;
		return kb_hit_list_find(&scanner->found, scanner->table.prescan, ahead->block);
	}
	ahead->found = scanner->found;
	scanner->found = found;
	return KBAN_OK;
}

static void note_awake(struct kban_scanner *scanner, size_t index)
{
	const struct kb_scan_filter *filter = &scanner->filters[index];

	set_bit(scanner->awake, index);
	if (filter->awake_end > scanner->awake_end)
		scanner->awake_end = filter->awake_end;
}

/* Wake who waited for bytes beyond ASCII. */
static void wake_beyond(struct kban_scanner *scanner, uint64_t line)
{
	for (size_t i = 0; i < scanner->filter_count; i++) {
		if (!scanner->filters[i].has_beyond)
			continue;
		kb_scan_filter_wake_beyond(&scanner->filters[i], line);
		note_awake(scanner, i);
	}
}

/* Wake who waited for a text. */
static void wake_targets(struct kban_scanner *scanner, const struct kb_scan_literal *literal,
			 uint64_t line)
{
	for (size_t i = 0; i < literal->target_count; i++) {
		const struct kb_scan_target *target = &literal->targets[i];

		kb_scan_filter_wake(&scanner->filters[target->filter], target->bit, line);
		note_awake(scanner, target->filter);
	}
}

/* What stands before a text may tell that it is another one. */
static bool is_hit(const struct kban_scanner *scanner, const struct kb_hit *hit)
{
	const struct kb_literal *literal = &scanner->table.literals[hit->literal].literal;

	return literal->digits == 0 ||
	       kb_literal_has_digits(literal, scanner->block, hit->end - literal->text.len);
}

/* Wake who waited for what is in the line that ends at @a end. */
static void wake(struct kban_scanner *scanner, size_t end, uint64_t line)
{
	for (; scanner->next_hit < scanner->found.count; scanner->next_hit++) {
		const struct kb_hit *hit = &scanner->found.hits[scanner->next_hit];
		struct kb_scan_literal *literal = &scanner->table.literals[hit->literal];

		if (hit->end > end)
			break;
		if (literal->last_line == line || !is_hit(scanner, hit))
			continue;
		literal->last_line = line;
		literal->lines++;
		wake_targets(scanner, literal, line);
	}
}

/* Who is tried on line @a line, whatever it is. */
static void set_awake(struct kban_scanner *scanner, uint64_t line)
{
	memcpy(scanner->awake, scanner->always,
	       words_of(scanner->filter_count) * sizeof(*scanner->awake));
	if (line >= scanner->awake_end)
		return;
	for (size_t i = 0; i < scanner->filter_count; i++)
		if (kb_scan_filter_is_awake(&scanner->filters[i], line))
			set_bit(scanner->awake, i);
}

/* A line that is not shown to filters does not count among those that belong together. */
static void prolong(struct kban_scanner *scanner, uint64_t line)
{
	for (size_t i = 0; i < scanner->filter_count; i++) {
		struct kb_scan_filter *filter = &scanner->filters[i];

		filter->awake_end += filter->window > 1 && line < filter->awake_end;
	}
	scanner->awake_end++;
}

/* Let those sleep on that cannot match the line, whatever woke them. */
static void hold_back(struct kban_scanner *scanner, uint64_t line)
{
	size_t i = kban_scanner_awake(scanner, 0);

	bool is_held = false;

	for (; i < scanner->filter_count; i = kban_scanner_awake(scanner, i + 1)) {
		struct kb_scan_filter *filter = &scanner->filters[i];

		if (!kb_scan_filter_asks_now(filter) ||
		    !kb_scan_filter_hold_back(filter, line, scanner->line))
			continue;
		scanner->awake[i / 64] &= ~((uint64_t)1 << i % 64);
		is_held = true;
	}
	if (is_held && kban_scanner_awake(scanner, 0) == scanner->filter_count)
		scanner->awake_end = line;
}

/* Lines before the one at hand. */
static void set_unseen(const struct kban_scanner *scanner, struct kban_text unseen[2])
{
	unseen[0] = kb_buffer_content(&scanner->tail);
	unseen[1] = kb_text_slice(scanner->block, 0,
				  (size_t)(scanner->line.data - scanner->block.data));
}

/* How many lines are to be read before one is tried: of the log, and of those that count. */
struct gap {
	uint64_t lines, counted;
};

/* The last lines of the gap are taken off @a text. */
static struct kban_text take_gap(const struct kban_scanner *scanner, struct kban_text *text,
				 struct gap *gap)
{
	struct kban_text all = *text;

	for (; gap->lines > 0 && gap->counted > 0 && text->len > 0; gap->lines--)
		gap->counted -= !is_skipped(scanner, take_last_line(text));
	return kb_text_slice(all, text->len, all.len);
}

/* Read @a lines one by one. Only the first is behind lines that nobody saw. */
static int pass_lines(const struct kban_scanner *scanner, struct kb_scan_filter *filter,
		      struct kb_attempt *attempt, struct kban_text lines)
{
	while (kb_text_next_line(&lines, &attempt->line)) {
		attempt->number++;
		if (is_skipped(scanner, attempt->line))
			continue;
		if (kb_matcher_pass(filter->matcher, attempt) != KBAN_OK)
			return KBAN_E_NOMEM;
		attempt->unseen[0].len = 0;
		attempt->unseen[1].len = 0;
	}
	return KBAN_OK;
}

/* The first line before line @a line that neither the filter saw nor one that shares its dates. */
static uint64_t first_unseen(const struct kb_scan_filter *filter, uint64_t line)
{
	uint64_t dated = kb_matcher_dated(filter->matcher);
	uint64_t from = dated > filter->unseen_from ? dated : filter->unseen_from;

	return from < line ? from : line;
}

/*
 * Read lines before line @a line that the filter did not see: those that it belongs together with;
 * all, while they may still teach how the log writes dates.
 */
static int pass_unseen(const struct kban_scanner *scanner, struct kb_scan_filter *filter,
		       uint64_t line, const struct kb_attempt *attempt)
{
	struct kb_attempt passing = *attempt;
	bool is_settled = kb_matcher_is_settled(filter->matcher);
	uint64_t from = first_unseen(filter, line);
	struct gap gap = { line - from, is_settled ? filter->window - 1 : line };
	struct kban_text newer = take_gap(scanner, &passing.unseen[1], &gap);
	struct kban_text older = take_gap(scanner, &passing.unseen[0], &gap);

	passing.number = from + gap.lines;
	if (!is_settled)
		memset(passing.unseen, 0, sizeof(passing.unseen));
	if (pass_lines(scanner, filter, &passing, older) != KBAN_OK)
		return KBAN_E_NOMEM;
	return pass_lines(scanner, filter, &passing, newer);
}

/*
 * The block is over, and gone when the next one comes: filters that still learn read what they did
 * not see of it. 0, or KBAN_E_NOMEM.
 */
static int learn_rest(const struct kban_scanner *scanner)
{
	struct kb_attempt attempt = { .when = KBAN_TIME_NONE, .now = scanner->now };

	attempt.unseen[0] = kb_buffer_content(&scanner->tail);
	attempt.unseen[1] = scanner->block;
	for (size_t i = 0; i < scanner->filter_count; i++) {
		struct kb_scan_filter *filter = &scanner->filters[i];

		if (kb_matcher_is_settled(filter->matcher))
			continue;
		if (pass_unseen(scanner, filter, scanner->next_line, &attempt) != KBAN_OK)
			return KBAN_E_NOMEM;
		filter->unseen_from = scanner->next_line;
	}
	return 0;
}

int kban_scanner_line(struct kban_scanner *scanner, struct kban_scan_line *line)
{
	struct kban_text rest = kb_text_slice(scanner->block, scanner->next, scanner->block.len);
	size_t len;

	if (rest.len == 0)
		return learn_rest(scanner);
	len = kb_text_index(rest, '\n');
	scanner->line = kb_text_slice(rest, 0, len);
	set_awake(scanner, scanner->next_line);
	wake(scanner, scanner->next + len, scanner->next_line);
	if (scanner->is_beyond && !kb_text_is_ascii(scanner->line))
		wake_beyond(scanner, scanner->next_line);
	if (scanner->any_condition && scanner->next_line < scanner->awake_end)
		hold_back(scanner, scanner->next_line);
	if (scanner->next_line < scanner->awake_end && is_skipped(scanner, scanner->line))
		prolong(scanner, scanner->next_line);
	*line = (struct kban_scan_line){
		.text = scanner->line,
		.index = scanner->next_line - scanner->first_line,
		.is_candidate = scanner->any_always || scanner->next_line < scanner->awake_end,
	};
	scanner->candidates += line->is_candidate != 0;
	scanner->next += len < rest.len ? len + 1 : len;
	scanner->next_line++;
	return 1;
}

/* Step over all lines before byte @a to. */
static void skip(struct kban_scanner *scanner, size_t to)
{
	scanner->next_line += kb_text_count(kb_text_slice(scanner->block, scanner->next, to), '\n');
	scanner->next = to;
}

/* Step over the rest of the block, in which nothing was found. */
static void skip_rest(struct kban_scanner *scanner)
{
	struct kban_text block = scanner->block;
	bool is_open = block.len > scanner->next && block.data[block.len - 1] != '\n';

	skip(scanner, block.len);
	scanner->next_line += is_open;
}

/* The next line that woke somebody, who may sleep on. */
static int next_hit_line(struct kban_scanner *scanner, struct kban_scan_line *line)
{
	struct kban_text between;
	const char *feed;

	if (scanner->any_always || scanner->is_beyond || scanner->next_line < scanner->awake_end)
		return kban_scanner_line(scanner, line);
	if (scanner->next_hit == scanner->found.count) {
		skip_rest(scanner);
		return learn_rest(scanner);
	}
	between = kb_text_slice(scanner->block, scanner->next,
				scanner->found.hits[scanner->next_hit].end);
	feed = memrchr(between.data, '\n', between.len);
	if (feed != NULL)
		skip(scanner, (size_t)(feed + 1 - scanner->block.data));
	return kban_scanner_line(scanner, line);
}

int kban_scanner_next(struct kban_scanner *scanner, struct kban_scan_line *line)
{
	while (next_hit_line(scanner, line))
		if (line->is_candidate)
			return 1;
	return 0;
}

size_t kban_scanner_awake(const struct kban_scanner *scanner, size_t from)
{
	size_t word = from / 64;
	uint64_t bits;

	if (from >= scanner->filter_count)
		return scanner->filter_count;
	bits = scanner->awake[word] >> from % 64 << from % 64;
	while (bits == 0 && ++word < words_of(scanner->filter_count))
		bits = scanner->awake[word];
	return bits != 0 ? word * 64 + (size_t)__builtin_ctzll(bits) : scanner->filter_count;
}

/*
 * Whoever shows lines to the matchers from now on has to find them as if there had been no scanner.
 * Without memory they are left without some lines.
 */
static void settle(struct kban_scanner *scanner)
{
	const struct kb_attempt attempt = {
		.when = KBAN_TIME_NONE,
		.now = scanner->now,
		.unseen = { kb_buffer_content(&scanner->next_tail) },
	};

	for (size_t i = 0; scanner->next == scanner->block.len && i < scanner->filter_count; i++)
		if (pass_unseen(scanner, &scanner->filters[i], scanner->next_line, &attempt) !=
		    KBAN_OK)
			return;
}

/* Have the filter judge the line at hand. */
static int attempt_line(struct kban_scanner *scanner, struct kb_scan_filter *filter,
			struct kb_attempt *attempt, struct kban_match *match)
{
	uint64_t line = scanner->next_line - 1;
	bool passes_all = filter->window > 1 || !kb_matcher_is_settled(filter->matcher);
	int verdict;

	scanner->tried++;
	attempt->line = scanner->line;
	attempt->number = scanner->next_line;
	set_unseen(scanner, attempt->unseen);
	if (filter->unseen_from != line && pass_unseen(scanner, filter, line, attempt) != KBAN_OK)
		return KBAN_E_NOMEM;
	if (passes_all)
		memset(attempt->unseen, 0, sizeof(attempt->unseen));
	filter->unseen_from = line + 1;
	verdict = kb_matcher_attempt(filter->matcher, attempt, match);
	if (kb_matcher_took_lines(filter->matcher)) {
		kb_scan_filter_stay_awake(filter, line);
		note_awake(scanner, (size_t)(filter - scanner->filters));
	}
	return verdict;
}

int kban_scanner_try(struct kban_scanner *scanner, size_t index, kban_usec when, kban_usec now,
		     struct kban_match *match)
{
	struct kb_scan_filter *filter = &scanner->filters[index];
	uint64_t line = scanner->next_line - 1;
	struct kb_attempt attempt = { .when = when, .now = now };

	if (!kb_scan_filter_is_awake(filter, line)) {
		*match = (struct kban_match){
			.rule = -1,
			.ignore_rule = -1,
			.time = KBAN_TIME_NONE,
		};
		return KBAN_MISSED;
	}
	attempt.rules = kb_scan_filter_bits(filter, line);
	attempt.may_be_ignored = kb_scan_filter_may_ignore(filter, line);
	return attempt_line(scanner, filter, &attempt, match);
}

int kban_scanner_look(struct kban_scanner *scanner, size_t index, kban_usec when, kban_usec now,
		      struct kban_match *match)
{
	struct kb_attempt attempt = { .when = when, .now = now, .may_be_ignored = true };

	return attempt_line(scanner, &scanner->filters[index], &attempt, match);
}

const char *kban_scanner_trigger(const struct kban_scanner *scanner, size_t filter,
				 enum kban_rule_kind kind, size_t rule, size_t index)
{
	const struct kb_scan_filter *asked;

	if (filter >= scanner->filter_count || kind == KBAN_RULE_PREFIX)
		return NULL;
	asked = &scanner->filters[filter];
	if (kind == KBAN_RULE_IGNORE)
		rule += asked->rule_count;
	if (kb_scan_filter_is_always(asked, kb_scan_filter_bit(asked, rule)))
		return NULL;
	return kb_trigger_table_text(&scanner->table, filter, rule, index);
}

size_t kban_scanner_rule_count(const struct kban_scanner *scanner, size_t filter,
			       enum kban_rule_kind kind)
{
	if (filter >= scanner->filter_count || kind == KBAN_RULE_PREFIX)
		return 0;
	return kind == KBAN_RULE_FAIL ? scanner->filters[filter].rule_count
				      : scanner->filters[filter].ignore_count;
}

const char *kban_scanner_dropped(const struct kban_scanner *scanner, size_t index)
{
	const struct kb_string_list *dropped = &scanner->table.dropped;

	return index < dropped->count ? dropped->items[index] : NULL;
}

void kban_scanner_count(const struct kban_scanner *scanner, struct kban_scan_count *out)
{
	const struct kb_trigger_table *table = &scanner->table;

	*out = (struct kban_scan_count){
		.lines = scanner->next_line,
		.candidates = scanner->candidates,
		.tried = scanner->tried,
		.literals = table->count,
		.engine = table->prescan != NULL ? kb_prescan_engine_name(table->prescan) : "none",
	};
	for (size_t i = 0; i < scanner->filter_count; i++) {
		size_t always = kb_scan_filter_always_count(&scanner->filters[i]);

		out->always += always;
		out->triggered += kb_scan_filter_bit_count(&scanner->filters[i]) - always;
	}
}
