/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <jansson.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/text.h"

/* What is answered to a call; NULL if it is up to the caller. */
static char *answer_to(const char *call)
{
	kban_auto(message) message = NULL;
	struct kban_text out = { NULL, 0 };
	int status;

	assert_int_equal(kban_message_parse(kb_text(call), &message, NULL), KBAN_OK);
	status = kban_message_answer_service(message, &out);
	assert_in_range(status, 0, 1);
	if (status == 1 && out.data != NULL)
		assert_int_equal(out.len, strlen(out.data) + 1);
	return (char *)(uintptr_t)out.data;
}

struct exchange {
	const char *call;
	const char *answer;
};

static void answers(void **state)
{
	const struct exchange *row = *state;

	for (; row->call != NULL; row++) {
		kb_autofree char *answer = answer_to(row->call);

		if (row->answer == NULL)
			assert_null(answer);
		else
			assert_string_equal(answer, row->answer);
	}
}

static const struct exchange what_does_not_exist[] = {
	{ "{\"method\":\"io.kban.Nothing\"}", "{\"error\":\"org.varlink.service.MethodNotFound\","
					      "\"parameters\":{\"method\":\"io.kban.Nothing\"}}" },
	{ "{\"method\":\"io.kban.Pin\"}", "{\"error\":\"org.varlink.service.MethodNotFound\","
					  "\"parameters\":{\"method\":\"io.kban.Pin\"}}" },
	{ "{\"method\":\"io.kban.ping\"}", "{\"error\":\"org.varlink.service.MethodNotFound\","
					   "\"parameters\":{\"method\":\"io.kban.ping\"}}" },
	{ "{\"method\":\"io.kban.\"}", "{\"error\":\"org.varlink.service.MethodNotFound\","
				       "\"parameters\":{\"method\":\"io.kban.\"}}" },
	{ "{\"method\":\"io.kban.Rule\"}", "{\"error\":\"org.varlink.service.MethodNotFound\","
					   "\"parameters\":{\"method\":\"io.kban.Rule\"}}" },
	{ "{\"method\":\"org.varlink.service.Nothing\"}",
	  "{\"error\":\"org.varlink.service.MethodNotFound\","
	  "\"parameters\":{\"method\":\"org.varlink.service.Nothing\"}}" },
	{ "{\"method\":\"no.such.Method\"}", "{\"error\":\"org.varlink.service.InterfaceNotFound\","
					     "\"parameters\":{\"interface\":\"no.such\"}}" },
	{ "{\"method\":\"Ping\"}", "{\"error\":\"org.varlink.service.InterfaceNotFound\","
				   "\"parameters\":{\"interface\":\"Ping\"}}" },
	{ "{\"method\":\".\"}", "{\"error\":\"org.varlink.service.InterfaceNotFound\","
				"\"parameters\":{\"interface\":\"\"}}" },
	{ "{\"method\":\"io.kban.Ping.X\"}", "{\"error\":\"org.varlink.service.InterfaceNotFound\","
					     "\"parameters\":{\"interface\":\"io.kban.Ping\"}}" },
	{ "{\"method\":\"org.varlink.service.GetInterfaceDescription\","
	  "\"parameters\":{\"interface\":\"no.such\"}}",
	  "{\"error\":\"org.varlink.service.InterfaceNotFound\","
	  "\"parameters\":{\"interface\":\"no.such\"}}" },
	{ "{\"method\":\"org.varlink.service.GetInterfaceDescription\"}",
	  "{\"error\":\"org.varlink.service.InvalidParameter\","
	  "\"parameters\":{\"parameter\":\"interface\"}}" },
	{ "{\"method\":\"org.varlink.service.GetInterfaceDescription\","
	  "\"parameters\":{\"interface\":5}}",
	  "{\"error\":\"org.varlink.service.InvalidParameter\","
	  "\"parameters\":{\"parameter\":\"interface\"}}" },
	{ .call = NULL },
};

static const struct exchange left_to_the_caller[] = {
	{ "{\"method\":\"io.kban.Ping\"}", NULL },
	{ "{\"method\":\"io.kban.Status\"}", NULL },
	{ "{\"method\":\"io.kban.Why\",\"oneway\":true}", NULL },
	{ "{\"parameters\":{}}", NULL },
	{ .call = NULL },
};

static const struct exchange oneway_has_no_answer[] = {
	{ "{\"method\":\"org.varlink.service.GetInfo\",\"oneway\":true}", NULL },
	{ "{\"method\":\"io.kban.Nothing\",\"oneway\":true}", NULL },
	{ .call = NULL },
};

static void info_names_both_interfaces(void **state)
{
	kb_autofree char *answer = answer_to("{\"method\":\"org.varlink.service.GetInfo\"}");

	(void)state;
	assert_non_null(strstr(answer, "\"vendor\":\"kban\",\"product\":\"kban\",\"version\":\""));
	assert_non_null(strstr(answer, "\"interfaces\":[\"org.varlink.service\",\"io.kban\"]"));
}

static char *description_of(const char *interface)
{
	char call[256];
	kb_autofree char *answer = NULL;
	json_t *root;
	char *text;

	snprintf(call, sizeof(call),
		 "{\"method\":\"org.varlink.service.GetInterfaceDescription\","
		 "\"parameters\":{\"interface\":\"%s\"}}",
		 interface);
	answer = answer_to(call);
	root = json_loads(answer, 0, NULL);
	text = strdup(json_string_value(
		json_object_get(json_object_get(root, "parameters"), "description")));
	json_decref(root);
	return text;
}

/* From its first line to its last, with nothing lost on the way into C. */
static void description_is_whole(void **state)
{
	kb_autofree char *text = description_of("io.kban");
	static const char first[] = "# What a running kban-tail can be asked.";
	static const char last[] = "\nerror Failed (reason: string)\n";

	(void)state;
	assert_int_equal(strncmp(text, first, strlen(first)), 0);
	assert_non_null(strstr(text, "\ninterface io.kban\n"));
	assert_non_null(strstr(text, "\n  until: ?float,\n"));
	assert_non_null(strstr(text, "\nmethod Ping() -> (answer: string)\n"));
	assert_string_equal(text + strlen(text) - strlen(last), last);
}

static void service_describes_itself(void **state)
{
	kb_autofree char *text = description_of("org.varlink.service");

	(void)state;
	assert_non_null(strstr(text, "\ninterface org.varlink.service\n"));
	assert_non_null(strstr(text, "\nerror InterfaceNotFound (interface: string)\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(answers, what_does_not_exist),
		test_case(answers, left_to_the_caller),
		test_case(answers, oneway_has_no_answer),
		cmocka_unit_test(info_names_both_interfaces),
		cmocka_unit_test(description_is_whole),
		cmocka_unit_test(service_describes_itself),
	};

	return cmocka_run_group_tests_name("control-service", tests, NULL, NULL);
}
