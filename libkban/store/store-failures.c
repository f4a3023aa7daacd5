/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/text.h"
#include "store/names.h"
#include "store/query.h"
#include "store/store.h"

/* The part of a log line that is kept, without half a character at its end. */
static struct kban_text evidence(struct kban_text text)
{
	size_t end = KB_EVIDENCE_MAX;

	if (text.len <= KB_EVIDENCE_MAX)
		return text;
	while (end > KB_EVIDENCE_MAX - KB_UTF8_MAX &&
	       ((unsigned char)text.data[end] & 0xc0) == 0x80)
		end--;
	return kb_text_slice(text, 0, end);
}

/* Numbers of the names in a failure; those of source and rule are 0 for a report. */
static int number_names(struct kban_store *store, const char *jail,
			const struct kb_failure *failure, int64_t numbers[KB_NAME_KINDS],
			struct kban_error **err)
{
	const struct kb_name names[KB_NAME_KINDS] = {
		[KB_NAME_JAIL] = { .text = jail },
		[KB_NAME_SOURCE] = { .text = failure->source },
		[KB_NAME_RULE] = { failure->rule_text,
				   failure->rule_file != NULL ? failure->rule_file : "",
				   failure->rule_line },
	};
	int status = KBAN_OK;
	int kind;

	for (kind = 0; status == KBAN_OK && kind < KB_NAME_KINDS; kind++) {
		if (names[kind].text != NULL)
			status = kb_name_id(store, (enum kb_name_kind)kind, &names[kind],
					    &numbers[kind], err);
	}
	return status;
}

/* Whose failure it is: a host's, a name's that is looked up, or one that was the reason of a ban.
 */
struct owner {
	enum kb_sql which;
	const char *name;
	int64_t ban_id;
};

static int add(struct kban_store *store, const char *jail, const struct owner *owner,
	       const struct kb_failure *failure, struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, owner->which);
	int64_t numbers[KB_NAME_KINDS] = { 0 };
	int status = number_names(store, jail, failure, numbers, err);

	if (status != KBAN_OK)
		return status;
	kb_query_number(&query, numbers[KB_NAME_JAIL]);
	if (owner->name != NULL)
		kb_query_string(&query, owner->name);
	else
		kb_query_addr(&query, &failure->addr);
	kb_query_number(&query, failure->time);
	kb_query_number(&query, numbers[KB_NAME_SOURCE]);
	kb_query_number(&query, (int64_t)failure->line);
	kb_query_blob(&query, evidence(failure->text));
	if (failure->rule_text != NULL)
		kb_query_number(&query, numbers[KB_NAME_RULE]);
	else
		kb_query_null(&query);
	if (failure->fields.len > 0)
		kb_query_blob(&query, failure->fields);
	else
		kb_query_null(&query);
	if (owner->which == KB_SQL_ADD_EVIDENCE)
		kb_query_number(&query, owner->ban_id);
	return kb_query_run(&query, err);
}

int kb_store_add_failure(struct kban_store *store, const char *jail,
			 const struct kb_failure *failure, struct kban_error **err)
{
	return add(store, jail, &(struct owner){ .which = KB_SQL_ADD_FAILURE }, failure, err);
}

/* 1 if there is one, 0, or a status. */
static int ban_in_force(struct kban_store *store, const char *jail, const struct kban_addr *addr,
			int64_t *id, struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, KB_SQL_FIND_BAN);
	int status;

	kb_query_string(&query, jail);
	kb_query_addr(&query, addr);
	status = kb_query_next(&query, err);
	if (status > 0)
		*id = sqlite3_column_int64(query.statement, 0);
	return status;
}

int kb_store_add_evidence(struct kban_store *store, const char *jail, int64_t ban_id,
			  const struct kb_failure *failure, struct kban_error **err)
{
	struct owner owner = { .which = KB_SQL_ADD_EVIDENCE, .ban_id = ban_id };
	int status = 1;

	if (ban_id == 0)
		status = ban_in_force(store, jail, &failure->addr, &owner.ban_id, err);
	return status > 0 ? add(store, jail, &owner, failure, err) : status;
}

int kb_store_add_lookup(struct kban_store *store, const char *jail, const char *name,
			const struct kb_failure *failure, struct kban_error **err)
{
	return add(store, jail, &(struct owner){ .which = KB_SQL_ADD_LOOKUP, .name = name },
		   failure, err);
}

int kb_store_forget_lookups(struct kban_store *store, const char *jail, struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, KB_SQL_FORGET_LOOKUPS);

	kb_query_string(&query, jail);
	return kb_query_run(&query, err);
}

int kb_store_forget_failures(struct kban_store *store, const char *jail,
			     const struct kban_addr *addr, struct kban_error **err)
{
	kb_auto_clear(query) query =
		kb_query_begin(store, addr != NULL ? KB_SQL_FORGET_HOST : KB_SQL_FORGET_ALL);

	kb_query_string(&query, jail);
	if (addr != NULL)
		kb_query_addr(&query, addr);
	return kb_query_run(&query, err);
}

int kb_store_prune_failures(struct kban_store *store, const char *jail, kban_usec before,
			    struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, KB_SQL_PRUNE);

	kb_query_string(&query, jail);
	kb_query_number(&query, before);
	return kb_query_run(&query, err);
}

/* The failure of a row, but for its host. False without memory. */
static bool read_failure(const struct kb_query *query, struct kb_failure *out)
{
	sqlite3_stmt *row = query->statement;
	bool has_source = sqlite3_column_type(row, 6) != SQLITE_NULL;

	out->time = sqlite3_column_int64(row, 2);
	out->rule_text = (const char *)sqlite3_column_text(row, 3);
	out->rule_file = (const char *)sqlite3_column_text(row, 4);
	if (out->rule_file != NULL && out->rule_file[0] == '\0')
		out->rule_file = NULL;
	out->rule_line = (unsigned)sqlite3_column_int64(row, 5);
	out->source = (const char *)sqlite3_column_text(row, 6);
	out->line = (uint64_t)sqlite3_column_int64(row, 7);
	out->text.data = sqlite3_column_blob(row, 8);
	out->text.len = (size_t)sqlite3_column_bytes(row, 8);
	out->fields.data = sqlite3_column_blob(row, 9);
	out->fields.len = (size_t)sqlite3_column_bytes(row, 9);
	return out->source != NULL || !has_source;
}

static int visit_all(struct kb_query *query, kb_failure_fn *visit, void *data,
		     struct kban_error **err)
{
	int status;

	while ((status = kb_query_next(query, err)) > 0) {
		const char *jail = (const char *)sqlite3_column_text(query->statement, 0);
		struct kb_failure failure = { 0 };

		/* A damaged file may give an address that is none. */
		if (!kb_query_column_addr(query, 1, &failure.addr))
			continue;
		if (!read_failure(query, &failure) || jail == NULL)
			return kb_fail_memory(err);
		status = visit(jail, &failure, data);
		if (status != 0)
			return status;
	}
	return status;
}

int kb_store_each_failure(struct kban_store *store, const char *jail, kban_usec since,
			  kb_failure_fn *visit, void *data, struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, KB_SQL_EACH_FAILURE);

	kb_query_string(&query, jail);
	kb_query_number(&query, since);
	return visit_all(&query, visit, data, err);
}

int kb_store_each_failure_of(struct kban_store *store, const struct kban_addr *addr,
			     kb_failure_fn *visit, void *data, struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, KB_SQL_EACH_FAILURE_OF);

	kb_query_addr(&query, addr);
	return visit_all(&query, visit, data, err);
}

int kb_store_each_evidence(struct kban_store *store, int64_t ban_id, kb_failure_fn *visit,
			   void *data, struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, KB_SQL_EACH_EVIDENCE);

	kb_query_number(&query, ban_id);
	return visit_all(&query, visit, data, err);
}

int kb_store_each_lookup(struct kban_store *store, const char *jail, kban_usec since,
			 kb_lookup_fn *visit, void *data, struct kban_error **err)
{
	kb_auto_clear(query) query = kb_query_begin(store, KB_SQL_EACH_LOOKUP);
	int status;

	kb_query_string(&query, jail);
	kb_query_number(&query, since);
	while ((status = kb_query_next(&query, err)) > 0) {
		const char *name = (const char *)sqlite3_column_text(query.statement, 0);
		struct kb_failure failure = { 0 };

		if (!read_failure(&query, &failure) || name == NULL)
			return kb_fail_memory(err);
		status = visit(name, &failure, data);
		if (status != 0)
			return status;
	}
	return status;
}
