/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Going into the background, so that the caller knows whether the start succeeded. */
#ifndef KBAN_TAIL_DETACH_H
#define KBAN_TAIL_DETACH_H

/*
 * Fork. In the caller's process this does not return: it waits for the daemon to be ready or to
 * fail, and exits as that says. In the daemon's process it returns a descriptor for detach_tell(),
 * or -1 with errno.
 */
int detach(void);

/* Tell the waiting process how the start ended, and let go of the terminal if it was good. */
void detach_tell(int fd, int exit_status);

#endif /* KBAN_TAIL_DETACH_H */
