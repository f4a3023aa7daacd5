/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What LOG means. */
#ifndef KBAN_REGEX_LOG_CHOICE_H
#define KBAN_REGEX_LOG_CHOICE_H

enum log_choice {
	LOG_FILE,    /* a file, a pipe or a device; "-": standard input */
	LOG_FOLDER,  /* nothing that has lines */
	LOG_JOURNAL, /* systemd-journal, perhaps with options in brackets */
	LOG_TEXT,    /* the text of a log itself */
};

enum log_choice log_choose(const char *log);

#endif /* KBAN_REGEX_LOG_CHOICE_H */
