/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/path-log.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "base/buffer.h"
#include "base/context.h"
#include "base/text.h"

/* The part of kban that speaks: fail2ban's name for what reads logs. */
#define TOPIC "filter"

void kb_path_log(const struct kban_context *ctx, int level, const char *path, const char *text,
		 int error_number)
{
	kb_auto_clear(buffer) shown = { 0 };

	if (!kb_log_wants(ctx, level) || kb_buffer_printable(&shown, kb_text(path)) < 0)
		return;
	/* The safe way to strerror() is %m. */
	errno = error_number;
	if (error_number == 0)
		kb_log(ctx, level, TOPIC, "%s: %s", shown.data, text);
	else
		kb_log(ctx, level, TOPIC, "%s: %s: %m", shown.data, text);
}

static const char *kind_of(uint32_t mode)
{
	if (S_ISDIR(mode))
		return "a directory is not read";
	if (S_ISFIFO(mode))
		return "a named pipe is not read";
	if (S_ISSOCK(mode))
		return "a socket is not read";
	return "a device is not read";
}

static bool is_absence(kb_trouble trouble)
{
	return trouble == ENOENT || trouble == ENOTDIR;
}

void kb_path_trouble(const struct kban_context *ctx, const char *path, kb_trouble *trouble,
		     kb_trouble now, uint32_t mode)
{
	kb_trouble before = *trouble;

	*trouble = now;
	if (now == before)
		return;
	/* Each rotation takes a file away for a moment. */
	if (now == 0)
		kb_path_log(ctx, is_absence(before) ? KBAN_DEBUG : KBAN_INFO, path, "is read again",
			    0);
	else if (is_absence(now))
		kb_path_log(ctx, KBAN_DEBUG, path, "is gone and waited for", 0);
	else if (now == KB_TROUBLE_KIND)
		kb_path_log(ctx, KBAN_WARNING, path, kind_of(mode), 0);
	else
		kb_path_log(ctx, KBAN_WARNING, path, "cannot be read and is tried again", now);
}
