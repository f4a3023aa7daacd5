/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs a fuzz target over saved inputs, one after another, with any compiler: replay FILE|FOLDER…
 * Each input is in memory of exactly its size, so that a sanitizer sees a read beyond it.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#include "base/file.h"
#include "fuzz.h"

#define LONGEST_INPUT ((size_t)1 << 20)

static int replay_file(const char *path)
{
	kb_auto_clear(buffer) input = { 0 };
	kban_auto(error) err = NULL;
	kb_autofree uint8_t *exact = NULL;

	if (kb_file_read(path, LONGEST_INPUT, &input, &err) != KBAN_OK) {
		fprintf(stderr, "replay: %s\n", kban_error_text(err));
		return -1;
	}
	/* For whoever has to find the input that ended the program. */
	puts(path);
	fflush(stdout);
	/* The bytes alone, without what a buffer puts after them. */
	exact = malloc(input.len);
	if (exact == NULL && input.len > 0)
		return -1;
	if (input.len > 0)
		memcpy(exact, input.data, input.len);
	LLVMFuzzerTestOneInput(exact, input.len);
	return 1;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* How many inputs there were, or -1. */
static int replay_folder(const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, is_visible, alphasort);
	int failures = 0;
	int i;

	for (i = 0; i < count; i++) {
		kb_auto_clear(buffer) file = { 0 };

		kb_buffer_printf(&file, "%s/%s", path, entries[i]->d_name);
		failures += file.failed || replay_file(file.data) < 0;
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return failures > 0 ? -1 : count;
}

int main(int argc, char **argv)
{
	int replayed = 0;
	int i;

	for (i = 1; i < argc; i++) {
		int count = replay_folder(argv[i]);

		if (count < 0 && errno == ENOTDIR)
			count = replay_file(argv[i]);
		if (count < 0) {
			fprintf(stderr, "replay: cannot replay all of %s\n", argv[i]);
			return 1;
		}
		replayed += count;
	}
	printf("%d inputs\n", replayed);
	return replayed > 0 ? 0 : 1;
}
