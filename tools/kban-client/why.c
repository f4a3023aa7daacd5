/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why an address is banned, or not, told to a person. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "print.h"

/* A line of what is known about a ban: "  since         …" */
static void print_label(const char *label)
{
	printf("  %-13s ", label);
}

static void print_rule(const json_t *rule)
{
	print_label("by rule");
	print_text(stdout, string_of(rule, "text"));
	putchar('\n');
	if (*string_of(rule, "file") == '\0')
		return;
	print_label("of");
	print_text(stdout, string_of(rule, "file"));
	if (number_of(rule, "line") > 0)
		printf(":%lld", number_of(rule, "line"));
	putchar('\n');
}

/* A failure may be of several lines, which come parted by line feeds. */
static void print_lines(const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		fputs("      ", stdout);
		print_bytes(stdout, (struct kban_text){ text, len });
		putchar('\n');
		text += len + (text[len] == '\n');
	}
}

static void print_failure(const json_t *failure)
{
	const char *source = string_of(failure, "source");

	fputs("    ", stdout);
	print_time(json_object_get(failure, "time"));
	if (*source != '\0') {
		fputs("  ", stdout);
		print_text(stdout, source);
	}
	if (number_of(failure, "line") > 0)
		printf(":%lld", number_of(failure, "line"));
	putchar('\n');
	print_lines(string_of(failure, "text"));
}

/* A rule is told once for all lines in a row that it caught. */
static void print_failures(const json_t *failures)
{
	const json_t *last = NULL;

	for (size_t i = 0; i < json_array_size(failures); i++) {
		const json_t *failure = json_array_get(failures, i);
		const json_t *rule = json_object_get(failure, "rule");

		if (json_is_object(rule) && !json_equal(rule, last))
			print_rule(rule);
		last = rule;
		print_failure(failure);
	}
}

static void print_earlier(long long earlier)
{
	print_label("before");
	if (earlier == 1)
		puts("banned here once");
	else if (earlier == 2)
		puts("banned here twice");
	else
		printf("banned here %lld times\n", earlier);
}

static void print_end(const json_t *ban)
{
	const json_t *until = json_object_get(ban, "until");

	print_label("until");
	if (!json_is_number(until)) {
		puts("it is lifted; it does not end by itself");
		return;
	}
	print_time(until);
	fputs("  (", stdout);
	print_span(json_object_get(ban, "remaining"));
	puts(" left)");
}

static void print_ban_in_force(const json_t *ban)
{
	print_label("since");
	print_time(json_object_get(ban, "since"));
	putchar('\n');
	print_end(ban);
	print_label("set");
	print_text(stdout, string_of(ban, "set"));
	puts(is_true(ban, "applied") ? "" : "  (the kernel has not taken it yet)");
	if (number_of(ban, "number") > 1)
		print_earlier(number_of(ban, "number") - 1);
	if (is_true(ban, "manual")) {
		print_label("reason");
		puts("by hand, or found in the kernel");
	}
}

static void print_ban_that_is_over(const json_t *ban)
{
	const char *end = string_of(ban, "end");

	print_label("from");
	print_time(json_object_get(ban, "since"));
	putchar('\n');
	print_label("to");
	print_time(json_object_get(ban, "ended"));
	fputs("  (", stdout);
	print_text(stdout, strcmp(end, "unbanned") == 0 ? "lifted by hand" : end);
	puts(")");
}

static void print_bans(const json_t *bans, const char *address)
{
	for (size_t i = 0; i < json_array_size(bans); i++) {
		const json_t *ban = json_array_get(bans, i);
		bool is_over = json_is_number(json_object_get(ban, "ended"));

		print_text(stdout, address);
		fputs(is_over ? " was banned in jail " : " is banned in jail ", stdout);
		print_text(stdout, string_of(ban, "jail"));
		if (strcmp(string_of(ban, "address"), address) != 0) {
			fputs(", with all of ", stdout);
			print_text(stdout, string_of(ban, "address"));
		}
		putchar('\n');
		if (is_over)
			print_ban_that_is_over(ban);
		else
			print_ban_in_force(ban);
		print_failures(json_object_get(ban, "failures"));
	}
}

static void print_pending(const json_t *list, const char *address)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *pending = json_array_get(list, i);

		print_text(stdout, address);
		printf(" has %lld of %lld failures within ", number_of(pending, "count"),
		       number_of(pending, "maxretry"));
		print_span(json_object_get(pending, "findtime"));
		fputs(" in jail ", stdout);
		print_text(stdout, string_of(pending, "jail"));
		putchar('\n');
		print_failures(json_object_get(pending, "failures"));
	}
}

static void print_protections(const json_t *list, const char *address)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *protection = json_array_get(list, i);

		print_text(stdout, address);
		fputs(" is never banned in jail ", stdout);
		print_text(stdout, string_of(protection, "jail"));
		fputs(": ", stdout);
		print_text(stdout, string_of(protection, "entry"));
		putchar('\n');
	}
}

static bool is_in_force(const json_t *bans)
{
	for (size_t i = 0; i < json_array_size(bans); i++) {
		if (!json_is_number(json_object_get(json_array_get(bans, i), "ended")))
			return true;
	}
	return false;
}

static void print_why(const json_t *reply)
{
	const char *address = string_of(reply, "address");
	const json_t *bans = json_object_get(reply, "bans");
	const json_t *pending = json_object_get(reply, "pending");
	const json_t *protections = json_object_get(reply, "protected");

	if (!is_in_force(bans)) {
		print_text(stdout, address);
		puts(" is not banned");
	}
	print_bans(bans, address);
	print_pending(pending, address);
	print_protections(protections, address);
	if (json_array_size(bans) + json_array_size(pending) + json_array_size(protections) == 0)
		puts("No jail has counted a failure of it, and nothing protects it.");
}

/* why IP */
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
