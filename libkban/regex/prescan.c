/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "regex/prescan.h"

#include "regex/prescan-engine.h"

struct kb_prescan {
	struct kb_literal *strings;
	size_t count;
	char *memory; /* of the strings */
	const struct kb_prescan_engine_ops *ops;
	void *engine; /* NULL if there is nothing to look for */
};

/* In the order in which they are preferred. */
static const struct {
	enum kb_prescan_engine engine;
	const struct kb_prescan_engine_ops *ops;
} engines[] = {
#ifdef KB_HAS_HYPERSCAN
	{ KB_PRESCAN_HYPERSCAN, &kb_prescan_hyperscan },
#endif
#ifdef KB_HAS_AVX2
	{ KB_PRESCAN_FEW, &kb_prescan_few },
	{ KB_PRESCAN_PAIR, &kb_prescan_pair },
#endif
	{ KB_PRESCAN_BUILTIN, &kb_prescan_builtin },
	{ KB_PRESCAN_PORTABLE, &kb_prescan_portable },
};

static const struct kb_prescan_engine_ops *find_engine(enum kb_prescan_engine engine, size_t count)
{
	for (size_t i = 0; i < kb_array_size(engines); i++) {
		const struct kb_prescan_engine_ops *ops = engines[i].ops;

		if ((engine == KB_PRESCAN_BEST || engine == engines[i].engine) &&
		    (ops->suits == NULL || ops->suits(count)))
			return ops;
	}
	return NULL;
}

static int check_strings(const struct kb_literal *strings, size_t count, size_t *total)
{
	*total = 0;
	if (count > KB_PRESCAN_STRINGS_MAX)
		return KBAN_E_LIMIT;
	for (size_t i = 0; i < count; i++) {
		struct kban_text text = strings[i].text;

		if (text.len == 0 || memchr(text.data, '\n', text.len) != NULL)
			return KBAN_E_INVAL;
		if (text.len > KB_PRESCAN_BYTES_MAX - *total)
			return KBAN_E_LIMIT;
		*total += text.len;
	}
	return KBAN_OK;
}

static char lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static void copy_strings(struct kb_prescan *prescan, const struct kb_literal *strings, size_t count)
{
	char *room = prescan->memory;

	for (size_t i = 0; i < count; i++) {
		struct kban_text text = strings[i].text;

		for (size_t j = 0; j < text.len; j++)
			room[j] = strings[i].caseless ? lower(text.data[j]) : text.data[j];
		prescan->strings[i] = (struct kb_literal){
			.text = { room, text.len },
			.caseless = strings[i].caseless,
		};
		room += text.len;
	}
	prescan->count = count;
}

int kb_prescan_new(const struct kb_literal *strings, size_t count, enum kb_prescan_engine engine,
		   struct kb_prescan **out)
{
	kb_auto(prescan) prescan = NULL;
	size_t total;
	int status = check_strings(strings, count, &total);

	if (status != KBAN_OK)
		return status;
	if (find_engine(engine, count) == NULL)
		return KBAN_E_NOTFOUND;
	prescan = calloc(1, sizeof(*prescan));
	if (prescan == NULL)
		return KBAN_E_NOMEM;
	prescan->ops = find_engine(engine, count);
	prescan->strings = calloc(count + 1, sizeof(*prescan->strings));
	prescan->memory = malloc(total + 1);
	if (prescan->strings == NULL || prescan->memory == NULL)
		return KBAN_E_NOMEM;
	copy_strings(prescan, strings, count);
	if (count > 0)
		status = prescan->ops->open(prescan->strings, count, &prescan->engine);
	if (status != KBAN_OK)
		return status;
	*out = kb_steal(prescan);
	return KBAN_OK;
}

void kb_prescan_free(struct kb_prescan *prescan)
{
	if (prescan == NULL)
		return;
	if (prescan->engine != NULL)
		prescan->ops->close(prescan->engine);
	free(prescan->strings);
	free(prescan->memory);
	free(prescan);
}

const char *kb_prescan_engine_name(const struct kb_prescan *prescan)
{
	return prescan->ops->name;
}

int kb_prescan_block(struct kb_prescan *prescan, struct kban_text block, kb_prescan_fn *found,
		     void *data)
{
	if (block.len > KB_PRESCAN_BLOCK_MAX)
		return KBAN_E_LIMIT;
	if (prescan->engine == NULL || block.len == 0)
		return KBAN_OK;
	return prescan->ops->block(prescan->engine, block, found, data);
}
