/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From filter files to lists of patterns: includes, %(references)s, <tags> of the user and the
 * arguments of NAME[…] are resolved; the built-in tags (<HOST>, <F-USER> …) still stand.
 */
#ifndef KB_FILTER_FILTER_LOAD_H
#define KB_FILTER_FILTER_LOAD_H

#include <kban/context.h>

#include "base/error.h"
#include "base/memory.h"
#include "conf/conf-load.h"
#include "conf/conf-value.h"
#include "filter/option-record.h"

/* One pattern as an operator wrote it. */
struct kb_rule_text {
	char *text;
	struct kb_where where; /* where.file is owned by the source */
};

struct kb_rule_list {
	struct kb_rule_text *items;
	size_t count;
	size_t capacity;
};

struct kb_filter_source {
	char *name;                    /* without directory and suffix; for a bare regex "" */
	char *path;                    /* the file that was found first, or NULL */
	struct kb_rule_list prefregex; /* none or one */
	struct kb_rule_list failregex;
	struct kb_rule_list ignoreregex;
	struct kb_rule_list datepattern; /* the lines of the value; none: default formats */
	struct kb_rule_list journalmatch;
	long long maxlines; /* 0: not set */
	char *usedns;       /* NULL: not set */
	struct kb_where usedns_where;
	struct kb_option_record record; /* what kban_filter_option_name() and its like tell */
	char **files;                   /* file names that places point into, NULL-terminated */
};

struct kb_filter_request {
	const char *config_dir; /* holds filter.d/ */
	/*
	 * NAME, NAME[option=value …], a path to a filter file with or without options; "" for none,
	 * only what the jail says itself.
	 */
	const char *filter;
	struct kb_where where; /* where @a filter was written */
	/*
	 * Options of the jail that a filter may see and that override it, with all references
	 * resolved; NULL for none.
	 */
	const struct kb_options *jail;
	/* With a jail: what was asked for besides, and beats the arguments of @a filter; or NULL.
	 */
	const struct kb_options *arguments;
	const char *backend; /* decides logtype; NULL: a file */
	/*
	 * Receives warnings, and errors in the filter's files behind the first, which is what the
	 * call fails by; all without subject. NULL: they are untold.
	 */
	struct kb_problem_list *problems;
};

/*
 * KBAN_E_NOTFOUND: no such filter. KBAN_E_SYNTAX: any mistake in its files, or in the options.
 * The text names file, line and key.
 */
int kb_filter_source_load(const struct kb_filter_request *request, struct kb_filter_source **out,
			  struct kban_error **err);

/* What %(known/NAME)s in a jail refers to: the options of its filter, with all that they refer to.
 */
struct kb_filter_known {
	struct kb_options options; /* named known/NAME, in lower case */
	struct kb_conf *conf;      /* whose file names places point to */
};

/*
 * KBAN_OK also without such a filter or with options that cannot be resolved, which are left out;
 * what is wrong is for kb_filter_source_load() to say. KBAN_E_NOMEM.
 */
int kb_filter_known_load(const struct kb_filter_request *request, struct kb_filter_known *out);

void kb_filter_known_clear(struct kb_filter_known *known);

/* An empty source named @a name, to append patterns to. NULL without memory. */
struct kb_filter_source *kb_filter_source_new(const char *name);

/* Append a pattern; the file name of @a where is copied. */
int kb_filter_source_append(struct kb_filter_source *source, struct kb_rule_list *list,
			    struct kban_text text, const struct kb_where *where);

/* @a where with a copy of its file name that lives as long as the source. */
int kb_filter_source_where(struct kb_filter_source *source, const struct kb_where *where,
			   struct kb_where *out);

void kb_filter_source_free(struct kb_filter_source *source);

KB_DEFINE_AUTO(filter_source)
KB_DEFINE_AUTO_CLEAR(filter_known)

#endif /* KB_FILTER_FILTER_LOAD_H */
