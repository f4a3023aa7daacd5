/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/sample-filter.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kban/cleanup.h>

/* Options that are for tests, not for the filter, begin like this. */
#define TEST_PREFIX "test."

/* More sets of options are a mistake. */
#define SETS_MAX 1000

static bool is_for_filter(const char *name)
{
	return strncmp(name, TEST_PREFIX, strlen(TEST_PREFIX)) != 0;
}

/* Options behind @a start: as a filter's name has them, or for people. */
static char *join_options(const char *start, json_t *options, bool for_loading)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	const char *separator = "";
	const char *name;
	json_t *value;

	if (stream == NULL)
		return NULL;
	fputs(start, stream);
	json_object_foreach(options, name, value)
	{
		const char *quoted = json_string_value(value);
		char quote = strchr(quoted, '"') != NULL ? '\'' : '"';

		if (!is_for_filter(name))
			continue;
		if (for_loading)
			fprintf(stream, "[%s=%c%s%c]", name, quote, quoted, quote);
		else
			fprintf(stream, "%s%s=%s", separator, name, quoted);
		separator = ", ";
	}
	if (fclose(stream) == 0)
		return text;
	free(text);
	return NULL;
}

static void free_filter(struct sample_filter *filter)
{
	if (filter == NULL)
		return;
	kban_matcher_free(filter->matcher);
	kban_filter_unref(filter->filter);
	free(filter->key);
	free(filter->label);
	free(filter);
}

static int load(const struct sample_filters *filters, json_t *options, struct sample_filter *item,
		struct kban_error **err)
{
	char *name = join_options(filters->name, options, true);
	int status;

	if (name == NULL)
		return KBAN_E_NOMEM;
	status = kban_filter_load(filters->ctx, name, filters->options, &item->filter, err);
	free(name);
	if (status != KBAN_OK)
		return status;
	return kban_matcher_new(item->filter, filters->matcher_flags, &item->matcher);
}

static int add(struct sample_filters *filters, struct sample_filter *item)
{
	struct sample_filter **grown;

	grown = reallocarray(filters->items, filters->count + 1, sizeof(struct sample_filter *));
	if (grown == NULL)
		return KBAN_E_NOMEM;
	filters->items = grown;
	filters->items[filters->count++] = item;
	return KBAN_OK;
}

/* What a set is called, or else what is in it. */
static char *make_key(json_t *options)
{
	const char *named = json_string_value(json_object_get(options, TEST_PREFIX "filter-name"));

	return named != NULL ? strdup(named) : join_options("", options, true);
}

static struct sample_filter *find(const struct sample_filters *filters, const char *key)
{
	for (size_t i = 0; i < filters->count; i++)
		if (strcmp(filters->items[i]->key, key) == 0)
			return filters->items[i];
	return NULL;
}

/* @a key is the item's from now on. */
static int make(struct sample_filters *filters, char *key, json_t *options,
		struct sample_filter **out, struct kban_error **err)
{
	struct sample_filter *item = calloc(1, sizeof(*item));
	int status = KBAN_E_NOMEM;

	if (item == NULL) {
		free(key);
		return KBAN_E_NOMEM;
	}
	item->key = key;
	item->label = join_options("", options, false);
	if (item->label != NULL)
		status = load(filters, options, item, err);
	if (status == KBAN_OK)
		status = add(filters, item);
	if (status == KBAN_OK)
		*out = item;
	else
		free_filter(item);
	return status;
}

int sample_filters_get(struct sample_filters *filters, json_t *options, struct sample_filter **out,
		       struct kban_error **err)
{
	char *key = make_key(options);
	struct sample_filter *found;

	if (key == NULL)
		return KBAN_E_NOMEM;
	found = find(filters, key);
	if (found == NULL)
		return make(filters, key, options, out, err);
	free(key);
	*out = found;
	return KBAN_OK;
}

void sample_filters_clear(struct sample_filters *filters)
{
	for (size_t i = 0; i < filters->count; i++)
		free_filter(filters->items[i]);
	free(filters->items);
	filters->items = NULL;
	filters->count = 0;
}
