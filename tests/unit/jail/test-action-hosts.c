/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <stdio.h>

#include "jail/action-hosts.h"

static struct kban_addr host_addr(char name)
{
	char text[KBAN_ADDR_TEXT_SIZE];

	snprintf(text, sizeof(text), "192.0.2.%d", name - 'a' + 1);
	return test_addr(text);
}

/*
 * What is done, two letters each: '+' a host gets a wish, '~' another wish, '-' it is forgotten,
 * 'x' the host is removed. Then those with a wish, in their order.
 */
struct row {
	const char *steps;
	const char *wishes;
	size_t hosts;
};

static void take_step(struct kb_action_hosts *hosts, char what, char name)
{
	struct kban_addr addr = host_addr(name);
	struct kb_action_host *host = kb_action_hosts_find(hosts, &addr);

	if (what == '+' || what == '~') {
		host = kb_action_hosts_add(hosts, &addr);
		assert_non_null(host);
		assert_ptr_equal(kb_action_hosts_find(hosts, &addr), host);
		kb_action_hosts_wish(hosts, host, what == '+' ? KB_WISH_BAN : KB_WISH_UNBAN);
	} else if (what == '-') {
		kb_action_hosts_forget_wish(hosts, host);
	} else {
		kb_action_hosts_remove(hosts, host);
		assert_null(kb_action_hosts_find(hosts, &addr));
	}
}

static void wishes_keep_their_order(void **state)
{
	static const struct row rows[] = {
		{ "", "", 0 },
		{ "+a+b+c", "abc", 3 },
		{ "+a+b+c~a", "abc", 3 },
		{ "+a+b+c-b", "ac", 3 },
		{ "+a+b-a+a", "ba", 2 },
		{ "+a+b+cxb", "ac", 2 },
		{ "+axa", "", 0 },
		{ "+a-a-a", "", 1 },
		{ "+a+a+a", "a", 1 },
		{ "+a+b+cxaxc+d", "bd", 2 },
	};

	(void)state;
	for (size_t i = 0; i < kb_array_size(rows); i++) {
		struct kb_action_hosts hosts = { 0 };
		char found[16] = "";
		size_t count = 0;

		assert_int_equal(kb_action_hosts_init(&hosts), KBAN_OK);
		for (const char *step = rows[i].steps; *step != '\0'; step += 2)
			take_step(&hosts, step[0], step[1]);
		for (const struct kb_action_host *host = hosts.first; host != NULL;
		     host = host->next)
			found[count++] = (char)('a' + host->news.addr.bytes[3] - 1);
		assert_string_equal(found, rows[i].wishes);
		assert_int_equal(hosts.wishes, count);
		assert_int_equal(kb_action_hosts_count(&hosts), rows[i].hosts);
		kb_action_hosts_clear(&hosts);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wishes_keep_their_order),
	};

	return cmocka_run_group_tests_name("action-hosts", tests, NULL, NULL);
}
