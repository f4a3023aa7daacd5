/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From a line or a report to a decision. Nothing here touches kernel or disk: what follows is
 * noted as changes and dirty hosts, and pass.c brings it about.
 */
#include "jail/jail.h"

#include <stdio.h>
#include <sys/random.h>
#include <time.h>

#include <kban/counter.h>

#include "base/buffer.h"
#include "base/options.h"
#include "base/text.h"
#include "jail/actions.h"
#include "jail/questions.h"

#define ODD_TIME   (60 * KBAN_SECOND)
/* How long not to repeat a warning about a log. */
#define WARN_EVERY (24 * 3600 * KBAN_SECOND)

void kb_jail_tell(const struct kban_jail *jail, const struct kban_event *event)
{
	struct kban_event told = *event;

	told.jail = jail->options.name;
	if (jail->listener != NULL)
		jail->listener(&told, jail->listener_data);
	if (jail->actions != NULL)
		kb_actions_hear(jail->actions, &told);
}

int kb_jail_touch(struct kban_jail *jail, const struct kban_addr *addr)
{
	if (kb_array_room(&jail->dirty, &jail->dirty_capacity, jail->dirty_count,
			  sizeof(*jail->dirty)) < 0)
		return KBAN_E_NOMEM;
	jail->dirty[jail->dirty_count++] = *addr;
	return KBAN_OK;
}

const struct kb_set *kb_jail_set_of(const struct kban_jail *jail, const struct kban_addr *addr)
{
	return &jail->sets[addr->family == KBAN_IPV6];
}

/* The time as fail2ban logs it. */
static const char *print_time(kban_usec time, char buffer[32])
{
	time_t seconds = (time_t)(time / KBAN_SECOND);
	struct tm parts;

	if (localtime_r(&seconds, &parts) == NULL ||
	    strftime(buffer, 32, "%Y-%m-%d %H:%M:%S", &parts) == 0)
		strcpy(buffer, "-");
	return buffer;
}

/*
 * Lines of a source that was not seen before get a matcher of their own. Sources are few; the last
 * one is usually the one.
 */
static struct kb_jail_source *source_of(struct kban_jail *jail, const char *name)
{
	struct kb_jail_source *source;

	for (size_t i = 0; i < jail->source_count; i++) {
		size_t at = (jail->last_source + i) % jail->source_count;

		if (strcmp(jail->sources[at].name, name) == 0) {
			jail->last_source = at;
			return &jail->sources[at];
		}
	}
	if (kb_array_room(&jail->sources, &jail->source_capacity, jail->source_count,
			  sizeof(*jail->sources)) < 0)
		return NULL;
	source = &jail->sources[jail->source_count];
	*source = (struct kb_jail_source){
		.name = strdup(name),
		.warned_malformed = KBAN_TIME_NONE,
		.warned_limits = KBAN_TIME_NONE,
	};
	if (source->name == NULL ||
	    kban_matcher_new(jail->parts.filter, 0, &source->matcher) != KBAN_OK) {
		free(source->name);
		return NULL;
	}
	jail->last_source = jail->source_count++;
	return source;
}

static void warn_malformed(const struct kban_jail *jail, struct kb_jail_source *source,
			   kban_usec now)
{
	if (source->warned_malformed != KBAN_TIME_NONE &&
	    now - source->warned_malformed < WARN_EVERY)
		return;
	source->warned_malformed = now;
	kb_log(jail->ctx, KBAN_WARNING, KB_TOPIC_FILTER,
	       "[%s] A line of %s has bytes that mean nothing in its encoding; if the log is "
	       "written in another one, set logencoding",
	       jail->options.name, source->name);
}

static void warn_odd_time(struct kban_jail *jail, kban_usec off, kban_usec now)
{
	char span[KBAN_DURATION_TEXT_SIZE];

	jail->stats.odd_times++;
	if (jail->warned_odd_time != KBAN_TIME_NONE && now - jail->warned_odd_time < WARN_EVERY)
		return;
	jail->warned_odd_time = now;
	kb_log(jail->ctx, KBAN_WARNING, KB_TOPIC_FILTER,
	       "[%s] A line that was just written says it is of %s %s now; if its log is written "
	       "in another time zone, set logtimezone",
	       jail->options.name, kban_duration_print(off < 0 ? -off : off, span),
	       off < 0 ? "before" : "after");
}

/*
 * The time a failure counts at, or KBAN_TIME_NONE if it does not count. An old log is its own
 * clock; elsewhere no time is later than now.
 */
static kban_usec event_time(struct kban_jail *jail, const struct kban_line *line, kban_usec time,
			    kban_usec now)
{
	jail->is_replay = line->age == KBAN_LINE_REPLAY;
	if (jail->is_replay) {
		if (time == KBAN_TIME_NONE)
			return jail->clock;
		if (jail->clock == KBAN_TIME_NONE || time > jail->clock)
			jail->clock = time;
		return time;
	}
	jail->clock = now;
	if (time == KBAN_TIME_NONE)
		return line->age == KBAN_LINE_FRESH ? now : KBAN_TIME_NONE;
	if (line->age == KBAN_LINE_FRESH && (time > now + ODD_TIME || time < now - ODD_TIME))
		warn_odd_time(jail, time - now, now);
	if (time > now)
		return now;
	return time < now - jail->options.find_time ? KBAN_TIME_NONE : time;
}

static void log_found(struct kban_jail *jail, const char *host, kban_usec time)
{
	char when[32];

	kb_log(jail->ctx, KBAN_INFO, KB_TOPIC_FILTER, "[%s] Found %s - %s", jail->options.name,
	       host, print_time(time, when));
}

void kb_jail_describe(const struct kban_jail *jail, const struct kb_sighting *sighting,
		      struct kb_failure *failure)
{
	const struct kban_filter *filter = jail->parts.filter;

	*failure = (struct kb_failure){
		.time = sighting->time,
		.source = sighting->source,
		.line = sighting->line,
		.text = sighting->text,
		.fields = sighting->fields,
	};
	if (sighting->rule < 0 || filter == NULL ||
	    (size_t)sighting->rule >= kban_filter_rule_count(filter, KBAN_RULE_FAIL))
		return;
	failure->rule_text = kban_filter_rule_text(filter, KBAN_RULE_FAIL, (size_t)sighting->rule);
	failure->rule_file = kban_filter_rule_file(filter, KBAN_RULE_FAIL, (size_t)sighting->rule,
						   &failure->rule_line);
}

const char *kb_jail_pass_over(struct kban_jail *jail, const struct kban_addr *addr,
			      const struct kban_event *event)
{
	char host[KBAN_ADDR_TEXT_SIZE];
	const char *entry = kban_jail_protection(jail, addr);
	struct kban_event ignored = *event;

	if (entry == NULL && kban_addr_is_network(addr) && !jail->options.networks)
		entry = "sets of this jail hold no networks";
	if (entry == NULL)
		return NULL;
	kb_log(jail->ctx, KBAN_INFO, KB_TOPIC_FILTER, "[%s] Ignore %s by %s", jail->options.name,
	       kban_addr_print(addr, host), entry);
	ignored.kind = KBAN_EVENT_IGNORED;
	kb_jail_tell(jail, &ignored);
	return entry;
}

int kb_jail_note_failure(struct kban_jail *jail, const struct kban_addr *addr,
			 const struct kb_sighting *sighting, const char *shown,
			 const struct kban_event *event)
{
	struct kb_failure failure;

	kb_jail_describe(jail, sighting, &failure);
	failure.addr = *addr;
	if (jail->parts.store != NULL && kb_changes_failure(&jail->changes, &failure) < 0)
		return KBAN_E_NOMEM;
	jail->stats.total_failed++;
	log_found(jail, shown, sighting->time);
	kb_jail_tell(jail, event);
	return KBAN_OK;
}

/* As fail2ban says how much more a failure of a host counts that was banned before. */
static void log_bad(const struct kban_jail *jail, const char *host, kban_usec time,
		    unsigned earlier, unsigned counted)
{
	char when[32];
	unsigned needed = kb_policy_threshold(&jail->policy);

	kb_log(jail->ctx, KBAN_INFO, "observer", "[%s] Found %s, bad - %s, %u # -> %u.0%s",
	       jail->options.name, host, print_time(time, when), earlier, counted,
	       counted >= needed ? ", Ban" : "");
}

/*
 * How many failures ban @a unit, which has @a count, the last at @a time: fewer than maxretry after
 * earlier bans, if bans grow. Failures of before the last ban are part of what led to it.
 */
static unsigned needed_for(const struct kban_jail *jail, const struct kban_addr *unit,
			   kban_usec time, unsigned count)
{
	char host[KBAN_ADDR_TEXT_SIZE];
	unsigned threshold = kb_policy_threshold(&jail->policy);
	unsigned weight, earlier;
	kban_usec last;

	if (!jail->policy.increment || jail->parts.store == NULL || threshold == 1)
		return threshold;
	earlier = kb_jail_earlier_bans(jail, unit, false);
	weight = kb_policy_weight(&jail->policy, earlier);
	if (weight == 1 ||
	    kb_store_last_ban(jail->parts.store, jail->options.name, unit, &last, NULL) <= 0 ||
	    time <= last)
		return threshold;
	log_bad(jail, kban_addr_print(unit, host), time, earlier, count * weight);
	return kb_policy_needed(&jail->policy, earlier);
}

int kb_jail_count(struct kban_jail *jail, const struct kban_addr *addr,
		  const struct kb_sighting *sighting)
{
	const struct kban_text no_id = { NULL, 0 };
	const struct kban_event event = { .host = *addr,
					  .time = sighting->time,
					  .source = sighting->source,
					  .line = sighting->line };
	int verdict;

	/* Those of before are moved before there is one of the new time. */
	kb_jail_follow_clock(jail);
	if (kb_jail_pass_over(jail, addr, &event) != NULL)
		return 0;
	verdict = kb_jail_ask(jail, addr, no_id, sighting);
	if (verdict != KB_VERDICT_COUNT)
		return verdict < 0 ? verdict : 0;
	return kb_jail_count_allowed(jail, addr, sighting);
}

int kb_jail_count_allowed(struct kban_jail *jail, const struct kban_addr *addr,
			  const struct kb_sighting *sighting)
{
	char host[KBAN_ADDR_TEXT_SIZE];
	struct kban_event event = { .kind = KBAN_EVENT_FOUND,
				    .host = *addr,
				    .time = sighting->time,
				    .source = sighting->source,
				    .line = sighting->line };
	struct kban_addr unit;
	int count;

	kb_jail_unit(jail, addr, &unit);
	count = kban_counter_add(jail->counter, &unit, sighting->time);
	if (count < 0)
		return count;
	event.failures = (unsigned)count;
	if (kb_jail_note_failure(jail, &unit, sighting, kban_addr_print(addr, host), &event) < 0)
		return KBAN_E_NOMEM;
	if ((unsigned)count < needed_for(jail, &unit, sighting->time, (unsigned)count))
		return kb_jail_count_subnet(jail, addr, &event);
	kban_counter_forget(jail->counter, &unit);
	event.host = unit;
	count = kb_jail_start_ban(jail, &unit, sighting->time, &event, false);
	return count < 0 || kb_jail_count_subnet(jail, addr, &event) < 0 ? KBAN_E_NOMEM : count;
}

/* Log lines of the match, oldest first, one text. */
static struct kban_text evidence(const struct kban_matcher *matcher, const struct kban_line *line,
				 struct kb_buffer *buffer)
{
	struct kban_text part = kban_matcher_line(matcher, 0);

	if (part.data == NULL)
		return line->text;
	if (kban_matcher_line(matcher, 1).data == NULL)
		return part;
	for (size_t i = 0; (part = kban_matcher_line(matcher, i)).data != NULL; i++) {
		if (i > 0)
			kb_buffer_byte(buffer, '\n');
		kb_buffer_text(buffer, part);
	}
	return buffer->failed ? line->text : kb_buffer_content(buffer);
}

/* Named parts of the match, for whoever asks. */
static struct kban_text fields_of(const struct kban_jail *jail, const struct kban_matcher *matcher,
				  struct kb_buffer *buffer)
{
	const struct kban_field *field;

	for (size_t i = 0; jail->wants_fields; i++) {
		field = kban_matcher_field(matcher, i);
		if (field == NULL)
			break;
		if (field->value.data != NULL)
			kb_ticket_add_field(buffer, field->name, field->value);
	}
	return kb_buffer_content(buffer);
}

/* A failure as somebody: whose host it is must be known, or there is nothing to ban. */
static int take_id(struct kban_jail *jail, const struct kban_match *match,
		   const struct kb_sighting *sighting)
{
	struct kban_addr host;

	if (match->id.len == 0 || kban_addr_parse(match->host, &host) != KBAN_OK)
		return 0;
	return kb_jail_count_id(jail, match->id, &host, sighting);
}

static int take_failure(struct kban_jail *jail, const struct kban_line *line,
			const struct kban_matcher *matcher, const struct kban_match *match,
			kban_usec now)
{
	kb_auto_clear(buffer) buffer = { 0 };
	kb_auto_clear(buffer) fields = { 0 };
	struct kb_sighting sighting = {
		.time = event_time(jail, line, match->time, now),
		.rule = match->rule,
		.source = line->source,
		.line = line->number,
	};
	int banned = 0;

	if (sighting.time == KBAN_TIME_NONE)
		return 0;
	sighting.text = evidence(matcher, line, &buffer);
	sighting.fields = fields_of(jail, matcher, &fields);
	if (match->lookup_pending)
		return kb_jail_look_up(jail, match->host, &sighting, now);
	if (match->address_count == 0)
		return take_id(jail, match, &sighting);
	for (size_t i = 0; i < match->address_count; i++) {
		int status = kb_jail_count(jail, &match->addresses[i], &sighting);

		if (status < 0)
			return status;
		banned |= status;
	}
	return banned;
}

static int take(struct kban_jail *jail, struct kb_jail_source *source, const struct kban_line *line,
		const struct kban_match *match, kban_usec now)
{
	if (match->malformed)
		warn_malformed(jail, source, now);
	kb_jail_note_limits(jail, source, now);
	if (match->verdict != KBAN_FAILURE)
		return 0;
	return take_failure(jail, line, source->matcher, match, now);
}

int kban_jail_feed(struct kban_jail *jail, const struct kban_line *line, kban_usec now)
{
	struct kb_jail_source *source;
	struct kban_match match;
	int verdict;

	if (jail->parts.filter == NULL)
		return 0;
	source = source_of(jail, line->source ? line->source : "");
	if (source == NULL)
		return KBAN_E_NOMEM;
	verdict = kban_matcher_try_at(source->matcher, line->text,
				      line->time ? line->time : KBAN_TIME_NONE, now, &match);
	return verdict < 0 ? verdict : take(jail, source, line, &match, now);
}

struct kban_matcher *kb_jail_matcher(struct kban_jail *jail, const char *name)
{
	struct kb_jail_source *source = source_of(jail, name);

	return source != NULL ? source->matcher : NULL;
}

int kb_jail_take(struct kban_jail *jail, const struct kban_line *line, int verdict,
		 const struct kban_match *match, kban_usec now)
{
	struct kb_jail_source *source;

	if (verdict < 0)
		return verdict;
	source = source_of(jail, line->source);
	return source != NULL ? take(jail, source, line, match, now) : KBAN_E_NOMEM;
}

int kban_jail_report(struct kban_jail *jail, const struct kban_addr *host, kban_usec when,
		     struct kban_text reason)
{
	struct kb_sighting sighting = { .time = when, .rule = -1, .text = reason };

	if (jail->clock == KBAN_TIME_NONE || when > jail->clock)
		jail->clock = when;
	return kb_jail_count(jail, host, &sighting);
}

const char *kban_jail_protection(const struct kban_jail *jail, const struct kban_addr *host)
{
	if (kban_addr_is_unusable(host))
		return "no host";
	return jail->parts.allowed ? kban_allow_list_find(jail->parts.allowed, host) : NULL;
}

void kban_jail_set_listener(struct kban_jail *jail, kban_event_fn *listener, void *data)
{
	jail->listener = listener;
	jail->listener_data = data;
}

const char *kban_jail_name(const struct kban_jail *jail)
{
	return jail->options.name;
}

const char *kban_jail_set(const struct kban_jail *jail, enum kban_family family)
{
	return jail->sets[family == KBAN_IPV6].name;
}

const struct kban_jail_options *kban_jail_options(const struct kban_jail *jail)
{
	return &jail->options;
}

void kban_jail_free(struct kban_jail *jail)
{
	if (jail == NULL)
		return;
	for (size_t i = 0; i < jail->source_count; i++) {
		free(jail->sources[i].name);
		kban_matcher_free(jail->sources[i].matcher);
	}
	kban_filter_unref(jail->parts.filter);
	kban_counter_free(jail->counter);
	kb_jail_free_groups(jail);
	kb_bans_free(jail->bans);
	kb_changes_free(&jail->changes);
	kban_context_unref(jail->ctx);
	free(jail->sources);
	kb_jail_forget_lookups(jail);
	kb_questions_free(jail->questions);
	free(jail->dirty);
	free((void *)(uintptr_t)jail->options.ignore_command);
	free((void *)(uintptr_t)jail->options.ignore_key);
	free((void *)(uintptr_t)jail->options.name);
	free((void *)(uintptr_t)jail->options.set);
	free((void *)(uintptr_t)jail->options.table);
	free((void *)(uintptr_t)jail->options.multipliers);
	kb_formula_free(jail->formula);
	free(jail);
}

static int check_options(const struct kban_jail_options *options, struct kban_error **err)
{
	struct kban_text name = kb_text(options->name);

	if (name.len == 0 || name.len > 100 || strpbrk(options->name, " \t\r\n/") != NULL)
		return kb_fail(
			err, KBAN_E_INVAL, NULL,
			"'%s' is no name of a jail: use 1 to 100 bytes without blanks or '/'",
			options->name ? options->name : "");
	if (options->find_time <= 0)
		return kb_fail(err, KBAN_E_INVAL, NULL, "jail '%s': findtime must be more than 0",
			       options->name);
	return KBAN_OK;
}

void kb_jail_make_policy(struct kban_jail *jail)
{
	const struct kban_jail_options *options = &jail->options;

	jail->policy = (struct kb_policy){
		.max_retry = options->max_retry,
		.ban_time = options->ban_time,
		.increment = options->increment,
		.factor = options->factor,
		.multipliers = options->multipliers,
		.multiplier_count = options->multiplier_count,
		.max_time = options->max_ban_time,
		.random_time = options->random_time,
		.formula = jail->formula,
	};
}

/* A copy of @a text, which may be NULL. False without memory. */
static bool copy_text(const char **text)
{
	bool is_null = *text == NULL;

	*text = is_null ? NULL : strdup(*text);
	return is_null || *text != NULL;
}

static int read_formula(struct kban_jail *jail, struct kban_error **err)
{
	kban_auto(error) reason = NULL;
	int status;

	if (jail->options.formula == NULL)
		return KBAN_OK;
	status = kb_formula_new(kb_text(jail->options.formula), &jail->formula, &reason);
	jail->options.formula = NULL;
	if (status < 0)
		return kb_fail(err, status, NULL, "jail '%s': bantime.formula: %s",
			       jail->options.name, kban_error_text(reason));
	return KBAN_OK;
}

static int copy_options(struct kban_jail *jail, const struct kban_jail_options *options)
{
	unsigned *multipliers = NULL;
	bool has_set, has_table, has_command, has_key;

	jail->options = (struct kban_jail_options)KBAN_JAIL_OPTIONS_INIT;
	kb_options_complete(&jail->options, sizeof(jail->options), options);
	jail->options.name = strdup(options->name);
	has_set = copy_text(&jail->options.set);
	has_table = copy_text(&jail->options.table);
	has_command = copy_text(&jail->options.ignore_command);
	has_key = copy_text(&jail->options.ignore_key);
	jail->options.multipliers = NULL;
	if (options->multiplier_count > 0) {
		multipliers = reallocarray(NULL, options->multiplier_count, sizeof(*multipliers));
		if (multipliers == NULL)
			return KBAN_E_NOMEM;
		memcpy(multipliers, options->multipliers,
		       options->multiplier_count * sizeof(*multipliers));
		jail->options.multipliers = multipliers;
	}
	return jail->options.name != NULL && has_set && has_table && has_command && has_key
		       ? KBAN_OK
		       : KBAN_E_NOMEM;
}

/* The jail's sets are kban-JAIL and kban-JAIL6 unless an action of fail2ban names them. */
static void name_sets(struct kban_jail *jail)
{
	static const enum kban_family families[] = { KBAN_IPV4, KBAN_IPV6 };

	for (size_t i = 0; i < kb_array_size(families); i++) {
		struct kb_set *set = &jail->sets[i];

		set->family = families[i];
		set->type = jail->options.networks ? KB_SET_NET : KB_SET_IP;
		set->max_entries = jail->options.max_entries;
		if (jail->options.table != NULL)
			snprintf(set->table, sizeof(set->table), "%s", jail->options.table);
		kb_set_name(jail->options.set ? NULL : "kban",
			    jail->options.set ? jail->options.set : jail->options.name, families[i],
			    set->name);
	}
}

int kb_jail_make_counter(struct kban_jail *jail)
{
	struct kban_counter_options options = KBAN_COUNTER_OPTIONS_INIT;

	options.window = jail->options.find_time;
	options.max_failures = kb_policy_threshold(&jail->policy);
	options.max_hosts = jail->options.max_hosts;
	options.estimate = jail->options.estimate;
	return kban_counter_new(&options, &jail->counter);
}

static int fill(struct kban_jail *jail, const struct kban_jail_options *options,
		const struct kban_jail_parts *parts, struct kban_error **err)
{
	int status = copy_options(jail, options);

	if (status == KBAN_OK)
		status = read_formula(jail, err);
	if (status < 0)
		return status;
	kb_jail_make_policy(jail);
	kb_jail_settle_groups(&jail->options);
	jail->parts = *parts;
	jail->parts.filter = parts->filter ? kban_filter_ref(parts->filter) : NULL;
	jail->bans = kb_bans_new();
	if (jail->bans == NULL)
		return KBAN_E_NOMEM;
	name_sets(jail);
	if (kb_jail_make_groups(jail) < 0)
		return KBAN_E_NOMEM;
	return kb_jail_make_counter(jail);
}

int kb_jail_build(struct kban_context *ctx, const struct kban_jail_options *options,
		  const struct kban_jail_parts *parts, struct kban_jail **out,
		  struct kban_error **err)
{
	kban_auto(jail) jail = NULL;
	int status = check_options(options, err);

	if (status < 0)
		return status;
	jail = calloc(1, sizeof(*jail));
	if (jail == NULL)
		return kb_fail_memory(err);
	jail->ctx = kban_context_ref(ctx);
	jail->clock = KBAN_TIME_NONE;
	jail->warned_odd_time = KBAN_TIME_NONE;
	kb_jail_accepted(jail);
	if (getrandom(&jail->random, sizeof(jail->random), 0) != sizeof(jail->random))
		jail->random = (uintptr_t)jail;
	status = fill(jail, options, parts, err);
	if (status == KBAN_E_NOMEM)
		return kb_fail_memory(err);
	if (status == KBAN_E_INVAL)
		return kb_fail(err, status, NULL, "jail '%s': an option is out of its range",
			       options->name);
	if (status < 0)
		return status;
	*out = kb_steal(jail);
	return KBAN_OK;
}

int kban_jail_new(struct kban_context *ctx, const struct kban_jail_options *options,
		  const struct kban_jail_parts *parts, struct kban_jail **out,
		  struct kban_error **err)
{
	kban_auto(jail) jail = NULL;
	int status = kb_jail_build(ctx, options, parts, &jail, err);

	if (status == KBAN_OK)
		status = kb_jail_restore(jail, err);
	if (status < 0)
		return status;
	*out = kb_steal(jail);
	return KBAN_OK;
}
