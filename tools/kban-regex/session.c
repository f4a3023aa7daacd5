/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/session.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kban-regex/limit-watch.h"
#include "kban-regex/log-journal.h"

int session_check_output(int status)
{
	int error = errno;

	if (status == 0 && !ferror(stdout))
		return 0;
	if (error == EPIPE)
		return NO_READER;
	return message_print("cannot write: %s", strerror(error));
}

/* Once for each log, as fail2ban does. */
static void warn_of_encoding(struct session *session, const struct judged *judged)
{
	const struct kban_filter *filter = session->run.choice.filter;

	if (session->warned_of == judged->log || session->messages.level > KBAN_WARNING)
		return;
	session->warned_of = judged->log;
	message_print("%s: line %" PRIu64 " is not %s; such bytes are taken for U+FFFD",
		      judged->log, judged->number, kban_filter_encoding(filter));
}

static int try_line(struct run *run, const struct judged *judged, struct kban_match *match)
{
	kban_usec now;

	if (judged->scanned != NULL && run->profile == NULL)
		return log_scan_try(&run->scan, judged->scanned, run->ctx, match);
	now = kban_context_now(run->ctx);
	if (run->explainer != NULL &&
	    line_choice_may_have(&run->arguments->explain, judged->number))
		return kban_explainer_try(run->explainer, judged->line, now, match);
	if (run->profile != NULL)
		return kban_profile_try(run->profile, judged->line, judged->number, now, match);
	return kban_matcher_try_at(run->matcher, judged->line, judged->time, now, match);
}

int session_judge(struct session *session, struct judged *judged)
{
	struct run *run = &session->run;
	struct kban_match match;
	int verdict;

	session->messages.line = judged->number;
	verdict = try_line(run, judged, &match);
	if (verdict < 0)
		return message_print("%s", kban_error_text(NULL));
	if (match.malformed)
		warn_of_encoding(session, judged);
	judged->match = &match;
	limit_watch_see(run->limits, judged->number);
	if (judged->scanned != NULL && !judged->scanned->is_candidate)
		judged->line = judged->scanned->text;
	else if (judged->time == KBAN_TIME_NONE)
		judged->line = kban_matcher_text(run->matcher);
	else if (log_journal_write(judged, &session->entry) < 0)
		return message_print("%s", kban_error_text(NULL));
	run->lines++;
	run->verdicts[verdict]++;
	return session_check_output(session->report->ops->line(session->report, judged));
}
