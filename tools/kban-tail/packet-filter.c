/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "packet-filter.h"

#include <stdlib.h>

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
	bool closing; /* what is killed now is no failure */
	bool told_unplaced;
	bool complained; /* the last look failed, and that was logged */
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

void packet_filter_free(struct packet_filter *filter)
{
	free(filter);
}

static void look(struct packet_filter *filter);

static void over(struct packet_filter *filter)
{
	packet_filter_done_fn *done = filter->done;

	if (filter->failed == 0)
		filter->complained = false;
	filter->done = NULL;
	done(filter->failed, filter->data);
}

static void next_family(struct packet_filter *filter)
{
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

/* What failed, and why. What goes on failing is told once. */
static void complain(struct packet_filter *filter, const char *what, const char *why)
{
	filter->failed++;
	if (!filter->complained && !filter->closing)
		log_say(filter->log, KBAN_ERROR, "%s failed: %s; rules are not as they should be",
			what, why);
	filter->complained = true;
}

static void complain_of_program(struct packet_filter *filter, const char *command,
				const struct child_result *result)
{
	char *said = first_line(result->errors);

	complain(filter, command,
		 result->problem ? result->problem
		 : said && *said ? said
				 : "no reason given");
	free(said);
}

static void changed(const struct child_result *result, void *data)
{
	struct packet_filter *filter = data;

	filter->child = NULL;
	if (result->status != 0)
		complain_of_program(filter, kban_rules_change_command(families[filter->family])[0],
				    result);
	next_family(filter);
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

static void change(struct packet_filter *filter, struct kban_text script)
{
	filter->child =
		run(filter, kban_rules_change_command(families[filter->family]), script, changed);
	if (filter->child == NULL) {
		filter->failed++;
		next_family(filter);
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

static void listed(const struct child_result *result, void *data)
{
	struct packet_filter *filter = data;
	enum kban_family family = families[filter->family];
	struct kban_text script = { NULL, 0 };
	int changes = 0;

	filter->child = NULL;
	if (result->status != 0)
		complain_of_program(filter, kban_rules_list_command(family)[0], result);
	else {
		tell_unplaced(filter, family, result->output);
		changes = kban_rules_compare(filter->rules, family, result->output, &script);
	}
	if (changes > 0) {
		log_say(filter->log, KBAN_INFO, "%s: %d rules to change",
			kban_rules_change_command(family)[0], changes);
		change(filter, script);
	} else {
		filter->failed += changes < 0;
		next_family(filter);
	}
	free((char *)(uintptr_t)script.data);
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
		complain(filter, kban_backend_name(filter->backend), kban_error_text(error));
		filter->failed = FAMILY_COUNT;
	}
	over(filter);
}

void packet_filter_use(struct packet_filter *filter, const struct kban_rules *rules)
{
	filter->rules = rules;
	filter->told_unplaced = false;
}

bool packet_filter_check(struct packet_filter *filter, packet_filter_done_fn *done, void *data)
{
	if (packet_filter_is_busy(filter))
		return false;
	filter->family = 0;
	filter->failed = 0;
	filter->done = done;
	filter->data = data;
	if (kban_backend_makes_rules(filter->backend))
		put(filter);
	else
		look(filter);
	return true;
}
