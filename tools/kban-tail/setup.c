/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "setup.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int setup_trouble(const struct kban_error *error)
{
	fprintf(stderr, "kban-tail: %s\n", kban_error_text(error));
	return EXIT_TROUBLE;
}

int setup_config(const struct arguments *arguments, struct kban_context *ctx,
		 struct kban_config **out)
{
	kban_auto(error) error = NULL;
	struct kban_config *config = NULL;

	if (kban_config_load(ctx, arguments->config_dir, &config, &error) < 0) {
		setup_trouble(error);
		return EXIT_BAD_CONFIG;
	}
	for (size_t i = 0; i < kban_config_problem_count(config); i++)
		fprintf(stderr, "kban-tail: %s%s\n",
			kban_config_problem_is_error(config, i) ? "" : "warning: ",
			kban_config_problem_text(config, i));
	*out = config;
	return EXIT_GOOD;
}

bool setup_has_errors(const struct kban_config *config)
{
	for (size_t i = 0; i < kban_config_problem_count(config); i++)
		if (kban_config_problem_is_error(config, i))
			return true;
	return false;
}

/* What was asked for, in this order: on the command line, for the logs' own time, in the files. */
static const char *wanted_target(const struct arguments *arguments,
				 const struct kban_config *config)
{
	const char *target = arguments->log_target ? arguments->log_target
			     : arguments->once     ? "STDERR"
						   : kban_config_log_target(config);

	return target != NULL ? target : "STDERR";
}

/* In the background nobody reads standard error. */
static int make_target(const struct arguments *arguments, const struct kban_config *config,
		       struct kban_log_target **out, struct kban_error **err)
{
	kban_auto(log_target) target = NULL;
	int status = kban_log_target_new(wanted_target(arguments, config), &target, err);
	const char *problem;

	if (status == KBAN_OK && !arguments->foreground && !arguments->once &&
	    kban_log_target_output(target) == KBAN_LOG_TO_STDERR) {
		kban_log_target_free(kban_steal(target));
		status = kban_log_target_new("SYSLOG", &target, err);
	}
	if (status < 0)
		return status;
	/* Those of the files were told with their place. */
	for (size_t i = 0; arguments->log_target != NULL; i++) {
		problem = kban_log_target_problem(target, i);
		if (problem == NULL)
			break;
		fprintf(stderr, "kban-tail: warning: --log-target: %s\n", problem);
	}
	*out = kban_steal(target);
	return KBAN_OK;
}

static const char *wanted_level(const struct arguments *arguments, const struct kban_config *config)
{
	const char *level = arguments->log_level;

	if (level == NULL)
		level = arguments->once ? "WARNING" : kban_config_log_level(config);
	return level ? level : "INFO";
}

const char *setup_syslog_socket(const struct kban_config *config)
{
	const char *path = kban_config_syslog_socket(config);

	return path != NULL && path[0] == '/' ? path : "/dev/log";
}

int setup_log(const struct arguments *arguments, const struct kban_config *config,
	      struct kban_context *ctx, struct log **out)
{
	struct kban_log_target *target = NULL;
	kban_auto(error) error = NULL;
	char problem[256];
	const char *text = wanted_level(arguments, config);
	int level = kban_log_level_parse(text);
	int status;

	if (level < 0) {
		fprintf(stderr,
			"kban-tail: log level '%s': use CRITICAL, ERROR, WARNING, NOTICE, INFO or "
			"DEBUG\n",
			text);
		return EXIT_USAGE;
	}
	if (make_target(arguments, config, &target, &error) < 0)
		return setup_trouble(error);
	status = log_open(target, setup_syslog_socket(config), level, out, problem);
	if (status == KBAN_E_NOMEM)
		return setup_trouble(NULL);
	if (problem[0] != '\0')
		fprintf(stderr, "kban-tail: %s%s\n", status < 0 ? "" : "warning: ", problem);
	if (status < 0)
		return EXIT_TROUBLE;
	kban_context_set_level(ctx, level);
	kban_context_set_log(ctx, log_line, *out);
	return EXIT_GOOD;
}

/* True if @a name is a program in one of the directories of PATH. */
static bool has_program(const char *name)
{
	const char *path = getenv("PATH");
	char file[PATH_MAX];

	while (path != NULL && *path != '\0') {
		size_t length = strcspn(path, ":");

		snprintf(file, sizeof(file), "%.*s/%s", (int)length, path, name);
		if (access(file, X_OK) == 0)
			return true;
		path += length + (path[length] == ':');
	}
	return false;
}

static bool has_iptables(void)
{
	static const enum kban_family families[] = { KBAN_IPV4, KBAN_IPV6 };

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (!has_program(kban_rules_list_command(families[i])[0]) ||
		    !has_program(kban_rules_change_command(families[i])[0]))
			return false;
	return true;
}

/* What this host has; if it has nothing, both reasons are told in one line. */
static int find_backend(struct kban_context *ctx, struct kban_backend **out)
{
	kban_auto(error) of_ipset = NULL;
	kban_auto(error) of_nft = NULL;
	bool may_ipset = has_iptables();

	if (may_ipset && kban_backend_ipset_new(ctx, out, &of_ipset) == KBAN_OK)
		return EXIT_GOOD;
	if (kban_backend_nft_new(ctx, out, &of_nft) == KBAN_OK)
		return EXIT_GOOD;
	fprintf(stderr, "kban-tail: %s; %s\n",
		may_ipset ? kban_error_text(of_ipset) : "there are no iptables and ip6tables",
		kban_error_text(of_nft));
	return EXIT_TROUBLE;
}

int setup_backend(const struct arguments *arguments, const struct kban_config *config,
		  struct kban_context *ctx, struct kban_backend **out)
{
	kban_auto(error) error = NULL;
	int status = KBAN_OK;

	if (arguments->dry_run)
		return kban_backend_memory_new(ctx, out) < 0 ? setup_trouble(NULL) : EXIT_GOOD;
	switch (kban_config_packet_filter(config)) {
	case KBAN_PACKET_FILTER_AUTO:
		return find_backend(ctx, out);
	case KBAN_PACKET_FILTER_IPSET:
		status = kban_backend_ipset_new(ctx, out, &error);
		break;
	case KBAN_PACKET_FILTER_NFT:
		status = kban_backend_nft_new(ctx, out, &error);
		break;
	}
	return status < 0 ? setup_trouble(error) : EXIT_GOOD;
}

int setup_store(const struct arguments *arguments, struct kban_context *ctx,
		struct kban_store **out)
{
	kban_auto(error) error = NULL;

	if (arguments->dry_run)
		return EXIT_GOOD;
	return kban_store_open(ctx, arguments->state_dir, out, &error) < 0 ? setup_trouble(error)
									   : EXIT_GOOD;
}
