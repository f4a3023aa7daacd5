/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/jail-config.h
 * What the configuration says about one jail.
 *
 * A jail belongs to a struct kban_config (see kban/config.h), and all strings belong to the jail.
 * Nothing here changes once it is read.
 */
#ifndef KBAN_JAIL_CONFIG_H
#define KBAN_JAIL_CONFIG_H

#include <kban/filter.h>
#include <kban/follow.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kban_jail_config;

/** Name of the jail: that of its section. */
KBAN_API const char *kban_jail_config_name(const struct kban_jail_config *jail);

/** Zero if an error is about this jail or about all. What it has besides can still be asked. */
KBAN_API int kban_jail_config_is_usable(const struct kban_jail_config *jail);

/** A setting of a jail; what each means is in jail.conf(5) and kban-jail(5). */
enum kban_setting {
	KBAN_SETTING_ENABLED, /**< a switch; off */
	KBAN_SETTING_BACKEND,
	KBAN_SETTING_FILTER,
	KBAN_SETTING_USEDNS,
	KBAN_SETTING_LOGENCODING,
	KBAN_SETTING_LOGTIMEZONE,
	KBAN_SETTING_LOGPATH,
	KBAN_SETTING_FAILREGEX, /**< this and the next five: what the jail itself says */
	KBAN_SETTING_IGNOREREGEX,
	KBAN_SETTING_PREFREGEX,
	KBAN_SETTING_DATEPATTERN,
	KBAN_SETTING_MAXLINES,
	KBAN_SETTING_JOURNALMATCH,
	KBAN_SETTING_MAXRETRY,    /**< a number; 3 */
	KBAN_SETTING_MAXMATCHES,  /**< a number; 5 */
	KBAN_SETTING_BANPREFIX4,  /**< a number; 32: bits of what is counted and banned (kban's own)
				   */
	KBAN_SETTING_BANPREFIX6,  /**< a number; 128 (kban's own) */
	KBAN_SETTING_SUBNETRETRY, /**< a number; 0: no network is banned for its hosts (kban's own)
				   */
	KBAN_SETTING_SUBNETPREFIX4, /**< a number; 24 (kban's own) */
	KBAN_SETTING_SUBNETPREFIX6, /**< a number; 64 (kban's own) */
	KBAN_SETTING_MAXHOSTS,      /**< a number; 2000000 hosts counted at once (kban's own) */
	KBAN_SETTING_WINDOW,        /**< exact or f2b: how failures are counted (kban's own) */
	KBAN_SETTING_RESTORE,  /**< keep or strict-f2b: bans of before the start (kban's own) */
	KBAN_SETTING_FINDTIME, /**< a time; 10 minutes */
	KBAN_SETTING_BANTIME,  /**< a time; 10 minutes; KBAN_FOREVER for every negative one */
	KBAN_SETTING_BANTIME_INCREMENT, /**< a switch; off */
	KBAN_SETTING_BANTIME_FACTOR,
	KBAN_SETTING_BANTIME_FORMULA,
	KBAN_SETTING_BANTIME_MULTIPLIERS,
	KBAN_SETTING_BANTIME_MAXTIME,      /**< a time; 0: no limit */
	KBAN_SETTING_BANTIME_RNDTIME,      /**< a time; 0 */
	KBAN_SETTING_BANTIME_OVERALLJAILS, /**< a switch; off */
	KBAN_SETTING_IGNORESELF,           /**< a switch; on */
	KBAN_SETTING_IGNOREIP,
	KBAN_SETTING_IGNORECOMMAND,
	KBAN_SETTING_IGNORECACHE,
	KBAN_SETTING_SYSTEMD_IF_NOLOGS, /**< a switch; on */
	KBAN_SETTING_SKIP_IF_NOLOGS,    /**< a switch; off */
	KBAN_SETTING_KILLCONN,          /**< a switch; off */
	KBAN_SETTING_ACTION,
	KBAN_SETTING_PORT,
	KBAN_SETTING_PROTOCOL,
	KBAN_SETTING_CHAIN,
	KBAN_SETTING_BANACTION,
	KBAN_SETTING_BANACTION_ALLPORTS,
	KBAN_SETTING_COUNT /**< how many there are */
};

/** Name of a setting in files: "bantime.increment". */
KBAN_API const char *kban_setting_name(enum kban_setting setting);

/** As it was written, with all references resolved; NULL if the jail does not have it. */
KBAN_API const char *kban_jail_config_text(const struct kban_jail_config *jail,
					   enum kban_setting setting);

/** The file a setting was written in, or NULL; @a line (may be NULL) receives the line, from 1. */
KBAN_API const char *kban_jail_config_file(const struct kban_jail_config *jail,
					   enum kban_setting setting, unsigned *line);

/** A setting that is a number, a time or a switch. Its default where it is missing or wrong. */
KBAN_API long long kban_jail_config_number(const struct kban_jail_config *jail,
					   enum kban_setting setting);

/** A setting that is a time; see kban_jail_config_number(). */
KBAN_API kban_usec kban_jail_config_time(const struct kban_jail_config *jail,
					 enum kban_setting setting);

/** A setting that is a switch, zero or one; see kban_jail_config_number(). */
KBAN_API int kban_jail_config_switch(const struct kban_jail_config *jail,
				     enum kban_setting setting);

/** bantime.factor as a number; 1 by default. */
KBAN_API double kban_jail_config_factor(const struct kban_jail_config *jail);

/** bantime.formula; NULL where there is none, or one without a value, which is a problem. */
KBAN_API const char *kban_jail_config_formula(const struct kban_jail_config *jail);

/** ignorecommand; NULL where there is none. */
KBAN_API const char *kban_jail_config_ignore_command(const struct kban_jail_config *jail);

/**
 * ignorecache: its key, NULL where it is not set; how many answers are remembered, and how long.
 */
KBAN_API const char *kban_jail_config_ignore_cache(const struct kban_jail_config *jail,
						   unsigned *answers, kban_usec *age);

/** bantime.multipliers as numbers; @a count receives how many, 0 where there are none. */
KBAN_API const unsigned *kban_jail_config_multipliers(const struct kban_jail_config *jail,
						      size_t *count);

/**
 * Entries of ignoreip, and of the files that it names: addresses, networks and host names. Wrong
 * ones are left out.
 */
KBAN_API size_t kban_jail_config_ignore_count(const struct kban_jail_config *jail);

/** One of these entries. */
KBAN_API const char *kban_jail_config_ignore(const struct kban_jail_config *jail, size_t index);

/** Where a jail's lines come from. */
enum kban_log_kind {
	KBAN_LOG_FILES,
	KBAN_LOG_JOURNAL /**< backend systemd; or auto without any file, but with a journalmatch,
			    if kban was built with libsystemd */
};

KBAN_API enum kban_log_kind kban_jail_config_log_kind(const struct kban_jail_config *jail);

/** Entries of logpath: paths and glob patterns, and where to begin. None with the journal. */
KBAN_API size_t kban_jail_config_pattern_count(const struct kban_jail_config *jail);

/** One of these patterns. */
KBAN_API const char *kban_jail_config_pattern(const struct kban_jail_config *jail, size_t index);

/** Where to begin in files of that pattern. */
KBAN_API enum kban_follow_from kban_jail_config_pattern_from(const struct kban_jail_config *jail,
							     size_t index);

/** The files that these matched when the configuration was read, sorted, each once. */
KBAN_API size_t kban_jail_config_log_count(const struct kban_jail_config *jail);

/** One of these files. */
KBAN_API const char *kban_jail_config_log(const struct kban_jail_config *jail, size_t index);

/** Where to begin in that file. */
KBAN_API enum kban_follow_from kban_jail_config_log_from(const struct kban_jail_config *jail,
							 size_t index);

/**
 * Matches of the journal, each a list of words such as _COMM=sshd, or + between alternatives.
 * They are the jail's and its filter's.
 */
KBAN_API size_t kban_jail_config_match_count(const struct kban_jail_config *jail);

/** Words of one match. */
KBAN_API size_t kban_jail_config_match_word_count(const struct kban_jail_config *jail,
						  size_t match);

/** One of these words. */
KBAN_API const char *kban_jail_config_match_word(const struct kban_jail_config *jail, size_t match,
						 size_t index);

/** Patterns that the filter and the jail together give, with all but the built-in tags resolved. */
KBAN_API size_t kban_jail_config_rule_count(const struct kban_jail_config *jail,
					    enum kban_rule_kind kind);

/** One of these patterns, with its built-in tags. */
KBAN_API const char *kban_jail_config_rule(const struct kban_jail_config *jail,
					   enum kban_rule_kind kind, size_t index);

/**
 * Compile the jail's filter with what the jail says, and with @a options where these differ:
 * config_dir is not looked at, and ignore comes on top.
 *
 * @param out  Receives the filter, owned by the caller. Untouched on failure.
 *
 * @return As kban_filter_load(); KBAN_E_NOTFOUND if the filter could not be read, which is a
 * problem of the configuration.
 */
KBAN_API KBAN_MUST_CHECK int kban_jail_config_compile(const struct kban_jail_config *jail,
						      struct kban_context *ctx,
						      const struct kban_filter_options *options,
						      struct kban_filter **out,
						      struct kban_error **err);

/** The file a pattern was written in, or NULL; @a line (may be NULL) receives the line. */
KBAN_API const char *kban_jail_config_rule_file(const struct kban_jail_config *jail,
						enum kban_rule_kind kind, size_t index,
						unsigned *line);

/** What is done with host names, after all that filter and jail say. */
KBAN_API enum kban_usedns kban_jail_config_usedns(const struct kban_jail_config *jail);

/** How many lines may belong together; 0: the filter does not say. */
KBAN_API unsigned kban_jail_config_max_lines(const struct kban_jail_config *jail);

/** Patterns of time stamps; none: the usual ones. */
KBAN_API size_t kban_jail_config_date_pattern_count(const struct kban_jail_config *jail);

/** One of these patterns. */
KBAN_API const char *kban_jail_config_date_pattern(const struct kban_jail_config *jail,
						   size_t index);

/** Actions, in their order, without those that cannot be used. */
KBAN_API size_t kban_jail_config_action_count(const struct kban_jail_config *jail);

/** What an action is called in its jail: its file, or that and its name, or its actname. */
KBAN_API const char *kban_jail_config_action_name(const struct kban_jail_config *jail,
						  size_t index);

/** The file in DIR/action.d, without suffix: "iptables-multiport". */
KBAN_API const char *kban_jail_config_action_file(const struct kban_jail_config *jail,
						  size_t index);

/** What the jail hands to an action, with 'name', which by default is that of the jail. */
KBAN_API size_t kban_jail_config_parameter_count(const struct kban_jail_config *jail,
						 size_t action);

/** Name of a parameter. */
KBAN_API const char *kban_jail_config_parameter_name(const struct kban_jail_config *jail,
						     size_t action, size_t index);

/** Its value. */
KBAN_API const char *kban_jail_config_parameter_value(const struct kban_jail_config *jail,
						      size_t action, size_t index);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_JAIL_CONFIG_H */
