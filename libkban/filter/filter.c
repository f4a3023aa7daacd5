/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filter/filter.h"

#include <stdatomic.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/context.h"
#include "base/decoder.h"
#include "base/options.h"
#include "base/problem-list.h"
#include "base/text.h"
#include "date/date-zone.h"
#include "filter/journal-words.h"
#include "filter/rule-safety.h"

/* More lines than this in a window cost too much for each line that comes. */
#define MAX_LINES 1000u

struct rule_list {
	struct kb_rule *items;
	size_t count;
	size_t capacity;
};

struct kban_filter {
	atomic_uint references;
	struct kban_context *ctx;
	char *name;
	char *path;
	char *encoding;                               /* of logs, NULL: UTF-8 */
	struct rule_list rules[KBAN_RULE_PREFIX + 1]; /* by enum kban_rule_kind */
	struct kb_string_list files;                  /* that places of rules point to */
	struct kb_date_formats *date_formats;
	char *date_pattern; /* NULL: the usual formats */
	struct kb_option_record record;
	struct kb_journal_words journal;
	enum kban_usedns usedns;
	unsigned max_lines;
	bool has_max_lines;
	int zone_minutes;
	bool has_zone;
};

/* What a filter is made of: what was read, and what the caller wants otherwise. */
struct recipe {
	const struct kb_filter_source *source;
	struct kban_filter_options options;
};

static const struct kban_filter_options defaults = KBAN_FILTER_OPTIONS_INIT;

static struct kban_filter_options complete(const struct kban_filter_options *options)
{
	struct kban_filter_options full = defaults;

	kb_options_complete(&full, sizeof(full), options);
	return full;
}

static bool parse_usedns(struct kban_text text, enum kban_usedns *out)
{
	static const struct {
		const char *name;
		enum kban_usedns value;
	} names[] = {
		{ "yes", KBAN_USEDNS_YES },
		{ "warn", KBAN_USEDNS_WARN },
		{ "no", KBAN_USEDNS_NO },
		{ "raw", KBAN_USEDNS_RAW },
	};

	for (size_t i = 0; i < kb_array_size(names); i++) {
		if (!kb_text_is_nocase(text, names[i].name))
			continue;
		*out = names[i].value;
		return true;
	}
	return false;
}

static void tell_bad_usedns(const struct kban_filter *filter, const struct kb_filter_source *source)
{
	const struct kb_where *where = &source->usedns_where;
	kb_auto_clear(buffer) told = { 0 };

	if (where->file != NULL)
		kb_buffer_printf(&told, "%s:%u: ", where->file, where->line);
	kb_buffer_string(&told, "Incorrect value '");
	kb_buffer_printable(&told, kb_text(source->usedns));
	if (kb_buffer_string(&told, "' specified for usedns. Using safe 'no'") == KBAN_OK)
		kb_log(filter->ctx, KBAN_ERROR, "filter", "%s", told.data);
}

/* A word nobody knows is no reason to do without the filter; the safe answer is "no". */
static void set_usedns(struct kban_filter *filter, const struct recipe *recipe)
{
	const char *text = recipe->source->usedns;

	filter->usedns = recipe->options.usedns;
	if (filter->usedns != KBAN_USEDNS_DEFAULT)
		return;
	filter->usedns = KBAN_USEDNS_WARN;
	if (text == NULL || parse_usedns(kb_text_trim(kb_text(text)), &filter->usedns))
		return;
	filter->usedns = KBAN_USEDNS_NO;
	tell_bad_usedns(filter, recipe->source);
}

static int set_max_lines(struct kban_filter *filter, const struct recipe *recipe,
			 struct kban_error **err)
{
	struct kb_where where = { .file = filter->path };
	long long lines = recipe->options.max_lines;

	if (lines == 0)
		lines = recipe->source->maxlines;
	if (lines > MAX_LINES)
		return kb_fail(err, KBAN_E_LIMIT, &where, "maxlines: %lld is more than %u", lines,
			       MAX_LINES);
	filter->has_max_lines = lines > 0;
	filter->max_lines = lines > 1 ? (unsigned)lines : 1;
	return KBAN_OK;
}

static int set_zone(struct kban_filter *filter, const struct recipe *recipe,
		    struct kban_error **err)
{
	const char *zone = recipe->options.time_zone;

	filter->has_zone = zone != NULL;
	if (zone == NULL || kb_date_zone_parse(kb_text_trim(kb_text(zone)), &filter->zone_minutes))
		return KBAN_OK;
	return kb_fail(err, KBAN_E_SYNTAX, NULL, "Unknown or unsupported time zone '%s'", zone);
}

static int set_encoding(struct kban_filter *filter, const struct recipe *recipe,
			struct kban_error **err)
{
	const char *encoding = recipe->options.encoding;
	kb_auto(decoder) decoder = NULL;
	int status = kb_decoder_new(encoding, &decoder);

	if (status == KBAN_E_NOTFOUND)
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "Unknown encoding '%.*s'", KB_QUOTE_MAX,
			       encoding);
	if (status == KBAN_OK && encoding != NULL)
		filter->encoding = strdup(encoding);
	if (status != KBAN_OK || (encoding != NULL && filter->encoding == NULL))
		return kb_fail_memory(err);
	return KBAN_OK;
}

/* The filter's own copy of a file's name, which many rules share. */
static int keep_file(struct kban_filter *filter, const char *file, const char **out)
{
	*out = NULL;
	if (file == NULL)
		return KBAN_OK;
	for (size_t i = 0; i < filter->files.count; i++)
		if (strcmp(filter->files.items[i], file) == 0)
			*out = filter->files.items[i];
	if (*out != NULL)
		return KBAN_OK;
	if (kb_string_list_append(&filter->files, kb_text(file)) != KBAN_OK)
		return KBAN_E_NOMEM;
	*out = filter->files.items[filter->files.count - 1];
	return KBAN_OK;
}

static int add_rule(struct kban_filter *filter, enum kban_rule_kind kind, struct kban_text text,
		    const struct kb_where *where, struct kban_error **err)
{
	static const char *const keys[] = { "failregex", "ignoreregex", "prefregex" };
	struct rule_list *list = &filter->rules[kind];
	struct kb_where kept = { .line = where->line };
	struct kb_rule_options options = {
		.key = keys[kind],
		.addresses_only = filter->usedns == KBAN_USEDNS_NO,
		.needs_id = kind == KBAN_RULE_FAIL,
		.prefix = kb_filter_rule(filter, KBAN_RULE_PREFIX, 0),
	};
	int status;

	if (kind == KBAN_RULE_FAIL && filter->max_lines > 1)
		options.flags = KB_PATTERN_MULTILINE;
	if (keep_file(filter, where->file, &kept.file) != KBAN_OK ||
	    kb_array_room(&list->items, &list->capacity, list->count, sizeof(*list->items)) < 0)
		return kb_fail_memory(err);
	status = kb_rule_compile(&list->items[list->count], text, &kept, &options, err);
	if (status == KBAN_OK)
		list->count++;
	return status;
}

static int add_rules(struct kban_filter *filter, enum kban_rule_kind kind,
		     const struct kb_rule_list *list, struct kban_error **err)
{
	int status = KBAN_OK;

	for (size_t i = 0; status == KBAN_OK && i < list->count; i++)
		status = add_rule(filter, kind, kb_text(list->items[i].text), &list->items[i].where,
				  err);
	return status;
}

static int add_ignore(struct kban_filter *filter, const char *const *texts, struct kban_error **err)
{
	const struct kb_where nowhere = { 0 };
	int status = KBAN_OK;

	for (; status == KBAN_OK && texts != NULL && *texts != NULL; texts++)
		status = add_rule(filter, KBAN_RULE_IGNORE, kb_text(*texts), &nowhere, err);
	return status;
}

/* The caller's pattern as lines of a datepattern; they point into @a pattern. */
static int split_date_pattern(const char *pattern, struct kb_date_line **out, size_t *count)
{
	struct kban_text rest = kb_text(pattern);
	struct kban_text line;
	size_t capacity = 0;

	while (kb_text_next_line(&rest, &line)) {
		if (kb_array_room(out, &capacity, *count, sizeof(**out)) < 0)
			return KBAN_E_NOMEM;
		(*out)[(*count)++] = (struct kb_date_line){ .text = line };
	}
	return KBAN_OK;
}

static int copy_date_lines(const struct kb_rule_list *list, struct kb_date_line **out,
			   size_t *count)
{
	*out = calloc(list->count + 1, sizeof(**out));
	if (*out == NULL)
		return KBAN_E_NOMEM;
	for (size_t i = 0; i < list->count; i++)
		(*out)[i] = (struct kb_date_line){ .text = kb_text(list->items[i].text),
						   .where = list->items[i].where };
	*count = list->count;
	return KBAN_OK;
}

/* What the caller says, or the filter. */
static int keep_date_pattern(struct kban_filter *filter, const struct recipe *recipe)
{
	const char *text = recipe->options.date_pattern;

	if (text == NULL)
		text = kb_option_record_find(&recipe->source->record, "datepattern");
	if (text == NULL)
		return KBAN_OK;
	filter->date_pattern = kb_text_copy(kb_text(text));
	return filter->date_pattern != NULL ? KBAN_OK : KBAN_E_NOMEM;
}

static int set_date_formats(struct kban_filter *filter, const struct recipe *recipe,
			    struct kban_error **err)
{
	const char *pattern = recipe->options.date_pattern;
	kb_autofree struct kb_date_line *lines = NULL;
	size_t count = 0;
	int status;

	if (pattern != NULL)
		status = split_date_pattern(pattern, &lines, &count);
	else
		status = copy_date_lines(&recipe->source->datepattern, &lines, &count);
	if (status != KBAN_OK || keep_date_pattern(filter, recipe) != KBAN_OK)
		return kb_fail_memory(err);
	return kb_date_formats_new(lines, count, kban_context_now(filter->ctx),
				   &filter->date_formats, err);
}

static int set_journal_match(struct kban_filter *filter, const struct recipe *recipe,
			     struct kban_error **err)
{
	const struct kb_rule_list *own = &recipe->source->journalmatch;
	int status = KBAN_OK;

	if (recipe->options.journal_match != NULL)
		return kb_journal_words_add(&filter->journal, recipe->options.journal_match, NULL,
					    err);
	for (size_t i = 0; i < own->count && status == KBAN_OK; i++)
		status = kb_journal_words_add(&filter->journal, own->items[i].text,
					      &own->items[i].where, err);
	return status;
}

/* usedns, maxlines and prefregex decide how a failregex is compiled, so they come first. */
static int fill(struct kban_filter *filter, const struct recipe *recipe, struct kban_error **err)
{
	const struct kb_filter_source *source = recipe->source;
	int status;

	set_usedns(filter, recipe);
	status = set_max_lines(filter, recipe, err);
	if (status == KBAN_OK)
		status = set_zone(filter, recipe, err);
	if (status == KBAN_OK)
		status = set_encoding(filter, recipe, err);
	if (status == KBAN_OK)
		status = add_rules(filter, KBAN_RULE_PREFIX, &source->prefregex, err);
	if (status == KBAN_OK)
		status = add_rules(filter, KBAN_RULE_FAIL, &source->failregex, err);
	if (status == KBAN_OK)
		status = add_rules(filter, KBAN_RULE_IGNORE, &source->ignoreregex, err);
	if (status == KBAN_OK)
		status = add_ignore(filter, recipe->options.ignore, err);
	if (status == KBAN_OK)
		status = set_date_formats(filter, recipe, err);
	if (status == KBAN_OK)
		status = set_journal_match(filter, recipe, err);
	return status;
}

static struct kban_filter *new_filter(struct kban_context *ctx,
				      const struct kb_filter_source *source)
{
	kban_auto(filter) filter = calloc(1, sizeof(*filter));

	if (filter == NULL)
		return NULL;
	atomic_init(&filter->references, 1);
	filter->ctx = kban_context_ref(ctx);
	filter->name = kb_text_copy(kb_text(source->name));
	if (source->path != NULL)
		filter->path = kb_text_copy(kb_text(source->path));
	if (filter->name == NULL || (source->path != NULL && filter->path == NULL))
		return NULL;
	return kb_steal(filter);
}

int kb_filter_compile(struct kban_context *ctx, const struct kb_filter_source *source,
		      const struct kban_filter_options *options, struct kban_filter **out,
		      struct kban_error **err)
{
	const struct recipe recipe = { .source = source, .options = complete(options) };
	kban_auto(filter) filter = new_filter(ctx, source);
	int status;

	if (filter == NULL || kb_option_record_copy(&filter->record, &source->record) != KBAN_OK)
		return kb_fail_memory(err);
	status = fill(filter, &recipe, err);
	if (status != KBAN_OK)
		return status;
	*out = kb_steal(filter);
	return KBAN_OK;
}

static const char *default_config_dir(void)
{
	return access("/etc/kban", F_OK) == 0 ? "/etc/kban" : "/etc/fail2ban";
}

/* What can be used all the same, but hardly is as meant. */
static void log_problems(const struct kban_context *ctx, const struct kb_problem_list *problems)
{
	for (size_t i = 0; i < problems->count; i++)
		kb_log(ctx, KBAN_WARNING, "filter", "%s",
		       kban_error_text(problems->items[i].error));
}

int kb_filter_log_unsafe_rules(const struct kban_filter *filter)
{
	kb_auto_clear(problem_list) problems = { 0 };
	int status = kb_rule_safety_check(filter, NULL, &problems);

	log_problems(filter->ctx, &problems);
	return status;
}

int kban_filter_load(struct kban_context *ctx, const char *filter,
		     const struct kban_filter_options *options, struct kban_filter **out,
		     struct kban_error **err)
{
	const struct kban_filter_options full = complete(options);
	kb_auto(filter_source) source = NULL;
	kban_auto(filter) compiled = NULL;
	kb_auto_clear(problem_list) problems = { 0 };
	const struct kb_filter_request request = {
		.config_dir = full.config_dir != NULL ? full.config_dir : default_config_dir(),
		.filter = filter,
		.backend = full.from_journal ? "systemd" : NULL,
		.problems = &problems,
	};
	int status = kb_filter_source_load(&request, &source, err);

	log_problems(ctx, &problems);
	if (status != KBAN_OK)
		return status;
	status = kb_filter_compile(ctx, source, &full, &compiled, err);
	if (status != KBAN_OK)
		return status;
	if (kb_filter_log_unsafe_rules(compiled) != KBAN_OK)
		return kb_fail_memory(err);
	*out = kb_steal(compiled);
	return KBAN_OK;
}

int kban_filter_new(struct kban_context *ctx, const char *const *failregex,
		    const struct kban_filter_options *options, struct kban_filter **out,
		    struct kban_error **err)
{
	const struct kb_where nowhere = { 0 };
	kb_auto(filter_source) source = kb_filter_source_new("");

	if (source == NULL)
		return kb_fail_memory(err);
	for (; *failregex != NULL; failregex++)
		if (kb_filter_source_append(source, &source->failregex, kb_text(*failregex),
					    &nowhere) != KBAN_OK)
			return kb_fail_memory(err);
	return kb_filter_compile(ctx, source, options, out, err);
}

static void clear_rules(struct rule_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		kb_rule_clear(&list->items[i]);
	free(list->items);
}

static void free_filter(struct kban_filter *filter)
{
	for (size_t i = 0; i < kb_array_size(filter->rules); i++)
		clear_rules(&filter->rules[i]);
	kb_date_formats_free(filter->date_formats);
	kb_string_list_clear(&filter->files);
	kb_option_record_clear(&filter->record);
	kb_journal_words_clear(&filter->journal);
	kban_context_unref(filter->ctx);
	free(filter->name);
	free(filter->path);
	free(filter->encoding);
	free(filter->date_pattern);
	free(filter);
}

struct kban_filter *kban_filter_ref(struct kban_filter *filter)
{
	atomic_fetch_add_explicit(&filter->references, 1, memory_order_relaxed);
	return filter;
}

struct kban_filter *kban_filter_unref(struct kban_filter *filter)
{
	if (filter != NULL &&
	    atomic_fetch_sub_explicit(&filter->references, 1, memory_order_acq_rel) == 1)
		free_filter(filter);
	return NULL;
}

const char *kban_filter_name(const struct kban_filter *filter)
{
	return filter->name;
}

const char *kban_filter_path(const struct kban_filter *filter)
{
	return filter->path;
}

size_t kban_filter_rule_count(const struct kban_filter *filter, enum kban_rule_kind kind)
{
	return filter->rules[kind].count;
}

const struct kb_rule *kb_filter_rule(const struct kban_filter *filter, enum kban_rule_kind kind,
				     size_t index)
{
	const struct rule_list *list = &filter->rules[kind];

	return index < list->count ? &list->items[index] : NULL;
}

const char *kban_filter_rule_text(const struct kban_filter *filter, enum kban_rule_kind kind,
				  size_t index)
{
	const struct kb_rule *rule = kb_filter_rule(filter, kind, index);

	return rule != NULL ? rule->text : NULL;
}

const char *kban_filter_rule_regex(const struct kban_filter *filter, enum kban_rule_kind kind,
				   size_t index)
{
	const struct kb_rule *rule = kb_filter_rule(filter, kind, index);

	return rule != NULL ? rule->regex : NULL;
}

const char *kban_filter_rule_file(const struct kban_filter *filter, enum kban_rule_kind kind,
				  size_t index, unsigned *line)
{
	const struct kb_rule *rule = kb_filter_rule(filter, kind, index);

	if (line != NULL)
		*line = rule != NULL ? rule->where.line : 0;
	return rule != NULL ? rule->where.file : NULL;
}

size_t kban_filter_date_format_count(const struct kban_filter *filter)
{
	return kb_date_formats_count(filter->date_formats);
}

const char *kban_filter_date_format_name(const struct kban_filter *filter, size_t index)
{
	if (index >= kb_date_formats_count(filter->date_formats))
		return NULL;
	return kb_date_formats_name(filter->date_formats, index);
}

const char *kban_filter_date_format_pattern(const struct kban_filter *filter, size_t index)
{
	if (index >= kb_date_formats_count(filter->date_formats))
		return NULL;
	return kb_date_formats_pattern(filter->date_formats, index);
}

const char *kban_filter_date_format_regex(const struct kban_filter *filter, size_t index)
{
	if (index >= kb_date_formats_count(filter->date_formats))
		return NULL;
	return kb_date_formats_regex(filter->date_formats, index);
}

unsigned kban_filter_date_format_weight(const struct kban_filter *filter, size_t index)
{
	if (index >= kb_date_formats_count(filter->date_formats))
		return 0;
	return kb_date_formats_weight(filter->date_formats, index);
}

const char *kban_filter_date_pattern(const struct kban_filter *filter)
{
	return filter->date_pattern;
}

int kban_filter_has_max_lines(const struct kban_filter *filter)
{
	return filter->has_max_lines;
}

size_t kban_filter_option_count(const struct kban_filter *filter)
{
	return filter->record.count;
}

const char *kban_filter_option_name(const struct kban_filter *filter, size_t index)
{
	return index < filter->record.count ? filter->record.items[index].name : NULL;
}

const char *kban_filter_option_value(const struct kban_filter *filter, size_t index)
{
	return index < filter->record.count ? filter->record.items[index].value : NULL;
}

int kban_filter_option_is_given(const struct kban_filter *filter, size_t index)
{
	return index < filter->record.count && filter->record.items[index].is_given;
}

unsigned kban_filter_max_lines(const struct kban_filter *filter)
{
	return filter->max_lines;
}

struct kban_context *kb_filter_context(const struct kban_filter *filter)
{
	return filter->ctx;
}

const struct kb_date_formats *kb_filter_date_formats(const struct kban_filter *filter)
{
	return filter->date_formats;
}

const int *kb_filter_zone(const struct kban_filter *filter)
{
	return filter->has_zone ? &filter->zone_minutes : NULL;
}

size_t kban_filter_journal_match_count(const struct kban_filter *filter)
{
	return filter->journal.count;
}

const char *const *kban_filter_journal_match(const struct kban_filter *filter, size_t index)
{
	static const char *const nothing[] = { NULL };

	if (index >= filter->journal.count)
		return NULL;
	/* A list without words has no items. */
	if (filter->journal.matches[index].count == 0)
		return nothing;
	return (const char *const *)filter->journal.matches[index].items;
}

const char *kban_filter_encoding(const struct kban_filter *filter)
{
	return filter->encoding;
}

void kban_filter_line_feed(const struct kban_filter *filter, struct kban_line_feed *out)
{
	struct kb_line_feed feed = kb_line_feed_of(filter->encoding);

	*out = (struct kban_line_feed){ feed.width, feed.big_endian };
}

enum kban_usedns kb_filter_usedns(const struct kban_filter *filter)
{
	return filter->usedns;
}
