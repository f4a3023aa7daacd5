/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jail/jail-parts.h"

#include "action/action-names.h"
#include "filter/filter.h"
#include "filter/rule-safety.h"

static struct kban_filter_options filter_options(const struct kb_jail_parts_request *request)
{
	struct kban_filter_options options = KBAN_FILTER_OPTIONS_INIT;

	options.config_dir = request->config_dir;
	options.usedns = request->usedns;
	options.time_zone = request->time_zone;
	options.encoding = request->encoding;
	return options;
}

static int take_problem(const struct kb_jail_parts_request *request,
			struct kb_problem_list *problems, struct kban_error **error)
{
	return kb_problem_list_take(problems, KB_PROBLEM_ERROR, request->jail, kb_steal(*error));
}

static bool was_told(const struct kb_problem_list *problems, size_t from,
		     const struct kban_error *error)
{
	for (size_t i = from; i < problems->count; i++)
		if (strcmp(kban_error_text(problems->items[i].error), kban_error_text(error)) == 0)
			return true;
	return false;
}

/*
 * The compiler stops at the first mistake. So that all are told, each failregex is compiled by
 * itself; a mistake in what they share is told with the first.
 */
static int tell_each_rule(const struct kb_jail_parts_request *request,
			  struct kb_problem_list *problems)
{
	struct kban_filter_options options = filter_options(request);
	const struct kb_rule_list *rules = &request->source->failregex;
	size_t before = problems->count;

	for (size_t i = 0; i < rules->count; i++) {
		struct kb_filter_source alone = *request->source;
		kban_auto(filter) filter = NULL;
		kban_auto(error) error = NULL;
		int status;

		alone.failregex = (struct kb_rule_list){ &rules->items[i], 1, 1 };
		status = kb_filter_compile(request->ctx, &alone, &options, &filter, &error);
		if (status == KBAN_E_NOMEM)
			return status;
		if (status < 0 && !was_told(problems, before, error) &&
		    take_problem(request, problems, &error) < 0)
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
	return status < 0 ? KBAN_OK : kb_rule_safety_check(parts->filter, request->jail, problems);
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
	struct kban_rules *rules = kban_rules_new(request->language);
	const struct kban_rule usual = { .jail = request->jail, .set4 = "kban", .set6 = "kban6" };
	kban_auto(error) error = NULL;
	int status;

	if (rules == NULL)
		return KBAN_E_NOMEM;
	status = kb_jail_parts_rules(parts, &usual, rules, &error);
	kban_rules_free(rules);
	if (status == KBAN_OK || status == KBAN_E_NOMEM)
		return status;
	return take_problem(request, problems, &error);
}

static int add_action(struct kb_jail_parts *parts, struct kb_action *action)
{
	struct kb_action **grown =
		reallocarray(parts->actions, parts->action_count + 1, sizeof(*parts->actions));

	if (grown == NULL) {
		kb_action_unref(action);
		return KBAN_E_NOMEM;
	}
	parts->actions = grown;
	parts->actions[parts->action_count++] = action;
	return KBAN_OK;
}

/* Other actions are scripts. A mistake in one of them costs the jail that one. */
static int make_action(const struct kb_jail_parts_request *request, size_t index,
		       struct kb_problem_list *problems, struct kb_jail_parts *parts)
{
	const struct kb_action_request wanted = {
		.config_dir = request->config_dir,
		.jail = request->jail,
		.name = request->action_names[index],
		.item = &request->actions[index],
		.options = request->options,
		.problems = problems,
	};
	kban_auto(error) error = NULL;
	struct kb_action *action = NULL;
	int status = kb_action_load(&wanted, &action, &error);

	if (status == KBAN_E_NOMEM)
		return status;
	/* That there is none was told when the jail was read. */
	if (status == KBAN_E_NOTFOUND && !kb_firewall_is_known(wanted.item->name))
		return KBAN_OK;
	if (status < 0)
		return kb_problem_list_take(problems, KB_PROBLEM_PART, request->jail,
					    kb_steal(error));
	return add_action(parts, action);
}

/* Who changed the commands of a firewall action wants these to be run, whatever they do. */
static int make_foreign(const struct kb_jail_parts_request *request, size_t index,
			const struct kban_error *reason, struct kb_problem_list *problems,
			struct kb_jail_parts *parts)
{
	int status = kb_problem_list_add(problems, KB_PROBLEM_WARNING, request->jail, NULL,
					 "%s; its commands are run", kban_error_text(reason));

	return status == KBAN_OK ? make_action(request, index, problems, parts) : status;
}

static int make_any_action(const struct kb_jail_parts_request *request, size_t index,
			   struct kb_problem_list *problems, struct kb_jail_parts *parts)
{
	const struct kb_named_options *item = &request->actions[index];
	struct kb_firewall *firewall = NULL;
	kban_auto(error) error = NULL;
	int status;

	if (!kb_firewall_is_known(item->name))
		return make_action(request, index, problems, parts);
	status = kb_firewall_load(request->config_dir, request->jail, item, &firewall, &error);
	if (status == KBAN_E_NOMEM)
		return status;
	if (status == KBAN_E_NOTFOUND)
		return make_foreign(request, index, error, problems, parts);
	if (status < 0)
		return take_problem(request, problems, &error);
	if (add_firewall(parts, firewall) < 0)
		return KBAN_E_NOMEM;
	return kb_action_names_check_file(request->config_dir, item, request->jail, problems);
}

int kb_jail_parts_make(const struct kb_jail_parts_request *request,
		       struct kb_problem_list *problems, struct kb_jail_parts *out)
{
	int status = make_filter(request, problems, out);

	for (size_t i = 0; status == KBAN_OK && i < request->action_count; i++)
		status = make_any_action(request, i, problems, out);
	return status == KBAN_OK ? check_rules(request, out, problems) : status;
}

void kb_jail_parts_clear(struct kb_jail_parts *parts)
{
	for (size_t i = 0; i < parts->firewall_count; i++)
		kb_firewall_free(parts->firewalls[i]);
	free(parts->firewalls);
	for (size_t i = 0; i < parts->action_count; i++)
		kb_action_unref(parts->actions[i]);
	free(parts->actions);
	kban_filter_unref(parts->filter);
	*parts = (struct kb_jail_parts){ 0 };
}

/* A chain that an action of nftables names is one of nft's, in the table that the jail has. */
static void take_place(const struct kb_firewall *firewall, const struct kban_rules *rules,
		       struct kban_rule *rule)
{
	if (kban_rules_language(rules) != KBAN_RULES_NFT || firewall->place.chain == NULL)
		return;
	rule->chains = firewall->place.chain;
	rule->base = firewall->place.base;
}

int kb_jail_parts_rules(const struct kb_jail_parts *parts, const struct kban_rule *usual,
			struct kban_rules *rules, struct kban_error **err)
{
	for (size_t i = 0; i < parts->firewall_count; i++) {
		const struct kb_firewall *firewall = parts->firewalls[i];
		struct kban_rule rule = *usual;
		kban_auto(error) reason = NULL;
		int status;

		rule.chains = firewall->chains;
		rule.protocols = firewall->protocols;
		rule.ports = firewall->ports;
		rule.target4 = firewall->target4;
		rule.target6 = firewall->target6;
		rule.log_prefix = firewall->log_prefix;
		rule.new_only = firewall->new_only;
		rule.inverted = firewall->inverted;
		take_place(firewall, rules, &rule);
		status = kban_rules_add(rules, &rule, &reason);
		if (status == KBAN_E_NOMEM)
			return kb_fail_memory(err);
		if (status < 0)
			return kb_fail(err, status, &firewall->where, "action %s: %s",
				       firewall->action, kban_error_text(reason));
	}
	return KBAN_OK;
}
