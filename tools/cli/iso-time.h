/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Times as all tools print them for programs. */
#ifndef CLI_ISO_TIME_H
#define CLI_ISO_TIME_H

#include <kban/base.h>

/* Bytes that hold any time, with its NUL. */
#define CLI_ISO_TIME_SIZE 64

/*
 * Write @a time as ISO 8601 has it, in local time with its offset, and with a fraction if it has
 * one: "2005-06-21T16:47:48+02:00". Seconds since 1970 for a year that the C library cannot tell.
 *
 * @return @a buffer.
 */
const char *cli_iso_time(kban_usec time, char buffer[CLI_ISO_TIME_SIZE]);

#endif /* CLI_ISO_TIME_H */
