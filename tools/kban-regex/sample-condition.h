/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The conditions under which samples count: "name == 'sshd'", "opts.get('mode') != 'ddos'". They
 * are expressions of Python; the few forms that are in use are understood, none is executed.
 */
#ifndef KBAN_REGEX_SAMPLE_CONDITION_H
#define KBAN_REGEX_SAMPLE_CONDITION_H

#include <jansson.h>

enum condition {
	CONDITION_FALSE,
	CONDITION_TRUE,
	CONDITION_UNKNOWN, /* not understood */
};

/*
 * @param name     The filter's.
 * @param options  Of the filter, an object.
 */
enum condition condition_evaluate(const char *text, const char *name, const json_t *options);

#endif /* KBAN_REGEX_SAMPLE_CONDITION_H */
