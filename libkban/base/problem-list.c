/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/problem-list.h"

#include <stdarg.h>

#include "base/buffer.h"

int kb_problem_list_take(struct kb_problem_list *list, enum kb_severity severity,
			 const char *subject, struct kban_error *error)
{
	struct kb_problem problem = { .severity = severity, .error = error };

	if (subject != NULL)
		problem.subject = strdup(subject);
	if ((subject != NULL && problem.subject == NULL) ||
	    kb_array_room(&list->items, &list->capacity, list->count, sizeof(*list->items)) < 0) {
		free(problem.subject);
		kban_error_free(error);
		return KBAN_E_NOMEM;
	}
	list->items[list->count++] = problem;
	return KBAN_OK;
}

int kb_problem_list_add(struct kb_problem_list *list, enum kb_severity severity,
			const char *subject, const struct kb_where *where, const char *format, ...)
{
	struct kban_error *error = NULL;
	kb_auto_clear(buffer) text = { 0 };
	va_list arguments;
	int status;

	va_start(arguments, format);
	status = kb_buffer_vprintf(&text, format, arguments);
	va_end(arguments);
	if (status != KBAN_OK)
		return status;
	kb_fail(&error, KBAN_E_SYNTAX, where, "%s", text.data);
	if (error == NULL)
		return KBAN_E_NOMEM;
	return kb_problem_list_take(list, severity, subject, error);
}

size_t kb_problem_list_errors(const struct kb_problem_list *list, const char *subject)
{
	size_t errors = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct kb_problem *problem = &list->items[i];

		if (problem->severity != KB_PROBLEM_ERROR)
			continue;
		if (subject == NULL || problem->subject == NULL ||
		    strcmp(problem->subject, subject) == 0)
			errors++;
	}
	return errors;
}

void kb_problem_list_clear(struct kb_problem_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].subject);
		kban_error_free(list->items[i].error);
	}
	free(list->items);
	*list = (struct kb_problem_list){ 0 };
}
