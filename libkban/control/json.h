/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON as messages have it: strict, and never deeper than somebody who means well would nest it. */
#ifndef KB_CONTROL_JSON_H
#define KB_CONTROL_JSON_H

#include <jansson.h>

#include <kban/error.h>

#include "base/memory.h"

/* Arrays and objects in each other. */
#define KB_JSON_DEPTH 32

/*
 * Read one object, that is all of @a text. Refused are texts that are not UTF-8, NUL in strings,
 * and a name twice in one object. KBAN_OK, KBAN_E_SYNTAX or KBAN_E_NOMEM.
 */
int kb_json_parse(struct kban_text text, json_t **out, struct kban_error **err);

/* As text on one line, released with free(); NULL without memory. */
char *kb_json_print(const json_t *value);

/* kb_auto_json is a local json_t * that is released when its scope ends. */
static inline void kb_json_free_pointed(json_t **value)
{
	json_decref(*value);
}

#define kb_auto_json __attribute__((cleanup(kb_json_free_pointed))) json_t *

#endif /* KB_CONTROL_JSON_H */
