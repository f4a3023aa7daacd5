/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* https://varlink.org/Service */
#include <kban/message.h>

#include "base/text.h"
#include "control/control-interface.h"
#include "control/json.h"

#define SERVICE "org.varlink.service"

static const struct {
	const char *name;
	const char *text;
} interfaces[] = {
	{ SERVICE, kb_interface_service },
	{ "io.kban", kb_interface_kban },
};

/* The text of the interface @a name, or NULL. */
static const char *find_interface(struct kban_text name)
{
	size_t i;

	for (i = 0; i < kb_array_size(interfaces); i++) {
		if (kb_text_is(name, interfaces[i].name))
			return interfaces[i].text;
	}
	return NULL;
}

/* True if a line of @a text begins with "method NAME(". */
static bool has_method(const char *text, struct kban_text name)
{
	struct kban_text rest = kb_text(text);
	struct kban_text line;

	while (kb_text_next_line(&rest, &line)) {
		struct kban_text tail;

		if (!kb_text_starts_with(line, "method "))
			continue;
		tail = kb_text_slice(line, strlen("method "), line.len);
		if (kb_text_equal(kb_text_slice(tail, 0, kb_text_index(tail, '(')), name))
			return true;
	}
	return false;
}

/* 1 if the reply could be written. @a parameters is taken over. */
static int reply(const char *error, json_t *parameters, struct kban_text *out)
{
	kb_autofree char *text = parameters != NULL ? kb_json_print(parameters) : NULL;
	int status = KBAN_E_NOMEM;

	json_decref(parameters);
	if (text != NULL && error != NULL)
		status = kban_message_write_error(error, text, out);
	else if (text != NULL)
		status = kban_message_write_reply(text, 0, out);
	return status == KBAN_OK ? 1 : status;
}

/* An error of one parameter, whose name says what it is. */
static int fail(const char *error, const char *parameter, const char *value, struct kban_text *out)
{
	return reply(error, json_pack("{s:s}", parameter, value), out);
}

static int get_info(const json_t *parameters, struct kban_text *out)
{
	kb_auto_json names = json_array();
	size_t i;

	(void)parameters;
	for (i = 0; i < kb_array_size(interfaces); i++) {
		if (json_array_append_new(names, json_string(interfaces[i].name)) != 0)
			return KBAN_E_NOMEM;
	}
	return reply(NULL,
		     json_pack("{s:s, s:s, s:s, s:s, s:O}", "vendor", "kban", "product", "kban",
			       "version", kb_version, "url", "", "interfaces", names),
		     out);
}

static int get_description(const json_t *parameters, struct kban_text *out)
{
	const char *name = json_string_value(json_object_get(parameters, "interface"));
	const char *text;

	if (name == NULL)
		return fail(SERVICE ".InvalidParameter", "parameter", "interface", out);
	text = find_interface(kb_text(name));
	if (text == NULL)
		return fail(SERVICE ".InterfaceNotFound", "interface", name, out);
	return reply(NULL, json_pack("{s:s}", "description", text), out);
}

static int answer(const char *method, const json_t *parameters, struct kban_text *out)
{
	const char *dot = strrchr(method, '.');
	size_t len = dot != NULL ? (size_t)(dot - method) : strlen(method);
	const char *interface = find_interface((struct kban_text){ method, len });
	kb_autofree char *name = strndup(method, len);

	if (name == NULL)
		return KBAN_E_NOMEM;
	if (dot == NULL || interface == NULL)
		return fail(SERVICE ".InterfaceNotFound", "interface", name, out);
	if (!has_method(interface, kb_text(dot + 1)))
		return fail(SERVICE ".MethodNotFound", "method", method, out);
	if (strcmp(name, SERVICE) != 0)
		return 0;
	if (strcmp(dot + 1, "GetInfo") == 0)
		return get_info(parameters, out);
	return get_description(parameters, out);
}

int kban_message_answer_service(const struct kban_message *call, struct kban_text *out)
{
	const char *method = kban_message_method(call);
	kb_auto_json parameters = NULL;
	struct kban_text text = { NULL, 0 };
	int status;

	if (method == NULL)
		return 0;
	status = kb_json_parse(kb_text(kban_message_parameters(call)), &parameters, NULL);
	if (status == KBAN_OK)
		status = answer(method, parameters, &text);
	if (status != 1)
		return status;
	if ((kban_message_flags(call) & KBAN_MESSAGE_ONEWAY) != 0) {
		free((char *)(uintptr_t)text.data);
		text = (struct kban_text){ NULL, 0 };
	}
	*out = text;
	return 1;
}
