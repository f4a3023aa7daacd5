/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Time zones as logs and options write them: letters, an offset, or both, which then add up. Fixed
 * offsets without rules for summer time; the letters mean what fail2ban lets them mean.
 */
#ifndef KB_DATE_DATE_ZONE_H
#define KB_DATE_DATE_ZONE_H

#include <stdbool.h>

#include <kban/base.h>

/* Read a whole zone ("UTC+0200", "EST", "-0330", "") as minutes east of UTC. False: unknown. */
bool kb_date_zone_parse(struct kban_text text, int *minutes);

#endif /* KB_DATE_DATE_ZONE_H */
