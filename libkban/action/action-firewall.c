/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "action/action-firewall.h"

#include <stdio.h>

#include "action/firewall-actions.h"
#include "action/firewall-commands.h"
#include "ban/rule-text.h"
#include "base/text.h"

/* How much of "f2b-NAME" is in front of a logged packet. */
#define LOG_STEM_MAX 23

/* Entries of a set at most; the kernel has no limit but memory. */
#define ENTRIES_MAX INT32_MAX

/* Reading one action. */
struct reading {
	const struct kb_firewall_action *action;
	struct kb_action_options options;
	struct kb_firewall *firewall;
	struct kban_error **err;
};

bool kb_firewall_is_known(const char *name)
{
	return kb_firewall_action_find(name) != NULL;
}

void kb_firewall_free(struct kb_firewall *firewall)
{
	if (firewall == NULL)
		return;
	free(firewall->action);
	free(firewall->set);
	free(firewall->chains);
	free(firewall->protocols);
	free(firewall->ports);
	free(firewall->target4);
	free(firewall->target6);
	free(firewall->log_prefix);
	kb_nft_place_clear(&firewall->place);
	free(firewall);
}

static int get(const struct reading *reading, const char *option, enum kban_family family,
	       struct kb_value *out)
{
	return kb_action_option(&reading->options, option, family, out, reading->err);
}

/* @a option is wrong, for the reason that a check of it gave. */
static int fail_option(const struct reading *reading, const char *option,
		       const struct kb_value *value, const struct kban_error *reason)
{
	if (reason == NULL)
		return kb_fail_memory(reading->err);
	return kb_fail(reading->err, kban_error_status(reason), kb_value_where(value), "%s: %s",
		       option, kban_error_text(reason));
}

static int fail_foreign(const struct reading *reading, const char *option,
			const struct kb_where *where)
{
	return kb_firewall_fail_foreign(reading->action->name, option, where, reading->err);
}

/* What the option type says. */
static int read_type(const struct reading *reading, enum kb_firewall_extent *out)
{
	kb_auto_clear(value) value = { 0 };
	int status = get(reading, "type", KBAN_IPV4, &value);
	const char *type = status == KBAN_OK ? value.text : reading->action->type;

	if (status < 0 && status != KBAN_E_NOTFOUND)
		return status;
	if (strcmp(type, "custom") == 0)
		return fail_foreign(reading, "type", kb_value_where(&value));
	*out = strcmp(type, "allports") == 0 ? KB_EXTENT_PROTOCOLS : KB_EXTENT_PORTS;
	if (*out == KB_EXTENT_PORTS && strcmp(type, "oneport") != 0 &&
	    strcmp(type, "multiport") != 0)
		return kb_fail(reading->err, KBAN_E_SYNTAX, kb_value_where(&value),
			       "type: '%s' is none of oneport, multiport and allports", type);
	return KBAN_OK;
}

/* What actiontype says: the match of a rule, written out. */
static int read_action_type(const struct reading *reading, enum kb_firewall_extent *out)
{
	kb_auto_clear(value) value = { 0 };
	int status = get(reading, "actiontype", KBAN_IPV4, &value);
	struct kban_text rest, word;
	size_t words = 0;

	if (status < 0)
		return status;
	rest = kb_text(value.text);
	while (kb_text_next_word(&rest, " ", &word))
		words++;
	*out = words == 2 ? KB_EXTENT_PROTOCOLS : KB_EXTENT_PORTS;
	if (!kb_text_starts_with(kb_text(value.text), "-p ") ||
	    (words > 2 && strstr(value.text, " -m multiport --dports ") == NULL))
		return fail_foreign(reading, "actiontype", kb_value_where(&value));
	return KBAN_OK;
}

static int read_extent(const struct reading *reading, enum kb_firewall_extent *out)
{
	*out = reading->action->extent;
	if (*out == KB_EXTENT_TYPE)
		return read_type(reading, out);
	if (*out == KB_EXTENT_ACTION)
		return read_action_type(reading, out);
	return KBAN_OK;
}

static int keep(const struct reading *reading, char **where, struct kban_text text)
{
	free(*where);
	*where = kb_text_copy(text);
	if (*where == NULL) {
		kb_fail_memory(reading->err);
		return KBAN_E_NOMEM;
	}
	return KBAN_OK;
}

/* Where an nftables chain is hooked in, as chains of iptables. */
static const char *chains_of_hook(const char *hook)
{
	static const struct {
		const char *hook, *chains;
	} hooks[] = {
		{ "input", "INPUT" },
		{ "forward", "FORWARD" },
		{ "output", "OUTPUT" },
		{ "prerouting", "INPUT,FORWARD" },
	};

	for (size_t i = 0; i < kb_array_size(hooks); i++)
		if (strcmp(hooks[i].hook, hook) == 0)
			return hooks[i].chains;
	return NULL;
}

static int read_hook(const struct reading *reading, const struct kb_value *value)
{
	const char *chains = chains_of_hook(value->text);

	if (chains == NULL)
		return kb_fail(reading->err, KBAN_E_SYNTAX, kb_value_where(value),
			       "chain_hook: '%s' is none of input, forward, output and prerouting",
			       value->text);
	return keep(reading, &reading->firewall->chains, kb_text(chains));
}

/* Chains of firewalld's direct rules stand for those they are called from. */
static int read_chains(const struct reading *reading)
{
	static const char direct[] = "_direct";
	const char *option = reading->action->chain;
	kb_auto_clear(value) value = { 0 };
	kb_auto_clear(buffer) chains = { 0 };
	kban_auto(error) reason = NULL;
	struct kban_text rest, word;
	int status;

	if (option == NULL)
		return keep(reading, &reading->firewall->chains, KB_TEXT("INPUT"));
	status = get(reading, option, KBAN_IPV4, &value);
	if (status < 0)
		return status;
	if (strcmp(option, "chain_hook") == 0)
		return read_hook(reading, &value);
	rest = kb_text(value.text);
	while (status == KBAN_OK && kb_text_next_word(&rest, KB_RULE_SEPARATORS, &word)) {
		if (kb_text_ends_with(word, direct))
			word = kb_text_slice(word, 0, word.len - strlen(direct));
		status = kb_chain_check(word, &reason);
		kb_buffer_string(&chains, chains.len > 0 ? "," : "");
		kb_buffer_text(&chains, word);
	}
	if (status == KBAN_OK && chains.len == 0 && !chains.failed)
		status = kb_fail(&reason, KBAN_E_SYNTAX, NULL, "there is none");
	if (status < 0)
		return fail_option(reading, option, &value, reason);
	return chains.failed
		       ? kb_fail_memory(reading->err)
		       : keep(reading, &reading->firewall->chains, kb_buffer_content(&chains));
}

static int read_protocols(const struct reading *reading, enum kb_firewall_extent extent)
{
	kb_auto_clear(value) value = { 0 };
	kban_auto(error) reason = NULL;
	struct kban_text rest, word;
	struct kb_protocol protocol;
	int status;

	if (extent == KB_EXTENT_ALL)
		return keep(reading, &reading->firewall->protocols, KB_TEXT("all"));
	status = get(reading, "protocol", KBAN_IPV4, &value);
	if (status < 0)
		return status;
	rest = kb_text(value.text);
	if (kb_text_trim(rest).len == 0)
		status = kb_fail(&reason, KBAN_E_SYNTAX, NULL, "there is none");
	while (status == KBAN_OK && kb_text_next_word(&rest, KB_RULE_SEPARATORS, &word))
		status = kb_protocol_parse(word, &protocol, &reason);
	if (status < 0)
		return fail_option(reading, "protocol", &value, reason);
	return keep(reading, &reading->firewall->protocols, kb_text(value.text));
}

static int read_ports(const struct reading *reading, enum kb_firewall_extent extent)
{
	kb_auto_clear(value) value = { 0 };
	kb_auto_clear(port_list) ports = { 0 };
	kban_auto(error) reason = NULL;
	int status;

	if (extent != KB_EXTENT_PORTS)
		return KBAN_OK;
	status = get(reading, "port", KBAN_IPV4, &value);
	if (status < 0)
		return status;
	status = kb_port_list_parse(kb_text(value.text), "tcp", &ports, &reason);
	if (status == KBAN_OK && kb_text_trim(kb_text(value.text)).len == 0)
		status = kb_fail(&reason, KBAN_E_SYNTAX, NULL, "there is none");
	if (status < 0)
		return fail_option(reading, "port", &value, reason);
	if (ports.count == 0)
		return KBAN_OK;
	return keep(reading, &reading->firewall->ports, kb_text(value.text));
}

/* What @a option says is to happen to packets of @a family. */
static int read_target(const struct reading *reading, const char *option, enum kban_family family,
		       char **out)
{
	kb_auto_clear(value) value = { 0 };
	kb_auto_clear(buffer) target = { 0 };
	kban_auto(error) reason = NULL;
	int status = get(reading, option, family, &value);

	if (status < 0)
		return status;
	status = kb_block_type_print(kb_text(value.text), reading->action->terms, family, &target,
				     &reason);
	if (status < 0) {
		fail_option(reading, option, &value, reason);
		return status;
	}
	return keep(reading, out, kb_buffer_content(&target));
}

/*
 * The action jumps to a chain that ends in returntype. RETURN for the banned and something else
 * there is a jail for those who are to be let in.
 */
static int read_return(const struct reading *reading)
{
	struct kb_firewall *firewall = reading->firewall;
	bool returns4 = strcmp(firewall->target4, "RETURN") == 0;
	bool returns6 = strcmp(firewall->target6, "RETURN") == 0;
	kb_autofree char *other4 = NULL, *other6 = NULL;
	int status = read_target(reading, "returntype", KBAN_IPV4, &other4);

	if (status == KBAN_OK)
		status = read_target(reading, "returntype", KBAN_IPV6, &other6);
	if (status != KBAN_OK)
		return status;
	if (strcmp(other4, "RETURN") == 0 && strcmp(other6, "RETURN") == 0)
		return KBAN_OK;
	if (!returns4 || !returns6)
		return fail_foreign(reading, "returntype", &reading->options.item->where);
	firewall->inverted = true;
	free(firewall->target4);
	free(firewall->target6);
	firewall->target4 = kb_steal(other4);
	firewall->target6 = kb_steal(other6);
	return KBAN_OK;
}

static int read_targets(const struct reading *reading)
{
	struct kb_firewall *firewall = reading->firewall;
	const char *option = reading->action->block;
	int status;

	if (option == NULL) {
		status = keep(reading, &firewall->target4, KB_TEXT("DROP"));
		return status < 0 ? status : keep(reading, &firewall->target6, KB_TEXT("DROP"));
	}
	status = read_target(reading, option, KBAN_IPV4, &firewall->target4);
	if (status == KBAN_OK)
		status = read_target(reading, option, KBAN_IPV6, &firewall->target6);
	if (status == KBAN_OK && reading->action->has_return)
		status = read_return(reading);
	return status;
}

static int read_networks(const struct reading *reading)
{
	/* The last two are of firewallcmd-ipset: who keeps the set. */
	static const char *const of_hosts[] = { "hash:ip", "ipset", "firewalld" };
	kb_auto_clear(value) value = { 0 };
	int status = get(reading, "ipsettype", KBAN_IPV4, &value);

	if (status < 0)
		return status == KBAN_E_NOTFOUND ? KBAN_OK : status;
	reading->firewall->networks = strcmp(value.text, "hash:net") == 0;
	for (size_t i = 0; i < kb_array_size(of_hosts); i++)
		if (reading->firewall->networks || strcmp(value.text, of_hosts[i]) == 0)
			return KBAN_OK;
	return kb_fail(reading->err, KBAN_E_SYNTAX, kb_value_where(&value),
		       "ipsettype: '%s' is neither hash:ip nor hash:net", value.text);
}

static int read_max_entries(const struct reading *reading)
{
	kb_auto_clear(value) value = { 0 };
	int status = get(reading, "maxelem", KBAN_IPV4, &value);
	long long number = 0;

	if (status < 0)
		return status == KBAN_E_NOTFOUND ? KBAN_OK : status;
	if (!kb_text_number(kb_text_trim(kb_text(value.text)), 1, ENTRIES_MAX, &number))
		return kb_fail(reading->err, KBAN_E_SYNTAX, kb_value_where(&value),
			       "maxelem: '%s' is no number from 1 to %d", value.text, ENTRIES_MAX);
	reading->firewall->max_entries = (unsigned)number;
	return KBAN_OK;
}

static int read_set(const struct reading *reading)
{
	const char *option = reading->action->set;
	kb_auto_clear(value) value = { 0 };
	int status;

	if (option == NULL)
		return KBAN_OK;
	status = get(reading, option, KBAN_IPV4, &value);
	if (status < 0)
		return status;
	if (*value.text == '\0')
		return kb_fail(reading->err, KBAN_E_SYNTAX, kb_value_where(&value),
			       "%s: there is none", option);
	status = keep(reading, &reading->firewall->set, kb_text(value.text));
	if (status == KBAN_OK)
		status = read_networks(reading);
	return status < 0 ? status : read_max_entries(reading);
}

static int read_log_prefix(const struct reading *reading)
{
	kb_auto_clear(value) name = { 0 };
	kb_auto_clear(buffer) prefix = { 0 };
	int status;

	if (reading->action->log_suffix == NULL)
		return KBAN_OK;
	status = get(reading, "name", KBAN_IPV4, &name);
	if (status < 0)
		return status;
	kb_buffer_printf(&prefix, "f2b-%.*s%s", LOG_STEM_MAX - 4, name.text,
			 reading->action->log_suffix);
	for (size_t i = 0; i < prefix.len; i++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-: ",
			   prefix.data[i]) == NULL)
			prefix.data[i] = '_';
	reading->firewall->log_prefix = kb_buffer_take(&prefix);
	return reading->firewall->log_prefix != NULL ? KBAN_OK : kb_fail_memory(reading->err);
}

static int read_all(const struct reading *reading)
{
	enum kb_firewall_extent extent;
	int status = kb_firewall_check_commands(&reading->options, reading->err);

	if (status == KBAN_OK)
		status = keep(reading, &reading->firewall->action, kb_text(reading->action->name));
	reading->firewall->new_only = reading->action->new_only;
	if (status == KBAN_OK)
		status = read_extent(reading, &extent);
	if (status == KBAN_OK)
		status = read_chains(reading);
	if (status == KBAN_OK && reading->action->terms == KB_BLOCK_NFTABLES)
		status = kb_nft_place_read(&reading->options, &reading->firewall->place,
					   reading->err);
	if (status == KBAN_OK)
		status = read_protocols(reading, extent);
	if (status == KBAN_OK)
		status = read_ports(reading, extent);
	if (status == KBAN_OK)
		status = read_targets(reading);
	if (status == KBAN_OK)
		status = read_set(reading);
	return status < 0 ? status : read_log_prefix(reading);
}

/* The file of an action, or NULL if there is none. */
static int load_file(const char *config_dir, const char *name, struct kb_conf **out,
		     struct kban_error **err)
{
	kb_auto_clear(problem_list) problems = { 0 };
	kban_auto(error) reason = NULL;
	kb_auto(conf) conf = NULL;
	char path[64];
	int status;

	snprintf(path, sizeof(path), "action.d/%s", name);
	status = kb_conf_load(config_dir, path, &problems, &conf, &reason);
	if (status == KBAN_E_NOTFOUND)
		return KBAN_OK;
	if (status == KBAN_E_NOMEM)
		return kb_fail_memory(err);
	if (status < 0)
		return kb_fail(err, status, NULL, "%s", kban_error_text(reason));
	for (size_t i = 0; i < problems.count; i++)
		if (problems.items[i].severity == KB_PROBLEM_ERROR)
			return kb_fail(err, KBAN_E_SYNTAX, NULL, "%s",
				       kban_error_text(problems.items[i].error));
	*out = kb_steal(conf);
	return KBAN_OK;
}

int kb_firewall_load(const char *config_dir, const char *jail, const struct kb_named_options *item,
		     struct kb_firewall **out, struct kban_error **err)
{
	kb_auto(conf) conf = NULL;
	kb_auto(firewall) firewall = NULL;
	struct reading reading = { .options = { .item = item, .jail = jail }, .err = err };
	int status;

	reading.action = kb_firewall_action_find(item->name);
	if (reading.action == NULL)
		return kb_fail(err, KBAN_E_NOTFOUND, &item->where,
			       "action '%s' is no firewall action", item->name);
	firewall = calloc(1, sizeof(*firewall));
	if (firewall == NULL)
		return kb_fail_memory(err);
	status = load_file(config_dir, reading.action->name, &conf, err);
	if (status < 0)
		return status;
	reading.options.conf = conf;
	reading.options.defaults = reading.action->defaults;
	reading.firewall = firewall;
	firewall->where = item->where;
	status = read_all(&reading);
	if (status == KBAN_OK)
		*out = kb_steal(firewall);
	return status;
}
