/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Formats are tried in an order that adapts: one that matches moves up, the sooner the more often
 * and the further left it matched. The format of the last line is tried first, and where the new
 * line has the same bounds in the same places, only there.
 *
 * A match is believed at once if its format is anchored or if it stands where the last one did.
 * Otherwise other formats are tried, too, and the leftmost match wins.
 *
 * One that serves several filters sees lines of many programs take turns, and knows some ways in
 * which lines begin at once. To it a line is like the last one that began so: what each of these
 * filters would know if it had a detector for itself.
 */
#include "date/date-detector.h"

#include <assert.h>

#include "base/text.h"
#include "date/date-calendar.h"
#include "date/date-memo.h"
#include "date/date-number.h"
#include "date/date-pattern.h"

/* A format not seen for as long gives its place to the one that is. */
#define UNUSED_AFTER (300 * KBAN_SECOND)

/* Ways in which lines begin. */
#define WAYS_MAX 6

/* So many lines that teach nothing new show how a log writes dates. */
#define SETTLED_AFTER 5000

#define NO_POSITION SIZE_MAX
#define NO_CHAR     UINT32_MAX

struct usage {
	uint64_t hits;
	uint64_t limits; /* how often it was given up */
	kban_usec last_used;
	size_t distance; /* column of its last match */
};

/* Where a match began or ended, and the characters around. */
struct edge {
	size_t column; /* in characters, as is all that is compared between lines */
	uint32_t before, at;
};

/* A match of a format, which is told by its position in the order. */
struct candidate {
	size_t position;
	size_t from, to; /* bytes of all that the format matched */
	size_t column;   /* of its first character */
};

/* What the lines taught, but for the formats themselves. */
struct lesson {
	size_t last;     /* position of the last one that matched, or NO_POSITION */
	uint64_t limits; /* of all formats */
	uint64_t calm;   /* lines since a format moved, or matched for the first time */
	size_t unused;   /* positions from here on had no hit when last looked at */
	struct edge left, right;
};

/* How lines began, and when it was. */
struct way {
	struct kb_date_memo memo;
	struct kb_date_calendar calendar;
	uint64_t used; /* when, in lines */
};

struct kb_date_detector {
	const struct kb_date_formats *formats;
	struct way ways[WAYS_MAX];
	size_t way_count; /* those that are in use */
	struct way *way;  /* of the last line */
	uint64_t lines;
	struct usage *usage; /* by format */
	size_t *order;       /* formats */
	size_t count;
	struct lesson lesson;
	struct kb_effort *effort;
	bool is_watched; /* who watches wants to see each search */
	bool is_ascii;   /* the line that is searched */
	bool is_plain;   /* the same, as kb_subject means it */
	bool in_place;   /* the format of the last line was found where it was expected */

	struct kb_match *match; /* of the search at hand */
	struct kb_match *kept;  /* of the best candidate so far */
	struct candidate best;  /* its position is NO_POSITION while there is none */
};

int kb_date_detector_new(const struct kb_date_formats *formats, const int *zone_minutes,
			 struct kb_date_detector **out)
{
	kb_auto(date_detector) detector = calloc(1, sizeof(*detector));

	if (detector == NULL)
		return KBAN_E_NOMEM;
	detector->formats = formats;
	detector->count = kb_date_formats_count(formats);
	detector->lesson.last = NO_POSITION;
	detector->lesson.left.column = 1;
	for (size_t i = 0; i < WAYS_MAX; i++)
		kb_date_calendar_init(&detector->ways[i].calendar, zone_minutes);
	detector->way_count = 1;
	detector->way = detector->ways;
	detector->usage = calloc(detector->count, sizeof(*detector->usage));
	detector->order = calloc(detector->count, sizeof(*detector->order));
	detector->match = kb_match_new();
	detector->kept = kb_match_new();
	if (!detector->usage || !detector->order || !detector->match || !detector->kept)
		return KBAN_E_NOMEM;
	for (size_t i = 0; i < detector->count; i++) {
		detector->order[i] = i;
		detector->usage[i].distance = SIZE_MAX;
	}

	*out = kb_steal(detector);
	return KBAN_OK;
}

void kb_date_detector_free(struct kb_date_detector *detector)
{
	if (detector == NULL)
		return;
	kb_match_free(detector->match);
	kb_match_free(detector->kept);
	free(detector->usage);
	free(detector->order);
	free(detector);
}

bool kb_date_detector_is_like(const struct kb_date_detector *detector,
			      const struct kb_date_detector *other)
{
	return kb_date_formats_equal(detector->formats, other->formats) &&
	       detector->way->calendar.has_zone == other->way->calendar.has_zone &&
	       detector->way->calendar.zone == other->way->calendar.zone &&
	       memcmp(&detector->lesson, &other->lesson, sizeof(other->lesson)) == 0 &&
	       memcmp(detector->usage, other->usage, other->count * sizeof(*other->usage)) == 0 &&
	       memcmp(detector->order, other->order, other->count * sizeof(*other->order)) == 0;
}

void kb_date_detector_copy(struct kb_date_detector *detector, const struct kb_date_detector *from)
{
	assert(detector->count == from->count);
	memcpy(detector->usage, from->usage, from->count * sizeof(*from->usage));
	memcpy(detector->order, from->order, from->count * sizeof(*from->order));
	detector->lesson = from->lesson;
	detector->way_count = 1;
	detector->way = detector->ways;
	detector->way->memo.is_set = false;
}

void kb_date_detector_serve_many(struct kb_date_detector *detector)
{
	detector->way_count = WAYS_MAX;
}

uint64_t kb_date_detector_hits(const struct kb_date_detector *detector, size_t format)
{
	return detector->usage[format].hits;
}

uint64_t kb_date_detector_limits(const struct kb_date_detector *detector, size_t format)
{
	return detector->usage[format].limits;
}

uint64_t kb_date_detector_limit_total(const struct kb_date_detector *detector)
{
	return detector->lesson.limits;
}

void kb_date_detector_watch(struct kb_date_detector *detector, const struct kb_search_watch *watch)
{
	detector->is_watched = watch != NULL;
	kb_match_watch(detector->match, watch);
	kb_match_watch(detector->kept, watch);
}

void kb_date_detector_share(struct kb_date_detector *detector, struct kb_effort *effort)
{
	if (detector->effort == effort)
		return;
	detector->effort = effort;
	kb_match_share(detector->match, effort);
	kb_match_share(detector->kept, effort);
}

size_t kb_date_detector_at(const struct kb_date_detector *detector, size_t position)
{
	return detector->order[position];
}

static const struct kb_date_pattern *pattern_at(const struct kb_date_detector *detector,
						size_t position)
{
	return kb_date_formats_item(detector->formats, detector->order[position]);
}

static struct usage *usage_at(const struct kb_date_detector *detector, size_t position)
{
	return &detector->usage[detector->order[position]];
}

static bool is_continuation(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/* Number of characters before byte @a at. */
static size_t column_of(const struct kb_date_detector *detector, struct kban_text line, size_t at)
{
	size_t column = 0;

	if (detector->is_ascii)
		return at;
	for (size_t i = 0; i < at; i++)
		column += !is_continuation(line.data[i]);
	return column;
}

/* The byte where a column begins; behind the line for a column that it does not reach. */
static size_t byte_of(const struct kb_date_detector *detector, struct kban_text line, size_t column)
{
	size_t at = 0;

	if (detector->is_ascii)
		return column;
	while (at < line.len && (column > 0 || is_continuation(line.data[at])))
		column -= !is_continuation(line.data[at++]);
	return at + column;
}

static uint32_t char_at(struct kban_text line, size_t at)
{
	uint32_t code = NO_CHAR;

	if (at < line.len && (unsigned char)line.data[at] < 0x80)
		return (unsigned char)line.data[at];
	if (at < line.len)
		kb_utf8_decode(kb_text_slice(line, at, line.len), &code);
	return code;
}

static uint32_t char_before(struct kban_text line, size_t at)
{
	size_t start = at;

	if (at == 0 || at > line.len)
		return NO_CHAR;
	do
		start--;
	while (start > 0 && is_continuation(line.data[start]));
	return char_at(line, start);
}

/* Letters and digits; beyond ASCII, everything is taken for one. */
static bool is_alphanumeric(uint32_t code)
{
	return (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') ||
	       (code >= 'a' && code <= 'z') || (code >= 0x80 && code != NO_CHAR);
}

/* The characters around are those of the last match, from byte @a from to @a to. */
static bool looks_like_last(const struct kb_date_detector *detector, struct kban_text line,
			    size_t from, size_t to)
{
	const struct edge *left = &detector->lesson.left, *right = &detector->lesson.right;

	if (char_before(line, from) != left->before &&
	    (char_at(line, from) != left->at || is_alphanumeric(left->at)))
		return false;
	return char_at(line, to) == right->at ||
	       (char_before(line, to) == right->before && !is_alphanumeric(right->before));
}

/* Search @a line from byte @a start on. A search that gives up at a limit found nothing. */
static int search(struct kb_date_detector *detector, size_t position, struct kban_text line,
		  size_t start, struct candidate *out)
{
	const struct kb_subject in = { line, start, detector->is_plain };
	int found;

	if (start > line.len)
		return KB_MATCH_NONE;
	found = kb_pattern_search_in(pattern_at(detector, position)->compiled, &in,
				     detector->match);
	if (found == KB_MATCH_LIMIT) {
		usage_at(detector, position)->limits++;
		detector->lesson.limits++;
	}
	if (found != KB_MATCH_FOUND)
		return found < 0 ? found : KB_MATCH_NONE;
	out->position = position;
	kb_match_group(detector->match, 0, &out->from, &out->to);
	out->column = column_of(detector, line, out->from);
	return KB_MATCH_FOUND;
}

/* Make the match of the last search the best one. */
static void keep(struct kb_date_detector *detector, const struct candidate *candidate)
{
	struct kb_match *match = detector->kept;

	detector->kept = detector->match;
	detector->match = match;
	detector->best = *candidate;
}

enum verdict { NOT_FINAL, FINAL };

/*
 * Try the format of the last line.
 *
 * @param skip  Receives its position if it need not be tried again.
 *
 * @return An enum verdict, or KBAN_E_NOMEM.
 */
static int try_last(struct kb_date_detector *detector, struct kban_text line, size_t *skip)
{
	const struct kb_date_pattern *pattern = pattern_at(detector, detector->lesson.last);
	size_t from = byte_of(detector, line, detector->lesson.left.column);
	size_t to = byte_of(detector, line, detector->lesson.right.column);
	bool in_place = !pattern->anchored && looks_like_last(detector, line, from, to);
	struct candidate candidate;
	int found;

	if (in_place)
		found = search(detector, detector->lesson.last, kb_text_slice(line, 0, to), from,
			       &candidate);
	else
		found = search(detector, detector->lesson.last, line, 0, &candidate);
	if (!in_place)
		*skip = detector->lesson.last;
	if (found != KB_MATCH_FOUND)
		return found < 0 ? found : NOT_FINAL;
	keep(detector, &candidate);
	if (detector->count == 1 || pattern->anchored)
		return FINAL;
	return candidate.from == from && candidate.to == to ? FINAL : NOT_FINAL;
}

/* Whether a match of the general search needs no comparison with that of another format. */
static bool is_certain(const struct kb_date_detector *detector, const struct candidate *candidate)
{
	size_t position = candidate->position;
	const struct usage *usage = usage_at(detector, position);

	if (position + 1 == detector->count || pattern_at(detector, position)->anchored)
		return true;
	if (candidate->from == 0 && usage->hits > 0 && usage_at(detector, position + 1)->hits == 0)
		return true;
	return candidate->column <= usage->distance &&
	       candidate->column <= detector->lesson.left.column;
}

static int try_all(struct kb_date_detector *detector, struct kban_text line, size_t skip)
{
	for (size_t i = 0; i < detector->count; i++) {
		struct candidate candidate;
		bool certain;
		int found;

		if (i == skip)
			continue;
		found = search(detector, i, line, 0, &candidate);
		if (found < 0)
			return found;
		if (found != KB_MATCH_FOUND)
			continue;
		certain = is_certain(detector, &candidate);
		if (certain || detector->best.position == NO_POSITION ||
		    candidate.from < detector->best.from)
			keep(detector, &candidate);
		if (certain)
			return KBAN_OK;
	}
	return KBAN_OK;
}

static struct edge edge_at(const struct kb_date_detector *detector, struct kban_text line,
			   size_t at)
{
	return (struct edge){ column_of(detector, line, at), char_before(line, at),
			      char_at(line, at) };
}

static void remember_place(struct kb_date_detector *detector, struct kban_text line)
{
	const struct candidate *best = &detector->best;

	detector->lesson.left = edge_at(detector, line, best->from);
	detector->lesson.right = edge_at(detector, line, best->to);
}

double kb_date_detector_weight(const struct kb_date_detector *detector, size_t format)
{
	const struct usage *usage = &detector->usage[format];
	size_t distance = usage->distance > 0 ? usage->distance : 1;

	return (double)usage->hits * kb_date_formats_weight(detector->formats, format) /
	       (double)distance;
}

static double weight_at(const struct kb_date_detector *detector, size_t position)
{
	return kb_date_detector_weight(detector, detector->order[position]);
}

static bool outweighs(const struct kb_date_detector *detector, size_t position, size_t other)
{
	const struct usage *usage = usage_at(detector, position);
	const struct usage *displaced = usage_at(detector, other);

	return weight_at(detector, position) > weight_at(detector, other) || displaced->hits == 0 ||
	       usage->last_used - displaced->last_used > UNUSED_AFTER;
}

/* The new position of the format at @a position. */
static size_t target_of(const struct kb_date_detector *detector, size_t position)
{
	size_t target = detector->lesson.unused < position ? detector->lesson.unused : position / 2;

	if (position == 0 || position == detector->lesson.last)
		return position;
	if (outweighs(detector, position, target))
		return target;
	return outweighs(detector, position, position - 1) ? position - 1 : position;
}

static void move_up(struct kb_date_detector *detector, size_t from, size_t to)
{
	size_t format = detector->order[from];

	detector->lesson.calm = 0;
	memmove(detector->order + to + 1, detector->order + to,
		(from - to) * sizeof(*detector->order));
	detector->order[to] = format;
	while (detector->lesson.unused < detector->count &&
	       usage_at(detector, detector->lesson.unused)->hits > 0)
		detector->lesson.unused++;
}

static void reward_best(struct kb_date_detector *detector, kban_usec now)
{
	size_t position = detector->best.position;
	struct usage *usage = usage_at(detector, position);
	size_t target;

	if (usage->hits++ == 0)
		detector->lesson.calm = 0;
	usage->last_used = now;
	usage->distance = detector->best.column;
	if (detector->lesson.unused == position)
		detector->lesson.unused++;
	target = target_of(detector, position);
	if (target != position)
		move_up(detector, position, target);
	detector->lesson.last = target;
}

static bool read_number(const struct kb_date_pattern *pattern, struct kban_text line,
			const struct kb_match *match, kban_usec *time)
{
	size_t from, to;

	return kb_match_group(match, pattern->number_group, &from, &to) &&
	       kb_date_number_time(pattern->kind, kb_text_slice(line, from, to), time);
}

static void remember_line(struct kb_date_detector *detector, const struct kb_date_pattern *pattern,
			  struct kban_text line, const struct kb_date_fields *fields,
			  const struct kb_date *date)
{
	const struct kb_date_finding finding = {
		.line = line,
		.from = date->from,
		.to = date->to,
		.format = date->format,
		.has_zone = date->has_zone,
		.fields = *fields,
		.match = detector->kept,
		.captures = pattern->captures,
		.capture_count = pattern->capture_count,
	};

	kb_date_memo_set(&detector->way->memo, &finding);
}

/*
 * Whether the next line that begins so has its stamp there, too. Among lines that take turns it is
 * told by their beginning alone for formats that match nowhere else.
 */
static bool is_memorable(const struct kb_date_detector *detector,
			 const struct kb_date_pattern *pattern)
{
	return detector->in_place ||
	       (detector->way_count > 1 && pattern->is_default && pattern->anchored);
}

static bool read_time(struct kb_date_detector *detector, const struct kb_date_pattern *pattern,
		      struct kban_text line, kban_usec now, struct kb_date *out)
{
	struct kb_date_fields fields;

	if (pattern->kind != KB_DATE_BY_FIELDS) {
		out->has_zone = pattern->kind == KB_DATE_BY_TAI64N;
		return read_number(pattern, line, detector->kept, &out->time);
	}
	if (!kb_date_fields_read(pattern->captures, pattern->capture_count, line, detector->kept,
				 &fields))
		return false;
	out->has_zone = fields.has_zone || detector->way->calendar.has_zone;
	if (!kb_date_calendar_time(&detector->way->calendar, &fields, now, &out->time))
		return false;
	if (is_memorable(detector, pattern))
		remember_line(detector, pattern, line, &fields, out);
	return true;
}

static void report_best(struct kb_date_detector *detector, struct kban_text line, kban_usec now,
			struct kb_date *out)
{
	const struct kb_date_pattern *pattern = pattern_at(detector, detector->best.position);

	out->format = detector->order[detector->best.position];
	if (!kb_match_group(detector->kept, 1, &out->from, &out->to)) {
		out->from = detector->best.from;
		out->to = detector->best.from;
	}
	if (out->from == out->to)
		out->result = KB_DATE_EMPTY;
	else if (read_time(detector, pattern, line, now, out))
		out->result = KB_DATE_FOUND;
	else
		out->result = KB_DATE_UNPARSABLE;
}

/* The format of the way becomes that of the last line. */
static void take_way(struct kb_date_detector *detector, struct way *way, struct kban_text line)
{
	const struct kb_date_memo *memo = &way->memo;
	size_t position = 0;

	if (way == detector->way) {
		detector->lesson.right.before = (unsigned char)line.data[memo->to - 1];
		return;
	}
	while (detector->order[position] != memo->format)
		position++;
	detector->way = way;
	detector->is_ascii = kb_text_is_ascii(line);
	detector->lesson.last = position;
	detector->lesson.left = edge_at(detector, line, memo->from);
	detector->lesson.right = edge_at(detector, line, memo->to);
}

static bool recall_way(struct kb_date_detector *detector, struct way *way, struct kban_text line,
		       kban_usec now, struct kb_date *out)
{
	const struct kb_date_memo *memo = &way->memo;
	struct kb_date_fields fields;
	struct usage *usage;

	if (!kb_date_memo_read(memo, line, &fields) ||
	    !kb_date_calendar_time(&way->calendar, &fields, now, &out->time))
		return false;
	out->result = KB_DATE_FOUND;
	out->from = memo->from;
	out->to = memo->to;
	out->has_zone = memo->has_zone;
	out->format = memo->format;
	usage = &detector->usage[memo->format];
	usage->hits++;
	usage->last_used = now;
	take_way(detector, way, line);
	way->used = detector->lines;
	return true;
}

bool kb_date_detector_follows(const struct kb_date_detector *detector, struct kban_text line)
{
	size_t last = detector->lesson.last;
	struct kb_date_fields fields;

	return last != NO_POSITION && !pattern_at(detector, last)->anchored &&
	       !kb_date_memo_read(&detector->way->memo, line, &fields);
}

bool kb_date_detector_is_settled(const struct kb_date_detector *detector)
{
	return detector->lesson.calm >= SETTLED_AFTER;
}

/* How many ways there are now: until dates are learnt each line is like the one before it. */
static size_t count_ways(const struct kb_date_detector *detector)
{
	return kb_date_detector_is_settled(detector) ? detector->way_count : 1;
}

/* What a search would find, if the line looks like the last one, or the last one that began so. */
static bool recall(struct kb_date_detector *detector, struct kban_text line, kban_usec now,
		   struct kb_date *out)
{
	size_t count = count_ways(detector);

	if (detector->is_watched)
		return false;
	if (recall_way(detector, detector->way, line, now, out))
		return true;
	for (size_t i = 0; count > 1 && i < count; i++)
		if (recall_way(detector, &detector->ways[i], line, now, out))
			return true;
	return false;
}

/* A way for a line that begins as none before: the one that was not met for longest. */
static void begin_way(struct kb_date_detector *detector)
{
	size_t count = count_ways(detector);
	struct way *way = detector->way;

	for (size_t i = 0; count > 1 && i < count; i++)
		if (detector->ways[i].used < way->used)
			way = &detector->ways[i];
	way->memo.is_set = false;
	way->used = detector->lines;
	detector->way = way;
}

int kb_date_detector_find(struct kb_date_detector *detector, struct kban_text line, kban_usec now,
			  struct kb_date *out)
{
	size_t skip = NO_POSITION;
	int status = NOT_FINAL;

	assert(kb_text_is_utf8(line)); /* what PCRE2 relies on unasked */
	*out = (struct kb_date){ .result = KB_DATE_NONE };
	detector->best.position = NO_POSITION;
	detector->lesson.calm++;
	detector->lines++;
	if (recall(detector, line, now, out))
		return KBAN_OK;
	detector->is_ascii = kb_text_is_ascii(line);
	detector->is_plain = detector->is_ascii && kb_text_index(line, '\n') == line.len;
	if (detector->lesson.last != NO_POSITION)
		status = try_last(detector, line, &skip);
	detector->in_place =
		status == FINAL && pattern_at(detector, detector->lesson.last)->is_default;
	begin_way(detector);
	if (status == NOT_FINAL)
		status = try_all(detector, line, skip);
	if (status < 0)
		return status;
	if (detector->best.position == NO_POSITION)
		return KBAN_OK;
	report_best(detector, line, now, out);
	remember_place(detector, line);
	reward_best(detector, now);
	return KBAN_OK;
}
