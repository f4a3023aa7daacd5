/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/report.h"

#include <stdlib.h>

static const struct report_ops *choose(const struct arguments *arguments)
{
	if (arguments->profiles)
		return arguments->json ? &report_profile_json : &report_profile_text;
	if (arguments->explains)
		return arguments->json ? &report_explain_json : &report_explain_text;
	if (arguments->json)
		return &report_json;
	return arguments->out != NULL ? &report_out : &report_text;
}

struct report *report_open(const struct run *run)
{
	const struct report_ops *ops = choose(run->arguments);
	struct report *report = calloc(1, ops->size);

	if (report == NULL)
		return NULL;
	report->ops = ops;
	report->run = run;
	if (ops->start == NULL || ops->start(report) == 0)
		return report;
	report_close(report);
	return NULL;
}

void report_close(struct report *report)
{
	if (report == NULL)
		return;
	if (report->ops->clear != NULL)
		report->ops->clear(report);
	free(report);
}
