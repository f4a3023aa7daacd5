/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel itself says is watched. */
#ifndef KBAN_WATCHED_COUNT_H
#define KBAN_WATCHED_COUNT_H

/* How many files and directories the descriptor of inotify(7) watches. */
int watched_count(int fd);

#endif /* KBAN_WATCHED_COUNT_H */
