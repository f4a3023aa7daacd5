/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The settings of a jail as a table: their names, types and defaults. */
#ifndef KB_JAIL_SETTING_H
#define KB_JAIL_SETTING_H

#include <kban/jail-config.h>

#include "conf/conf-value.h"

enum kb_setting_type {
	KB_SETTING_TEXT,
	KB_SETTING_NUMBER,
	KB_SETTING_SWITCH,
	KB_SETTING_TIME,     /* at least zero */
	KB_SETTING_WINDOW,   /* a time above zero */
	KB_SETTING_FOREVER,  /* a time, of which every negative one is for ever */
	KB_SETTING_VARIABLE, /* a text that only other settings refer to; filters and actions do not
				see it */
};

struct kb_setting {
	const char *name;
	enum kb_setting_type type;
	long long preset;      /* of a number, switch or time */
	long long least, most; /* of a number that has a range; most 0: it has none */
};

/* By enum kban_setting. */
extern const struct kb_setting kb_settings[KBAN_SETTING_COUNT];

/*
 * Read @a value as its type says: microseconds for a time, 0 or 1 for a switch. A switch that is no
 * word for yes or no is off; kb_value_is_bool() tells. KBAN_E_SYNTAX names the place and the
 * setting.
 */
int kb_setting_read(const struct kb_setting *setting, const struct kb_value *value, long long *out,
		    struct kban_error **err);

#endif /* KB_JAIL_SETTING_H */
