/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <kban/message.h>

#include "base/error.h"
#include "base/text.h"
#include "control/json.h"

struct kban_message {
	json_t *root; /* owns method and error */
	const char *method;
	const char *error;
	char *parameters;
	unsigned flags;
};

void kban_message_free(struct kban_message *message)
{
	if (message == NULL)
		return;
	json_decref(message->root);
	free(message->parameters);
	free(message);
}

const char *kban_message_method(const struct kban_message *message)
{
	return message->method;
}

const char *kban_message_error(const struct kban_message *message)
{
	return message->error;
}

const char *kban_message_parameters(const struct kban_message *message)
{
	return message->parameters;
}

unsigned kban_message_flags(const struct kban_message *message)
{
	return message->flags;
}

/* A name; absent and null are the same. */
static int read_name(const json_t *root, const char *key, const char **out, struct kban_error **err)
{
	const json_t *value = json_object_get(root, key);

	if (value == NULL || json_is_null(value))
		return KBAN_OK;
	if (!json_is_string(value) || json_string_length(value) == 0)
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "'%s' is not a name", key);
	*out = json_string_value(value);
	return KBAN_OK;
}

static int read_flag(const json_t *root, const char *key, unsigned flag, unsigned *flags,
		     struct kban_error **err)
{
	const json_t *value = json_object_get(root, key);

	if (value != NULL && !json_is_null(value) && !json_is_boolean(value))
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "'%s' is not true or false", key);
	if (json_is_true(value))
		*flags |= flag;
	return KBAN_OK;
}

static int read_flags(struct kban_message *message, struct kban_error **err)
{
	static const struct {
		const char *key;
		unsigned flag;
	} keys[] = {
		{ "more", KBAN_MESSAGE_MORE },
		{ "oneway", KBAN_MESSAGE_ONEWAY },
		{ "continues", KBAN_MESSAGE_CONTINUES },
	};
	unsigned upgrade = 0;
	int status = read_flag(message->root, "upgrade", 1, &upgrade, err);
	size_t i;

	for (i = 0; status == KBAN_OK && i < kb_array_size(keys); i++)
		status = read_flag(message->root, keys[i].key, keys[i].flag, &message->flags, err);
	if (status == KBAN_OK && upgrade != 0)
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "a connection cannot be upgraded");
	return status;
}

/* A call has a method, a reply has none. */
static int check_kind(const struct kban_message *message, struct kban_error **err)
{
	const unsigned of_calls = KBAN_MESSAGE_MORE | KBAN_MESSAGE_ONEWAY;

	if (message->method == NULL && (message->flags & of_calls) != 0)
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "a call without a method");
	if (message->method != NULL &&
	    (message->error != NULL || (message->flags & KBAN_MESSAGE_CONTINUES) != 0))
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "both a call and a reply");
	if ((message->flags & of_calls) == of_calls)
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "several replies wanted, and none");
	return KBAN_OK;
}

static int read_parameters(struct kban_message *message, struct kban_error **err)
{
	const json_t *parameters = json_object_get(message->root, "parameters");

	if (parameters == NULL || json_is_null(parameters))
		message->parameters = strdup("{}");
	else if (!json_is_object(parameters))
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "'parameters' is not an object");
	else
		message->parameters = kb_json_print(parameters);
	return message->parameters != NULL ? KBAN_OK : kb_fail_memory(err);
}

int kban_message_parse(struct kban_text text, struct kban_message **out, struct kban_error **err)
{
	kban_auto(message) message = calloc(1, sizeof(*message));
	int status;

	if (message == NULL)
		return kb_fail_memory(err);
	if (text.len > KBAN_REPLY_MAX)
		return kb_fail(err, KBAN_E_LIMIT, NULL, "longer than %zu bytes", KBAN_REPLY_MAX);
	status = kb_json_parse(text, &message->root, err);
	if (status == KBAN_OK)
		status = read_name(message->root, "method", &message->method, err);
	if (status == KBAN_OK)
		status = read_name(message->root, "error", &message->error, err);
	if (status == KBAN_OK)
		status = read_flags(message, err);
	if (status == KBAN_OK)
		status = check_kind(message, err);
	if (status == KBAN_OK)
		status = read_parameters(message, err);
	if (status == KBAN_OK)
		*out = kb_steal(message);
	return status;
}

/* All of these take @a value over, and fail if it is NULL. */
static int set(json_t *root, const char *key, json_t *value)
{
	return json_object_set_new(root, key, value) == 0 ? KBAN_OK : KBAN_E_NOMEM;
}

static int set_name(json_t *root, const char *key, const char *name)
{
	if (name == NULL || !kb_text_is_utf8(kb_text(name)))
		return KBAN_E_INVAL;
	return set(root, key, json_string(name));
}

static int set_parameters(json_t *root, const char *parameters)
{
	json_t *value = NULL;
	int status;

	if (parameters == NULL)
		return KBAN_OK;
	status = kb_json_parse(kb_text(parameters), &value, NULL);
	if (status != KBAN_OK)
		return status == KBAN_E_NOMEM ? status : KBAN_E_INVAL;
	return set(root, "parameters", value);
}

static int write_message(const json_t *root, struct kban_text *out)
{
	char *text = kb_json_print(root);
	size_t len = text != NULL ? strlen(text) : 0;

	if (text == NULL)
		return KBAN_E_NOMEM;
	if (len > KBAN_REPLY_MAX) {
		free(text);
		return KBAN_E_LIMIT;
	}
	/* The NUL behind the text ends the message as well. */
	*out = (struct kban_text){ text, len + 1 };
	return KBAN_OK;
}

int kban_message_write_call(const char *method, const char *parameters, unsigned flags,
			    struct kban_text *out)
{
	kb_auto_json root = json_object();
	int status = set_name(root, "method", method);

	if (status == KBAN_OK)
		status = set_parameters(root, parameters);
	if (status == KBAN_OK && (flags & KBAN_MESSAGE_MORE) != 0)
		status = set(root, "more", json_true());
	if (status == KBAN_OK && (flags & KBAN_MESSAGE_ONEWAY) != 0)
		status = set(root, "oneway", json_true());
	return status == KBAN_OK ? write_message(root, out) : status;
}

int kban_message_write_reply(const char *parameters, unsigned flags, struct kban_text *out)
{
	kb_auto_json root = json_object();
	int status = set_parameters(root, parameters);

	if (status == KBAN_OK && (flags & KBAN_MESSAGE_CONTINUES) != 0)
		status = set(root, "continues", json_true());
	return status == KBAN_OK ? write_message(root, out) : status;
}

int kban_message_write_error(const char *error, const char *parameters, struct kban_text *out)
{
	kb_auto_json root = json_object();
	int status = set_name(root, "error", error);

	if (status == KBAN_OK)
		status = set_parameters(root, parameters);
	return status == KBAN_OK ? write_message(root, out) : status;
}
