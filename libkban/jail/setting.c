/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/setting.h"

#define MINUTES (60 * KBAN_SECOND)

const struct kb_setting kb_settings[KBAN_SETTING_COUNT] = {
	[KBAN_SETTING_ENABLED] = { "enabled", KB_SETTING_SWITCH, 0, 0, 0 },
	[KBAN_SETTING_BACKEND] = { "backend", KB_SETTING_TEXT, 0, 0, 0 },
	[KBAN_SETTING_FILTER] = { "filter", KB_SETTING_TEXT, 0, 0, 0 },
	[KBAN_SETTING_USEDNS] = { "usedns", KB_SETTING_TEXT, 0, 0, 0 },
	[KBAN_SETTING_LOGENCODING] = { "logencoding", KB_SETTING_TEXT, 0, 0, 0 },
	[KBAN_SETTING_LOGTIMEZONE] = { "logtimezone", KB_SETTING_TEXT, 0, 0, 0 },
	[KBAN_SETTING_LOGPATH] = { "logpath", KB_SETTING_TEXT, 0, 0, 0 },
	[KBAN_SETTING_FAILREGEX] = { "failregex", KB_SETTING_TEXT, 0, 0, 0 },
	[KBAN_SETTING_IGNOREREGEX] = { "ignoreregex", KB_SETTING_TEXT, 0, 0, 0 },
	[KBAN_SETTING_PREFREGEX] = { "prefregex", KB_SETTING_TEXT, 0, 0, 0 },
	[KBAN_SETTING_DATEPATTERN] = { "datepattern", KB_SETTING_TEXT, 0, 0, 0 },
	[KBAN_SETTING_MAXLINES] = { "maxlines", KB_SETTING_TEXT, 0, 0, 0 },
	[KBAN_SETTING_JOURNALMATCH] = { "journalmatch", KB_SETTING_TEXT, 0, 0, 0 },
	[KBAN_SETTING_MAXRETRY] = { "maxretry", KB_SETTING_NUMBER, 3, 1, 65535 },
	[KBAN_SETTING_MAXMATCHES] = { "maxmatches", KB_SETTING_NUMBER, 5, 0, 65535 },
	[KBAN_SETTING_BANPREFIX4] = { "banprefix4", KB_SETTING_NUMBER, 32, 1, 32 },
	[KBAN_SETTING_BANPREFIX6] = { "banprefix6", KB_SETTING_NUMBER, 128, 1, 128 },
	[KBAN_SETTING_SUBNETRETRY] = { "subnetretry", KB_SETTING_NUMBER, 0, 0, 65535 },
	[KBAN_SETTING_SUBNETPREFIX4] = { "subnetprefix4", KB_SETTING_NUMBER, 24, 1, 32 },
	[KBAN_SETTING_SUBNETPREFIX6] = { "subnetprefix6", KB_SETTING_NUMBER, 64, 1, 128 },
	[KBAN_SETTING_MAXHOSTS] = { "maxhosts", KB_SETTING_NUMBER, 2000000, 1, 0x7fffffff },
	[KBAN_SETTING_WINDOW] = { "kban_window", KB_SETTING_TEXT, 0, 0, 0 },
	[KBAN_SETTING_RESTORE] = { "kban_restore", KB_SETTING_TEXT, 0, 0, 0 },
	[KBAN_SETTING_FINDTIME] = { "findtime", KB_SETTING_WINDOW, 10 * MINUTES, 0, 0 },
	[KBAN_SETTING_BANTIME] = { "bantime", KB_SETTING_FOREVER, 10 * MINUTES, 0, 0 },
	[KBAN_SETTING_BANTIME_INCREMENT] = { "bantime.increment", KB_SETTING_SWITCH, 0, 0, 0 },
	[KBAN_SETTING_BANTIME_FACTOR] = { "bantime.factor", KB_SETTING_TEXT, 0, 0, 0 },
	[KBAN_SETTING_BANTIME_FORMULA] = { "bantime.formula", KB_SETTING_TEXT, 0, 0, 0 },
	[KBAN_SETTING_BANTIME_MULTIPLIERS] = { "bantime.multipliers", KB_SETTING_TEXT, 0, 0, 0 },
	[KBAN_SETTING_BANTIME_MAXTIME] = { "bantime.maxtime", KB_SETTING_TIME, 0, 0, 0 },
	[KBAN_SETTING_BANTIME_RNDTIME] = { "bantime.rndtime", KB_SETTING_TIME, 0, 0, 0 },
	[KBAN_SETTING_BANTIME_OVERALLJAILS] = { "bantime.overalljails", KB_SETTING_SWITCH, 0, 0,
						0 },
	[KBAN_SETTING_IGNORESELF] = { "ignoreself", KB_SETTING_SWITCH, 1, 0, 0 },
	[KBAN_SETTING_IGNOREIP] = { "ignoreip", KB_SETTING_TEXT, 0, 0, 0 },
	[KBAN_SETTING_IGNORECOMMAND] = { "ignorecommand", KB_SETTING_TEXT, 0, 0, 0 },
	[KBAN_SETTING_IGNORECACHE] = { "ignorecache", KB_SETTING_TEXT, 0, 0, 0 },
	[KBAN_SETTING_SYSTEMD_IF_NOLOGS] = { "systemd_if_nologs", KB_SETTING_SWITCH, 1, 0, 0 },
	[KBAN_SETTING_SKIP_IF_NOLOGS] = { "skip_if_nologs", KB_SETTING_SWITCH, 0, 0, 0 },
	[KBAN_SETTING_KILLCONN] = { "killconn", KB_SETTING_SWITCH, 0, 0, 0 },
	[KBAN_SETTING_ACTION] = { "action", KB_SETTING_TEXT, 0, 0, 0 },
	[KBAN_SETTING_PORT] = { "port", KB_SETTING_VARIABLE, 0, 0, 0 },
	[KBAN_SETTING_PROTOCOL] = { "protocol", KB_SETTING_VARIABLE, 0, 0, 0 },
	[KBAN_SETTING_CHAIN] = { "chain", KB_SETTING_VARIABLE, 0, 0, 0 },
	[KBAN_SETTING_BANACTION] = { "banaction", KB_SETTING_VARIABLE, 0, 0, 0 },
	[KBAN_SETTING_BANACTION_ALLPORTS] = { "banaction_allports", KB_SETTING_VARIABLE, 0, 0, 0 },
};

const char *kban_setting_name(enum kban_setting setting)
{
	return kb_settings[setting].name;
}

static int read_time(const struct kb_setting *setting, const struct kb_value *value, long long *out,
		     struct kban_error **err)
{
	kban_usec span;
	int status = kb_value_duration(value, setting->name, &span, err);

	if (status != KBAN_OK)
		return status;
	if (setting->type == KB_SETTING_TIME && span < 0)
		return kb_fail(err, KBAN_E_SYNTAX, kb_value_where(value),
			       "%s must not be negative, as '%.*s' is", setting->name, KB_QUOTE_MAX,
			       value->text);
	if (setting->type == KB_SETTING_WINDOW && span <= 0)
		return kb_fail(err, KBAN_E_SYNTAX, kb_value_where(value),
			       "%s must be longer than '%.*s'", setting->name, KB_QUOTE_MAX,
			       value->text);
	*out = span < 0 ? KBAN_FOREVER : span;
	return KBAN_OK;
}

int kb_setting_read(const struct kb_setting *setting, const struct kb_value *value, long long *out,
		    struct kban_error **err)
{
	switch (setting->type) {
	case KB_SETTING_NUMBER:
		return kb_value_int(value, setting->name, out, err);
	case KB_SETTING_SWITCH:
		*out = kb_value_bool(value);
		return KBAN_OK;
	case KB_SETTING_TIME:
	case KB_SETTING_WINDOW:
	case KB_SETTING_FOREVER:
		return read_time(setting, value, out, err);
	case KB_SETTING_TEXT:
	case KB_SETTING_VARIABLE:
		break;
	}
	return KBAN_OK;
}
