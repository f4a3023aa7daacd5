/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/own-bans.h"

#include "base/text.h"

/* Where fail2ban logs unless told otherwise; its recidive jail has the path as it stands. */
#define USUAL_LOG "/var/log/fail2ban.log"
#define FILTER    "recidive"

static bool is_own_log(const char *path, const char *log_target)
{
	size_t len = strlen(path);

	/* Behind a target there may be options. */
	return strcmp(path, KB_OWN_BANS) == 0 || strcmp(path, USUAL_LOG) == 0 ||
	       (log_target != NULL && strncmp(path, log_target, len) == 0 &&
		(log_target[len] == '\0' || log_target[len] == '['));
}

/* The filter of that name, with or without options. */
static bool is_recidive(const struct kban_jail_config *jail)
{
	const char *filter = kban_jail_config_text(jail, KBAN_SETTING_FILTER);
	size_t len = strlen(FILTER);

	return filter != NULL && strncmp(filter, FILTER, len) == 0 &&
	       (filter[len] == '\0' || filter[len] == '[');
}

bool kb_own_bans_wanted(const struct kban_jail_config *jail, const char *log_target)
{
	size_t count = kban_jail_config_pattern_count(jail);
	size_t own = 0;

	for (size_t i = 0; i < count; i++) {
		const char *path = kban_jail_config_pattern(jail, i);

		if (strcmp(path, KB_OWN_BANS) == 0)
			return true;
		own += is_own_log(path, log_target);
	}
	return is_recidive(jail) && own == count;
}
