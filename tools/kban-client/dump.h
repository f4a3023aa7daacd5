/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KBAN_CLIENT_DUMP_H
#define KBAN_CLIENT_DUMP_H

/*
 * Print what a directory of configuration says as one JSON object: the jails that can run, with
 * their settings, rules and actions. What is wrong goes to standard error.
 *
 * @param config_dir  NULL: the default.
 *
 * Returns the exit status: 0; 2 if there is any error, also when other jails are printed.
 */
int dump_run(const char *config_dir);

#endif /* KBAN_CLIENT_DUMP_H */
