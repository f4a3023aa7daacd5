/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What systemd is told; see sd_notify(3). Without libsystemd, or without systemd, nothing is. */
#ifndef KBAN_TAIL_NOTIFY_H
#define KBAN_TAIL_NOTIFY_H

#include <stdint.h>

void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);
void notify_alive(void);

/* How often systemd wants to hear that the daemon is alive, in milliseconds; 0: it does not. */
uint64_t notify_interval_ms(void);

#endif /* KBAN_TAIL_NOTIFY_H */
