/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/log-journal.h"

#include <stdlib.h>
#include <string.h>

#include <kban/cleanup.h>

#include "cli/iso-time.h"
#include "kban-regex/messages.h"

static int add_matches(struct kban_journal *journal, const struct kban_filter *filter,
		       struct kban_error **err)
{
	static const char *const all[] = { NULL };
	size_t count = kban_filter_journal_match_count(filter);
	int status = KBAN_OK;

	if (count == 0)
		return kban_journal_add(journal, all, NULL, err);
	for (size_t i = 0; i < count && status == KBAN_OK; i++)
		status = kban_journal_add(journal, kban_filter_journal_match(filter, i), NULL, err);
	return status;
}

struct kban_journal *log_journal_open(struct kban_context *ctx, const char *log,
				      const struct kban_filter *filter)
{
	kban_auto(journal) journal = NULL;
	kban_auto(error) err = NULL;

	if (kban_journal_open(ctx, log, 1, &journal, &err) == KBAN_OK &&
	    add_matches(journal, filter, &err) == KBAN_OK)
		return kban_steal(journal);
	message_print("%s", kban_error_text(err));
	return NULL;
}

int log_journal_write(struct judged *judged, char **buffer)
{
	char time[CLI_ISO_TIME_SIZE];
	size_t len = strlen(cli_iso_time(judged->time, time));
	char *text = malloc(len + 1 + judged->line.len);

	if (text == NULL)
		return -1;
	memcpy(text, time, len);
	text[len] = ' ';
	memcpy(text + len + 1, judged->line.data, judged->line.len);
	judged->line = (struct kban_text){ text, len + 1 + judged->line.len };
	free(*buffer);
	*buffer = text;
	return 0;
}
