/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/config.h
 * A directory of configuration: its jails, and what is wrong with it.
 *
 * All that belongs to DIR/jail.conf and DIR/fail2ban.conf is read once, filters and actions
 * included, and never changes after that; a configuration is shared and counted. What is wrong is a
 * problem in a list, with file, line and option, so that all of it can be told at once. A mistake
 * costs the jail that it is about; the others work.
 *
 * Strings and jails belong to the configuration and live as long as it.
 */
#ifndef KBAN_CONFIG_H
#define KBAN_CONFIG_H

#include <kban/context.h>
#include <kban/error.h>
#include <kban/jail-config.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kban_config;

/** "/etc/kban" if that is there, else "/etc/fail2ban". */
KBAN_API const char *kban_config_default_dir(void);

/**
 * Read a directory of configuration.
 *
 * @param ctx  Hears, at KBAN_DEBUG, which files are read.
 * @param dir  NULL: kban_config_default_dir().
 * @param out  Receives the configuration, owned by the caller. Untouched on failure.
 *
 * @return KBAN_OK, also with problems; KBAN_E_NOTFOUND without directory or jail file;
 *         KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_config_load(struct kban_context *ctx, const char *dir,
					      struct kban_config **out, struct kban_error **err);

/**
 * The same with one jail only, whether it is enabled or not. KBAN_E_NOTFOUND without it.
 *
 * @param jail  Its name, with options if any ("sshd[mode=ddos]"). They beat those of the jail, and
 *              its filter has them as arguments, too.
 */
KBAN_API KBAN_MUST_CHECK int kban_config_load_jail(struct kban_context *ctx, const char *dir,
						   const char *jail, struct kban_config **out,
						   struct kban_error **err);

/**
 * The same for lines of @a kind, whatever the jail reads: that decides what its filter expects.
 * What is wrong in the filter, kban_jail_config_compile() tells; actions are not looked at.
 */
KBAN_API KBAN_MUST_CHECK int kban_config_load_jail_for_log(struct kban_context *ctx,
							   const char *dir, const char *jail,
							   enum kban_log_kind kind,
							   struct kban_config **out,
							   struct kban_error **err);

/** Take one more reference. @return @a config. */
KBAN_API struct kban_config *kban_config_ref(struct kban_config *config);

/** Drop a reference; the last one frees the configuration. NULL is allowed. @return NULL. */
KBAN_API struct kban_config *kban_config_unref(struct kban_config *config);

/** The directory, as it was named. */
KBAN_API const char *kban_config_dir(const struct kban_config *config);

/** How many things are wrong, in the order they were found. */
KBAN_API size_t kban_config_problem_count(const struct kban_config *config);

/** What is wrong: one line, with file, line and option. */
KBAN_API const char *kban_config_problem_text(const struct kban_config *config, size_t index);

/** The jail that a problem is about, or NULL if it is about all of them. */
KBAN_API const char *kban_config_problem_jail(const struct kban_config *config, size_t index);

/** Nonzero if what it is about cannot be used; zero for a warning. */
KBAN_API int kban_config_problem_is_error(const struct kban_config *config, size_t index);

/**
 * Nonzero for a jail without skip_if_nologs of whose logs there is none: it runs, and waits for
 * them. No error; but who tests a configuration wants to know.
 */
KBAN_API int kban_config_problem_is_waiting(const struct kban_config *config, size_t index);

/**
 * loglevel of DIR/fail2ban.conf. This and the next six are texts as they stand there; NULL where it
 * says nothing.
 */
KBAN_API const char *kban_config_log_level(const struct kban_config *config);

/** logtarget: STDERR, SYSLOG, a path. */
KBAN_API const char *kban_config_log_target(const struct kban_config *config);

/** syslogsocket. */
KBAN_API const char *kban_config_syslog_socket(const struct kban_config *config);

/** socket: fail2ban's own, which kban does not use. */
KBAN_API const char *kban_config_socket(const struct kban_config *config);

/** pidfile: where a daemon writes the number of its process; None wants no such file. */
KBAN_API const char *kban_config_pid_file(const struct kban_config *config);

/** allowipv6: auto, yes or no; with no, actions are not started for IPv6 before its first ban. */
KBAN_API const char *kban_config_allow_ipv6(const struct kban_config *config);

/** dbfile: fail2ban's own, which kban does not use. */
KBAN_API const char *kban_config_database(const struct kban_config *config);

/** How long bans that are over are remembered (dbpurgeage); a day by default. */
KBAN_API kban_usec kban_config_purge_age(const struct kban_config *config);

/** Log lines that are remembered of a ban (dbmaxmatches); 10 by default. */
KBAN_API unsigned kban_config_max_stored_matches(const struct kban_config *config);

/** What is to keep the banned out. */
enum kban_packet_filter {
	KBAN_PACKET_FILTER_AUTO,  /**< the first of the following that this host has */
	KBAN_PACKET_FILTER_IPSET, /**< sets of ipset(8), rules of iptables(8) */
	KBAN_PACKET_FILTER_NFT    /**< sets and rules of nft(8) */
};

/** packetfilter of DIR/fail2ban.conf: auto, ipset or nft; auto by default. */
KBAN_API enum kban_packet_filter kban_config_packet_filter(const struct kban_config *config);

/** How many jails are enabled, usable or not, in the order of their first appearance. */
KBAN_API size_t kban_config_jail_count(const struct kban_config *config);

/** Name of an enabled jail. */
KBAN_API const char *kban_config_jail_name(const struct kban_config *config, size_t index);

/** What is said about an enabled jail. */
KBAN_API const struct kban_jail_config *kban_config_jail(const struct kban_config *config,
							 size_t index);

/** The enabled jail of that name, or NULL. */
KBAN_API const struct kban_jail_config *kban_config_find_jail(const struct kban_config *config,
							      const char *name);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_CONFIG_H */
