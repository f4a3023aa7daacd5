/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A socket for syslog messages, read once for all who care: datagrams, or connections. It never
 * waits. What was received and not yet dealt with is lost with the process, so senders that keep
 * what they send are better served by a file.
 */
#ifndef KB_SOURCE_SYSLOG_H
#define KB_SOURCE_SYSLOG_H

#include <kban/context.h>

#include "source/syslog-address.h"

/* Connections of one socket at most; a further one takes the place of who was silent longest. */
#define KB_SYSLOG_CONNECTIONS_MAX 64

/* Bytes of a line that are handed out. */
#define KB_SYSLOG_LINE_MAX ((size_t)64 * 1024)

struct kb_syslog;

/* A line for some readers; valid until the next call that changes the socket. */
struct kb_syslog_line {
	void *const *readers;
	size_t reader_count;
	struct kban_text text;
};

/* Nothing is opened before there are readers. KBAN_OK, or KBAN_E_SYSTEM or KBAN_E_NOMEM. */
int kb_syslog_new(struct kban_context *ctx, const char *name, struct kb_syslog **out,
		  struct kban_error **err);
void kb_syslog_free(struct kb_syslog *syslog);

/* As in the address that it was made for: those of one name share a socket. */
const char *kb_syslog_name(const struct kb_syslog *syslog);

/*
 * Hand lines to @a reader, those of the senders that @a address allows; takes the place of what it
 * said before. Takes over @a address. KBAN_OK or KBAN_E_NOMEM.
 */
int kb_syslog_add(struct kb_syslog *syslog, struct kb_syslog_address *address, void *reader);
void kb_syslog_remove(struct kb_syslog *syslog, const void *reader);
size_t kb_syslog_reader_count(const struct kb_syslog *syslog);
bool kb_syslog_has_reader(const struct kb_syslog *syslog, const void *reader);

/* Readable when there is something to do. */
int kb_syslog_fd(const struct kb_syslog *syslog);

/* See what is there. What cannot be opened is logged and tried again. KBAN_OK or KBAN_E_NOMEM. */
int kb_syslog_dispatch(struct kb_syslog *syslog, kban_usec now);

/* When to call that though the descriptor is silent. */
kban_usec kb_syslog_next_due(const struct kb_syslog *syslog);

/*
 * The next line: 1; 0 if all that came was read, or so much of it was for nobody that others should
 * have their turn; KBAN_E_NOMEM.
 */
int kb_syslog_next(struct kb_syslog *syslog, struct kb_syslog_line *out);

KB_DEFINE_AUTO(syslog)

#endif /* KB_SOURCE_SYSLOG_H */
