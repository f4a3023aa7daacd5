/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The engine made of libhs, Hyperscan or Vectorscan. The only file that includes hs.h. */
#include "regex/prescan-engine.h"

#include <hs.h>

struct hyperscan {
	hs_database_t *database;
	hs_scratch_t *scratch;
};

struct report {
	kb_prescan_fn *found;
	void *data;
};

static void close_hyperscan(void *engine)
{
	struct hyperscan *hyperscan = engine;

	hs_free_scratch(hyperscan->scratch);
	hs_free_database(hyperscan->database);
	free(hyperscan);
}

/* What libhs is told, one array for each of its arguments. */
struct lists {
	const char **texts;
	unsigned *flags;
	unsigned *ids;
	size_t *lengths;
};

static bool fill_lists(struct lists *lists, const struct kb_literal *strings, size_t count)
{
	lists->texts = calloc(count, sizeof(*lists->texts));
	lists->flags = calloc(count, sizeof(*lists->flags));
	lists->ids = calloc(count, sizeof(*lists->ids));
	lists->lengths = calloc(count, sizeof(*lists->lengths));
	if (!lists->texts || !lists->flags || !lists->ids || !lists->lengths)
		return false;
	for (size_t i = 0; i < count; i++) {
		lists->texts[i] = strings[i].text.data;
		lists->flags[i] = strings[i].caseless ? HS_FLAG_CASELESS : 0;
		lists->ids[i] = (unsigned)i;
		lists->lengths[i] = strings[i].text.len;
	}
	return true;
}

static void clear_lists(struct lists *lists)
{
	free(lists->texts);
	free(lists->flags);
	free(lists->ids);
	free(lists->lengths);
}

static int compile(struct hyperscan *hyperscan, const struct lists *lists, size_t count)
{
	hs_compile_error_t *error = NULL;
	hs_error_t status = hs_compile_lit_multi(lists->texts, lists->flags, lists->ids,
						 lists->lengths, (unsigned)count, HS_MODE_BLOCK,
						 NULL, &hyperscan->database, &error);

	hs_free_compile_error(error);
	if (status == HS_SUCCESS)
		status = hs_alloc_scratch(hyperscan->database, &hyperscan->scratch);
	if (status == HS_SUCCESS)
		return KBAN_OK;
	return status == HS_NOMEM ? KBAN_E_NOMEM : KBAN_E_NOTFOUND;
}

static int open_hyperscan(const struct kb_literal *strings, size_t count, void **out)
{
	struct hyperscan *hyperscan;
	struct lists lists = { 0 };
	int status = KBAN_E_NOMEM;

	if (hs_valid_platform() != HS_SUCCESS)
		return KBAN_E_NOTFOUND;
	hyperscan = calloc(1, sizeof(*hyperscan));
	if (hyperscan == NULL)
		return KBAN_E_NOMEM;
	if (fill_lists(&lists, strings, count))
		status = compile(hyperscan, &lists, count);
	clear_lists(&lists);
	if (status != KBAN_OK)
		close_hyperscan(hyperscan);
	else
		*out = hyperscan;
	return status;
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
		    void *context)
{
	const struct report *report = context;

	(void)from;
	(void)flags;
	return report->found(id, (size_t)to, report->data);
}

static int search_block(void *engine, struct kban_text block, kb_prescan_fn *found, void *data)
{
	struct hyperscan *hyperscan = engine;
	struct report report = { found, data };

	hs_scan(hyperscan->database, block.data, (unsigned)block.len, 0, hyperscan->scratch,
		on_match, &report);
	return KBAN_OK;
}

const struct kb_prescan_engine_ops kb_prescan_hyperscan = {
	.name = "hyperscan",
	.open = open_hyperscan,
	.close = close_hyperscan,
	.block = search_block,
};
