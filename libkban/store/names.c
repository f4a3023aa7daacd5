/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/names.h"

#include "store/database.h"

static const struct {
	enum kb_sql find, add;
} statements[] = {
	[KB_NAME_JAIL] = { KB_SQL_FIND_JAIL, KB_SQL_ADD_JAIL },
	[KB_NAME_SOURCE] = { KB_SQL_FIND_SOURCE, KB_SQL_ADD_SOURCE },
	[KB_NAME_RULE] = { KB_SQL_FIND_RULE, KB_SQL_ADD_RULE },
};

static void forget(struct kb_name_memo *memo)
{
	free(memo->text);
	free(memo->file);
	*memo = (struct kb_name_memo){ 0 };
}

void kb_name_forget_all(struct kban_store *store)
{
	size_t i;

	for (i = 0; i < kb_array_size(store->memos); i++)
		forget(&store->memos[i]);
}

static bool is_remembered(const struct kb_name_memo *memo, const struct kb_name *name)
{
	return memo->text != NULL && memo->line == name->line &&
	       strcmp(memo->text, name->text) == 0 &&
	       (name->file == NULL || strcmp(memo->file, name->file) == 0);
}

/* Without memory it is looked up again. */
static void remember(struct kb_name_memo *memo, const struct kb_name *name, int64_t id)
{
	forget(memo);
	memo->line = name->line;
	memo->id = id;
	memo->file = strdup(name->file != NULL ? name->file : "");
	memo->text = memo->file != NULL ? strdup(name->text) : NULL;
}

static void bind_name(struct kb_query *query, enum kb_name_kind kind, const struct kb_name *name)
{
	kb_query_string(query, name->text);
	if (kind != KB_NAME_RULE)
		return;
	kb_query_string(query, name->file);
	kb_query_number(query, name->line);
}

static int add(struct kban_store *store, enum kb_name_kind kind, const struct kb_name *name,
	       int64_t *out, struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, statements[kind].add);
	int status;

	bind_name(&query, kind, name);
	status = kb_query_run(&query, err);
	if (status == KBAN_OK)
		*out = sqlite3_last_insert_rowid(store->db);
	return status;
}

/* 1 if it is there, 0 if not, or a status. */
static int find(struct kban_store *store, enum kb_name_kind kind, const struct kb_name *name,
		int64_t *out, struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, statements[kind].find);
	int status;

	bind_name(&query, kind, name);
	status = kb_query_next(&query, err);
	if (status > 0)
		*out = sqlite3_column_int64(query.statement, 0);
	else if (status < 0)
		store->failed = status; /* what was to be written with it will be missing */
	return status;
}

int kb_name_id(struct kban_store *store, enum kb_name_kind kind, const struct kb_name *name,
	       int64_t *out, struct kban_error **err)
{
	struct kb_name_memo *memo = &store->memos[kind];
	int status = KBAN_OK;

	if (is_remembered(memo, name)) {
		*out = memo->id;
		return KBAN_OK;
	}
	status = find(store, kind, name, out, err);
	if (status == 0)
		status = add(store, kind, name, out, err);
	if (status < 0)
		return status;
	remember(memo, name, *out);
	return KBAN_OK;
}
