/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "base/text.h"
#include "failing-alloc.h"
#include "source/syslog-address.h"

struct row {
	const char *entry;
	const char *expected; /* the name, or the error */
};

static void parse(void **state)
{
	static const struct kb_where where = { "jail.conf", 7 };

	for (const struct row *row = *state; row->entry != NULL; row++) {
		kb_auto_clear(syslog_address) address = { 0 };
		kban_auto(error) err = NULL;
		int status = kb_syslog_address_parse(row->entry, &where, &address, &err);

		assert_true(kb_syslog_is_address(row->entry));
		assert_string_equal(status < 0 ? kban_error_text(err) : address.name,
				    row->expected);
	}
}

static const struct row one_socket_has_one_name[] = {
	{ "syslog://127.0.0.1:5514", "syslog://127.0.0.1:5514" },
	{ "syslog+udp://127.0.0.1:05514", "syslog://127.0.0.1:5514" },
	{ "syslog://", "syslog://127.0.0.1:514" },
	{ "syslog://:5514", "syslog://127.0.0.1:5514" },
	{ "syslog://127.0.0.1", "syslog://127.0.0.1:514" },
	{ "syslog+tcp://[::1]:65535?from=::1", "syslog+tcp://[::1]:65535" },
	{ "syslog+tcp://[0:0::1]", "syslog+tcp://[::1]:514" },
	{ "syslog://[::]:514?from=2001:db8::/32,fe80::/10", "syslog://[::]:514" },
	{ "syslog+unix:///run/kban.syslog", "syslog+unix:///run/kban.syslog" },
	{ "syslog+unix:///run/x?mode=0666", "syslog+unix:///run/x" },
	{ NULL, NULL },
};

#define WRONG(entry, reason)                                       \
	{                                                          \
		entry, "jail.conf:7: logpath '" entry "': " reason \
	}

static const struct row mistakes_are_told[] = {
	WRONG("syslog+tls://127.0.0.1", "use syslog://, syslog+tcp:// or syslog+unix://"),
	WRONG("syslog://127.0.0.1:0", "behind the address stands ':' and a port from 1 to 65535; "
				      "an IPv6 address is in brackets"),
	WRONG("syslog://127.0.0.1:65536", "behind the address stands ':' and a port from 1 to "
					  "65535; an IPv6 address is in brackets"),
	WRONG("syslog://::1", "behind the address stands ':' and a port from 1 to 65535; an IPv6 "
			      "address is in brackets"),
	WRONG("syslog://[::1]514", "behind the address stands ':' and a port from 1 to 65535; an "
				   "IPv6 address is in brackets"),
	WRONG("syslog://mx.example:514", "'mx.example' is no address of this machine; use one such "
					 "as 127.0.0.1 or [::1]"),
	WRONG("syslog://127.0.0.0/8:514", "'127.0.0.0/8' is no address of this machine; use one "
					  "such as 127.0.0.1 or [::1]"),
	WRONG("syslog://0.0.0.0:514", "others than this machine can reach that address; say who "
				      "may send: ?from=NETWORK,…"),
	WRONG("syslog+tcp://[::]", "others than this machine can reach that address; say who may "
				   "send: ?from=NETWORK,…"),
	WRONG("syslog://?from=mx.example", "from: 'mx.example' is no address and no network"),
	WRONG("syslog://?form=::1", "behind '?' stands from=NETWORK,…, those who may send"),
	WRONG("syslog://?mode=0666", "behind '?' stands from=NETWORK,…, those who may send"),
	WRONG("syslog+unix://run/x", "the path of a socket is absolute: syslog+unix:///run/NAME"),
	WRONG("syslog+unix:///run/x?from=::1", "behind '?' stands mode=MODE, of the socket's file"),
	WRONG("syslog+unix:///run/x?mode=rw", "mode is octal, such as 0660"),
	WRONG("syslog+unix:///run/x?mode=07777777777777", "mode is octal, such as 0660"),
	WRONG("syslog+unix:///run/x?mode=", "mode is octal, such as 0660"),
	{ NULL, NULL },
};

static void a_path_has_its_limit(void **state)
{
	char entry[200] = "syslog+unix:///";
	kb_auto_clear(syslog_address) address = { 0 };

	(void)state;
	memset(entry + 15, 'x', KB_SYSLOG_PATH_SIZE - 2);
	assert_int_equal(kb_syslog_address_parse(entry, NULL, &address, NULL), KBAN_OK);
	assert_int_equal(strlen(address.path), KB_SYSLOG_PATH_SIZE - 1);
	strcat(entry, "x");
	assert_int_equal(kb_syslog_address_parse(entry, NULL, &address, NULL), KBAN_E_SYNTAX);
}

struct sender {
	const char *entry;
	const char *sender;
	bool allowed;
};

static void allow(void **state)
{
	for (const struct sender *row = *state; row->entry != NULL; row++) {
		kb_auto_clear(syslog_address) address = { 0 };
		struct kban_addr sender = test_addr(row->sender);

		assert_int_equal(kb_syslog_address_parse(row->entry, NULL, &address, NULL),
				 KBAN_OK);
		assert_int_equal(kb_syslog_address_allows(&address, &sender), row->allowed);
	}
}

static const struct sender who_may_send[] = {
	{ "syslog://127.0.0.1", "127.0.0.1", true },
	{ "syslog://127.0.0.1", "127.3.2.1", true },
	{ "syslog://127.0.0.1", "192.0.2.1", false },
	{ "syslog://[::1]", "::1", true },
	{ "syslog://[::1]", "2001:db8::1", false },
	{ "syslog://0.0.0.0?from=192.0.2.0/24,198.51.100.7", "192.0.2.200", true },
	{ "syslog://0.0.0.0?from=192.0.2.0/24,198.51.100.7", "198.51.100.7", true },
	{ "syslog://0.0.0.0?from=192.0.2.0/24,198.51.100.7", "198.51.100.8", false },
	{ "syslog://0.0.0.0?from=192.0.2.0/24&from=198.51.100.7", "198.51.100.7", true },
	{ "syslog://0.0.0.0?from=192.0.2.0/24", "127.0.0.1", false },
	{ "syslog+tcp://[::]?from=::/0", "2001:db8::1", true },
	{ NULL, NULL, false },
};

struct place {
	const char *entry;
	bool is_public;
};

static void judge(void **state)
{
	for (const struct place *row = *state; row->entry != NULL; row++) {
		kb_auto_clear(syslog_address) address = { 0 };

		assert_int_equal(kb_syslog_address_parse(row->entry, NULL, &address, NULL),
				 KBAN_OK);
		assert_int_equal(kb_syslog_address_is_public(&address), row->is_public);
	}
}

static const struct place which_address_is_public[] = {
	{ "syslog://127.0.0.1", false },
	{ "syslog://[::1]", false },
	{ "syslog://10.1.2.3?from=10.0.0.0/8", false },
	{ "syslog://192.168.1.1?from=10.0.0.0/8", false },
	{ "syslog://[fd00::1]?from=::/0", false },
	{ "syslog://192.0.2.1?from=10.0.0.0/8", true },
	{ "syslog://0.0.0.0?from=10.0.0.0/8", true },
	{ "syslog://[::]?from=::/0", true },
	{ "syslog+unix:///run/x", false },
	{ NULL, false },
};

static void only_addresses_are_addresses(void **state)
{
	static const char *const others[] = { "/var/log/syslog", "syslog",    "/syslog://",
					      "syslog/x://",     "kban:bans", "" };

	(void)state;
	for (size_t i = 0; i < kb_array_size(others); i++)
		assert_false(kb_syslog_is_address(others[i]));
}

static int attempt(void *data)
{
	kb_auto_clear(syslog_address) address = { 0 };

	return kb_syslog_address_parse(data, NULL, &address, NULL);
}

static void memory_may_run_out(void **state)
{
	char text[] = "syslog://127.0.0.1?from=::1,127.0.0.1";

	(void)state;
	assert_every_allocation_may_fail(attempt, text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(parse, one_socket_has_one_name),
		test_case(parse, mistakes_are_told),
		test_case(allow, who_may_send),
		test_case(judge, which_address_is_public),
		cmocka_unit_test(a_path_has_its_limit),
		cmocka_unit_test(only_addresses_are_addresses),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests_name("syslog-address", tests, NULL, NULL);
}
