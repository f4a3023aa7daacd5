/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sets of nf_tables, in a table of our own or in one that an action names.
 *
 * A jail's set is a hash of addresses; one that also holds networks has a second one beside it, of
 * intervals, because those do not take one within another (ban/nft-networks.h) and are slow when
 * there are many. An entry is put in by add, delete, add in one transaction: so it does not matter
 * whether it is there, and kernels before Linux 6.12 change its end, too. Nobody sees the moment in
 * between. Sets have no size: they grow.
 */
#include <stdio.h>

#include "ban/backend-nft-session.h"
#include "ban/change-queue.h"
#include "ban/nft-listing.h"
#include "ban/nft-networks.h"
#include "ban/rules.h"
#include "base/addr-map.h"
#include "base/context.h"

/*
 * Changes of a transaction. The kernel is sent all of it at once, and takes about 200 kB from who
 * is not root of the whole machine.
 */
#define TRANSACTION_MAX 1000

/* Entries of one command. */
#define COMMAND_MAX 250

#define SUBJECT_SIZE (KB_SET_NAME_MAX + 16)

struct nft_backend {
	struct kban_backend backend;
	struct kb_nft_session *session;
	struct kb_change_queues queues;
	struct kb_nft_networks covered;
	struct kb_buffer listing, commands; /* room that is used again */
	const struct kban_rules *told;      /* rules of which was told what they lack */
	bool refuses;                       /* some of these, at the last try */
};

static struct nft_backend *nft_of(struct kban_backend *backend)
{
	return (struct nft_backend *)backend;
}

static const char *subject_of(const struct kb_set *set, char out[SUBJECT_SIZE])
{
	snprintf(out, SUBJECT_SIZE, "set '%s'", set->name);
	return out;
}

static int run(struct nft_backend *nft, const struct kb_set *set, struct kban_error **err)
{
	char subject[SUBJECT_SIZE];

	if (nft->commands.failed)
		return kb_fail_memory(err);
	return kb_nft_run(nft->session, subject_of(set, subject), nft->commands.data, err);
}

/* @a suffix is "" or KB_NFT_NETWORKS. */
static int list_set(struct nft_backend *nft, const struct kb_set *set, const char *suffix,
		    enum kb_nft_part part, struct kban_error **err)
{
	char command[64 + KB_TABLE_NAME_MAX + KB_SET_NAME_MAX], subject[SUBJECT_SIZE];

	snprintf(command, sizeof(command), "list set inet %s %s%s", kb_nft_table(set), set->name,
		 suffix);
	return kb_nft_list(nft->session, subject_of(set, subject), command, part, &nft->listing,
			   err);
}

static const char *type_of(const struct kb_set *set)
{
	return set->family == KBAN_IPV6 ? "ipv6_addr" : "ipv4_addr";
}

static void print_creation(const struct kb_set *set, const char *suffix, struct kb_buffer *out)
{
	kb_buffer_printf(out, "add set inet %s %s%s { type %s; flags %stimeout; }\n",
			 kb_nft_table(set), set->name, suffix, type_of(set),
			 *suffix != '\0' ? "interval," : "");
}

/* Whether the set that was listed has the type and the flags that it must have. */
static bool fits(const struct nft_backend *nft, const struct kb_set *set, bool has_intervals)
{
	struct kb_nft_listing listing = { .rest = kb_buffer_content(&nft->listing) };
	struct kb_nft_item item;
	bool is_type = false, has_timeouts = false, is_kind = !has_intervals;

	while (kb_nft_listing_next(&listing, &item)) {
		bool interval = kb_text_find(item.text, KB_TEXT("interval")) < item.text.len;

		if (item.kind == KB_NFT_TYPE)
			is_type = kb_text_is(item.text, type_of(set));
		if (item.kind != KB_NFT_FLAGS)
			continue;
		has_timeouts = kb_text_find(item.text, KB_TEXT("timeout")) < item.text.len;
		is_kind = interval == has_intervals;
	}
	return is_type && has_timeouts && is_kind;
}

struct filling {
	const struct kb_set *set;
	const char *suffix;
	struct kb_buffer *out;
};

static int keep_entry(const struct kban_addr *addr, kban_usec remaining, void *data)
{
	struct filling *filling = data;

	kb_buffer_printf(filling->out, "add element inet %s %s%s { ", kb_nft_table(filling->set),
			 filling->set->name, filling->suffix);
	kb_nft_print_element(addr, kb_entry_timeout(remaining), filling->out);
	kb_buffer_string(filling->out, " }\n");
	return filling->out->failed;
}

/* Put another in the place of the listed one, with the entries that it can hold. */
static int replace(struct nft_backend *nft, const struct kb_set *set, const char *suffix,
		   struct kban_error **err)
{
	struct filling filling = { .set = set, .suffix = suffix, .out = &nft->commands };
	int status = list_set(nft, set, suffix, KB_NFT_ENTRIES, err);

	if (status < 0)
		return status;
	kb_buffer_reset(&nft->commands);
	kb_buffer_printf(&nft->commands, "delete set inet %s %s%s\n", kb_nft_table(set), set->name,
			 suffix);
	print_creation(set, suffix, &nft->commands);
	kb_nft_entries_visit(kb_buffer_content(&nft->listing), set->family, keep_entry, &filling);
	status = run(nft, set, err);
	if (status == KBAN_E_DENIED)
		return kb_fail(err, status, NULL,
			       "set '%s' is of another type, and cannot be replaced while a rule "
			       "refers to it",
			       set->name);
	return status;
}

static int open_one(struct nft_backend *nft, const struct kb_set *set, const char *suffix,
		    struct kban_error **err)
{
	kban_auto(error) problem = NULL;
	int status = list_set(nft, set, suffix, KB_NFT_FRAME, &problem);

	if (status == KBAN_OK)
		return fits(nft, set, *suffix != '\0') ? KBAN_OK : replace(nft, set, suffix, err);
	if (status != KBAN_E_NOTFOUND) {
		if (err != NULL)
			*err = kb_steal(problem);
		return status;
	}
	kb_buffer_reset(&nft->commands);
	kb_buffer_printf(&nft->commands, "add table inet %s\n", kb_nft_table(set));
	print_creation(set, suffix, &nft->commands);
	return run(nft, set, err);
}

static int nft_open(struct kban_backend *backend, const struct kb_set *set, struct kban_error **err)
{
	int status = open_one(nft_of(backend), set, "", err);

	if (status == KBAN_OK && set->type == KB_SET_NET)
		status = open_one(nft_of(backend), set, KB_NFT_NETWORKS, err);
	return status;
}

static int nft_ban(struct kban_backend *backend, const struct kb_set *set,
		   const struct kban_addr *addr, kban_usec lasts, struct kban_error **err)
{
	return kb_change_queues_ban(&nft_of(backend)->queues, set, addr, lasts, err);
}

static int nft_lift(struct kban_backend *backend, const struct kb_set *set,
		    const struct kban_addr *addr, struct kban_error **err)
{
	return kb_change_queues_lift(&nft_of(backend)->queues, set, addr, err);
}

/* Changes of one set that are on their way: of each address the last. */
struct sending {
	const struct kb_set *set;
	const struct kb_set_change *bans[TRANSACTION_MAX], *lifts[TRANSACTION_MAX];
	size_t ban_count, lift_count;
};

enum form { WITH_TIMEOUT, WITHOUT_TIMEOUT };

static void print_command(const struct kb_set *set, const char *verb, enum form form,
			  const struct kb_set_change *const *changes, size_t count,
			  struct kb_buffer *out)
{
	for (size_t i = 0; i < count; i++) {
		if (i % COMMAND_MAX == 0)
			kb_buffer_printf(out, "%s%s element inet %s %s { ", i > 0 ? " }\n" : "",
					 verb, kb_nft_table(set), set->name);
		else
			kb_buffer_string(out, ", ");
		kb_nft_print_element(&changes[i]->addr,
				     form == WITH_TIMEOUT ? changes[i]->timeout : 0, out);
	}
	if (count > 0)
		kb_buffer_string(out, " }\n");
}

static int send_hosts(struct nft_backend *nft, const struct sending *sending,
		      struct kban_error **err)
{
	struct kb_buffer *out = &nft->commands;

	if (sending->ban_count + sending->lift_count == 0)
		return KBAN_OK;
	kb_buffer_reset(out);
	print_command(sending->set, "add", WITHOUT_TIMEOUT, sending->lifts, sending->lift_count,
		      out);
	print_command(sending->set, "delete", WITHOUT_TIMEOUT, sending->lifts, sending->lift_count,
		      out);
	print_command(sending->set, "add", WITH_TIMEOUT, sending->bans, sending->ban_count, out);
	print_command(sending->set, "delete", WITHOUT_TIMEOUT, sending->bans, sending->ban_count,
		      out);
	print_command(sending->set, "add", WITH_TIMEOUT, sending->bans, sending->ban_count, out);
	return run(nft, sending->set, err);
}

/* Which change of each address is its last. NULL without memory. */
static struct kb_addr_map *map_last(const struct kb_change_queue *queue)
{
	kb_auto(addr_map) last = kb_addr_map_new();

	for (size_t i = 0; last != NULL && i < queue->count; i++)
		if (kb_addr_map_put(last, &queue->changes[i].addr, &queue->changes[i]) < 0)
			return NULL;
	return kb_steal(last);
}

static int send_all_hosts(struct nft_backend *nft, const struct kb_change_queue *queue,
			  struct kban_error **err)
{
	kb_auto(addr_map) last = map_last(queue);
	kb_autofree struct sending *sending = calloc(1, sizeof(*sending));
	int status = KBAN_OK;

	if (last == NULL || sending == NULL)
		return kb_fail_memory(err);
	sending->set = &queue->set;
	for (size_t i = 0; i < queue->count && status == KBAN_OK; i++) {
		const struct kb_set_change *change = &queue->changes[i];

		if (kban_addr_is_network(&change->addr) ||
		    kb_addr_map_find(last, &change->addr) != change)
			continue;
		if (change->is_lift)
			sending->lifts[sending->lift_count++] = change;
		else
			sending->bans[sending->ban_count++] = change;
		if (sending->ban_count + sending->lift_count < TRANSACTION_MAX)
			continue;
		status = send_hosts(nft, sending, err);
		sending->ban_count = sending->lift_count = 0;
	}
	return status < 0 ? status : send_hosts(nft, sending, err);
}

static struct kb_nft_plan plan_for(struct nft_backend *nft, const struct kb_set *set)
{
	return (struct kb_nft_plan){ .covered = &nft->covered,
				     .set = set,
				     .now = kban_context_now(nft->backend.ctx),
				     .commands = &nft->commands };
}

/* What the kernel has of networks in @a set. KBAN_E_NOTFOUND: no such set. */
static int learn_networks(struct nft_backend *nft, struct kb_nft_plan *plan,
			  struct kban_error **err)
{
	int status = list_set(nft, plan->set, KB_NFT_NETWORKS, KB_NFT_ENTRIES, err);

	if (status == KBAN_OK)
		kb_nft_entries_visit(kb_buffer_content(&nft->listing), plan->set->family,
				     kb_nft_plan_present, plan);
	return status;
}

static bool has_networks(const struct kb_change_queue *queue)
{
	for (size_t i = 0; i < queue->count; i++)
		if (kban_addr_is_network(&queue->changes[i].addr))
			return true;
	return false;
}

static int send_networks(struct nft_backend *nft, const struct kb_change_queue *queue,
			 struct kban_error **err)
{
	kb_auto_clear(nft_plan) plan = plan_for(nft, &queue->set);
	int status;

	if (!has_networks(queue))
		return KBAN_OK;
	status = learn_networks(nft, &plan, err);
	kb_buffer_reset(&nft->commands);
	for (size_t i = 0; i < queue->count && status == KBAN_OK; i++)
		if (kban_addr_is_network(&queue->changes[i].addr) &&
		    kb_nft_plan_change(&plan, &queue->changes[i]) < 0)
			return kb_fail_memory(err);
	if (status < 0 || nft->commands.len == 0)
		return status;
	return run(nft, &queue->set, err);
}

static int nft_commit(struct kban_backend *backend, struct kban_error **err)
{
	struct nft_backend *nft = nft_of(backend);
	int first = KBAN_OK;

	for (size_t i = 0; i < nft->queues.count; i++) {
		struct kb_change_queue *queue = &nft->queues.items[i];
		int status = send_all_hosts(nft, queue, first == KBAN_OK ? err : NULL);

		if (status == KBAN_OK)
			status = send_networks(nft, queue, first == KBAN_OK ? err : NULL);
		first = first == KBAN_OK ? status : first;
		kb_change_queue_empty(queue);
	}
	return first;
}

struct visit {
	kb_entry_fn *visit;
	void *data;
	bool is_over;
};

static int pass_on(const struct kban_addr *addr, kban_usec remaining, void *data)
{
	struct visit *visit = data;

	visit->is_over = visit->visit(addr, remaining, visit->data) != 0;
	return visit->is_over;
}

/* A set that was for addresses alone has none beside it. */
static int list_networks(struct nft_backend *nft, const struct kb_set *set, struct visit *visit,
			 struct kban_error **err)
{
	kb_auto_clear(nft_plan) plan = plan_for(nft, set);
	kban_auto(error) problem = NULL;
	int status = learn_networks(nft, &plan, &problem);

	if (status < 0 && status != KBAN_E_NOTFOUND && err != NULL)
		*err = kb_steal(problem);
	if (status < 0)
		return status == KBAN_E_NOTFOUND ? KBAN_OK : status;
	for (size_t i = 0; i < plan.count && !visit->is_over; i++)
		pass_on(&plan.present[i].addr,
			plan.present[i].until == KBAN_FOREVER ? KBAN_FOREVER
							      : plan.present[i].until - plan.now,
			visit);
	if (!visit->is_over)
		kb_nft_plan_visit(&plan, pass_on, visit);
	return KBAN_OK;
}

static int nft_list(struct kban_backend *backend, const struct kb_set *set, kb_entry_fn *visit,
		    void *data, struct kban_error **err)
{
	struct nft_backend *nft = nft_of(backend);
	kb_auto_clear(buffer) listing = { 0 };
	struct visit visiting = { .visit = visit, .data = data };
	int status = list_set(nft, set, "", KB_NFT_ENTRIES, err);

	if (status < 0)
		return status;
	/* A visitor may call for another listing. */
	listing = nft->listing;
	nft->listing = (struct kb_buffer){ 0 };
	kb_nft_entries_visit(kb_buffer_content(&listing), set->family, pass_on, &visiting);
	return visiting.is_over ? KBAN_OK : list_networks(nft, set, &visiting, err);
}

/* Remove a table that contains nothing any more. */
static void drop_table(struct nft_backend *nft, const struct kb_set *set)
{
	char command[32 + KB_TABLE_NAME_MAX];
	struct kb_nft_listing listing = { 0 };
	struct kb_nft_item item;

	snprintf(command, sizeof(command), "list table inet %s", kb_nft_table(set));
	if (kb_nft_list(nft->session, "table", command, KB_NFT_FRAME, &nft->listing, NULL) < 0)
		return;
	listing.rest = kb_buffer_content(&nft->listing);
	while (kb_nft_listing_next(&listing, &item))
		if (item.kind != KB_NFT_TABLE)
			return;
	snprintf(command, sizeof(command), "delete table inet %s", kb_nft_table(set));
	kb_nft_run(nft->session, "table", command, NULL);
}

static int remove_one(struct nft_backend *nft, const struct kb_set *set, const char *suffix,
		      struct kban_error **err)
{
	static const char *const verbs[] = { "flush", "delete" };
	kban_auto(error) problem = NULL;
	int status = KBAN_OK;

	for (size_t i = 0; i < kb_array_size(verbs) && status == KBAN_OK; i++) {
		kb_buffer_reset(&nft->commands);
		kb_buffer_printf(&nft->commands, "%s set inet %s %s%s\n", verbs[i],
				 kb_nft_table(set), set->name, suffix);
		status = run(nft, set, &problem);
		if (i == 1 && status == KBAN_E_DENIED)
			status = KB_SET_HELD;
	}
	if (status < 0 && status != KBAN_E_NOTFOUND && err != NULL)
		*err = kb_steal(problem);
	return status == KBAN_E_NOTFOUND ? KBAN_OK : status;
}

static int nft_remove(struct kban_backend *backend, const struct kb_set *set,
		      struct kban_error **err)
{
	struct nft_backend *nft = nft_of(backend);
	int status = remove_one(nft, set, "", err);
	int networks = KBAN_OK;

	kb_change_queues_forget(&nft->queues, set->name);
	kb_nft_networks_forget(&nft->covered, set->name);
	if (status >= 0)
		networks = remove_one(nft, set, KB_NFT_NETWORKS, err);
	drop_table(nft, set);
	return networks != KBAN_OK ? networks : status;
}

/* Copy of @a text that fits into @a size bytes. False: it does not. */
static bool copy_name(struct kban_text text, char *out, size_t size)
{
	if (text.len >= size)
		return false;
	memcpy(out, text.data, text.len);
	out[text.len] = '\0';
	return true;
}

static int list_all(struct nft_backend *nft, struct kban_error **err)
{
	return kb_nft_list(nft->session, "nft", "list ruleset inet", KB_NFT_FRAME, &nft->listing,
			   err);
}

static int nft_each_set(struct kban_backend *backend, kb_set_fn *visit, void *data,
			struct kban_error **err)
{
	struct nft_backend *nft = nft_of(backend);
	kb_auto_clear(buffer) listed = { 0 };
	struct kb_nft_listing listing = { 0 };
	struct kb_nft_item item;
	int status = list_all(nft, err);

	if (status < 0)
		return status;
	listed = nft->listing;
	nft->listing = (struct kb_buffer){ 0 };
	listing.rest = kb_buffer_content(&listed);
	while (kb_nft_listing_next(&listing, &item)) {
		struct kb_set set = { .family = KBAN_IPV4 };
		size_t space = kb_text_index(item.table, ' ');

		if (item.kind != KB_NFT_SET || !kb_text_starts_with(item.name, "kban-") ||
		    !copy_name(item.name, set.name, sizeof(set.name)) ||
		    !copy_name(kb_text_slice(item.table, space + 1, item.table.len), set.table,
			       sizeof(set.table)) ||
		    strchr(set.name, '/') != NULL)
			continue;
		if (visit(&set, data) != 0)
			break;
	}
	return KBAN_OK;
}

/* A chain that is not there (yet): its rules wait for it. Those of one jail follow each other. */
static void tell_unplaced(struct nft_backend *nft, const struct kban_rules *rules)
{
	const char *last_chain = "", *last_jail = "";

	for (size_t i = 0; rules != NULL && i < rules->count; i++) {
		const struct kb_rule_line *line = &rules->lines[i];
		const char *chain =
			kb_rule_chain_lacking_nft(line, kb_buffer_content(&nft->listing));

		if (chain == NULL ||
		    (strcmp(chain, last_chain) == 0 && strcmp(line->jail, last_jail) == 0))
			continue;
		last_chain = chain;
		last_jail = line->jail;
		kb_log(nft->backend.ctx, KBAN_WARNING, "actions",
		       "[%s] Chain %s is not in table inet %s; the jail's rules wait for it",
		       line->jail, chain, line->table);
	}
}

/* What is put into the kernel command by command. */
struct putting {
	struct nft_backend *nft;
	bool is_quiet;  /* what is refused was told */
	size_t refused; /* rules that are wanted */
	int changes;
	int status;               /* of the first that was refused, */
	struct kban_error *error; /* and the reason */
};

static int refuse(struct putting *putting, const char *command, int status,
		  struct kban_error *reason)
{
	if (status == KBAN_E_NOMEM) {
		kban_error_free(reason);
		return status;
	}
	if (!putting->is_quiet)
		kb_log(putting->nft->backend.ctx, KBAN_ERROR, "actions", "nft refuses '%s': %s",
		       command, kban_error_text(reason));
	putting->refused += strncmp(command, "insert", strlen("insert")) == 0;
	if (putting->status < 0) {
		kban_error_free(reason);
	} else {
		putting->status = status;
		putting->error = reason;
	}
	return KBAN_OK;
}

static int put_command(struct putting *putting, struct kban_text text)
{
	kb_autofree char *command = kb_text_copy(text);
	struct kban_error *reason = NULL;
	int status;

	if (command == NULL)
		return KBAN_E_NOMEM;
	status = kb_nft_run(putting->nft->session, "rules", command, &reason);
	if (status < 0)
		return refuse(putting, command, status, reason);
	/* Tables and chains are made with the rules they are for. */
	putting->changes += strncmp(command, "add", strlen("add")) != 0;
	return KBAN_OK;
}

/* A command that is refused spoils the transaction for all: run each by itself, in their order. */
static int put_each(struct nft_backend *nft, const struct kban_rules *rules,
		    struct kban_error **err)
{
	struct putting putting = { .nft = nft, .is_quiet = nft->refuses };
	struct kban_text rest = kb_buffer_content(&nft->commands), line;
	kban_auto(error) error = NULL;
	int status = KBAN_OK;

	while (status == KBAN_OK && kb_text_next_line(&rest, &line))
		status = put_command(&putting, line);
	error = putting.error;
	nft->refuses = putting.status < 0;
	if (status < 0)
		return kb_fail_memory(err);
	if (putting.refused < (rules != NULL ? rules->count : 1))
		return putting.changes;
	return kb_fail(err, putting.status, NULL, "%s", kban_error_text(error));
}

static int nft_put_rules(struct kban_backend *backend, const struct kban_rules *rules,
			 struct kban_error **err)
{
	struct nft_backend *nft = nft_of(backend);
	int changes, status = list_all(nft, err);

	if (status < 0)
		return status;
	if (rules != nft->told) {
		tell_unplaced(nft, rules);
		nft->told = rules;
		nft->refuses = false;
	}
	kb_buffer_reset(&nft->commands);
	changes = kb_rules_compare_nft(rules, kb_buffer_content(&nft->listing), &nft->commands);
	if (changes < 0 || nft->commands.failed)
		return kb_fail_memory(err);
	if (changes > 0)
		status = kb_nft_run(nft->session, "rules", nft->commands.data, err);
	if (status == KBAN_OK || status == KBAN_E_NOMEM)
		return status < 0 ? status : changes;
	return put_each(nft, rules, err);
}

static void nft_free(struct kban_backend *backend)
{
	struct nft_backend *nft = nft_of(backend);

	kb_change_queues_clear(&nft->queues);
	free(nft->covered.items);
	kb_buffer_clear(&nft->listing);
	kb_buffer_clear(&nft->commands);
	kb_nft_session_free(nft->session);
	kban_context_unref(backend->ctx);
	free(nft);
}

static const struct kb_backend_ops nft_ops = {
	.name = "nft",
	.grows = true,
	.open = nft_open,
	.ban = nft_ban,
	.lift = nft_lift,
	.commit = nft_commit,
	.list = nft_list,
	.remove = nft_remove,
	.cut = kb_backend_cut,
	.each_set = nft_each_set,
	.put_rules = nft_put_rules,
	.free = nft_free,
};

int kban_backend_nft_new(struct kban_context *ctx, struct kban_backend **out,
			 struct kban_error **err)
{
	struct nft_backend *nft = calloc(1, sizeof(*nft));
	int status;

	if (nft == NULL)
		return kb_fail_memory(err);
	status = kb_nft_session_new(&nft->session, err);
	if (status < 0) {
		free(nft);
		return status;
	}
	nft->backend.ops = &nft_ops;
	nft->backend.ctx = kban_context_ref(ctx);
	*out = &nft->backend;
	return KBAN_OK;
}
