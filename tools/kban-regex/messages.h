/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is told on standard error: why something failed, and what the library has to say. */
#ifndef KBAN_REGEX_MESSAGES_H
#define KBAN_REGEX_MESSAGES_H

#include <stdbool.h>
#include <stdint.h>

/* Print "kban-regex: MESSAGE" over a progress line that may stand there. */
__attribute__((format(printf, 1, 2))) int message_print(const char *format, ...);

/* What else is told of a message of the library. */
enum message_form {
	MESSAGE_PLAIN,
	MESSAGE_WITH_SOURCE, /* how grave it is, and which part of kban says it */
	MESSAGE_WITH_LINE,   /* that, and at which line of the log */
};

struct messages {
	int level; /* less grave ones are not printed; an enum kban_level */
	enum message_form form;
	uint64_t line; /* of the log; 0: none is read yet */
};

/* A kban_log_fn; @a data is a struct messages. */
void messages_log(int level, const char *topic, const char *line, void *data);

/* The level of a name, in fail2ban's spelling or as a number. False: there is none. */
bool messages_level(const char *name, int *out);

#endif /* KBAN_REGEX_MESSAGES_H */
