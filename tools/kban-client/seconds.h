/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KBAN_CLIENT_SECONDS_H
#define KBAN_CLIENT_SECONDS_H

/* Print the seconds of a time that is written as in files; an exit status. */
int print_seconds(const char *text);

#endif /* KBAN_CLIENT_SECONDS_H */
