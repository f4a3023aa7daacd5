/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filter/filter-load.h"

#include "base/text.h"

struct kb_filter_source *kb_filter_source_new(const char *name)
{
	kb_auto(filter_source) source = calloc(1, sizeof(*source));

	if (source == NULL)
		return NULL;
	source->name = strdup(name);
	source->files = calloc(1, sizeof(*source->files));
	return source->name != NULL && source->files != NULL ? kb_steal(source) : NULL;
}

/* The source's own copy of a file name, or NULL without memory. */
static const char *keep_file(struct kb_filter_source *source, const char *file)
{
	size_t count = 0;
	char **grown;

	for (; source->files[count] != NULL; count++) {
		if (strcmp(source->files[count], file) == 0)
			return source->files[count];
	}
	grown = reallocarray(source->files, count + 2, sizeof(*grown));
	if (grown == NULL)
		return NULL;
	source->files = grown;
	grown[count] = strdup(file);
	grown[count + 1] = NULL;
	return grown[count];
}

int kb_filter_source_where(struct kb_filter_source *source, const struct kb_where *where,
			   struct kb_where *out)
{
	const char *file = NULL;

	if (where->file != NULL) {
		file = keep_file(source, where->file);
		if (file == NULL)
			return KBAN_E_NOMEM;
	}
	*out = (struct kb_where){ file, where->line };
	return KBAN_OK;
}

int kb_filter_source_append(struct kb_filter_source *source, struct kb_rule_list *list,
			    struct kban_text text, const struct kb_where *where)
{
	struct kb_rule_text rule = { 0 };

	if (kb_array_room(&list->items, &list->capacity, list->count, sizeof(*list->items)) < 0 ||
	    kb_filter_source_where(source, where, &rule.where) != KBAN_OK)
		return KBAN_E_NOMEM;
	rule.text = kb_text_copy(text);
	if (rule.text == NULL)
		return KBAN_E_NOMEM;
	list->items[list->count++] = rule;
	return KBAN_OK;
}

static void clear_rules(struct kb_rule_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].text);
	free(list->items);
}

void kb_filter_source_free(struct kb_filter_source *source)
{
	if (source == NULL)
		return;
	clear_rules(&source->prefregex);
	clear_rules(&source->failregex);
	clear_rules(&source->ignoreregex);
	clear_rules(&source->datepattern);
	clear_rules(&source->journalmatch);
	for (char **file = source->files; file != NULL && *file != NULL; file++)
		free(*file);
	free(source->files);
	kb_option_record_clear(&source->record);
	free(source->usedns);
	free(source->path);
	free(source->name);
	free(source);
}
