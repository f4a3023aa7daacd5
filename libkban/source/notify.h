/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hints from the kernel that something happened to a file: inotify(7), and only here. Hints may be
 * late, missing or about something else; whoever gets one looks for himself.
 */
#ifndef KB_SOURCE_NOTIFY_H
#define KB_SOURCE_NOTIFY_H

#include <stdbool.h>

#include <kban/context.h>

#include "base/memory.h"

struct kb_notify;

/* Something that is watched; what is watched by several names is watched once. */
struct kb_watch;

enum kb_notify_mode {
	KB_NOTIFY_HINTS,
	KB_NOTIFY_NOTHING, /* nobody wants to know */
};

/*
 * NULL: no memory. Where inotify is not to be had, it has no descriptor and watches nothing. @a ctx
 * outlives it.
 */
struct kb_notify *kb_notify_new(const struct kban_context *ctx, enum kb_notify_mode mode);
void kb_notify_free(struct kb_notify *notify);

/* Readable when there are hints, or -1. */
int kb_notify_descriptor(const struct kb_notify *notify);

/*
 * Watch what is written to the file at @a path, wherever it is moved. NULL if that is not possible,
 * of which the first time is logged.
 */
struct kb_watch *kb_notify_watch_file(struct kb_notify *notify, const char *path);
void kb_notify_release(struct kb_notify *notify, struct kb_watch *watch);

/* True if there was a hint about the file in the last kb_notify_read(). NULL is allowed. */
bool kb_notify_has_hit(const struct kb_notify *notify, const struct kb_watch *watch);

/*
 * Between begin and end, name all directories in which files come and go; those not named any more
 * are forgotten. _directory() watches for names that the glob pattern @a names fits. It answers
 * KBAN_OK, KBAN_E_NOTFOUND if there is no such directory, KBAN_E_SYSTEM if it cannot be watched.
 */
void kb_notify_begin_directories(struct kb_notify *notify);
int kb_notify_watch_directory(struct kb_notify *notify, const char *path, const char *names);
void kb_notify_end_directories(struct kb_notify *notify);

/* Take in what the kernel reports. True if files came or went, or hints were lost. */
bool kb_notify_read(struct kb_notify *notify);

KB_DEFINE_AUTO(notify)

#endif /* KB_SOURCE_NOTIFY_H */
