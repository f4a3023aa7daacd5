/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why an address is banned, told to a person. Log text goes through print_text(). */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <kban/duration.h>

#include "command.h"

static void print_time(const json_t *seconds)
{
	time_t time = (time_t)json_number_value(seconds);
	char text[32];
	struct tm parts;

	if (localtime_r(&time, &parts) != NULL &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts) > 0)
		fputs(text, stdout);
}

static void print_span(const json_t *seconds)
{
	char text[KBAN_DURATION_TEXT_SIZE];

	fputs(kban_duration_print((kban_usec)(json_number_value(seconds) * (double)KBAN_SECOND),
				  text),
	      stdout);
}

static void print_rule(const json_t *rule)
{
	fputs("    by rule     ", stdout);
	print_text(string_of(rule, "text"));
	putchar('\n');
	if (*string_of(rule, "file") == '\0')
		return;
	fputs("    of          ", stdout);
	print_text(string_of(rule, "file"));
	if (number_of(rule, "line") > 0)
		printf(":%lld", number_of(rule, "line"));
	putchar('\n');
}

/* A failure may be of several lines, which come parted by line feeds. */
static void print_lines(const char *text)
{
	size_t len;

	for (; *text != '\0'; text += len + (text[len] == '\n')) {
		char line[2048];

		len = strcspn(text, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		fputs("      ", stdout);
		print_text(line);
		putchar('\n');
	}
}

static void print_source(const json_t *failure)
{
	const char *source = string_of(failure, "source");

	fputs("    ", stdout);
	print_time(json_object_get(failure, "time"));
	if (*source != '\0') {
		fputs("  ", stdout);
		print_text(source);
	}
	if (number_of(failure, "line") > 0)
		printf(":%lld", number_of(failure, "line"));
	putchar('\n');
}

/* Rules are told once for all lines in a row that they caught. */
static void print_failures(const json_t *failures)
{
	const json_t *last = NULL;
	size_t i;
	json_t *failure;

	json_array_foreach(failures, i, failure)
	{
		const json_t *rule = json_object_get(failure, "rule");

		if (rule != NULL && !json_equal(rule, last))
			print_rule(rule);
		last = rule;
		print_source(failure);
		print_lines(string_of(failure, "text"));
	}
}

static const char *times(long long number, char *buffer, size_t size)
{
	if (number == 1)
		return "once";
	if (number == 2)
		return "twice";
	snprintf(buffer, size, "%lld times", number);
	return buffer;
}

static void print_active(const json_t *ban)
{
	const json_t *until = json_object_get(ban, "until");
	long long earlier = number_of(ban, "number") - 1;
	char buffer[32];

	fputs("  since         ", stdout);
	print_time(json_object_get(ban, "since"));
	fputs("\n  until         ", stdout);
	if (until != NULL) {
		print_time(until);
		fputs("  (", stdout);
		print_span(json_object_get(ban, "remaining"));
		puts(" left)");
	} else {
		puts("it is lifted; it does not end by itself");
	}
	fputs("  set           ", stdout);
	print_text(string_of(ban, "set"));
	puts(json_is_true(json_object_get(ban, "applied")) ? ""
							   : "  (the kernel has not taken it yet)");
	if (earlier > 0)
		printf("  before        banned here %s\n", times(earlier, buffer, sizeof(buffer)));
	if (json_is_true(json_object_get(ban, "manual")))
		puts("  reason        by hand, or found in the kernel");
}

static void print_over(const json_t *ban)
{
	const char *end = string_of(ban, "end");

	fputs("  from          ", stdout);
	print_time(json_object_get(ban, "since"));
	fputs("\n  to            ", stdout);
	print_time(json_object_get(ban, "ended"));
	printf("  (%s)\n", strcmp(end, "unbanned") == 0 ? "lifted by hand" : end);
}

static void print_bans(const json_t *bans, const char *address)
{
	size_t i;
	json_t *ban;

	json_array_foreach(bans, i, ban)
	{
		bool active = json_object_get(ban, "ended") == NULL;

		print_text(address);
		fputs(active ? " is banned in jail " : " was banned in jail ", stdout);
		print_text(string_of(ban, "jail"));
		if (strcmp(string_of(ban, "address"), address) != 0)
			printf(", with all of %s", string_of(ban, "address"));
		putchar('\n');
		if (active)
			print_active(ban);
		else
			print_over(ban);
		print_failures(json_object_get(ban, "failures"));
	}
}

static void print_pending(const json_t *list, const char *address)
{
	size_t i;
	json_t *pending;

	json_array_foreach(list, i, pending)
	{
		print_text(address);
		printf(" has %lld of %lld failures within ", number_of(pending, "count"),
		       number_of(pending, "maxretry"));
		print_span(json_object_get(pending, "findtime"));
		fputs(" in jail ", stdout);
		print_text(string_of(pending, "jail"));
		putchar('\n');
		print_failures(json_object_get(pending, "failures"));
	}
}

static void print_protections(const json_t *list, const char *address)
{
	size_t i;
	json_t *protection;

	json_array_foreach(list, i, protection)
	{
		print_text(address);
		fputs(" is never banned in jail ", stdout);
		print_text(string_of(protection, "jail"));
		fputs(": ", stdout);
		print_text(string_of(protection, "entry"));
		putchar('\n');
	}
}

static void print_why(const json_t *reply)
{
	const char *address = string_of(reply, "address");
	const json_t *bans = json_object_get(reply, "bans");
	const json_t *pending = json_object_get(reply, "pending");
	const json_t *protections = json_object_get(reply, "protected");

	if (!json_is_true(json_object_get(reply, "banned"))) {
		print_text(address);
		puts(" is not banned");
	}
	print_bans(bans, address);
	print_pending(pending, address);
	print_protections(protections, address);
	if (json_array_size(bans) + json_array_size(pending) + json_array_size(protections) == 0)
		puts("No jail has counted a failure of it, and nothing protects it.");
}

int command_why(const struct options *options, char **words)
{
	json_t *reply;
	int status;

	if (count_words(words) != 1)
		return wrong("why needs one address");
	status = call(options, "Why", json_pack("{s:s}", "address", words[0]), &reply);
	if (reply == NULL)
		return status;
	print_why(reply);
	json_decref(reply);
	return status;
}
