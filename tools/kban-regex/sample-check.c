/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/sample-check.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A sample that is being compared. */
struct comparison {
	const struct kban_matcher *matcher;
	const struct kban_match *match;
	json_t *differences;
};

/* Takes ownership of @a expected and @a got. */
static int add(struct comparison *comparison, const char *what, json_t *expected, json_t *got)
{
	json_t *difference =
		json_pack("{s: s, s: o, s: o}", "what", what, "expected", expected, "got", got);

	return json_array_append_new(comparison->differences, difference);
}

static json_t *text_value(struct kban_text text)
{
	return text.data != NULL ? json_stringn(text.data, text.len) : json_null();
}

static struct kban_text find_field(const struct kban_matcher *matcher, const char *name)
{
	const struct kban_field *field;

	for (size_t i = 0; (field = kban_matcher_field(matcher, i)) != NULL; i++)
		if (strcmp(field->name, name) == 0)
			return field->value;
	return (struct kban_text){ NULL, 0 };
}

static json_t *users_value(const struct kban_matcher *matcher)
{
	json_t *users = json_array();
	struct kban_text user;

	for (size_t i = 0; (user = kban_matcher_user(matcher, i)).data != NULL; i++)
		json_array_append_new(users, text_value(user));
	return users;
}

/* A group of that name, or else what is known of each failure under it. */
static json_t *value_of(const struct comparison *comparison, const char *name)
{
	const struct kban_match *match = comparison->match;
	struct kban_text field = find_field(comparison->matcher, name);

	if (field.data == NULL && (strcmp(name, "host") == 0 || strcmp(name, "id") == 0))
		return text_value(match->id);
	if (field.data == NULL && strcmp(name, "ip") == 0)
		return text_value(match->host);
	if (field.data == NULL && strcmp(name, "attempts") == 0)
		return json_integer(match->attempts);
	if (field.data == NULL && strcmp(name, "users") == 0)
		return users_value(comparison->matcher);
	return text_value(field);
}

static bool has_all_of(const json_t *list, const json_t *other)
{
	for (size_t i = 0; i < json_array_size(other); i++) {
		bool found = false;

		for (size_t j = 0; j < json_array_size(list) && !found; j++)
			found = json_equal(json_array_get(list, j), json_array_get(other, i));
		if (!found)
			return false;
	}
	return true;
}

static bool parse_addr(const json_t *value, struct kban_addr *out)
{
	struct kban_text text = { json_string_value(value), json_string_length(value) };

	return text.data != NULL && kban_addr_parse(text, out) == KBAN_OK;
}

/* Addresses may be spelt in several ways. */
static bool is_same_host(const json_t *left, const json_t *right)
{
	struct kban_addr one;
	struct kban_addr other;

	return parse_addr(left, &one) && parse_addr(right, &other) && kban_addr_equal(&one, &other);
}

/* The order of a list means nothing. */
static bool is_same(const json_t *left, const json_t *right)
{
	if (!json_is_array(left) || !json_is_array(right))
		return json_equal(left, right);
	return json_array_size(left) == json_array_size(right) && has_all_of(left, right) &&
	       has_all_of(right, left);
}

/* "2005-06-21T16:47:48", perhaps with a fraction, in the local zone. */
static bool parse_time(const char *text, kban_usec *out)
{
	struct tm fields = { .tm_isdst = -1 };
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &fields);
	kban_usec unit = KBAN_SECOND / 10;

	if (rest == NULL)
		return false;
	fields.tm_isdst = -1;
	*out = (kban_usec)mktime(&fields) * KBAN_SECOND;
	if (*rest == '.')
		for (rest++; *rest >= '0' && *rest <= '9'; unit /= 10)
			*out += (*rest++ - '0') * unit;
	return *rest == '\0';
}

/* As parse_time() reads it. */
static json_t *time_value(kban_usec when)
{
	time_t seconds = (time_t)(when / KBAN_SECOND);
	int rest = (int)(when % KBAN_SECOND);
	struct tm fields;
	char text[64];

	if (when == KBAN_TIME_NONE || localtime_r(&seconds, &fields) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &fields) == 0)
		return json_null();
	return rest == 0 ? json_string(text) : json_sprintf("%s.%06d", text, rest);
}

static int check_time(struct comparison *comparison, json_t *expected)
{
	kban_usec wanted;

	if (json_is_null(expected))
		return 0;
	if (!json_is_string(expected) || !parse_time(json_string_value(expected), &wanted))
		return 1;
	if (wanted == comparison->match->time)
		return 0;
	return add(comparison, "time", json_incref(expected), time_value(comparison->match->time));
}

static int check_value(struct comparison *comparison, const char *name, json_t *expected)
{
	json_t *got = value_of(comparison, name);
	bool is_host = strcmp(name, "host") == 0 || strcmp(name, "id") == 0;

	if (is_same(expected, got) || (is_host && is_same_host(expected, got))) {
		json_decref(got);
		return 0;
	}
	return add(comparison, name, json_incref(expected), got);
}

/* Members of failJSON that are for people, or that say when it counts. */
static bool is_no_value(const char *name)
{
	return strcmp(name, "match") == 0 || strcmp(name, "desc") == 0 ||
	       strcmp(name, "constraint") == 0;
}

static int check_failure(struct comparison *comparison, json_t *expected)
{
	const char *name;
	json_t *value;
	int status = 0;

	json_object_foreach(expected, name, value)
	{
		if (status != 0)
			break;
		if (strcmp(name, "time") == 0)
			status = check_time(comparison, value);
		else if (!is_no_value(name))
			status = check_value(comparison, name, value);
	}
	return status;
}

int sample_check(const struct kban_matcher *matcher, const struct kban_match *match,
		 unsigned failures, json_t *expected, json_t **out)
{
	struct comparison comparison = { matcher, match, json_array() };
	bool wanted = json_is_true(json_object_get(expected, "match"));
	int status = 0;

	if (comparison.differences == NULL)
		return -1;
	if (wanted != (match->verdict == KBAN_FAILURE))
		status = add(&comparison, "match", json_boolean(wanted), json_boolean(!wanted));
	else if (wanted)
		status = check_failure(&comparison, expected);
	if (status == 0 && wanted && failures > 1)
		status = add(&comparison, "failures", json_integer(1), json_integer(failures));
	*out = comparison.differences;
	return status;
}
