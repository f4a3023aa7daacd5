/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/iso-time.h"

#include <stdio.h>
#include <time.h>

const char *cli_iso_time(kban_usec time, char buffer[CLI_ISO_TIME_SIZE])
{
	kban_usec fraction = time % KBAN_SECOND;
	char zone[16] = "", part[16] = "";
	time_t seconds;
	struct tm local;
	size_t len;

	if (fraction < 0)
		fraction += KBAN_SECOND;
	seconds = (time_t)((time - fraction) / KBAN_SECOND);
	if (fraction != 0)
		snprintf(part, sizeof(part), ".%06d", (int)fraction);
	if (localtime_r(&seconds, &local) == NULL) {
		snprintf(buffer, CLI_ISO_TIME_SIZE, "%lld%s", (long long)seconds, part);
		return buffer;
	}
	/* Years before 1000 have four digits, too, which strftime() does not give. */
	len = (size_t)snprintf(buffer, CLI_ISO_TIME_SIZE, "%04lld", local.tm_year + 1900LL);
	len += strftime(buffer + len, CLI_ISO_TIME_SIZE - len, "-%m-%dT%H:%M:%S", &local);
	strftime(zone, sizeof(zone), "%z", &local);
	snprintf(buffer + len, CLI_ISO_TIME_SIZE - len, "%s%.3s:%s", part, zone, zone + 3);
	return buffer;
}
