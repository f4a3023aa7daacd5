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
};

#define KBAN_FILTER_OPTIONS_INIT                           \
	{                                                  \
		.size = sizeof(struct kban_filter_options) \
	}

/**
 * Read and compile a filter. What can be used, but hardly is as meant (an included file that does
 * not exist), is logged as a warning.
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
 * Compile a filter from patterns in memory.
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

/** The file a pattern was written in, or NULL; @a line (may be NULL) receives the line, from 1. */
KBAN_API const char *kban_filter_rule_file(const struct kban_filter *filter,
					   enum kban_rule_kind kind, size_t index, unsigned *line);

/** How many formats of time stamps the filter knows. */
KBAN_API size_t kban_filter_date_format_count(const struct kban_filter *filter);

/** What reports call a format: "{^LN-BEG}MON Day 24hour:Minute:Second". */
KBAN_API const char *kban_filter_date_format_name(const struct kban_filter *filter, size_t index);

/** How many lines may belong together; 1 for most filters. */
KBAN_API unsigned kban_filter_max_lines(const struct kban_filter *filter);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_FILTER_H */
