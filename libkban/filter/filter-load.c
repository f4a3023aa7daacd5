/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filter/filter-load.h"

#include "base/buffer.h"
#include "base/text.h"
#include "conf/blank.h"
#include "filter/filter-find.h"
#include "filter/filter-map.h"
#include "filter/filter-names.h"
#include "filter/journal-words.h"

#define KNOWN   "known/"
#define LOGTYPE "logtype"

struct work {
	const struct kb_filter_request *request;
	const struct kb_filter_map *map;
	struct kban_error **err;
};

/* Each line of a value as a pattern of its own. */
static int add_lines(struct kb_filter_source *source, struct kb_rule_list *list,
		     const struct kb_value *value)
{
	struct kban_text rest = kb_text(value->text);
	struct kban_text line;
	int status = KBAN_OK;

	for (size_t i = 0; status == KBAN_OK && kb_text_next_line(&rest, &line); i++) {
		if (kb_blank_trim(line).len > 0)
			status = kb_filter_source_append(source, list, line, &value->lines[i]);
	}
	return status;
}

/* Whole, whatever lines it has. */
static int set_prefix(struct kb_filter_source *source, const struct kb_value *value)
{
	struct kban_text text = kb_blank_trim(kb_text(value->text));

	if (text.len == 0)
		return KBAN_OK;
	return kb_filter_source_append(source, &source->prefregex, text, kb_value_where(value));
}

static int set_usedns(struct kb_filter_source *source, const struct kb_value *value)
{
	struct kban_text text = kb_blank_trim(kb_text(value->text));

	if (text.len == 0)
		return KBAN_OK;
	source->usedns = kb_text_copy(text);
	if (source->usedns == NULL)
		return KBAN_E_NOMEM;
	return kb_filter_source_where(source, kb_value_where(value), &source->usedns_where);
}

/* A number that is none is passed over, as fail2ban does, but not in silence. */
static int set_maxlines(const struct work *work, struct kb_filter_source *source,
			const struct kb_value *value)
{
	struct kban_error *warning = NULL;
	struct kb_problem_list *warnings = work->request->problems;

	if (kb_value_int(value, "maxlines", &source->maxlines, &warning) == KBAN_OK) {
		if (source->maxlines >= 1)
			return KBAN_OK;
		return kb_fail(work->err, KBAN_E_SYNTAX, kb_value_where(value),
			       "maxlines must be at least 1, not '%lld'", source->maxlines);
	}
	if (warnings == NULL) {
		kban_error_free(warning);
		return KBAN_OK;
	}
	if (kb_problem_list_take(warnings, KB_PROBLEM_WARNING, NULL, warning) != KBAN_OK)
		return kb_fail_memory(work->err);
	return KBAN_OK;
}

/* The value that holds where there can be but one: what the jail says only replaces [Definition].
 */
static const struct kb_value *choose(const struct work *work, const char *setting)
{
	const struct kb_options *jail = work->request->jail;
	const struct kb_value *value = kb_options_find(&work->map->options, setting);

	return value != NULL || jail == NULL ? value : kb_options_find(jail, setting);
}

static int set_singles(const struct work *work, struct kb_filter_source *source)
{
	const struct kb_value *usedns = choose(work, "usedns");
	const struct kb_value *prefix = choose(work, "prefregex");
	const struct kb_value *maxlines = choose(work, "maxlines");
	int status = usedns != NULL ? set_usedns(source, usedns) : KBAN_OK;

	if (status == KBAN_OK && prefix != NULL)
		status = set_prefix(source, prefix);
	if (status != KBAN_OK)
		return kb_fail_memory(work->err);
	return maxlines != NULL ? set_maxlines(work, source, maxlines) : KBAN_OK;
}

/* What the filter has, then what the jail has. */
static int add_both(const struct work *work, const char *setting, struct kb_filter_source *source,
		    struct kb_rule_list *list)
{
	const struct kb_options *jail = work->request->jail;
	const struct kb_value *own = kb_options_find(&work->map->options, setting);
	const struct kb_value *jails = jail != NULL ? kb_options_find(jail, setting) : NULL;
	int status = own != NULL ? add_lines(source, list, own) : KBAN_OK;

	return status == KBAN_OK && jails != NULL ? add_lines(source, list, jails) : status;
}

/* The jail's patterns are tried instead of the filter's, not after them. */
static int set_dates(const struct work *work, struct kb_filter_source *source)
{
	const struct kb_options *jail = work->request->jail;
	const struct kb_value *own = kb_options_find(&work->map->options, "datepattern");
	const struct kb_value *jails = jail != NULL ? kb_options_find(jail, "datepattern") : NULL;
	int status = jails != NULL ? add_lines(source, &source->datepattern, jails) : KBAN_OK;

	if (status != KBAN_OK || own == NULL || source->datepattern.count > 0)
		return status;
	return add_lines(source, &source->datepattern, own);
}

static int check_matches(const struct work *work, const struct kb_rule_list *matches)
{
	kb_auto_clear(journal_words) words = { 0 };
	int status = KBAN_OK;

	for (size_t i = 0; i < matches->count && status == KBAN_OK; i++)
		status = kb_journal_words_add(&words, matches->items[i].text,
					      &matches->items[i].where, work->err);
	return status;
}

/* A file that says nothing because its section has another name is a mistake. */
static int check_section(const struct work *work, const struct kb_filter_source *source)
{
	struct kb_where where = { source->path, 0 };

	if (work->map->conf == NULL || source->failregex.count > 0 ||
	    source->ignoreregex.count > 0 ||
	    kb_conf_section_options(work->map->conf, "Definition") != NULL)
		return KBAN_OK;
	return kb_fail(work->err, KBAN_E_SYNTAX, &where,
		       "no section [Definition]; put failregex into one");
}

static int fill(const struct work *work, struct kb_filter_source *source)
{
	int status = set_singles(work, source);

	if (status != KBAN_OK)
		return status;
	status = add_both(work, "failregex", source, &source->failregex);
	if (status == KBAN_OK)
		status = add_both(work, "ignoreregex", source, &source->ignoreregex);
	if (status == KBAN_OK)
		status = add_both(work, "journalmatch", source, &source->journalmatch);
	if (status == KBAN_OK)
		status = set_dates(work, source);
	if (status != KBAN_OK)
		return kb_fail_memory(work->err);
	status = check_matches(work, &source->journalmatch);
	return status == KBAN_OK ? check_section(work, source) : status;
}

/* The lines of datepattern as one text. */
static int record_dates(struct kb_filter_source *source)
{
	kb_auto_clear(buffer) text = { 0 };

	for (size_t i = 0; i < source->datepattern.count; i++) {
		kb_buffer_string(&text, i > 0 ? "\n" : "");
		kb_buffer_string(&text, source->datepattern.items[i].text);
	}
	if (text.failed)
		return KBAN_E_NOMEM;
	if (text.len == 0)
		return KBAN_OK;
	return kb_option_record_add(&source->record, KB_TEXT("datepattern"),
				    kb_buffer_content(&text), false);
}

static bool is_given(const struct work *work, size_t argument)
{
	const struct kb_filter_request *request = work->request;
	const struct kb_option *option = &work->map->item.options.items[argument];

	if (request->jail == NULL)
		return argument < work->map->written;
	return request->arguments != NULL &&
	       kb_options_find(request->arguments, option->name) != NULL;
}

static int record_argument(const struct work *work, struct kb_filter_source *source, size_t index)
{
	const struct kb_option *option = &work->map->item.options.items[index];

	return kb_option_record_add(&source->record, kb_text(option->name),
				    kb_text(option->value.text), is_given(work, index));
}

/* The filter's own logtype, which no argument replaces. */
static int record_own_logtype(const struct work *work, struct kb_filter_source *source)
{
	kb_auto_clear(value) value = { 0 };
	int status = KBAN_E_NOTFOUND;

	if (work->map->conf != NULL)
		status = kb_conf_get(work->map->conf, "Definition", LOGTYPE, NULL, &value, NULL);
	if (status != KBAN_OK)
		return status == KBAN_E_NOMEM ? status : KBAN_OK;
	return kb_option_record_add(&source->record, KB_TEXT(LOGTYPE), kb_text(value.text), false);
}

/* What decided how the files were read: logtype, datepattern, and the other arguments. */
static int record_options(const struct work *work, struct kb_filter_source *source)
{
	const struct kb_options *arguments = &work->map->item.options;
	size_t logtype = 0;
	int status;

	while (logtype < arguments->count && strcmp(arguments->items[logtype].name, LOGTYPE) != 0)
		logtype++;
	status = logtype < arguments->count ? record_argument(work, source, logtype)
					    : record_own_logtype(work, source);
	if (status == KBAN_OK)
		status = record_dates(source);
	for (size_t i = 0; i < arguments->count && status == KBAN_OK; i++)
		if (i != logtype)
			status = record_argument(work, source, i);
	return status;
}

static int make_source(const struct work *work, struct kb_filter_source **out)
{
	const char *name = work->map->item.name != NULL ? work->map->item.name : "";
	kb_autofree char *base = kb_filter_base_name(name);
	kb_auto(filter_source) source = base != NULL ? kb_filter_source_new(base) : NULL;
	int status;

	if (source == NULL)
		return kb_fail_memory(work->err);
	if (work->map->conf != NULL && kb_conf_file_count(work->map->conf) > 0) {
		source->path = strdup(kb_conf_file(work->map->conf, 0));
		if (source->path == NULL)
			return kb_fail_memory(work->err);
	}
	status = fill(work, source);
	if (status == KBAN_OK && record_options(work, source) != KBAN_OK)
		return kb_fail_memory(work->err);
	if (status == KBAN_OK && work->request->problems != NULL &&
	    kb_filter_names_check(work->map, source, work->request->problems) != KBAN_OK)
		return kb_fail_memory(work->err);
	if (status == KBAN_OK)
		*out = kb_steal(source);
	return status;
}

int kb_filter_source_load(const struct kb_filter_request *request, struct kb_filter_source **out,
			  struct kban_error **err)
{
	kb_auto_clear(filter_map) map = { 0 };
	const struct work work = { .request = request, .map = &map, .err = err };
	int status = kb_filter_map_load(request, &map, err);

	return status == KBAN_OK ? make_source(&work, out) : status;
}

static int name_known(const struct kb_options *map, struct kb_options *out)
{
	int status = KBAN_OK;

	for (size_t i = 0; i < map->count && status == KBAN_OK; i++) {
		kb_auto_clear(buffer) name = { 0 };

		kb_buffer_string(&name, KNOWN);
		kb_buffer_lower(&name, kb_text(map->items[i].name));
		status = name.failed ? KBAN_E_NOMEM
				     : kb_options_set(out, name.data, &map->items[i].value);
	}
	return status;
}

int kb_filter_known_load(const struct kb_filter_request *request, struct kb_filter_known *out)
{
	struct kb_filter_request silent = *request;
	kb_auto_clear(filter_map) map = { 0 };
	struct kb_filter_known known = { 0 };
	int status;

	silent.problems = NULL;
	status = kb_filter_map_load_all(&silent, &map, NULL);
	if (status == KBAN_OK)
		status = name_known(&map.options, &known.options);
	if (status == KBAN_E_NOMEM) {
		kb_filter_known_clear(&known);
		return status;
	}
	known.conf = kb_steal(map.conf);
	*out = known;
	return KBAN_OK;
}

void kb_filter_known_clear(struct kb_filter_known *known)
{
	kb_options_clear(&known->options);
	kb_conf_free(known->conf);
	*known = (struct kb_filter_known){ 0 };
}
