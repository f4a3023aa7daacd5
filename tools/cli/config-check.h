/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A test of a configuration, the same in each tool that has one. */
#ifndef KBAN_CLI_CONFIG_CHECK_H
#define KBAN_CLI_CONFIG_CHECK_H

enum {
	CLI_CHECK_GOOD = 0,
	CLI_CHECK_TROUBLE = 1, /* no memory, or the like */
	CLI_CHECK_BAD = 255,   /* as with fail2ban-client */
};

/*
 * Say on standard error all that is wrong in the configuration, a line each behind @a program, and
 * on standard output that the test failed, if it did.
 *
 * @param dir  NULL: the default.
 * @return One of the above; an exit status.
 */
int cli_check_config(const char *program, const char *dir);

/* Say on standard output that it did not. */
void cli_tell_good_config(void);

#endif /* KBAN_CLI_CONFIG_CHECK_H */
