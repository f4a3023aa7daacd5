/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include "ban/kernel-events.h"

#define OWN_PORT 4711

/* A message with one attribute, of @a attribute_len bytes by its own account. */
struct message {
	struct nlmsghdr header;
	struct nfgenmsg generic;
	struct nlattr attribute;
	char text[12];
};

static struct message make(unsigned type, unsigned port, const char *set)
{
	struct message message = {
		.header = { .nlmsg_len = sizeof(message),
			    .nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type),
			    .nlmsg_pid = port },
		.attribute = { .nla_len = sizeof(struct nlattr) + 12,
			       .nla_type = NFTA_SET_ELEM_LIST_SET },
	};

	strncpy(message.text, set, sizeof(message.text) - 1);
	return message;
}

struct row {
	unsigned type, port;
	const char *set;
	bool matters;
};

static void tell(void **state)
{
	for (const struct row *row = *state; row->set != NULL; row++) {
		struct message message = make(row->type, row->port, row->set);

		assert_int_equal(kb_kernel_event_matters(&message, sizeof(message), OWN_PORT),
				 row->matters);
	}
}

static const struct row what_takes_away_matters[] = {
	{ NFT_MSG_DELTABLE, 7, "", true },
	{ NFT_MSG_DELCHAIN, 7, "", true },
	{ NFT_MSG_DELRULE, 7, "", true },
	{ NFT_MSG_DELSET, 7, "", true },
	{ NFT_MSG_NEWCHAIN, 7, "", true },
	{ NFT_MSG_DELSETELEM, 7, "kban-test", true },
	{ NFT_MSG_DELSETELEM, 7, "others", false },
	{ NFT_MSG_NEWRULE, 7, "", false },
	{ NFT_MSG_NEWSETELEM, 7, "kban-test", false },
	{ NFT_MSG_NEWGEN, 7, "", false },
	{ 0, 0, NULL, false },
};

static const struct row what_we_did_does_not[] = {
	{ NFT_MSG_DELRULE, OWN_PORT, "", false },
	{ NFT_MSG_DELSETELEM, OWN_PORT, "kban-test", false },
	{ 0, 0, NULL, false },
};

static void what_is_cut_or_odd_does_not_matter(void **state)
{
	struct message message = make(NFT_MSG_DELSETELEM, 7, "kban-test");

	(void)state;
	for (size_t len = 0; len < offsetof(struct message, text) + 5; len++)
		assert_false(kb_kernel_event_matters(&message, len, OWN_PORT));
	message.attribute.nla_len = 0;
	assert_false(kb_kernel_event_matters(&message, sizeof(message), OWN_PORT));
	message.attribute.nla_len = UINT16_MAX;
	assert_false(kb_kernel_event_matters(&message, sizeof(message), OWN_PORT));
	message.attribute.nla_len = sizeof(struct nlattr) + 12;
	message.attribute.nla_type = NFTA_SET_ELEM_LIST_TABLE;
	assert_false(kb_kernel_event_matters(&message, sizeof(message), OWN_PORT));
	message = make(NFT_MSG_DELRULE, 7, "");
	message.header.nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | NFT_MSG_DELRULE;
	assert_false(kb_kernel_event_matters(&message, sizeof(message), OWN_PORT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(tell, what_takes_away_matters),
		test_case(tell, what_we_did_does_not),
		cmocka_unit_test(what_is_cut_or_odd_does_not_matter),
	};

	return cmocka_run_group_tests_name("kernel-events", tests, NULL, NULL);
}
