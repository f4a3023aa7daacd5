/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/buffer.h"
#include "base/problem-list.h"
#include "base/text.h"
#include "failing-alloc.h"
#include "file-tree.h"
#include "filter/filter-load.h"

/* A filter of a tree, in a jail with @a jail's options (name, value, name …), and what it gives. */
struct sample {
	const char *filter;
	const char *jail[7];
	const char *backend;
	const char *expected; /* settings, "TEXT@FILE:LINE"; or the error */
};

static const struct test_file tree[] = {
	{ "filter.d/simple.conf", "[Definition]\nfailregex = ^a <HOST>$\n\n"
				  "  ^b <HOST>$\nignoreregex =\n  ^a 192\n" },
	{ "filter.d/simple.local", "[Definition]\nfailregex = %(known/failregex)s\n"
				   "  ^local <HOST>\n" },
	{ "filter.d/options.conf", "[DEFAULT]\nd = D\n\n"
				   "[Definition]\n"
				   "failregex = ^<p>-<q>-%(p)s-<d> <HOST>$\n"
				   "p = defn\n"
				   "mode = normal\n"
				   "mdre-normal = N <HOST>\n"
				   "modal = <mdre-<mode>>\n"
				   "maxretry = 77\n"
				   "[Init]\n"
				   "p = init\n"
				   "q = initq\n" },
	{ "filter.d/mode.conf", "[Definition]\nfailregex = <mdre-<mode>>\nmode = normal\n"
				"mdre-normal = N <HOST>\nmdre-x = X <HOST>\n"
				"  X2 <HOST>\n" },
	{ "filter.d/seven.conf",
	  "[Definition]\nusedns = raw\nprefregex =\n ^<F-CONTENT>.+</F-CONTENT>$\n"
	  "maxlines = 3\nfailregex = ^f <HOST>\nignoreregex = ^i\n"
	  "datepattern = ^%%Y\n  ^%%d\njournalmatch = _COMM=x + _UID=1\n  _COMM='y z'\n" },
	{ "filter.d/visible.conf", "[Definition]\nfailregex = <maxretry> %(maxretry)s <findtime> "
				   "<backend> <mode> <HOST>\nmaxretry = 77\n" },
	{ "filter.d/lt.conf", "[DEFAULT]\nlogtype = file\n[Definition]\n"
			      "failregex = <lt_<logtype>/pre> <HOST>\n"
			      "[lt_file]\npre = F\n[lt_journal]\npre = J\n[lt_short]\npre = S\n" },
	{ "filter.d/own-lt.conf", "[Definition]\nlogtype = short\nfailregex = <logtype> <HOST>\n" },
	{ "filter.d/known.conf", "[Definition]\nfailregex = <p> <HOST>\np = P\n[Init]\ni = I\n" },
	{ "filter.d/cond.conf", "[Definition]\nfailregex = <c> <HOST>\n[Init]\nc = 4\n"
				"[Init?family=inet6]\nc = 6\n" },
	{ "filter.d/shadow.conf", "[Definition]\nfailregex = ^<HOST>$\nhost = foo\n" },
	{ "filter.d/multi.conf", "[Definition]\nfailregex = ^<p>$\np = 1 <HOST>\n  2 <HOST>\n" },
	{ "filter.d/init.conf", "[Init]\nfailregex = ^i <HOST>\n" },
	{ "filter.d/circle.conf", "[Definition]\nfailregex = <a> <HOST>\na = <b>\nb = <a>\n" },
	{ "filter.d/reference.conf", "[Definition]\n\nfailregex = %(nope)s <HOST>\n" },
	{ "filter.d/percent.conf", "[Definition]\nfailregex = ^100% <HOST>\nbogus = %(nope)s\n" },
	{ "filter.d/bogus.conf", "[Definition]\nfailregex = ^ok <HOST>\nbogus = %(nope)s\n" },
	{ "filter.d/twice.conf", "[Definition]\nfailregex = a\nfailregex = b\n" },
	{ "filter.d/headless.conf", "failregex = a\n" },
	{ "filter.d/undefined.conf", "[definition]\nfailregex = a\n" },
	{ "filter.d/quote.conf", "[Definition]\nfailregex = a <HOST>\njournalmatch = 'x\n" },
	{ "filter.d/lines.conf", "[Definition]\nfailregex = a <HOST>\nmaxlines = 0\n" },
	{ "filter.d/many.conf", "[Definition]\nfailregex = a <HOST>\nmaxlines = many\n"
				"[INCLUDES]\nbefore = missing.conf\n" },
	{ "filter.d/directory.conf/x", "" },
	{ "elsewhere/alone.conf", "[INCLUDES]\nbefore = part.inc\n[Definition]\n"
				  "failregex = <part> <HOST>\n" },
	{ "elsewhere/alone.d/not.conf", "[Definition]\nfailregex = not <HOST>\n" },
	{ "elsewhere/part.inc", "[DEFAULT]\npart = P\n" },
	{ "elsewhere/plain", "[Definition]\nfailregex = plain <HOST>\n" },
	{ "elsewhere/filter.d/full.conf", "[Definition]\nfailregex = full <HOST>\n" },
	{ "elsewhere/filter.d/full.d/a.conf", "[Definition]\nfailregex = fuller <HOST>\n" },
	{ NULL, NULL },
};

static char *root;

static int set_up(void **state)
{
	(void)state;
	root = make_tree(tree);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	remove_tree(root);
	return 0;
}

static const char *short_name(const char *file)
{
	const char *slash = file != NULL ? strrchr(file, '/') : NULL;

	return slash != NULL ? slash + 1 : "-";
}

static void print_list(struct kb_buffer *out, const char *name, const struct kb_rule_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		kb_buffer_printf(out, "%s %s@%s:%u\n", name, list->items[i].text,
				 short_name(list->items[i].where.file), list->items[i].where.line);
}

static void print_source(struct kb_buffer *out, const struct kb_filter_source *source)
{
	if (source->usedns != NULL)
		kb_buffer_printf(out, "usedns %s\n", source->usedns);
	print_list(out, "prefix", &source->prefregex);
	if (source->maxlines != 0)
		kb_buffer_printf(out, "maxlines %lld\n", source->maxlines);
	print_list(out, "fail", &source->failregex);
	print_list(out, "ignore", &source->ignoreregex);
	print_list(out, "date", &source->datepattern);
	print_list(out, "journal", &source->journalmatch);
}

static void set_jail(struct kb_options *options, const char *const *pairs)
{
	const struct kb_where where = { "/etc/jail.conf", 9 };

	for (; pairs[0] != NULL; pairs += 2) {
		kb_auto_clear(value) value = { 0 };

		assert_int_equal(kb_value_init(&value, kb_text(pairs[1]), &where), KBAN_OK);
		assert_int_equal(kb_options_take(options, kb_text(pairs[0]), &value), KBAN_OK);
	}
}

static void check(const struct sample *row)
{
	kb_auto(filter_source) source = NULL;
	kb_auto_clear(options) jail = { 0 };
	kb_auto_clear(buffer) out = { 0 };
	kb_autofree char *filter = with_root(row->filter, root);
	kb_autofree char *printed = NULL;
	kban_auto(error) err = NULL;
	struct kb_filter_request request = {
		.config_dir = root,
		.filter = filter,
		.where = { "/etc/jail.conf", 5 },
		.jail = &jail,
		.backend = row->backend,
	};

	set_jail(&jail, row->jail);
	if (kb_filter_source_load(&request, &source, &err) == KBAN_OK)
		print_source(&out, source);
	else
		kb_buffer_string(&out, kban_error_text(err));
	printed = without_root(out.data != NULL ? out.data : "", root);
	assert_string_equal(printed, row->expected);
}

static void load(void **state)
{
	for (const struct sample *row = *state; row->filter != NULL; row++)
		check(row);
}

static const struct sample files_are_merged[] = {
	{ "simple",
	  { NULL },
	  NULL,
	  "fail ^a <HOST>$@simple.conf:2\nfail ^b <HOST>$@simple.conf:4\n"
	  "fail ^local <HOST>@simple.local:3\n"
	  "ignore ^a 192@simple.conf:6\n" },
	{ "seven",
	  { NULL },
	  NULL,
	  "usedns raw\nprefix ^<F-CONTENT>.+</F-CONTENT>$@seven.conf:4\nmaxlines 3\n"
	  "fail ^f <HOST>@seven.conf:6\nignore ^i@seven.conf:7\n"
	  "date ^%Y@seven.conf:8\ndate ^%d@seven.conf:9\n"
	  "journal _COMM=x + _UID=1@seven.conf:10\njournal _COMM='y z'@seven.conf:11\n" },
	{ "multi", { NULL }, NULL, "fail ^1 <HOST>@multi.conf:2\nfail 2 <HOST>$@multi.conf:2\n" },
	{ "init", { NULL }, NULL, "fail ^i <HOST>@init.conf:2\n" },
	{ "bogus", { NULL }, NULL, "fail ^ok <HOST>@bogus.conf:2\n" },
	{ NULL, { NULL }, NULL, NULL },
};

static const struct sample arguments_come_first[] = {
	{ "options", { NULL }, NULL, "fail ^init-initq-defn-D <HOST>$@options.conf:5\n" },
	{ "options[p=JP]", { NULL }, NULL, "fail ^JP-initq-JP-D <HOST>$@options.conf:5\n" },
	{ "options[q=<known/q>x]",
	  { NULL },
	  NULL,
	  "fail ^init-initqx-defn-D <HOST>$@options.conf:5\n" },
	{ "options[p=\"<known/p>!\"]",
	  { NULL },
	  NULL,
	  "fail ^init!-initq-init!-D <HOST>$@options.conf:5\n" },
	{ "options[d=X]", { NULL }, NULL, "fail ^init-initq-defn-X <HOST>$@options.conf:5\n" },
	{ "options[failregex='^arg <HOST>']", { NULL }, NULL, "fail ^arg <HOST>@jail.conf:5\n" },
	{ "mode", { NULL }, NULL, "fail N <HOST>@mode.conf:4\n" },
	{ "mode[mode=x]",
	  { NULL },
	  NULL,
	  "fail X <HOST>@mode.conf:5\nfail X2 <HOST>@mode.conf:6\n" },
	{ "mode[mode=zz]", { NULL }, NULL, "fail <mdre-zz>@mode.conf:2\n" },
	{ "mode[mode=y, mdre-y='Y <HOST>']", { NULL }, NULL, "fail Y <HOST>@jail.conf:5\n" },
	{ "cond", { NULL }, NULL, "fail <c> <HOST>@cond.conf:2\n" },
	{ "cond[c=x]", { NULL }, NULL, "fail x <HOST>@cond.conf:2\n" },
	{ "shadow", { NULL }, NULL, "fail ^foo$@shadow.conf:2\n" },
	{ NULL, { NULL }, NULL, NULL },
};

static const struct sample jails_replace_what_a_filter_defines[] = {
	{ "simple",
	  { "failregex", "^jail <HOST>\n^two <HOST>" },
	  NULL,
	  "fail ^jail <HOST>@jail.conf:9\nfail ^two <HOST>@jail.conf:9\n"
	  "ignore ^a 192@simple.conf:6\n" },
	{ "simple", { "failregex", "" }, NULL, "ignore ^a 192@simple.conf:6\n" },
	{ "init",
	  { "failregex", "^jail <HOST>" },
	  NULL,
	  "fail ^i <HOST>@init.conf:2\nfail ^jail <HOST>@jail.conf:9\n" },
	{ "simple[failregex='^arg <HOST>']",
	  { "failregex", "^jail <HOST>" },
	  NULL,
	  "fail ^arg <HOST>@jail.conf:5\nfail ^jail <HOST>@jail.conf:9\n"
	  "ignore ^a 192@simple.conf:6\n" },
	{ "seven[maxlines=7, prefregex=^arg]",
	  { "maxlines", "9", "prefregex", "^jail", "usedns", "no" },
	  NULL,
	  "usedns no\nprefix ^arg@jail.conf:5\nmaxlines 7\nfail ^f <HOST>@seven.conf:6\n"
	  "ignore ^i@seven.conf:7\ndate ^%Y@seven.conf:8\ndate ^%d@seven.conf:9\n"
	  "journal _COMM=x + _UID=1@seven.conf:10\njournal _COMM='y z'@seven.conf:11\n" },
	{ "seven[journalmatch=A=1, datepattern=^arg]",
	  { "datepattern", "^%Y", "journalmatch", "J=1", "ignoreregex", "" },
	  NULL,
	  "usedns raw\nprefix ^<F-CONTENT>.+</F-CONTENT>$@seven.conf:4\nmaxlines 3\n"
	  "fail ^f <HOST>@seven.conf:6\ndate ^%Y@jail.conf:9\n"
	  "journal A=1@jail.conf:5\njournal J=1@jail.conf:9\n" },
	{ "",
	  { "failregex", "^jail <HOST>", "usedns", "warn" },
	  NULL,
	  "usedns warn\nfail ^jail <HOST>@jail.conf:9\n" },
	{ NULL, { NULL }, NULL, NULL },
};

static const struct sample filters_see_what_they_define[] = {
	{ "visible",
	  { "maxretry", "3", "findtime", "10m", "mode", "x" },
	  NULL,
	  "fail 3 3 <findtime> <backend> <mode> <HOST>@visible.conf:2\n" },
	{ "visible",
	  { "backend", "polling" },
	  NULL,
	  "fail 77 77 <findtime> polling <mode> <HOST>@visible.conf:2\n" },
	{ "visible[maxretry=5]",
	  { "maxretry", "3" },
	  NULL,
	  "fail 5 5 <findtime> <backend> <mode> <HOST>@visible.conf:2\n" },
	{ NULL, { NULL }, NULL, NULL },
};

static const struct sample logtype_follows_the_backend[] = {
	{ "lt", { NULL }, NULL, "fail F <HOST>@lt.conf:4\n" },
	{ "lt", { NULL }, "polling", "fail F <HOST>@lt.conf:4\n" },
	{ "lt", { NULL }, "systemd", "fail J <HOST>@lt.conf:4\n" },
	{ "lt", { NULL }, "systemd[journalflags=1]", "fail J <HOST>@lt.conf:4\n" },
	{ "lt", { NULL }, "Systemd", "fail J <HOST>@lt.conf:4\n" },
	{ "lt[logtype=short]", { NULL }, "systemd", "fail S <HOST>@lt.conf:4\n" },
	{ "own-lt", { NULL }, "systemd", "fail short <HOST>@own-lt.conf:3\n" },
	{ NULL, { NULL }, NULL, NULL },
};

static const struct sample paths_are_names_too[] = {
	{ "multi.conf",
	  { NULL },
	  NULL,
	  "fail ^1 <HOST>@multi.conf:2\nfail 2 <HOST>$@multi.conf:2\n" },
	{ "simple.local",
	  { NULL },
	  NULL,
	  "fail ^a <HOST>$@simple.conf:2\nfail ^b <HOST>$@simple.conf:4\n"
	  "fail ^local <HOST>@simple.local:3\n"
	  "ignore ^a 192@simple.conf:6\n" },
	{ "filter.d/init", { NULL }, NULL, "fail ^i <HOST>@init.conf:2\n" },
	{ "filter.d/init.conf", { NULL }, NULL, "fail ^i <HOST>@init.conf:2\n" },
	{ "@ROOT@/elsewhere/alone.conf", { NULL }, NULL, "fail P <HOST>@alone.conf:4\n" },
	{ "@ROOT@/elsewhere/alone.conf[part=Q]", { NULL }, NULL, "fail Q <HOST>@alone.conf:4\n" },
	{ "@ROOT@/elsewhere/alone", { NULL }, NULL, "fail not <HOST>@not.conf:2\n" },
	{ "@ROOT@/elsewhere/plain", { NULL }, NULL, "fail plain <HOST>@plain:2\n" },
	{ "@ROOT@/elsewhere/filter.d/full.conf", { NULL }, NULL, "fail fuller <HOST>@a.conf:2\n" },
	{ "@ROOT@/elsewhere/filter.d/full", { NULL }, NULL, "fail fuller <HOST>@a.conf:2\n" },
	{ NULL, { NULL }, NULL, NULL },
};

static const struct sample mistakes[] = {
	{ "nosuch", { NULL }, NULL, "/etc/jail.conf:5: no filter 'nosuch' in '@ROOT@/filter.d'" },
	{ "@ROOT@/nosuch.conf",
	  { NULL },
	  NULL,
	  "/etc/jail.conf:5: no filter '@ROOT@/nosuch.conf' in '@ROOT@/filter.d'" },
	{ "simple[mode=",
	  { NULL },
	  NULL,
	  "/etc/jail.conf:5: expected ',' or ']' behind a value at column 13 of 'simple[mode='" },
	{ "circle",
	  { NULL },
	  NULL,
	  "@ROOT@/filter.d/circle.conf:2: option 'failregex': tag '<a>' refers to itself" },
	{ "reference",
	  { NULL },
	  NULL,
	  "@ROOT@/filter.d/reference.conf:3: option 'failregex' of [Definition]: '%(nope)s' refers "
	  "to no "
	  "option; define it, or write %% for a percent sign" },
	{ "percent",
	  { NULL },
	  NULL,
	  "@ROOT@/filter.d/percent.conf:2: option 'failregex' of [Definition]: '% <HOST>' begins "
	  "with a "
	  "single percent sign; write %%" },
	{ "twice",
	  { NULL },
	  NULL,
	  "@ROOT@/filter.d/twice.conf:3: option 'failregex' is there already, in line 2; remove "
	  "one of "
	  "them" },
	{ "headless",
	  { NULL },
	  NULL,
	  "@ROOT@/filter.d/headless.conf:1: no section before 'failregex = a'; put a header such "
	  "as "
	  "[DEFAULT] or [Definition] above it; the file is left out" },
	{ "undefined",
	  { NULL },
	  NULL,
	  "@ROOT@/filter.d/undefined.conf: no section [Definition]; put failregex into one" },
	{ "quote",
	  { NULL },
	  NULL,
	  "@ROOT@/filter.d/quote.conf:3: journalmatch has a quote that is not closed in ''x'" },
	{ "lines",
	  { NULL },
	  NULL,
	  "@ROOT@/filter.d/lines.conf:3: maxlines must be at least 1, not '0'" },
	{ "directory",
	  { NULL },
	  NULL,
	  "@ROOT@/filter.d/directory.conf: cannot read: Is a directory; the file is left out" },
	{ NULL, { NULL }, NULL, NULL },
};

static void statuses_tell_missing_from_malformed(void **state)
{
	kb_auto(filter_source) source = NULL;
	struct kb_filter_request request = { .config_dir = root, .filter = "nosuch" };

	(void)state;
	assert_int_equal(kb_filter_source_load(&request, &source, NULL), KBAN_E_NOTFOUND);
	request.filter = "twice";
	assert_int_equal(kb_filter_source_load(&request, &source, NULL), KBAN_E_SYNTAX);
	request.filter = "[x]";
	assert_int_equal(kb_filter_source_load(&request, &source, NULL), KBAN_E_SYNTAX);
	assert_null(source);
}

static void warnings_are_told(void **state)
{
	kb_auto(filter_source) source = NULL;
	kb_auto_clear(problem_list) problems = { 0 };
	struct kb_filter_request request = { .config_dir = root, .filter = "many" };

	(void)state;
	assert_int_equal(kb_filter_source_load(&request, &source, NULL), KBAN_OK);
	kb_filter_source_free(kb_steal(source));
	request.problems = &problems;
	assert_int_equal(kb_filter_source_load(&request, &source, NULL), KBAN_OK);
	assert_int_equal(source->maxlines, 0);
	assert_int_equal(problems.count, 2);
	assert_int_equal(kb_problem_list_errors(&problems, NULL), 0);
	assert_non_null(
		strstr(kban_error_text(problems.items[0].error), "many.conf:5: included file"));
	assert_non_null(strstr(kban_error_text(problems.items[1].error),
			       "many.conf:3: maxlines must be a whole number"));
}

static void name_and_path_are_told(void **state)
{
	kb_auto(filter_source) source = NULL;
	struct kb_filter_request request = { .config_dir = root, .filter = "filter.d/simple.conf" };
	kb_autofree char *path = NULL;

	(void)state;
	assert_int_equal(kb_filter_source_load(&request, &source, NULL), KBAN_OK);
	assert_string_equal(source->name, "simple");
	path = without_root(source->path, root);
	assert_string_equal(path, "@ROOT@/filter.d/simple.conf");
}

static const char *known_text(const struct kb_filter_known *known, const char *name)
{
	const struct kb_value *value = kb_options_find(&known->options, name);

	return value != NULL ? value->text : NULL;
}

static void known_are_the_options_of_the_filter(void **state)
{
	kb_auto_clear(filter_known) known = { 0 };
	kb_auto_clear(options) jail = { 0 };
	const char *const pairs[] = { "failregex", "x", "maxretry", "5", "backend", "b", NULL };
	struct kb_filter_request request = { .config_dir = root,
					     .filter = "visible[arg=A]",
					     .jail = &jail };

	(void)state;
	set_jail(&jail, pairs);
	assert_int_equal(kb_filter_known_load(&request, &known), KBAN_OK);
	assert_string_equal(known_text(&known, "known/failregex"),
			    "77 77 <findtime> b <mode> <HOST>");
	assert_string_equal(known_text(&known, "known/maxretry"), "77");
	assert_string_equal(known_text(&known, "known/arg"), "A");
	assert_null(known_text(&known, "known/backend"));
	kb_filter_known_clear(&known);
	request.filter = "known[p=Q]";
	assert_int_equal(kb_filter_known_load(&request, &known), KBAN_OK);
	assert_string_equal(known_text(&known, "known/failregex"), "Q <HOST>");
	assert_string_equal(known_text(&known, "known/i"), "I");
	kb_filter_known_clear(&known);
	request.filter = "bogus";
	assert_int_equal(kb_filter_known_load(&request, &known), KBAN_OK);
	assert_string_equal(known_text(&known, "known/failregex"), "^ok <HOST>");
	assert_null(known_text(&known, "known/bogus"));
	kb_filter_known_clear(&known);
	request.filter = "nosuch";
	assert_int_equal(kb_filter_known_load(&request, &known), KBAN_OK);
	assert_int_equal(known.options.count, 0);
}

static void sources_can_be_made_by_hand(void **state)
{
	kb_auto(filter_source) source = kb_filter_source_new("");
	const struct kb_where nowhere = { NULL, 0 };
	char file[] = "f";
	const struct kb_where where = { file, 3 };

	(void)state;
	assert_non_null(source);
	assert_int_equal(
		kb_filter_source_append(source, &source->failregex, KB_TEXT("a"), &nowhere),
		KBAN_OK);
	assert_int_equal(kb_filter_source_append(source, &source->failregex, KB_TEXT("b"), &where),
			 KBAN_OK);
	file[0] = 'x';
	assert_int_equal(source->failregex.count, 2);
	assert_null(source->failregex.items[0].where.file);
	assert_string_equal(source->failregex.items[1].where.file, "f");
	assert_string_equal(source->files[0], "f");
	assert_null(source->files[1]);
}

static int attempt(void *data)
{
	kb_auto(filter_source) source = NULL;

	return kb_filter_source_load(data, &source, NULL);
}

static int attempt_known(void *data)
{
	kb_auto_clear(filter_known) known = { 0 };

	return kb_filter_known_load(data, &known);
}

/* Nothing is missing: that a file is not there can be told without memory. */
static const struct test_file complete[] = {
	{ "filter.d/f.conf",
	  "[Definition]\nfailregex = <p>%(q)s\nq = 1\nusedns = no\nprefregex = x\n"
	  "journalmatch = 'a'\ndatepattern = a\n[Init]\np = 2\n" },
	{ "filter.d/f.local", "[Definition]\nmaxlines = 2\n" },
	{ NULL, NULL },
};

static void memory_may_run_out(void **state)
{
	char *own = make_tree(complete);
	struct kb_filter_request request = { .config_dir = own, .filter = "f[a=b]" };

	(void)state;
	assert_every_allocation_may_fail(attempt, &request);
	assert_every_allocation_may_fail(attempt_known, &request);
	remove_tree(own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(load, files_are_merged),
		test_case(load, arguments_come_first),
		test_case(load, jails_replace_what_a_filter_defines),
		test_case(load, filters_see_what_they_define),
		test_case(load, logtype_follows_the_backend),
		test_case(load, paths_are_names_too),
		test_case(load, mistakes),
		cmocka_unit_test(statuses_tell_missing_from_malformed),
		cmocka_unit_test(warnings_are_told),
		cmocka_unit_test(name_and_path_are_told),
		cmocka_unit_test(known_are_the_options_of_the_filter),
		cmocka_unit_test(sources_can_be_made_by_hand),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("filter-load", tests, set_up, tear_down);
}
