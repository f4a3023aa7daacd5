/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/filter-choice.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <kban/cleanup.h>

static bool is_name_character(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 || strchr("_./-", c) != NULL;
}

/* NAME or NAME[…] or a path: what a filter can be called. */
static bool is_name(const char *text)
{
	size_t len = strlen(text);
	size_t name = 0;

	while (name < len && is_name_character(text[name]))
		name++;
	return name > 0 && (name == len || (text[name] == '[' && text[len - 1] == ']'));
}

static bool is_file(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

/* A name of a filter that is there, or else a failregex. */
static int load(struct kban_context *ctx, const char *text,
		const struct kban_filter_options *options, struct filter_choice *out,
		struct kban_error **err)
{
	const char *const failregex[] = { text, NULL };
	kban_auto(error) not_found = NULL;
	int status;

	out->kind = FILTER_NAMED;
	if (is_name(text) || is_file(text)) {
		status = kban_filter_load(ctx, text, options, &out->filter, &not_found);
		if (status != KBAN_E_NOTFOUND) {
			*err = kban_steal(not_found);
			return status;
		}
	}
	out->kind = FILTER_PATTERN;
	status = kban_filter_new(ctx, failregex, options, &out->filter, err);
	/* What looks like a name and is no pattern was meant as a name. */
	if (status != KBAN_OK && not_found != NULL) {
		kban_error_free(*err);
		*err = kban_steal(not_found);
	}
	return status;
}

/* The ignoreregex of a filter file as a list that ends in NULL; it points into @a filter. */
static const char **list_ignore(const struct kban_filter *filter)
{
	size_t count = kban_filter_rule_count(filter, KBAN_RULE_IGNORE);
	const char **list = calloc(count + 1, sizeof(*list));

	for (size_t i = 0; list != NULL && i < count; i++)
		list[i] = kban_filter_rule_text(filter, KBAN_RULE_IGNORE, i);
	return list;
}

/* The filter with the ignoreregex of a file besides its own. */
static int load_with_file(struct kban_context *ctx, const struct arguments *arguments,
			  struct filter_choice *out, struct kban_error **err)
{
	struct kban_filter_options options = arguments->options;
	kban_auto(filter) other = NULL;
	const char **list;
	int status = kban_filter_load(ctx, arguments->ignore, &options, &other, err);

	if (status != KBAN_OK)
		return status;
	list = list_ignore(other);
	if (list == NULL)
		return KBAN_E_NOMEM;
	options.ignore = list;
	status = load(ctx, arguments->filter, &options, out, err);
	free(list);
	return status;
}

int filter_choose(struct kban_context *ctx, const struct arguments *arguments,
		  struct filter_choice *out, struct kban_error **err)
{
	const char *const ignore[] = { arguments->ignore, NULL };
	struct kban_filter_options options = arguments->options;

	if (arguments->ignore != NULL && is_file(arguments->ignore))
		return load_with_file(ctx, arguments, out, err);
	if (arguments->ignore != NULL)
		options.ignore = ignore;
	return load(ctx, arguments->filter, &options, out, err);
}
