/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "packet-filter.h"

#include <stdlib.h>

#include "child.h"

#define COMMAND_LIMIT_MS 30000

static const enum kban_family families[] = { KBAN_IPV4, KBAN_IPV6 };

#define FAMILY_COUNT (sizeof(families) / sizeof(families[0]))

struct packet_filter {
	uv_loop_t *loop;
	struct log *log;
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

struct packet_filter *packet_filter_new(uv_loop_t *loop, struct log *log)
{
	struct packet_filter *filter = calloc(1, sizeof(*filter));

	if (filter != NULL) {
		filter->loop = loop;
		filter->log = log;
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

static void complain(struct packet_filter *filter, const char *command,
		     const struct child_result *result)
{
	char *said = first_line(result->errors);

	filter->failed++;
	if (!filter->complained && !filter->closing)
		log_say(filter->log, KBAN_ERROR, "%s failed: %s; rules are not as they should be",
			command,
			result->problem ? result->problem
			: said && *said ? said
					: "no reason given");
	filter->complained = true;
	free(said);
}

static void changed(const struct child_result *result, void *data)
{
	struct packet_filter *filter = data;

	filter->child = NULL;
	if (result->status != 0)
		complain(filter, kban_rules_change_command(families[filter->family])[0], result);
	next_family(filter);
}

static void change(struct packet_filter *filter, struct kban_text script)
{
	filter->child =
		child_start(filter->loop, kban_rules_change_command(families[filter->family]),
			    script, COMMAND_LIMIT_MS, changed, filter);
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
		complain(filter, kban_rules_list_command(family)[0], result);
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

	filter->child = child_start(filter->loop, kban_rules_list_command(families[filter->family]),
				    nothing, COMMAND_LIMIT_MS, listed, filter);
	if (filter->child == NULL) {
		filter->failed++;
		next_family(filter);
	}
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
	look(filter);
	return true;
}
