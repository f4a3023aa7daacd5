/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/names.h"
#include "store/query.h"
#include "store/store.h"

static int drop(struct kban_store *store, const char *jail, const char *action,
		const struct kban_addr *addr, struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, KB_SQL_DROP_ACTION_HOST);

	kb_query_string(&query, jail);
	kb_query_string(&query, action);
	kb_query_addr(&query, addr);
	return kb_query_run(&query, err);
}

int kb_store_put_action_host(struct kban_store *store, const char *jail, const char *action,
			     const struct kban_addr *addr, enum kb_action_state state,
			     struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, KB_SQL_PUT_ACTION_HOST);
	struct kb_name name = { .text = jail };
	int64_t id = 0;
	int status;

	if (state == KB_ACTION_NOTHING)
		return drop(store, jail, action, addr, err);
	status = kb_name_id(store, KB_NAME_JAIL, &name, &id, err);
	if (status != KBAN_OK)
		return status;
	kb_query_number(&query, id);
	kb_query_string(&query, action);
	kb_query_addr(&query, addr);
	kb_query_number(&query, state);
	return kb_query_run(&query, err);
}

/* Rows of a damaged file that make no sense are passed over. */
static int visit_row(const struct kb_query *query, kb_action_host_fn *visit, void *data,
		     struct kban_error **err)
{
	sqlite3_stmt *row = query->statement;
	const char *jail = (const char *)sqlite3_column_text(row, 0);
	const char *action = (const char *)sqlite3_column_text(row, 1);
	int state = sqlite3_column_int(row, 3);
	struct kban_addr addr;

	if (jail == NULL || action == NULL)
		return kb_fail_memory(err);
	if (!kb_query_column_addr(query, 2, &addr) || state < KB_ACTION_WANTED ||
	    state > KB_ACTION_ENDING)
		return 0;
	return visit(jail, action, &addr, (enum kb_action_state)state, data);
}

int kb_store_each_action_host(struct kban_store *store, const char *jail, kb_action_host_fn *visit,
			      void *data, struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, KB_SQL_EACH_ACTION_HOST);
	int status;

	kb_query_string(&query, jail);
	while ((status = kb_query_next(&query, err)) > 0) {
		status = visit_row(&query, visit, data, err);
		if (status != 0)
			return status;
	}
	return status;
}
