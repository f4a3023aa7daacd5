/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lets test_rules.py call the library.
 *
 *   rules-driver compare 4|6 [KEY=VALUE… [, KEY=VALUE…]…]   listing in, script out
 *   rules-driver ban SET ADDRESS                            open the set and ban for an hour
 *   rules-driver lift SET ADDRESS
 */
#include <stdio.h>

#include <kban/rules.h>

#include "ban/backend.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

static int trouble(const struct kban_error *err)
{
	fprintf(stderr, "rules-driver: %s\n", kban_error_text(err));
	return EXIT_FAILURE;
}

/* Set the field of @a rule that a word such as "chains=INPUT" is about. */
static bool set_field(struct kban_rule *rule, const char *word)
{
	const struct {
		const char *key;
		const char **field;
	} fields[] = {
		{ "jail=", &rule->jail },
		{ "set4=", &rule->set4 },
		{ "set6=", &rule->set6 },
		{ "chains=", &rule->chains },
		{ "protocols=", &rule->protocols },
		{ "ports=", &rule->ports },
		{ "target4=", &rule->target4 },
		{ "target6=", &rule->target6 },
		{ "log_prefix=", &rule->log_prefix },
	};

	for (size_t i = 0; i < kb_array_size(fields); i++) {
		if (strncmp(word, fields[i].key, strlen(fields[i].key)) != 0)
			continue;
		*fields[i].field = word + strlen(fields[i].key);
		return true;
	}
	rule->new_only |= strcmp(word, "new_only=1") == 0;
	rule->inverted |= strcmp(word, "inverted=1") == 0;
	return rule->new_only || rule->inverted;
}

/* Add the rules that @a words describe, divided by ",". */
static int add_rules(struct kban_rules *rules, char **words, struct kban_error **err)
{
	while (*words != NULL) {
		struct kban_rule rule = { 0 };
		int status;

		for (; *words != NULL && strcmp(*words, ",") != 0; words++)
			if (!set_field(&rule, *words))
				return kb_fail(err, KBAN_E_INVAL, NULL, "what is '%s'?", *words);
		status = kban_rules_add(rules, &rule, err);
		if (status < 0)
			return status;
		words += *words != NULL;
	}
	return KBAN_OK;
}

static void read_all(FILE *in, struct kb_buffer *out)
{
	char block[4096];
	size_t len;

	while ((len = fread(block, 1, sizeof(block), in)) > 0)
		kb_buffer_append(out, block, len);
}

static int compare(const char *family, char **words)
{
	kban_auto(rules) rules = kban_rules_new(KBAN_RULES_IPTABLES);
	kban_auto(error) err = NULL;
	kb_auto_clear(buffer) listing = { 0 };
	struct kban_text script;

	if (rules == NULL || add_rules(rules, words, &err) < 0)
		return trouble(err);
	read_all(stdin, &listing);
	if (kban_rules_compare(rules, strcmp(family, "6") == 0 ? KBAN_IPV6 : KBAN_IPV4,
			       kb_buffer_content(&listing), &script) < 0)
		return trouble(NULL);
	fwrite(script.data, 1, script.len, stdout);
	free((char *)(uintptr_t)script.data);
	return EXIT_SUCCESS;
}

static int change_set(const char *verb, const char *name, const char *text)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(backend) backend = NULL;
	kban_auto(error) err = NULL;
	struct kban_addr addr;
	struct kb_set set = { .type = KB_SET_NET };
	int status;

	if (ctx == NULL || kban_backend_ipset_new(ctx, &backend, &err) < 0)
		return trouble(err);
	if (strlen(name) > KB_SET_NAME_MAX || kban_addr_parse(kb_text(text), &addr) < 0)
		return EXIT_FAILURE;
	memcpy(set.name, name, strlen(name) + 1);
	set.family = (enum kban_family)addr.family;
	status = backend->ops->open(backend, &set, &err);
	if (status == KBAN_OK && strcmp(verb, "ban") == 0)
		status = backend->ops->ban(backend, &set, &addr, 3600 * KBAN_SECOND, &err);
	else if (status == KBAN_OK)
		status = backend->ops->lift(backend, &set, &addr, &err);
	if (status == KBAN_OK)
		status = backend->ops->commit(backend, &err);
	return status < 0 ? trouble(err) : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	if (argc >= 3 && strcmp(argv[1], "compare") == 0)
		return compare(argv[2], argv + 3);
	if (argc == 4 && (strcmp(argv[1], "ban") == 0 || strcmp(argv[1], "lift") == 0))
		return change_set(argv[1], argv[2], argv[3]);
	fprintf(stderr, "rules-driver: see its source\n");
	return EXIT_FAILURE;
}
