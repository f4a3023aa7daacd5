/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bans and lifts are held back for each set and sent by commit, many to a message.
 *
 * A set that does not fit is replaced under the rules that refer to it: a new one is filled with
 * what can be kept and takes the place of the old one by swap, so there is no moment without
 * protection. So it is with an empty one that many entries are to come into, as after a boot: one
 * that begins with a table for them need not grow. The kernel swaps only sets of one type and
 * family. Of others the old one is destroyed and the new one renamed, which it allows while no rule
 * refers to them.
 */
#include "ban/backend-ipset-session.h"
#include "ban/backend.h"
#include "ban/ipset-listing.h"

/* No jail's set has that name: kb_set_name() writes no '~'. */
#define NEW_SET "kban~new"

/*
 * For so many entries at once a table is made that holds them. Each time the kernel doubles one it
 * waits until nobody looks at the old one any more, some milliseconds on an idle machine.
 */
#define MANY 8192

struct ipset_backend {
	struct kban_backend backend;
	struct kb_ipset_session *session;
	struct kb_change_queues queues;
	struct kb_buffer listing; /* room that is used again */
};

static struct ipset_backend *ipset_of(struct kban_backend *backend)
{
	return (struct ipset_backend *)backend;
}

/* Pass on why something failed, if it did. Returns @a status. */
static int hand_over(int status, struct kban_error **problem, struct kban_error **err)
{
	if (status < 0 && err != NULL) {
		kban_error_free(*err);
		*err = kb_steal(*problem);
	}
	return status;
}

static bool fits(const struct kb_ipset_header *header, const struct kb_set *set)
{
	bool is_type = kb_text_is(header->type, "hash:net") ||
		       (set->type == KB_SET_IP && kb_text_is(header->type, "hash:ip"));

	return is_type && header->family == set->family && header->has_timeouts &&
	       !header->has_mask && header->max_entries >= set->max_entries;
}

struct filling {
	struct ipset_backend *ipset;
	struct kb_set to;
	struct kb_set_change changes[64];
	size_t count;
	int status;
	struct kban_error **err;
};

static void send_filling(struct filling *filling)
{
	size_t done;

	if (filling->status == KBAN_OK)
		filling->status =
			kb_ipset_change(filling->ipset->session, &filling->to, filling->changes,
					filling->count, &done, filling->err);
	filling->count = 0;
}

static int keep_entry(const struct kban_addr *addr, kban_usec remaining, void *data)
{
	struct filling *filling = data;

	if (kb_set_check(&filling->to, addr, NULL) < 0)
		return 0;
	filling->changes[filling->count++] = (struct kb_set_change){
		.addr = *addr,
		.timeout = kb_entry_timeout(remaining),
	};
	if (filling->count == kb_array_size(filling->changes))
		send_filling(filling);
	return filling->status;
}

/* Put what fits of the listed set into @a to. */
static int fill(struct ipset_backend *ipset, const struct kb_set *to, struct kban_error **err)
{
	struct filling filling = { .ipset = ipset, .to = *to, .err = err };

	kb_ipset_entries_visit(kb_buffer_content(&ipset->listing), to->family, keep_entry,
			       &filling);
	send_filling(&filling);
	return filling.status;
}

static int destroy_if_there(struct ipset_backend *ipset, const char *name, struct kban_error **err)
{
	kban_auto(error) problem = NULL;
	int status = kb_ipset_destroy(ipset->session, name, &problem);

	return hand_over(status == KBAN_E_NOTFOUND ? KBAN_OK : status, &problem, err);
}

static int take_place(struct ipset_backend *ipset, const struct kb_set *set,
		      const struct kb_ipset_header *old, struct kban_error **err)
{
	const char *type = set->type == KB_SET_NET ? "hash:net" : "hash:ip";
	int status;

	if (kb_text_is(old->type, type) && old->family == set->family)
		return kb_ipset_swap(ipset->session, NEW_SET, set->name, err);
	status = kb_ipset_destroy(ipset->session, set->name, err);
	if (status == KBAN_E_DENIED)
		return kb_fail(err, status, NULL,
			       "set '%s' is a %.*s that a rule refers to, and cannot become a %s "
			       "for IPv%d",
			       set->name, (int)old->type.len, old->type.data, type, set->family);
	return status < 0 ? status : kb_ipset_rename(ipset->session, NEW_SET, set->name, err);
}

static int replace(struct ipset_backend *ipset, const struct kb_set *set, unsigned buckets,
		   struct kban_error **err)
{
	struct kb_set new_set = *set;
	struct kb_ipset_header old;
	int status = kb_ipset_list(ipset->session, set->name, KB_IPSET_ALL, &ipset->listing, err);

	if (status < 0)
		return status;
	if (!kb_ipset_header_parse(kb_buffer_content(&ipset->listing), &old))
		return kb_fail(err, KBAN_E_SYSTEM, NULL, "set '%s': cannot be read", set->name);
	strcpy(new_set.name, NEW_SET);
	if (set->max_entries < old.max_entries)
		new_set.max_entries = old.max_entries;
	status = destroy_if_there(ipset, NEW_SET, err);
	if (status == KBAN_OK)
		status = kb_ipset_create(ipset->session, &new_set, buckets, err);
	if (status == KBAN_OK)
		status = fill(ipset, &new_set, err);
	if (status == KBAN_OK)
		status = take_place(ipset, set, &old, err);
	/* Either the old set, or the new one in vain. */
	destroy_if_there(ipset, NEW_SET, NULL);
	return status;
}

static int ipset_open(struct kban_backend *backend, const struct kb_set *set,
		      struct kban_error **err)
{
	struct ipset_backend *ipset = ipset_of(backend);
	struct kb_ipset_header header;
	kban_auto(error) problem = NULL;
	int status = kb_ipset_list(ipset->session, set->name, KB_IPSET_HEADER, &ipset->listing,
				   &problem);

	if (status == KBAN_E_NOTFOUND)
		return kb_ipset_create(ipset->session, set, 0, err);
	if (status < 0)
		return hand_over(status, &problem, err);
	if (kb_ipset_header_parse(kb_buffer_content(&ipset->listing), &header) &&
	    fits(&header, set))
		return KBAN_OK;
	return replace(ipset, set, 0, err);
}

static int ipset_ban(struct kban_backend *backend, const struct kb_set *set,
		     const struct kban_addr *addr, kban_usec lasts, struct kban_error **err)
{
	return kb_change_queues_ban(&ipset_of(backend)->queues, set, addr, lasts, err);
}

static int ipset_lift(struct kban_backend *backend, const struct kb_set *set,
		      const struct kban_addr *addr, struct kban_error **err)
{
	return kb_change_queues_lift(&ipset_of(backend)->queues, set, addr, err);
}

/* True if other changes of the same set may still be made. */
static bool is_about_entry(int status)
{
	return status == KBAN_E_LIMIT;
}

/*
 * So many that none of them gets more entries than the kernel likes: that is twelve at most, and
 * two in the mean of a million.
 */
static unsigned buckets_for(size_t entries)
{
	unsigned buckets = 1;

	while (buckets < entries / 2)
		buckets *= 2;
	return buckets;
}

/* Without it, filling the set takes longer; so failures are none. */
static void make_room(struct ipset_backend *ipset, const struct kb_change_queue *queue)
{
	struct kb_ipset_header header;

	if (queue->count >= MANY &&
	    kb_ipset_list(ipset->session, queue->set.name, KB_IPSET_HEADER, &ipset->listing,
			  NULL) == KBAN_OK &&
	    kb_ipset_header_parse(kb_buffer_content(&ipset->listing), &header) &&
	    header.entries == 0 && header.buckets < buckets_for(queue->count))
		replace(ipset, &queue->set, buckets_for(queue->count), NULL);
}

/* Send all of @a queue that the kernel takes; the first refusal is answered. */
static int send_queue(struct ipset_backend *ipset, const struct kb_change_queue *queue,
		      struct kban_error **err)
{
	size_t next = 0;
	int first = KBAN_OK;

	make_room(ipset, queue);
	while (next < queue->count) {
		size_t done;
		int status =
			kb_ipset_change(ipset->session, &queue->set, &queue->changes[next],
					queue->count - next, &done, first == KBAN_OK ? err : NULL);

		first = first == KBAN_OK ? status : first;
		if (status < 0 && !is_about_entry(status))
			break;
		next += status < 0 ? done + 1 : done;
	}
	return first;
}

static int ipset_commit(struct kban_backend *backend, struct kban_error **err)
{
	struct ipset_backend *ipset = ipset_of(backend);
	int first = KBAN_OK;

	for (size_t i = 0; i < ipset->queues.count; i++) {
		struct kb_change_queue *queue = &ipset->queues.items[i];
		int status = send_queue(ipset, queue, first == KBAN_OK ? err : NULL);

		first = first == KBAN_OK ? status : first;
		kb_change_queue_empty(queue);
	}
	return first;
}

static int ipset_list(struct kban_backend *backend, const struct kb_set *set, kb_entry_fn *visit,
		      void *data, struct kban_error **err)
{
	struct ipset_backend *ipset = ipset_of(backend);
	kb_auto_clear(buffer) listing = { 0 };
	int status = kb_ipset_list(ipset->session, set->name, KB_IPSET_ALL, &listing, err);

	if (status == KBAN_OK)
		kb_ipset_entries_visit(kb_buffer_content(&listing), set->family, visit, data);
	return status;
}

static int ipset_remove(struct kban_backend *backend, const struct kb_set *set,
			struct kban_error **err)
{
	struct ipset_backend *ipset = ipset_of(backend);
	kban_auto(error) problem = NULL;
	int status = kb_ipset_flush(ipset->session, set->name, &problem);

	kb_change_queues_forget(&ipset->queues, set->name);
	if (status == KBAN_OK) {
		status = kb_ipset_destroy(ipset->session, set->name, &problem);
		if (status == KBAN_E_DENIED)
			return KB_SET_HELD;
	}
	return hand_over(status == KBAN_E_NOTFOUND ? KBAN_OK : status, &problem, err);
}

static int ipset_glance(struct kban_backend *backend, const struct kb_set *set,
			struct kb_set_glance *out)
{
	struct ipset_backend *ipset = ipset_of(backend);
	struct kb_ipset_header header;
	int status =
		kb_ipset_list(ipset->session, set->name, KB_IPSET_HEADER, &ipset->listing, NULL);

	if (status < 0)
		return status;
	if (!kb_ipset_header_parse(kb_buffer_content(&ipset->listing), &header))
		return KBAN_E_SYSTEM;
	*out = (struct kb_set_glance){ header.entries, header.references };
	return KBAN_OK;
}

static int ipset_each_set(struct kban_backend *backend, kb_set_fn *visit, void *data,
			  struct kban_error **err)
{
	kb_auto_clear(buffer) names = { 0 };
	struct kban_text rest, line;
	int status = kb_ipset_names(ipset_of(backend)->session, &names, err);

	if (status < 0)
		return status;
	rest = kb_buffer_content(&names);
	while (kb_text_next_line(&rest, &line)) {
		struct kb_set set = { .family = KBAN_IPV4 };

		if (!kb_text_starts_with(line, "kban-") || line.len >= sizeof(set.name))
			continue;
		memcpy(set.name, line.data, line.len);
		if (visit(&set, data) != 0)
			break;
	}
	return KBAN_OK;
}

static void ipset_free(struct kban_backend *backend)
{
	struct ipset_backend *ipset = ipset_of(backend);

	kb_change_queues_clear(&ipset->queues);
	kb_buffer_clear(&ipset->listing);
	kb_ipset_session_free(ipset->session);
	kban_context_unref(backend->ctx);
	free(ipset);
}

static const struct kb_backend_ops ipset_ops = {
	.name = "ipset",
	.open = ipset_open,
	.ban = ipset_ban,
	.lift = ipset_lift,
	.commit = ipset_commit,
	.list = ipset_list,
	.remove = ipset_remove,
	.glance = ipset_glance,
	.cut = kb_backend_cut,
	.each_set = ipset_each_set,
	.free = ipset_free,
};

int kban_backend_ipset_new(struct kban_context *ctx, struct kban_backend **out,
			   struct kban_error **err)
{
	struct ipset_backend *ipset = calloc(1, sizeof(*ipset));
	int status;

	if (ipset == NULL)
		return kb_fail_memory(err);
	status = kb_ipset_session_new(&ipset->session, err);
	if (status < 0) {
		free(ipset);
		return status;
	}
	ipset->backend.ops = &ipset_ops;
	ipset->backend.ctx = kban_context_ref(ctx);
	*out = &ipset->backend;
	return KBAN_OK;
}
