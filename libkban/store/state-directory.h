/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The directory that holds the state file: whose it is, and what is put aside in it. */
#ifndef KB_STORE_STATE_DIRECTORY_H
#define KB_STORE_STATE_DIRECTORY_H

#include <kban/error.h>

#include "base/memory.h"

struct kb_state_directory;

/*
 * Make @a path a directory of this process alone until it is closed or the process ends. Its
 * parent must exist.
 *
 * KBAN_E_LIMIT if another process has it, KBAN_E_DENIED, KBAN_E_SYSTEM, KBAN_E_NOMEM.
 */
int kb_state_directory_open(const char *path, struct kb_state_directory **out,
			    struct kban_error **err);
void kb_state_directory_free(struct kb_state_directory *directory);

/* Path of the state file; it need not exist. */
const char *kb_state_directory_file(const struct kb_state_directory *directory);

/*
 * Ready the state file: create it empty with mode 0600 if it is missing, take away what mode it has
 * beyond that. Nothing but a regular file is left under its name.
 */
int kb_state_directory_ready(struct kb_state_directory *directory, struct kban_error **err);

/*
 * Rename the state file, and the logs that belong to it, to state.bad-TIME. @a out receives the new
 * path, owned by the caller.
 */
int kb_state_directory_set_aside(struct kb_state_directory *directory, kban_usec now, char **out,
				 struct kban_error **err);

KB_DEFINE_AUTO(state_directory)

#endif /* KB_STORE_STATE_DIRECTORY_H */
