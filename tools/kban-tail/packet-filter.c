/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "packet-filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kban/cleanup.h>

#include "child.h"

#define COMMAND_LIMIT_MS 30000
/* A listing of rules may be long; an error message need not be. */
#define OUTPUT_MAX       (16 * 1024 * 1024)
#define ERRORS_MAX       (16 * 1024)

static const enum kban_family families[] = { KBAN_IPV4, KBAN_IPV6 };

#define FAMILY_COUNT (sizeof(families) / sizeof(families[0]))

struct packet_filter {
	uv_loop_t *loop;
	struct log *log;
	struct kban_backend *backend;
	struct child *child; /* the program that runs, or NULL */
	const struct kban_rules *rules;
	size_t family; /* index of the one being looked at */
	int failed;
	struct kban_text script;      /* what is changed, owned; NULL if nothing is */
	struct kban_text rest;        /* of it, if its rules are made one after another */
	struct kban_text rule;        /* of these the one being made */
	size_t refused[FAMILY_COUNT]; /* rules, in the look now or before */
	bool closing;                 /* what is killed now is no failure */
	bool told_unplaced;
	bool complained; /* something failed, and that was logged */
	bool is_quiet;   /* that was so in the look before, too */
	packet_filter_done_fn *done;
	void *data;
};

struct packet_filter *packet_filter_new(uv_loop_t *loop, struct log *log,
					struct kban_backend *backend)
{
	struct packet_filter *filter = calloc(1, sizeof(*filter));

	if (filter != NULL) {
		filter->loop = loop;
		filter->log = log;
		filter->backend = backend;
	}
	return filter;
}

bool packet_filter_is_busy(const struct packet_filter *filter)
{
	return filter->done != NULL;
}

void packet_filter_close(struct packet_filter *filter)
{
	if (filter == NULL)
		return;
	filter->closing = true;
	if (filter->child != NULL)
		child_kill(filter->child);
}

static void drop_script(struct packet_filter *filter)
{
	free((char *)(uintptr_t)filter->script.data);
	filter->script = (struct kban_text){ NULL, 0 };
}

void packet_filter_free(struct packet_filter *filter)
{
	if (filter != NULL)
		drop_script(filter);
	free(filter);
}

static void look(struct packet_filter *filter);

static void over(struct packet_filter *filter)
{
	packet_filter_done_fn *done = filter->done;

	filter->done = NULL;
	done(filter->failed, filter->data);
}

static void next_family(struct packet_filter *filter)
{
	drop_script(filter);
	if (++filter->family < FAMILY_COUNT && !filter->closing)
		look(filter);
	else
		over(filter);
}

/* The first line that a program wrote on standard error, fit to be logged. */
static char *first_line(struct kban_text text)
{
	size_t len = 0;

	while (len < text.len && text.data[len] != '\n')
		len++;
	return kban_text_printable((struct kban_text){ text.data, len });
}

/* What goes on failing is told once. */
static void complain(struct packet_filter *filter, const char *what, const char *why)
{
	if (!filter->is_quiet && !filter->closing)
		log_say(filter->log, KBAN_ERROR, "%s: %s; rules are not as they should be", what,
			why);
	filter->complained = true;
}

static void complain_of_child(struct packet_filter *filter, const char *what,
			      const struct child_result *result)
{
	char *said = first_line(result->errors);

	complain(filter, what,
		 result->problem ? result->problem
		 : said && *said ? said
				 : "no reason given");
	free(said);
}

static void complain_of_program(struct packet_filter *filter, const char *program,
				const struct child_result *result)
{
	char what[64];

	snprintf(what, sizeof(what), "%s failed", program);
	complain_of_child(filter, what, result);
	filter->failed++;
}

static const char *change_program(const struct packet_filter *filter)
{
	return kban_rules_change_command(families[filter->family])[0];
}

static struct child *run(struct packet_filter *filter, const char *const *argv,
			 struct kban_text input, child_done_fn *done)
{
	const struct child_request request = {
		.argv = argv,
		.input = input,
		.limit_ms = COMMAND_LIMIT_MS,
		.output_max = OUTPUT_MAX,
		.errors_max = ERRORS_MAX,
		.done = done,
		.data = filter,
	};

	return child_start(filter->loop, &request);
}

static void change(struct packet_filter *filter, struct kban_text script, child_done_fn *done)
{
	filter->child =
		run(filter, kban_rules_change_command(families[filter->family]), script, done);
	if (filter->child == NULL) {
		filter->failed++;
		next_family(filter);
	}
}

/*
 * Rules that are refused, say for the target that a jail's action names, cost themselves. The
 * family has failed only if no other is left.
 */
static void count_refused(struct packet_filter *filter)
{
	size_t wanted = filter->rules == NULL
				? 0
				: kban_rules_count(filter->rules, families[filter->family]);

	filter->failed += filter->refused[filter->family] >= wanted;
	next_family(filter);
}

static void make_next_rule(struct packet_filter *filter);

static void complain_of_rule(struct packet_filter *filter, const struct child_result *result)
{
	char *rule = kban_text_printable(filter->rule);
	char what[512];

	snprintf(what, sizeof(what), "%s refuses '%s'", change_program(filter),
		 rule != NULL ? rule : "a rule");
	filter->refused[filter->family]++;
	complain_of_child(filter, what, result);
	free(rule);
}

static void rule_made(const struct child_result *result, void *data)
{
	struct packet_filter *filter = data;

	filter->child = NULL;
	if (result->status != 0)
		complain_of_rule(filter, result);
	make_next_rule(filter);
}

/* Take the next line off what is left; false behind the last. */
static bool next_line(struct packet_filter *filter)
{
	const char *end = memchr(filter->rest.data, '\n', filter->rest.len);

	if (end == NULL)
		return false;
	filter->rule.data = filter->rest.data;
	filter->rule.len = (size_t)(end - filter->rest.data);
	filter->rest.data = end + 1;
	filter->rest.len -= filter->rule.len + 1;
	return true;
}

static void make_next_rule(struct packet_filter *filter)
{
	char *script = NULL;
	int len = -1;

	if (!next_line(filter) || filter->rest.len == 0 || filter->closing) {
		count_refused(filter);
		return;
	}
	len = asprintf(&script, "*filter\n%.*s\nCOMMIT\n", (int)filter->rule.len,
		       filter->rule.data);
	change(filter, (struct kban_text){ script, len < 0 ? 0 : (size_t)len }, rule_made);
	if (len >= 0)
		free(script);
}

/* One refused rule spoils the script for all, so each is then tried by itself, in their order. */
static void changed(const struct child_result *result, void *data)
{
	struct packet_filter *filter = data;

	filter->child = NULL;
	filter->refused[filter->family] = 0;
	if (result->status == 0) {
		next_family(filter);
	} else if (result->problem != NULL) {
		complain_of_program(filter, change_program(filter), result);
		next_family(filter);
	} else {
		filter->rest = filter->script;
		next_line(filter); /* the name of the table */
		make_next_rule(filter);
	}
}

/* A chain that is not there (yet), such as DOCKER-USER: its rules wait for it. */
static void tell_unplaced(struct packet_filter *filter, enum kban_family family,
			  struct kban_text listing)
{
	const char *jail, *chain;

	if (filter->rules == NULL || filter->told_unplaced)
		return;
	for (size_t i = 0; (jail = kban_rules_unplaced(filter->rules, family, listing, i, &chain));
	     i++) {
		filter->told_unplaced = true;
		log_say(filter->log, KBAN_WARNING,
			"[%s] Chain %s is not there for IPv%d; the jail's rules wait for it", jail,
			chain, (int)family);
	}
}

/* Bring about what is missing in @a listing. Those that were refused before are tried again. */
static void mend(struct packet_filter *filter, struct kban_text listing)
{
	enum kban_family family = families[filter->family];
	int changes = kban_rules_compare(filter->rules, family, listing, &filter->script);

	if (changes > 0) {
		if ((size_t)changes > filter->refused[filter->family])
			log_say(filter->log, KBAN_INFO, "%s: %d rules to change",
				change_program(filter), changes);
		change(filter, filter->script, changed);
		return;
	}
	filter->failed += changes < 0;
	next_family(filter);
}

static void listed(const struct child_result *result, void *data)
{
	struct packet_filter *filter = data;
	enum kban_family family = families[filter->family];

	filter->child = NULL;
	if (result->status != 0) {
		complain_of_program(filter, kban_rules_list_command(family)[0], result);
		next_family(filter);
		return;
	}
	tell_unplaced(filter, family, result->output);
	mend(filter, result->output);
}

static void look(struct packet_filter *filter)
{
	struct kban_text nothing = { NULL, 0 };

	filter->child =
		run(filter, kban_rules_list_command(families[filter->family]), nothing, listed);
	if (filter->child == NULL) {
		filter->failed++;
		next_family(filter);
	}
}

/* Without a program, and for both families at once. */
static void put(struct packet_filter *filter)
{
	kban_auto(error) error = NULL;
	int changes = kban_backend_put_rules(filter->backend, filter->rules, &error);

	if (changes > 0)
		log_say(filter->log, KBAN_INFO, "nft: %d rules changed", changes);
	if (changes < 0) {
		complain(filter, "nft failed", kban_error_text(error));
		filter->failed = FAMILY_COUNT;
	}
	over(filter);
}

void packet_filter_use(struct packet_filter *filter, const struct kban_rules *rules)
{
	filter->rules = rules;
	filter->told_unplaced = false;
	filter->complained = false;
}

bool packet_filter_check(struct packet_filter *filter, packet_filter_done_fn *done, void *data)
{
	if (packet_filter_is_busy(filter))
		return false;
	filter->family = 0;
	filter->failed = 0;
	filter->is_quiet = filter->complained;
	filter->complained = false;
	filter->done = done;
	filter->data = data;
	if (kban_backend_makes_rules(filter->backend))
		put(filter);
	else
		look(filter);
	return true;
}
