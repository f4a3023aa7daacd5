/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/json.h"

#include "base/error.h"
#include "base/text.h"

/*
 * jansson itself goes 2048 deep, each by a few calls. Brackets in strings do not count; whether all
 * else is in order is for jansson to say.
 */
static bool is_deep(struct kban_text text)
{
	bool in_string = false;
	size_t depth = 0;
	size_t i;

	for (i = 0; i < text.len; i++) {
		char byte = text.data[i];

		if (in_string && byte == '\\')
			i++;
		else if (byte == '"')
			in_string = !in_string;
		else if (!in_string && (byte == '{' || byte == '['))
			depth++;
		else if (!in_string && depth > 0 && (byte == '}' || byte == ']'))
			depth--;
		if (depth > KB_JSON_DEPTH)
			return true;
	}
	return false;
}

int kb_json_parse(struct kban_text text, json_t **out, struct kban_error **err)
{
	json_error_t reason = { 0 };
	kb_auto_json value = NULL;

	if (is_deep(text))
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "nested more than %d deep", KB_JSON_DEPTH);
	value = json_loadb(text.len > 0 ? text.data : "", text.len, JSON_REJECT_DUPLICATES,
			   &reason);
	if (value == NULL && json_error_code(&reason) == json_error_out_of_memory)
		return kb_fail_memory(err);
	if (value == NULL)
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "byte %d: %s", reason.position,
			       reason.text);
	if (!json_is_object(value))
		return kb_fail(err, KBAN_E_SYNTAX, NULL, "not an object");
	*out = kb_steal(value);
	return KBAN_OK;
}

char *kb_json_print(const json_t *value)
{
	/* 16 digits give a time of this century back to the microsecond. */
	return json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(16));
}
