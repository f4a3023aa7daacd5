/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/jail-parts.h"

#include "filter/filter.h"

static struct kban_filter_options filter_options(const struct kb_jail_parts_request *request)
{
	struct kban_filter_options options = KBAN_FILTER_OPTIONS_INIT;

	options.config_dir = request->config_dir;
	options.usedns = request->usedns;
	options.time_zone = request->time_zone;
	return options;
}

static int take_problem(const struct kb_jail_parts_request *request,
			struct kb_problem_list *problems, struct kban_error **error)
{
	return kb_problem_list_take(problems, KB_PROBLEM_ERROR, request->jail, kb_steal(*error));
}

/*
 * The compiler stops at the first mistake. So that all are told, each failregex is compiled by
 * itself; what they share was good, or is told with the first.
 */
static int tell_each_rule(const struct kb_jail_parts_request *request,
			  struct kb_problem_list *problems)
{
	struct kban_filter_options options = filter_options(request);
	const struct kb_rule_list *rules = &request->source->failregex;

	for (size_t i = 0; i < rules->count; i++) {
		struct kb_filter_source alone = *request->source;
		kban_auto(filter) filter = NULL;
		kban_auto(error) error = NULL;
		int status;

		alone.failregex = (struct kb_rule_list){ &rules->items[i], 1, 1 };
		status = kb_filter_compile(request->ctx, &alone, &options, &filter, &error);
		if (status == KBAN_E_NOMEM ||
		    (status < 0 && take_problem(request, problems, &error) < 0))
			return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

static int make_filter(const struct kb_jail_parts_request *request,
		       struct kb_problem_list *problems, struct kb_jail_parts *parts)
{
	struct kban_filter_options options = filter_options(request);
	size_t before = problems->count;
	kban_auto(error) error = NULL;
	int status;

	if (request->source == NULL)
		return KBAN_OK;
	status = kb_filter_compile(request->ctx, request->source, &options, &parts->filter, &error);
	if (status == KBAN_E_NOMEM)
		return status;
	if (status < 0 && tell_each_rule(request, problems) < 0)
		return KBAN_E_NOMEM;
	/* A mistake in something that no single rule shows. */
	if (status < 0 && problems->count == before)
		return take_problem(request, problems, &error);
	return KBAN_OK;
}

static int add_firewall(struct kb_jail_parts *parts, struct kb_firewall *firewall)
{
	struct kb_firewall **grown = reallocarray(parts->firewalls, parts->firewall_count + 1,
						  sizeof(*parts->firewalls));

	if (grown == NULL) {
		kb_firewall_free(firewall);
		return KBAN_E_NOMEM;
	}
	parts->firewalls = grown;
	parts->firewalls[parts->firewall_count++] = firewall;
	return KBAN_OK;
}

/* Ports, protocols and chains are checked by making the rules, for sets that are named later. */
static int check_rules(const struct kb_jail_parts_request *request,
		       const struct kb_jail_parts *parts, struct kb_problem_list *problems)
{
	struct kban_rules *rules = kban_rules_new();
	kban_auto(error) error = NULL;
	int status;

	if (rules == NULL)
		return KBAN_E_NOMEM;
	status = kb_jail_parts_rules(parts, request->jail, "kban", "kban6", rules, &error);
	kban_rules_free(rules);
	if (status == KBAN_OK || status == KBAN_E_NOMEM)
		return status;
	return kb_problem_list_add(problems, KB_PROBLEM_ERROR, request->jail, &request->where,
				   "action: %s", kban_error_text(error));
}

static int make_firewall(const struct kb_jail_parts_request *request,
			 const struct kb_named_options *action, struct kb_problem_list *problems,
			 struct kb_jail_parts *parts)
{
	struct kb_firewall *firewall = NULL;
	kban_auto(error) error = NULL;
	int status;

	if (!kb_firewall_is_known(action->name))
		return KBAN_OK; /* that it is not run was told when the action was read */
	status = kb_firewall_load(request->config_dir, request->jail, action, &firewall, &error);
	if (status == KBAN_E_NOMEM)
		return status;
	if (status < 0)
		return take_problem(request, problems, &error);
	return add_firewall(parts, firewall);
}

int kb_jail_parts_make(const struct kb_jail_parts_request *request,
		       struct kb_problem_list *problems, struct kb_jail_parts *out)
{
	int status = make_filter(request, problems, out);

	for (size_t i = 0; status == KBAN_OK && i < request->action_count; i++)
		status = make_firewall(request, &request->actions[i], problems, out);
	return status == KBAN_OK ? check_rules(request, out, problems) : status;
}

void kb_jail_parts_clear(struct kb_jail_parts *parts)
{
	for (size_t i = 0; i < parts->firewall_count; i++)
		kb_firewall_free(parts->firewalls[i]);
	free(parts->firewalls);
	kban_filter_unref(parts->filter);
	*parts = (struct kb_jail_parts){ 0 };
}

int kb_jail_parts_rules(const struct kb_jail_parts *parts, const char *jail, const char *set4,
			const char *set6, struct kban_rules *rules, struct kban_error **err)
{
	for (size_t i = 0; i < parts->firewall_count; i++) {
		const struct kb_firewall *firewall = parts->firewalls[i];
		struct kban_rule rule = {
			.jail = jail,
			.set4 = set4,
			.set6 = set6,
			.chains = firewall->chains,
			.protocols = firewall->protocols,
			.ports = firewall->ports,
			.target4 = firewall->target4,
			.target6 = firewall->target6,
			.log_prefix = firewall->log_prefix,
			.new_only = firewall->new_only,
			.inverted = firewall->inverted,
		};
		int status = kban_rules_add(rules, &rule, err);

		if (status < 0)
			return status;
	}
	return KBAN_OK;
}
