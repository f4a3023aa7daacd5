/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/filter-choice.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <kban/cleanup.h>
#include <kban/config.h>

#include "cli/options.h"
#include "kban-regex/log-choice.h"
#include "kban-regex/messages.h"

/* Beside statuses: what is wrong was printed. */
enum { TOLD = 1 };

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

static bool ends_with(const char *text, size_t len, const char *end)
{
	return len >= strlen(end) && strncmp(text + len - strlen(end), end, strlen(end)) == 0;
}

/* A jail is called by its name; what looks like a file is none. */
static bool is_jail_name(const char *text)
{
	size_t len = strcspn(text, "[");

	return is_name(text) && memchr(text, '/', len) == NULL && !ends_with(text, len, ".conf") &&
	       !ends_with(text, len, ".local");
}

/* The first problem is the reason why the jail has no filter. */
static int refuse(const struct kban_config *config)
{
	for (size_t i = 0; i < kban_config_problem_count(config); i++) {
		if (!kban_config_problem_is_error(config, i))
			continue;
		message_print("%s", kban_config_problem_text(config, i));
		break;
	}
	return TOLD;
}

/* The filter of a jail. KBAN_E_NOTFOUND: there is no such jail, or it has no rules. */
static int load_jail(struct kban_context *ctx, const struct arguments *arguments,
		     const struct kban_filter_options *options, struct filter_choice *out,
		     struct kban_error **err)
{
	kban_auto(config) config = NULL;
	struct kban_filter_options full = *options;
	const struct kban_jail_config *jail;
	int status;

	if (!is_jail_name(arguments->filter))
		return KBAN_E_NOTFOUND;
	status = kban_config_load_jail_for_log(
		ctx, options->config_dir, arguments->filter,
		options->from_journal ? KBAN_LOG_JOURNAL : KBAN_LOG_FILES, &config, NULL);
	if (status != KBAN_OK)
		return status == KBAN_E_NOMEM ? status : KBAN_E_NOTFOUND;
	jail = kban_config_jail(config, 0);
	if (kban_jail_config_is_usable(jail) &&
	    kban_jail_config_rule_count(jail, KBAN_RULE_FAIL) == 0)
		return KBAN_E_NOTFOUND;
	out->kind = FILTER_OF_JAIL;
	out->name = strdup(kban_jail_config_name(jail));
	if (out->name == NULL)
		return KBAN_E_NOMEM;
	if (arguments->options.encoding == NULL && !options->from_journal &&
	    kban_jail_config_text(jail, KBAN_SETTING_LOGENCODING) != NULL)
		full.encoding = NULL; /* the jail's own */
	status = kban_jail_config_compile(jail, ctx, &full, &out->filter, err);
	return status == KBAN_E_NOTFOUND ? refuse(config) : status;
}

/* A name of a jail or of a filter that is there, or else a failregex. */
static int load(struct kban_context *ctx, const struct arguments *arguments,
		const struct kban_filter_options *options, struct filter_choice *out,
		struct kban_error **err)
{
	const char *text = arguments->filter;
	const char *const failregex[] = { text, NULL };
	kban_auto(error) not_found = NULL;
	int status = load_jail(ctx, arguments, options, out, err);

	if (status != KBAN_E_NOTFOUND)
		return status;
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
			  const struct kban_filter_options *wanted, struct filter_choice *out,
			  struct kban_error **err)
{
	struct kban_filter_options options = *wanted;
	kban_auto(filter) other = NULL;
	const char **list;
	int status = kban_filter_load(ctx, arguments->ignore, &options, &other, err);

	if (status != KBAN_OK)
		return status;
	list = list_ignore(other);
	if (list == NULL)
		return KBAN_E_NOMEM;
	options.ignore = list;
	status = load(ctx, arguments, &options, out, err);
	free(list);
	return status;
}

/* The journal, and a text on the command line, have theirs, whatever an option says. */
static const char *encoding_of(const struct arguments *arguments)
{
	const char *encoding = arguments->options.encoding;
	enum log_choice log = log_choose(arguments->files[0]);

	if (log == LOG_JOURNAL)
		return "UTF-8";
	return encoding == NULL || log == LOG_TEXT ? arguments->locale_encoding : encoding;
}

static int choose(struct kban_context *ctx, const struct arguments *arguments,
		  struct filter_choice *out, struct kban_error **err)
{
	const char *const ignore[] = { arguments->ignore, NULL };
	struct kban_filter_options options = arguments->options;

	options.encoding = encoding_of(arguments);
	options.from_journal = log_choose(arguments->files[0]) == LOG_JOURNAL;
	out->ignore_is_file = arguments->ignore != NULL && is_file(arguments->ignore);
	if (out->ignore_is_file)
		return load_with_file(ctx, arguments, &options, out, err);
	if (arguments->ignore != NULL)
		options.ignore = ignore;
	return load(ctx, arguments, &options, out, err);
}

int filter_choose(struct kban_context *ctx, const struct arguments *arguments,
		  struct filter_choice *out)
{
	kban_auto(error) err = NULL;
	const char *path;
	int status;

	*out = (struct filter_choice){ 0 };
	status = choose(ctx, arguments, out, &err);
	if (status != KBAN_OK)
		return status == TOLD ? CLI_EXIT_TROUBLE
				      : message_print("%s", kban_error_text(err));
	if (kban_filter_rule_count(out->filter, KBAN_RULE_FAIL) > 0)
		return 0;
	path = kban_filter_path(out->filter);
	return message_print("%s: there is no failregex", path != NULL ? path : out->name);
}

void filter_choice_clear(struct filter_choice *choice)
{
	kban_filter_unref(choice->filter);
	free(choice->name);
	*choice = (struct filter_choice){ 0 };
}
