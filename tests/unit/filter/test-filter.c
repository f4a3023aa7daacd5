/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-filter.h"

#include <stdio.h>

#include "base/buffer.h"
#include "failing-alloc.h"
#include "file-tree.h"

static const struct kb_where somewhere = { "filter.d/x.conf", 7 };

/* A source with one rule of each kind that is given. */
struct texts {
	const char *prefix;
	const char *fail;
	const char *ignore;
	const char *date;
	long long max_lines;
	const char *usedns;
};

static void append(struct kb_filter_source *source, struct kb_rule_list *list, const char *text)
{
	if (text != NULL)
		assert_int_equal(kb_filter_source_append(source, list, kb_text(text), &somewhere),
				 KBAN_OK);
}

static struct kb_filter_source *make_source(const struct texts *texts)
{
	struct kb_filter_source *source = kb_filter_source_new("x");

	assert_non_null(source);
	append(source, &source->prefregex, texts->prefix);
	append(source, &source->failregex, texts->fail);
	append(source, &source->ignoreregex, texts->ignore);
	append(source, &source->datepattern, texts->date);
	source->maxlines = texts->max_lines;
	if (texts->usedns != NULL)
		source->usedns = kb_text_copy(kb_text(texts->usedns));
	return source;
}

struct mistake {
	struct texts texts;
	struct kban_filter_options options;
	int status;
	const char *error; /* or how it begins */
};

static void is_refused(void **state)
{
	kban_auto(context) ctx = kban_context_new();

	for (const struct mistake *row = *state; row->error != NULL; row++) {
		kb_auto(filter_source) source = make_source(&row->texts);
		struct kban_filter_options options = row->options;
		struct kban_filter *filter = NULL;
		kban_auto(error) err = NULL;

		options.size = sizeof(options);
		assert_int_equal(kb_filter_compile(ctx, source, &options, &filter, &err),
				 row->status);
		assert_null(filter);
		if (strncmp(kban_error_text(err), row->error, strlen(row->error)) != 0)
			fail_msg("expected '%s': %s", row->error, kban_error_text(err));
	}
}

static const char *const bad_ignore[] = { "a", "(", NULL };

static const struct mistake mistakes[] = {
	{ { .fail = "^x$" },
	  { 0 },
	  KBAN_E_SYNTAX,
	  "filter.d/x.conf:7: failregex: No failure-id group in '^x$'" },
	{ { .fail = "^(<HOST>" },
	  { 0 },
	  KBAN_E_SYNTAX,
	  "filter.d/x.conf:7: failregex: Unable to compile regular expression '^((?:" },
	{ { .fail = "<HOST>", .ignore = "[" },
	  { 0 },
	  KBAN_E_SYNTAX,
	  "filter.d/x.conf:7: ignoreregex: Unable to compile" },
	{ { .fail = "<HOST>", .prefix = " " },
	  { 0 },
	  KBAN_E_SYNTAX,
	  "filter.d/x.conf:7: prefregex: Cannot add empty regex" },
	{ { .fail = "<HOST>" },
	  { .ignore = bad_ignore },
	  KBAN_E_SYNTAX,
	  "ignoreregex: Unable to compile" },
	{ { .fail = "<HOST>" },
	  { .time_zone = "Europe/Berlin" },
	  KBAN_E_SYNTAX,
	  "Unknown or unsupported time zone 'Europe/Berlin'" },
	{ { .fail = "<HOST>" },
	  { .encoding = "latin-99" },
	  KBAN_E_SYNTAX,
	  "Unknown encoding 'latin-99'" },
	{ { .fail = "<HOST>" },
	  { .max_lines = 100000 },
	  KBAN_E_LIMIT,
	  "maxlines: 100000 is more than 1000" },
	{ { .fail = "<HOST>", .max_lines = 1001 },
	  { 0 },
	  KBAN_E_LIMIT,
	  "maxlines: 1001 is more than 1000" },
	{ { .fail = "<HOST>", .date = "%Q" }, { 0 }, KBAN_E_SYNTAX, "filter.d/x.conf:7: " },
	{ { .fail = "<HOST>" }, { .date_pattern = "%Q" }, KBAN_E_SYNTAX, "" },
	{ { 0 }, { 0 }, 0, NULL },
};

/* What the names in a log mean. */
struct dns_case {
	const char *in_filter;
	enum kban_usedns wanted;
	enum kban_usedns expected;
	const char *logged;
};

static char logged[256];

static void note_line(int level, const char *topic, const char *line, void *data)
{
	(void)data;
	snprintf(logged, sizeof(logged), "%d %s: %s", level, topic, line);
}

static void uses_dns(void **state)
{
	kban_auto(context) ctx = kban_context_new();

	kban_context_set_log(ctx, note_line, NULL);
	for (const struct dns_case *row = *state; row->logged != NULL; row++) {
		const struct texts texts = { .fail = "<HOST>", .usedns = row->in_filter };
		kb_auto(filter_source) source = make_source(&texts);
		struct kban_filter_options options = KBAN_FILTER_OPTIONS_INIT;
		kban_auto(filter) filter = NULL;

		logged[0] = '\0';
		options.usedns = row->wanted;
		assert_int_equal(kb_filter_compile(ctx, source, &options, &filter, NULL), KBAN_OK);
		assert_int_equal(kb_filter_usedns(filter), row->expected);
		assert_string_equal(logged, row->logged);
	}
}

static const struct dns_case who_decides_about_names[] = {
	{ NULL, KBAN_USEDNS_DEFAULT, KBAN_USEDNS_WARN, "" },
	{ "no", KBAN_USEDNS_DEFAULT, KBAN_USEDNS_NO, "" },
	{ "YES", KBAN_USEDNS_DEFAULT, KBAN_USEDNS_YES, "" },
	{ " raw ", KBAN_USEDNS_DEFAULT, KBAN_USEDNS_RAW, "" },
	{ "warn", KBAN_USEDNS_NO, KBAN_USEDNS_NO, "" },
	{ "nonsense", KBAN_USEDNS_YES, KBAN_USEDNS_YES, "" },
	{ "non\tsense", KBAN_USEDNS_DEFAULT, KBAN_USEDNS_NO,
	  "40 filter: Incorrect value 'non\\tsense' specified for usedns. Using safe 'no'" },
	{ NULL, KBAN_USEDNS_DEFAULT, KBAN_USEDNS_DEFAULT, NULL },
};

static void rules_know_where_they_stand(void **state)
{
	const struct texts texts = {
		.prefix = "^p", .fail = "^<HOST>", .ignore = "i", .max_lines = 3
	};
	static const char *const more[] = { "command line", NULL };
	kban_auto(context) ctx = kban_context_new();
	struct kb_filter_source *source = make_source(&texts);
	struct kban_filter_options options = KBAN_FILTER_OPTIONS_INIT;
	kban_auto(filter) filter = NULL;
	unsigned line;

	(void)state;
	options.ignore = more;
	assert_int_equal(kb_filter_compile(ctx, source, &options, &filter, NULL), KBAN_OK);
	/* The source is not needed any more. */
	kb_filter_source_free(source);
	assert_string_equal(kban_filter_name(filter), "x");
	assert_null(kban_filter_path(filter));
	assert_int_equal(kban_filter_max_lines(filter), 3);
	assert_int_equal(kban_filter_rule_count(filter, KBAN_RULE_PREFIX), 1);
	assert_int_equal(kban_filter_rule_count(filter, KBAN_RULE_FAIL), 1);
	assert_int_equal(kban_filter_rule_count(filter, KBAN_RULE_IGNORE), 2);
	assert_string_equal(kban_filter_rule_text(filter, KBAN_RULE_FAIL, 0), "^<HOST>");
	assert_string_equal(kban_filter_rule_text(filter, KBAN_RULE_IGNORE, 1), "command line");
	assert_null(kban_filter_rule_text(filter, KBAN_RULE_IGNORE, 2));
	assert_string_equal(kban_filter_rule_file(filter, KBAN_RULE_FAIL, 0, &line),
			    "filter.d/x.conf");
	assert_int_equal(line, 7);
	assert_null(kban_filter_rule_file(filter, KBAN_RULE_IGNORE, 1, &line));
	assert_int_equal(line, 0);
	assert_null(kban_filter_rule_file(filter, KBAN_RULE_IGNORE, 2, NULL));
	assert_true(kban_filter_date_format_count(filter) > 0);
	assert_non_null(kban_filter_date_format_name(filter, 0));
	assert_null(kban_filter_date_format_name(filter, 1000));
}

static void callers_wishes_win(void **state)
{
	const struct texts texts = { .fail = "^<HOST>", .date = "%Y", .max_lines = 3 };
	kban_auto(context) ctx = kban_context_new();
	kb_auto(filter_source) source = make_source(&texts);
	struct kban_filter_options options = KBAN_FILTER_OPTIONS_INIT;
	kban_auto(filter) filter = NULL;

	(void)state;
	options.max_lines = 1;
	options.date_pattern = "%m\n\n%d\n";
	options.time_zone = "UTC+0230";
	assert_int_equal(kb_filter_compile(ctx, source, &options, &filter, NULL), KBAN_OK);
	assert_int_equal(kban_filter_max_lines(filter), 1);
	assert_int_equal(kban_filter_date_format_count(filter), 2);
	assert_string_equal(kban_filter_date_format_name(filter, 0), "Month");
	assert_non_null(kb_filter_zone(filter));
	assert_int_equal(*kb_filter_zone(filter), 150);
}

static void no_options_are_the_defaults(void **state)
{
	const struct texts texts = { .fail = "^<HOST>" };
	kban_auto(context) ctx = kban_context_new();
	kb_auto(filter_source) source = make_source(&texts);
	kban_auto(filter) filter = NULL;

	(void)state;
	assert_int_equal(kb_filter_compile(ctx, source, NULL, &filter, NULL), KBAN_OK);
	assert_null(kb_filter_zone(filter));
	assert_int_equal(kban_filter_max_lines(filter), 1);
}

/* A caller built against a header without the last members. */
static void shorter_options_are_understood(void **state)
{
	const struct texts texts = { .fail = "^<HOST>" };
	kban_auto(context) ctx = kban_context_new();
	kb_auto(filter_source) source = make_source(&texts);
	struct kban_filter_options options;
	kban_auto(filter) filter = NULL;

	(void)state;
	memset(&options, 0xff, sizeof(options));
	options.size = offsetof(struct kban_filter_options, date_pattern);
	options.config_dir = NULL;
	options.usedns = KBAN_USEDNS_NO;
	assert_int_equal(kb_filter_compile(ctx, source, &options, &filter, NULL), KBAN_OK);
	assert_int_equal(kb_filter_usedns(filter), KBAN_USEDNS_NO);
}

static void patterns_in_memory(void **state)
{
	static const char *const rules[] = { "^a <HOST>$", "^b <HOST>$", NULL };
	static const char *const bad[] = { "^a$", NULL };
	kban_auto(context) ctx = kban_context_new();
	kban_auto(filter) filter = NULL;
	kban_auto(error) err = NULL;
	struct kban_filter *again;

	(void)state;
	assert_int_equal(kban_filter_new(ctx, bad, NULL, &filter, &err), KBAN_E_SYNTAX);
	assert_string_equal(kban_error_text(err), "failregex: No failure-id group in '^a$'");
	assert_int_equal(kban_filter_new(ctx, rules, NULL, &filter, NULL), KBAN_OK);
	assert_string_equal(kban_filter_name(filter), "");
	assert_int_equal(kban_filter_rule_count(filter, KBAN_RULE_FAIL), 2);
	again = kban_filter_ref(filter);
	assert_ptr_equal(again, filter);
	assert_null(kban_filter_unref(again));
	assert_null(kban_filter_unref(NULL));
	assert_string_equal(kban_filter_rule_text(filter, KBAN_RULE_FAIL, 1), "^b <HOST>$");
}

/* NAME=VALUE of each option, with ! where the caller gave it. */
static void list_options(const struct kban_filter *filter, struct kb_buffer *out)
{
	for (size_t i = 0; i < kban_filter_option_count(filter); i++)
		kb_buffer_printf(out, "%s%s=%s;", kban_filter_option_is_given(filter, i) ? "!" : "",
				 kban_filter_option_name(filter, i),
				 kban_filter_option_value(filter, i));
}

static void is_for_the_journal(void **state)
{
	static const struct test_file files[] = {
		{ "filter.d/x.conf", "[Definition]\nfailregex = ^<ADDR>\n"
				     "journalmatch = _COMM=\"a b\" + _COMM=c\n\t_PID=1\n" },
		{ NULL, NULL },
	};
	kban_auto(context) ctx = kban_context_new();
	struct kban_filter_options options = KBAN_FILTER_OPTIONS_INIT;
	kban_auto(filter) filter = NULL;
	kban_auto(filter) other = NULL;
	kban_auto(error) err = NULL;
	char *root = make_tree(files);

	(void)state;
	options.config_dir = root;
	options.from_journal = 1;
	assert_int_equal(kban_filter_load(ctx, "x", &options, &filter, NULL), KBAN_OK);
	assert_string_equal(kban_filter_option_value(filter, 0), "journal");
	assert_int_equal(kban_filter_journal_match_count(filter), 2);
	assert_string_equal(kban_filter_journal_match(filter, 0)[0], "_COMM=a b");
	assert_string_equal(kban_filter_journal_match(filter, 0)[2], "_COMM=c");
	assert_null(kban_filter_journal_match(filter, 0)[3]);
	assert_null(kban_filter_journal_match(filter, 2));
	options.journal_match = "";
	assert_int_equal(kban_filter_load(ctx, "x", &options, &other, NULL), KBAN_OK);
	assert_int_equal(kban_filter_journal_match_count(other), 1);
	assert_null(kban_filter_journal_match(other, 0)[0]);
	options.journal_match = "'a";
	assert_int_equal(kban_filter_load(ctx, "x", &options, &other, &err), KBAN_E_SYNTAX);
	assert_string_equal(kban_error_text(err),
			    "journalmatch has a quote that is not closed in ''a'");
	remove_tree(root);
}

static void shows_how_it_was_read(void **state)
{
	static const struct test_file files[] = {
		{ "filter.d/x.conf", "[Definition]\nfailregex = ^<mode> of <ADDR>\nmode = bad\n"
				     "datepattern = %%Y\n %%m\nmaxlines = 1\n" },
		{ NULL, NULL },
	};
	kban_auto(context) ctx = kban_context_new();
	struct kban_filter_options options = KBAN_FILTER_OPTIONS_INIT;
	kb_auto_clear(buffer) seen = { 0 };
	kban_auto(filter) filter = NULL;
	kban_auto(filter) own = NULL;
	char *root = make_tree(files);

	(void)state;
	options.config_dir = root;
	assert_int_equal(kban_filter_load(ctx, "x[mode=worse]", &options, &filter, NULL), KBAN_OK);
	list_options(filter, &seen);
	assert_string_equal(seen.data, "logtype=file;datepattern=%Y\n%m;!mode=worse;");
	assert_string_equal(kban_filter_date_pattern(filter), "%Y\n%m");
	assert_string_equal(kban_filter_rule_text(filter, KBAN_RULE_FAIL, 0), "^worse of <ADDR>");
	assert_non_null(strstr(kban_filter_rule_regex(filter, KBAN_RULE_FAIL, 0), "?P<ip4>"));
	assert_true(kban_filter_has_max_lines(filter));
	assert_null(kban_filter_option_name(filter, 3));
	assert_null(kban_filter_option_value(filter, 3));
	assert_false(kban_filter_option_is_given(filter, 3));
	remove_tree(root);

	options.date_pattern = "%d";
	assert_int_equal(
		kban_filter_new(ctx, (const char *const[]){ "<HOST>", NULL }, &options, &own, NULL),
		KBAN_OK);
	assert_int_equal(kban_filter_option_count(own), 0);
	assert_string_equal(kban_filter_date_pattern(own), "%d");
	assert_string_equal(kban_filter_date_format_pattern(own, 0), "%d");
	assert_non_null(strstr(kban_filter_date_format_regex(own, 0), "?P<d>"));
	assert_int_equal(kban_filter_date_format_weight(own, 0), 1);
	assert_null(kban_filter_date_format_pattern(own, 1));
	assert_null(kban_filter_date_format_regex(own, 1));
	assert_int_equal(kban_filter_date_format_weight(own, 1), 0);
	assert_false(kban_filter_has_max_lines(own));
	assert_null(kban_filter_rule_regex(own, KBAN_RULE_FAIL, 1));
}

struct hunger {
	struct kban_context *ctx;
	struct kb_filter_source *source;
};

static int compile_once(void *data)
{
	const struct hunger *hunger = data;
	static const char *const ignore[] = { "x", NULL };
	struct kban_filter_options options = KBAN_FILTER_OPTIONS_INIT;
	kban_auto(filter) filter = NULL;

	options.ignore = ignore;
	return kb_filter_compile(hunger->ctx, hunger->source, &options, &filter, NULL);
}

static int new_once(void *data)
{
	static const char *const rules[] = { "<HOST>", NULL };
	struct kban_filter_options options = KBAN_FILTER_OPTIONS_INIT;
	kban_auto(filter) filter = NULL;

	options.date_pattern = "%m\n%d";
	return kban_filter_new(data, rules, &options, &filter, NULL);
}

static void without_memory(void **state)
{
	const struct texts texts = {
		.prefix = "^p", .fail = "^<HOST>", .ignore = "i", .date = "%Y"
	};
	kban_auto(context) ctx = kban_context_new();
	kb_auto(filter_source) source = make_source(&texts);
	struct hunger hunger = { ctx, source };

	(void)state;
	assert_every_allocation_may_fail(compile_once, &hunger);
	assert_every_allocation_may_fail(new_once, ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(is_refused, mistakes),
		test_case(uses_dns, who_decides_about_names),
		cmocka_unit_test(rules_know_where_they_stand),
		cmocka_unit_test(callers_wishes_win),
		cmocka_unit_test(no_options_are_the_defaults),
		cmocka_unit_test(shorter_options_are_understood),
		cmocka_unit_test(patterns_in_memory),
		cmocka_unit_test(is_for_the_journal),
		cmocka_unit_test(shows_how_it_was_read),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
