/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A filter file, arguments as in NAME[mode=ddos], and lines of a log, parted by lines "---". The
 * file is read and compiled or refused in one line that names it; what was compiled knows where
 * each rule stands, and judges every line, explained or not, alike.
 */
#include "fuzz.h"

#include <unistd.h>

#include <kban/explainer.h>

#include "base/buffer.h"
#include "base/text.h"

#define NOW    (1700000000 * KBAN_SECOND)
#define PARTED "\n---\n"

/* Lines beyond it say nothing new, and cost the most. */
#define LINES_MAX 20

static struct kban_text take_part(struct kban_text *rest)
{
	size_t at = kb_text_find(*rest, KB_TEXT(PARTED));
	struct kban_text part = kb_text_slice(*rest, 0, at);

	*rest = kb_text_slice(*rest, at < rest->len ? at + strlen(PARTED) : at, rest->len);
	return part;
}

static bool has(struct kban_text text, const char *part)
{
	return kb_text_find(text, kb_text(part)) < text.len;
}

/* Not kb_file_replace(), which waits for the disk. */
static void write_file(const char *path, struct kban_text content)
{
	FILE *out = fopen(path, "w");

	fuzz_check(out != NULL);
	fuzz_check(fwrite(content.data, 1, content.len, out) == content.len);
	fuzz_check(fclose(out) == 0);
}

static int load(struct kban_context *ctx, const char *directory, struct kban_text content,
		struct kban_text arguments, struct kban_filter **out)
{
	struct kban_filter_options options = KBAN_FILTER_OPTIONS_INIT;
	kb_auto_clear(buffer) path = { 0 };
	kb_auto_clear(buffer) filter = { 0 };
	kban_auto(error) err = NULL;
	int status;

	options.config_dir = directory;
	/* The usual formats have a target of their own; one is quick to make. */
	if (!has(content, "datepattern") && !has(arguments, "datepattern"))
		options.date_pattern = "^%Y-%m-%d %H:%M:%S";
	kb_buffer_printf(&path, "%s/f.conf", directory);
	kb_buffer_text(&filter, kb_buffer_content(&path));
	fuzz_check(kb_buffer_text(&filter, arguments) == KBAN_OK);
	write_file(path.data, content);
	status = kban_filter_load(ctx, filter.data, &options, out, &err);
	fuzz_check((status == KBAN_OK) == (err == NULL));
	fuzz_check(err == NULL || strpbrk(kban_error_text(err), "\n\x1b") == NULL);
	fuzz_check(unlink(path.data) == 0);
	return status;
}

static void check_rules(const struct kban_filter *filter, enum kban_rule_kind kind)
{
	size_t count = kban_filter_rule_count(filter, kind);

	fuzz_check(kind != KBAN_RULE_PREFIX || count <= 1);
	for (size_t i = 0; i < count; i++) {
		unsigned line = 0;

		fuzz_check(kban_filter_rule_file(filter, kind, i, &line) == NULL || line > 0);
		fuzz_check(kban_filter_rule_text(filter, kind, i)[0] != '\0');
		fuzz_check(kban_filter_rule_regex(filter, kind, i)[0] != '\0');
	}
}

static void check_match(const struct kban_filter *filter, const struct kban_match *match)
{
	int rules = (int)kban_filter_rule_count(filter, KBAN_RULE_FAIL);
	int ignore_rules = (int)kban_filter_rule_count(filter, KBAN_RULE_IGNORE);

	fuzz_check(match->rule >= -1 && match->rule < rules);
	fuzz_check(match->ignore_rule >= -1 && match->ignore_rule < ignore_rules);
	fuzz_check(match->verdict != KBAN_FAILURE || (match->rule >= 0 && match->id.data != NULL));
}

static void judge(struct kban_filter *filter, unsigned flags, struct kban_text log)
{
	kban_auto(matcher) plain = NULL;
	kban_auto(matcher) matcher = NULL;
	kban_auto(explainer) explainer = NULL;
	struct kban_text line;
	struct kban_match match, other;

	fuzz_check(kban_matcher_new(filter, flags, &plain) == KBAN_OK);
	fuzz_check(kban_matcher_new(filter, flags, &matcher) == KBAN_OK);
	fuzz_check(kban_explainer_new(matcher, &explainer) == KBAN_OK);
	for (int i = 0; i < LINES_MAX && kb_text_next_line(&log, &line); i++) {
		int verdict = kban_matcher_try(plain, line, NOW, &match);

		fuzz_check(verdict >= 0 && verdict == (int)match.verdict);
		check_match(filter, &match);
		fuzz_check(kban_explainer_try(explainer, line, NOW, &other) == verdict);
		fuzz_check(other.rule == match.rule && other.time == match.time);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kban_text log = fuzz_text(data, size);
	struct kban_text content = take_part(&log);
	struct kban_text arguments = take_part(&log);
	char directory[] = "/tmp/kban-fuzz-XXXXXX";
	kban_auto(context) ctx = kban_context_new();
	kban_auto(filter) filter = NULL;

	/* It must not read what else there is on this machine. */
	if (size == 0 || has(content, "[INCLUDES]"))
		return 0;
	fuzz_check(mkdtemp(directory) != NULL);
	if (load(ctx, directory, content, arguments, &filter) == KBAN_OK) {
		check_rules(filter, KBAN_RULE_PREFIX);
		check_rules(filter, KBAN_RULE_FAIL);
		check_rules(filter, KBAN_RULE_IGNORE);
		fuzz_check(kban_filter_max_lines(filter) > 0);
		judge(filter, 0, log);
		judge(filter, KBAN_MATCH_ALL_RULES, log);
	}
	fuzz_check(rmdir(directory) == 0);
	return 0;
}
