/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/command.h
 * What the actions of jails want to be run: mails, reports, blocks by other programs.
 *
 * The library runs nothing. Whoever has a watch asks it for commands, runs them side by side, each
 * with its limit of time, and tells how they ended. From that follows what is to be run next: an
 * action has one command at a time, and goes on by itself after a failure, as fail2ban's do. What
 * was run for whom is saved with the rest of the state; so a ban that ends after a crash is undone,
 * too.
 */
#ifndef KBAN_COMMAND_H
#define KBAN_COMMAND_H

#include <kban/watch.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A program to be run. Texts live until kban_watch_command_done() is called for it, those of a
 * question also no longer than until the next kban_watch_configure().
 */
struct kban_command {
	uint64_t id;
	const char *jail;
	const char *action;      /**< what the jail calls it; NULL: the jail's ignorecommand */
	const char *event;       /**< "ban", "unban", "start", "stop", "check" ... */
	const char *const *argv; /**< NULL-terminated: /bin/sh -c SCRIPT */
	/**
	 * NAME=value, NULL-terminated, beside what the program itself has: texts from logs reach
	 * the script so and in no other way.
	 */
	const char *const *environment;
	kban_usec timeout; /**< it is to be ended, with all that it started, after so long */
};

/** Which commands are asked for. */
enum kban_command_kinds {
	/** Those that failures wait for (ignorecommand): they should not wait for others. */
	KBAN_COMMANDS_QUESTIONS = 1,
	/** Those that follow from bans. */
	KBAN_COMMANDS_ACTIONS = 2
};

/**
 * The next command that may be run now.
 *
 * @param kinds  One or more of enum kban_command_kinds.
 * @param out    Receives the command, which counts as running from then on.
 *
 * @return 1; 0 if there is none; KBAN_E_NOMEM, and then nothing was changed that does not come
 *         again.
 */
KBAN_API KBAN_MUST_CHECK int kban_watch_next_command(struct kban_watch *watch, unsigned kinds,
						     kban_usec now, struct kban_command *out);

/** How a command ended that did not exit. */
enum kban_command_end {
	KBAN_COMMAND_NOT_STARTED = -1,
	KBAN_COMMAND_KILLED = -2,
	KBAN_COMMAND_TIMED_OUT = -3
};

/**
 * A command is over.
 *
 * @param id      Of the command; one that is not running is no error.
 * @param status  Its exit status, or an enum kban_command_end.
 *
 * @return KBAN_OK or KBAN_E_NOMEM. What follows is saved by the next kban_watch_dispatch().
 */
KBAN_API KBAN_MUST_CHECK int kban_watch_command_done(struct kban_watch *watch, uint64_t id,
						     int status, kban_usec now);

/** When kban_watch_next_command() is to be asked though nothing happened: a failure is retried. */
KBAN_API kban_usec kban_watch_command_due(const struct kban_watch *watch);

/**
 * The end is near: no action is run for bans any more, what actions did is undone, and they are
 * stopped. Bans stay in force in the kernel; the next start runs the actions again.
 *
 * @return KBAN_OK or KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_watch_close_actions(struct kban_watch *watch);

/** Actions that are not through after kban_watch_close_actions(); 0: all are. */
KBAN_API size_t kban_watch_open_actions(const struct kban_watch *watch);

/** What a status shows of an action. Start from KBAN_ACTION_STATE_INIT. */
struct kban_action_state {
	size_t size;                /**< sizeof this struct, set by the initializer */
	const char *name;           /**< what the jail calls it */
	int started;                /**< nonzero: its actionstart was run */
	int running;                /**< nonzero: a command of it runs */
	size_t banned;              /**< hosts it was run for, and not undone */
	size_t pending;             /**< hosts that something is to be done for */
	uint64_t succeeded, failed; /**< what was done, and what went wrong, since the start */
	uint64_t dropped;           /**< bans it was not run for because there were too many */
	const char *problem;        /**< of what was done last; NULL: it went well */
};

#define KBAN_ACTION_STATE_INIT                           \
	{                                                \
		.size = sizeof(struct kban_action_state) \
	}

/** How many actions with commands jail @a jail has; 0 if it cannot run. */
KBAN_API size_t kban_watch_action_count(const struct kban_watch *watch, size_t jail);

/** Fill @a out, up to its size. Texts live until something is done or changed. */
KBAN_API void kban_watch_action_state(const struct kban_watch *watch, size_t jail, size_t action,
				      struct kban_action_state *out);

/**
 * An action that is no command but sets and rules of the packet filter.
 *
 * @return What jail @a jail calls it; NULL behind the last, and if the jail cannot run.
 */
KBAN_API const char *kban_watch_native_action(const struct kban_watch *watch, size_t jail,
					      size_t index);

/** Actions that a jail may have. */
#define KBAN_ACTIONS_MAX 100

/**
 * Give jail @a jail another action, which does nothing until it has properties, until the next
 * kban_watch_configure().
 *
 * @return KBAN_OK; KBAN_E_INVAL if the jail cannot run; KBAN_E_LIMIT if it has one of that name, or
 *         KBAN_ACTIONS_MAX; KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_watch_add_action(struct kban_watch *watch, size_t jail,
						   const char *name, struct kban_error **err);

/**
 * Names of what of an action can be called by kban_watch_call_action(): "flush", "reload", "start",
 * "stop". NULL behind the last.
 */
KBAN_API const char *kban_action_method(size_t index);

/**
 * Have a command of an action run, whoever is banned: its actionstart; its actionstop and
 * actionreload, if it was started; its actionflush, if it was run for a ban since. What is known of
 * bans stays as it is.
 *
 * @param method  One of kban_action_method().
 *
 * @return KBAN_OK: it will be handed out, after what is under way; KBAN_E_NOTFOUND: no such
 *         method; KBAN_E_LIMIT: 16 calls wait.
 */
KBAN_API KBAN_MUST_CHECK int kban_watch_call_action(struct kban_watch *watch, size_t jail,
						    size_t action, const char *method,
						    struct kban_error **err);

/**
 * Take an action from jail @a jail. What it did is undone, and it is stopped.
 *
 * @return KBAN_OK or KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_watch_remove_action(struct kban_watch *watch, size_t jail,
						      size_t action);

/**
 * A property of an action: an option of its file with tags replaced that are known, or a command.
 *
 * @return Valid until it is changed; NULL if there is none of that name.
 */
KBAN_API const char *kban_watch_action_property(const struct kban_watch *watch, size_t jail,
						size_t action, const char *property);

/** Name of the property at @a index, or NULL behind the last. */
KBAN_API const char *kban_watch_action_property_name(const struct kban_watch *watch, size_t jail,
						     size_t action, size_t index);

/**
 * Give a property another value, until the next kban_watch_configure().
 *
 * @return KBAN_OK; KBAN_E_SYNTAX or KBAN_E_LIMIT for a value that cannot be; KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_watch_set_action_property(struct kban_watch *watch, size_t jail,
							    size_t action, const char *property,
							    const char *value,
							    struct kban_error **err);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_COMMAND_H */
