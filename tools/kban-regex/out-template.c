/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A template of --out. What is put in for a tag is never searched for tags again, so that no line
 * of a log can ask for more.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kban-regex/python-text.h"
#include "kban-regex/report-out.h"

/* The address it is about. False: it is about none. */
static bool address_of(const struct out_failure *failure, struct kban_addr *out)
{
	return kban_addr_parse(failure->host, out) == KBAN_OK;
}

static void print_id(const struct out_failure *failure, FILE *out)
{
	out_print_text(failure->id, out);
}

static void print_host(const struct out_failure *failure, FILE *out)
{
	out_print_text(failure->host, out);
}

static void print_time(const struct out_failure *failure, FILE *out)
{
	python_print_time(failure->match, out);
}

/* How often before: this is a single failure. */
static void print_zero(const struct out_failure *failure, FILE *out)
{
	(void)failure;
	putc('0', out);
}

static void print_family(const struct out_failure *failure, FILE *out)
{
	struct kban_addr address;

	if (!address_of(failure, &address))
		fputs("None", out);
	else
		fputs(address.family == KBAN_IPV4 ? "inet4" : "inet6", out);
}

/* As it is asked for in the DNS, without the zone. */
static void print_reversed(const struct out_failure *failure, FILE *out)
{
	struct kban_addr address;

	if (!address_of(failure, &address))
		return;
	if (address.family == KBAN_IPV4) {
		for (int i = 3; i >= 0; i--)
			fprintf(out, "%u.", address.bytes[i]);
		return;
	}
	for (int i = 15; i >= 0; i--)
		fprintf(out, "%x.%x.", address.bytes[i] & 15u, address.bytes[i] >> 4);
}

/* The name that the system's resolver has for the address. */
static void print_host_name(const struct out_failure *failure, FILE *out)
{
	struct sockaddr_storage storage = { 0 };
	struct sockaddr_in *ip4 = (struct sockaddr_in *)(void *)&storage;
	struct sockaddr_in6 *ip6 = (struct sockaddr_in6 *)(void *)&storage;
	socklen_t size = sizeof(*ip4);
	struct kban_addr address;
	char name[NI_MAXHOST];

	if (!address_of(failure, &address))
		return;
	if (address.family == KBAN_IPV4) {
		ip4->sin_family = AF_INET;
		memcpy(&ip4->sin_addr, address.bytes, sizeof(ip4->sin_addr));
	} else {
		size = sizeof(*ip6);
		ip6->sin6_family = AF_INET6;
		memcpy(&ip6->sin6_addr, address.bytes, sizeof(ip6->sin6_addr));
	}
	if (getnameinfo((struct sockaddr *)&storage, size, name, sizeof(name), NULL, 0,
			NI_NAMEREQD) == 0)
		out_print_text((struct kban_text){ name, strlen(name) }, out);
	else
		fputs("None", out);
}

static void print_matches(const struct out_failure *failure, FILE *out)
{
	out_print_lines(failure, "\n", out);
}

static void print_data(const struct out_failure *failure, FILE *out)
{
	out_print_data(failure, out);
}

static void print_users(const struct out_failure *failure, FILE *out)
{
	if (kban_matcher_user(failure->run->matcher, 0).data != NULL)
		python_print_users(failure->run->matcher, out);
}

static const struct {
	const char *name;
	void (*print)(const struct out_failure *failure, FILE *out);
} tags[] = {
	{ "ip", print_host },         { "fid", print_id },          { "time", print_time },
	{ "failures", print_zero },   { "bancount", print_zero },   { "restored", print_zero },
	{ "family", print_family },   { "ip-rev", print_reversed }, { "ip-host", print_host_name },
	{ "matches", print_matches }, { "F-*", print_data },        { "F-USERS", print_users },
};

/* Put in what a tag stands for. False: it is no tag. */
static bool print_tag(const char *name, const struct out_failure *failure, FILE *out)
{
	char lower[64];
	size_t len = strlen(name);

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		if (strcmp(name, tags[i].name) != 0)
			continue;
		tags[i].print(failure, out);
		return true;
	}
	if (strncmp(name, "F-", 2) != 0 || len - 2 >= sizeof(lower))
		return false;
	for (size_t i = 2; i <= len; i++) {
		char c = name[i];

		if (c >= 'a' && c <= 'z')
			return false;
		lower[i - 2] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
	}
	out_print_text(out_field(failure, lower), out);
	return true;
}

static bool is_tag_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("_.-*", c) != NULL);
}

/* The name of the tag at @a text, which is '<'. Its length with both brackets, or 0. */
static size_t read_tag(const char *text, char *name, size_t size)
{
	size_t len = 1;

	while (is_tag_character(text[len]) && len < size)
		len++;
	if (len == 1 || text[len] != '>')
		return 0;
	memcpy(name, text + 1, len - 1);
	name[len - 1] = '\0';
	return len + 1;
}

/* @param msg  What <msg> stands for. */
static void print_once(const char *template, const struct out_failure *failure,
		       struct kban_text msg)
{
	char name[64];

	while (*template != '\0') {
		size_t len = *template == '<' ? read_tag(template, name, sizeof(name)) : 0;

		if (len > 0 && strcmp(name, "msg") == 0)
			out_print_text(msg, stdout);
		else if (len == 0 || !print_tag(name, failure, stdout))
			fwrite(template, 1, len > 0 ? len : 1, stdout);
		template += len > 0 ? len : 1;
	}
	putchar('\n');
}

int out_print_template(const char *template, const struct out_failure *failure)
{
	struct kban_text line = failure->line;

	if (failure->match->verdict != KBAN_FAILURE || strstr(template, "<msg>") == NULL) {
		print_once(template, failure, line);
		return 0;
	}
	for (size_t i = 0;; i++) {
		line = kban_matcher_line(failure->run->matcher, i);
		if (line.data == NULL)
			return 0;
		print_once(template, failure, line);
	}
}
