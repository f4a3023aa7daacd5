/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file that tells other programs which process the daemon is: pidfile of fail2ban.conf. */
#ifndef KBAN_TAIL_PID_FILE_H
#define KBAN_TAIL_PID_FILE_H

/*
 * Write the number of this process to @a path, in place of what a daemon that is gone left there.
 * The directory is made if that is all that is missing.
 *
 * @param path  NULL, "" and "None" want no file.
 *
 * @return The file, for pid_file_remove(), or NULL: none is wanted, or @a problem says why there is
 *         none; it is empty otherwise.
 */
char *pid_file_write(const char *path, char problem[256]);

/* Remove the file unless it tells of another process by now, and free its name. NULL is allowed. */
void pid_file_remove(char *file);

#endif /* KBAN_TAIL_PID_FILE_H */
