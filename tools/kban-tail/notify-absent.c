/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Built instead of notify.c where there is no libsystemd. */
#include "notify.h"

void notify_ready(void)
{
}

void notify_reloading(void)
{
}

void notify_stopping(void)
{
}

void notify_alive(void)
{
}

uint64_t notify_interval_ms(void)
{
	return 0;
}
