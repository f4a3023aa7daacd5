/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/rules.h
 * What the packet filter must contain so that sets take effect.
 *
 * The library runs no program: it says which rules there must be, which command lists the present
 * ones, and, given that list, what to feed to which command. Rules refer to sets, so there are a
 * few for each jail, made once; a ban never touches them. Rules of ours carry a comment
 * "kban:JAIL:HASH" by which they are known again (iptables-extensions(8), comment).
 */
#ifndef KBAN_RULES_H
#define KBAN_RULES_H

#include <kban/addr.h>
#include <kban/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Rules of any number of jails, for both families. */
struct kban_rules;

/** Who is told rules, and how. */
enum kban_rule_language {
	KBAN_RULES_IPTABLES, /**< iptables and ip6tables, by programs: what this file is about */
	KBAN_RULES_NFT       /**< nf_tables, by kban_backend_put_rules() */
};

/** NULL without memory. */
KBAN_API struct kban_rules *kban_rules_new(enum kban_rule_language language);

/** NULL is allowed. */
KBAN_API void kban_rules_free(struct kban_rules *rules);

/** A rule before it is split by family, protocol, chain and number of ports. */
struct kban_rule {
	const char *jail;
	const char *set4, *set6; /**< names of the sets; NULL: no rule for that family */
	const char *chains;      /**< "INPUT", "INPUT,FORWARD" */
	const char *protocols;   /**< "tcp", "tcp,udp", "all"; "all" with ports: tcp and udp */
	const char *ports;       /**< "25,465", "ssh", "1000:2000"; NULL or "": all ports */
	const char *target4;     /**< "REJECT --reject-with icmp-port-unreachable", "DROP" */
	const char *target6;     /**< a --reject-with of the other family becomes the like of it */
	const char *log_prefix;  /**< also log, six packets a minute; NULL: do not */
	int new_only;            /**< nonzero: only packets that begin a connection */
	int inverted;            /**< nonzero: for who is not in the set, which then lets in */
	/** For KBAN_RULES_NFT; with iptables they do not matter. */
	int networks;      /**< nonzero: the sets hold networks, too */
	const char *table; /**< of the family inet, with the sets in it; NULL: kban */
	const char *base;  /**< how the only one of chains is called: "type filter hook input
			      priority -1"; NULL: as iptables calls those of these names */
};

/**
 * Add what @a rule asks for. The same rule twice counts once.
 *
 * A service without a port for a protocol has that of tcp, or else whichever it has.
 *
 * @return KBAN_OK, KBAN_E_SYNTAX (a set, port, protocol, chain, target or prefix that cannot be;
 *         the error names it), KBAN_E_NOMEM. Nothing was added on failure.
 */
KBAN_API KBAN_MUST_CHECK int kban_rules_add(struct kban_rules *rules, const struct kban_rule *rule,
					    struct kban_error **err);

/** Number of rules of a family after splitting. */
KBAN_API size_t kban_rules_count(const struct kban_rules *rules, enum kban_family family);

/** What rules are written in. */
KBAN_API enum kban_rule_language kban_rules_language(const struct kban_rules *rules);

/** Command line, NULL-terminated, that lists the rules of @a family: iptables -w -S. Static. */
KBAN_API const char *const *kban_rules_list_command(enum kban_family family);

/** Command line that takes a script on standard input: iptables-restore -w --noflush. Static. */
KBAN_API const char *const *kban_rules_change_command(enum kban_family family);

/**
 * Compare what there is with what there must be.
 *
 * @param rules    NULL: none are wanted; all of ours are removed.
 * @param listing  Output of the list command.
 * @param script   Receives a script for the change command that adds what is missing, at the top of
 *                 its chain, and removes rules of ours that are no longer wanted and second copies,
 *                 all in one transaction, one rule a line; data is released by the caller with
 *                 free(). Empty if nothing is to be done.
 *
 * @return Number of changes in @a script, or KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_rules_compare(const struct kban_rules *rules,
						enum kban_family family, struct kban_text listing,
						struct kban_text *script);

/**
 * A rule that has no place because the chain that it belongs in, or jumps to, is not in
 * @a listing. kban_rules_compare() leaves it out: it would spoil the transaction for all others.
 *
 * @param index  Which of them, from 0.
 * @param chain  Receives the name of the chain, valid as long as @a rules. May be NULL.
 *
 * @return The jail, valid as long as @a rules; NULL if there is no such rule.
 */
KBAN_API const char *kban_rules_unplaced(const struct kban_rules *rules, enum kban_family family,
					 struct kban_text listing, size_t index,
					 const char **chain);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_RULES_H */
