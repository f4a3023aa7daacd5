/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/filter.h
 * Compiled filters: which log lines are failures, and whose.
 *
 * The language is that of fail2ban's filter files (jail.conf(5), and kban-filter(5)). A filter
 * never changes once it is compiled, so one filter may serve any number of jails and threads.
 * Everything that changes while matching lives in a struct kban_matcher (see kban/matcher.h), of
 * which each thread has its own.
 */
#ifndef KBAN_FILTER_H
#define KBAN_FILTER_H

#include <kban/base.h>
#include <kban/context.h>
#include <kban/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kban_filter;

/** What is done with a host name where an address is wanted. */
enum kban_usedns {
	KBAN_USEDNS_DEFAULT = 0, /**< what the filter says, else KBAN_USEDNS_WARN */
	KBAN_USEDNS_YES,         /**< it is resolved */
	KBAN_USEDNS_WARN,        /**< it is resolved, and that is logged */
	KBAN_USEDNS_NO,          /**< <HOST> matches addresses only */
	KBAN_USEDNS_RAW          /**< the name itself is the failure's id */
};

/** How to compile. Start from KBAN_FILTER_OPTIONS_INIT and set what differs. */
struct kban_filter_options {
	size_t size;               /**< sizeof this struct, set by the initializer */
	const char *config_dir;    /**< holds filter.d/; NULL: /etc/kban or /etc/fail2ban */
	enum kban_usedns usedns;   /**< beats the filter's own */
	const char *date_pattern;  /**< beats the filter's own, with single %; NULL: none */
	const char *time_zone;     /**< of stamps that name none ("UTC+0200"); NULL: local */
	unsigned max_lines;        /**< lines that may belong together; 0: what the filter says */
	const char *const *ignore; /**< ignoreregex beside the filter's own, NULL-terminated */
	const char *encoding;      /**< of logs ("latin-1", "utf-16le"); NULL: "auto", UTF-8 */
	int from_journal; /**< nonzero: lines are those of kban/journal.h, and begin as these do */
	const char *journal_match; /**< beats the filter's own; NULL: none */
};

#define KBAN_FILTER_OPTIONS_INIT                           \
	{                                                  \
		.size = sizeof(struct kban_filter_options) \
	}

/**
 * Read and compile a filter. What can be used, but hardly is as meant (an included file that does
 * not exist), is logged as a warning; so is a rule that a stranger can mislead by what he writes
 * into a line.
 *
 * @param ctx     Library context; the filter keeps a reference to it.
 * @param filter  A name in CONFIG_DIR/filter.d, with options if any ("sshd[mode=ddos]"), or the
 * path of a filter file. It is read with all that belongs to it (.local, includes).
 * @param options NULL for the defaults.
 * @param out     Receives the filter, owned by the caller. Untouched on failure.
 * @param err     Receives the reason, with file, line and key, owned by the caller. May be NULL.
 *
 * @return KBAN_OK, KBAN_E_NOTFOUND, KBAN_E_SYNTAX, KBAN_E_LIMIT or KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_filter_load(struct kban_context *ctx, const char *filter,
					      const struct kban_filter_options *options,
					      struct kban_filter **out, struct kban_error **err);

/**
 * Compile a filter from patterns in memory. It is not told whether strangers can mislead them.
 *
 * @param failregex  NULL-terminated list of rules, with <HOST> and the other tags.
 *
 * @return As kban_filter_load().
 */
KBAN_API KBAN_MUST_CHECK int kban_filter_new(struct kban_context *ctx, const char *const *failregex,
					     const struct kban_filter_options *options,
					     struct kban_filter **out, struct kban_error **err);

/** Take one more reference. @return @a filter. Any thread may. */
KBAN_API struct kban_filter *kban_filter_ref(struct kban_filter *filter);

/** Drop a reference; the last one frees the filter. NULL is allowed. Any thread may. @return NULL.
 */
KBAN_API struct kban_filter *kban_filter_unref(struct kban_filter *filter);

/** Name from the file, without directory and suffix; "" for kban_filter_new(). */
KBAN_API const char *kban_filter_name(const struct kban_filter *filter);

/** The file that was found first, or NULL. All strings are valid as long as the filter. */
KBAN_API const char *kban_filter_path(const struct kban_filter *filter);

/** A kind of pattern in a filter. */
enum kban_rule_kind {
	KBAN_RULE_FAIL,   /**< failregex */
	KBAN_RULE_IGNORE, /**< ignoreregex */
	KBAN_RULE_PREFIX  /**< prefregex: none or one */
};

/** How many patterns of @a kind the filter has. */
KBAN_API size_t kban_filter_rule_count(const struct kban_filter *filter, enum kban_rule_kind kind);

/** A pattern as it was written, with its tags. */
KBAN_API const char *kban_filter_rule_text(const struct kban_filter *filter,
					   enum kban_rule_kind kind, size_t index);

/** The regular expression that was made of a pattern: its tags are replaced. */
KBAN_API const char *kban_filter_rule_regex(const struct kban_filter *filter,
					    enum kban_rule_kind kind, size_t index);

/** The file a pattern was written in, or NULL; @a line (may be NULL) receives the line, from 1. */
KBAN_API const char *kban_filter_rule_file(const struct kban_filter *filter,
					   enum kban_rule_kind kind, size_t index, unsigned *line);

/** How many formats of time stamps the filter knows. */
KBAN_API size_t kban_filter_date_format_count(const struct kban_filter *filter);

/** What reports call a format: "{^LN-BEG}MON Day 24hour:Minute:Second". */
KBAN_API const char *kban_filter_date_format_name(const struct kban_filter *filter, size_t index);

/** A format as it was written, in a datepattern or among the usual ones. */
KBAN_API const char *kban_filter_date_format_pattern(const struct kban_filter *filter,
						     size_t index);

/** The regular expression that was made of a format. */
KBAN_API const char *kban_filter_date_format_regex(const struct kban_filter *filter, size_t index);

/** What a format counts for in the competition with the others; see kban_matcher_date_weight(). */
KBAN_API unsigned kban_filter_date_format_weight(const struct kban_filter *filter, size_t index);

/**
 * datepattern as it was resolved, its lines separated by line feeds; the caller's or the filter's.
 * NULL: nobody says any.
 */
KBAN_API const char *kban_filter_date_pattern(const struct kban_filter *filter);

/** Nonzero if the filter, or the caller, says how many lines may belong together. */
KBAN_API int kban_filter_has_max_lines(const struct kban_filter *filter);

/**
 * Options that decided how the filter's files were read: logtype, datepattern if there is one, and
 * those that came in brackets. None for kban_filter_new().
 */
KBAN_API size_t kban_filter_option_count(const struct kban_filter *filter);

/** The name of such an option. */
KBAN_API const char *kban_filter_option_name(const struct kban_filter *filter, size_t index);

/** Its value, with all references resolved. */
KBAN_API const char *kban_filter_option_value(const struct kban_filter *filter, size_t index);

/** Nonzero if the caller gave it: the [mode=ddos] of "sshd[mode=ddos]". */
KBAN_API int kban_filter_option_is_given(const struct kban_filter *filter, size_t index);

/** How a line ends in a log: a unit of one, two or four bytes that is 10. */
struct kban_line_feed {
	unsigned width; /**< bytes of the unit, and so of each in the log */
	int big_endian; /**< nonzero if the 10 is its last byte, zero if it is its first */
};

/** Which entries of the journal the filter is for: lines of journalmatch; none: all. */
KBAN_API size_t kban_filter_journal_match_count(const struct kban_filter *filter);

/** One of them, as kban_journal_add() takes it. NULL beyond the last. */
KBAN_API const char *const *kban_filter_journal_match(const struct kban_filter *filter,
						      size_t index);

/** The encoding of logs, as it was named; NULL: UTF-8. */
KBAN_API const char *kban_filter_encoding(const struct kban_filter *filter);

/** How lines end in that encoding. */
KBAN_API void kban_filter_line_feed(const struct kban_filter *filter, struct kban_line_feed *out);

/** How many lines may belong together; 1 for most filters. */
KBAN_API unsigned kban_filter_max_lines(const struct kban_filter *filter);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_FILTER_H */
