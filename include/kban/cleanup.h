/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/cleanup.h
 * Owning locals that release themselves, for GCC and Clang.
 *
 * kban_auto(filter) filter = NULL; declares a struct kban_filter * that is released when its scope
 * ends. Only an initialized variable may be declared so. Not included by kban/kban.h; no other
 * header needs it.
 */
#ifndef KBAN_CLEANUP_H
#define KBAN_CLEANUP_H

#include <kban/kban.h>

#define kban_auto(object) __attribute__((cleanup(kban_auto_##object))) struct kban_##object *

/** Hand over what @a pointer owns: the value goes out, the variable becomes NULL. */
#define kban_steal(pointer)                                  \
	({                                                   \
		__typeof__(pointer) kban_stolen = (pointer); \
		(pointer) = NULL;                            \
		kban_stolen;                                 \
	})

#define KBAN_DEFINE_AUTO(object, release)                                                       \
	static inline                                                                           \
		__attribute__((unused)) void kban_auto_##object(struct kban_##object **pointer) \
	{                                                                                       \
		release(*pointer);                                                              \
	}

KBAN_DEFINE_AUTO(allow_list, kban_allow_list_free)
KBAN_DEFINE_AUTO(backend, kban_backend_free)
KBAN_DEFINE_AUTO(client, kban_client_close)
KBAN_DEFINE_AUTO(config, kban_config_unref)
KBAN_DEFINE_AUTO(context, kban_context_unref)
KBAN_DEFINE_AUTO(counter, kban_counter_free)
KBAN_DEFINE_AUTO(error, kban_error_free)
KBAN_DEFINE_AUTO(explainer, kban_explainer_free)
KBAN_DEFINE_AUTO(filter, kban_filter_unref)
KBAN_DEFINE_AUTO(follow, kban_follow_free)
KBAN_DEFINE_AUTO(jail, kban_jail_free)
KBAN_DEFINE_AUTO(journal, kban_journal_free)
KBAN_DEFINE_AUTO(log_target, kban_log_target_free)
KBAN_DEFINE_AUTO(lookahead, kban_lookahead_free)
KBAN_DEFINE_AUTO(matcher, kban_matcher_free)
KBAN_DEFINE_AUTO(message, kban_message_free)
KBAN_DEFINE_AUTO(profile, kban_profile_free)
KBAN_DEFINE_AUTO(rules, kban_rules_free)
KBAN_DEFINE_AUTO(scanner, kban_scanner_free)
KBAN_DEFINE_AUTO(store, kban_store_close)
KBAN_DEFINE_AUTO(watch, kban_watch_free)
KBAN_DEFINE_AUTO(why, kban_why_free)

#endif /* KBAN_CLEANUP_H */
