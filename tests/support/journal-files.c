/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "journal-files.h"

#include "kban-test.h"

#include <inttypes.h>
#include <unistd.h>

bool journal_files_possible(void)
{
	return JOURNAL_REMOTE[0] != '\0' && access(JOURNAL_REMOTE, X_OK) == 0;
}

/* The export format: a value with a line feed goes by its length. */
static void write_field(FILE *out, const char *field)
{
	const char *value = strchr(field, '=') + 1;
	uint64_t len = strlen(value);

	if (strchr(value, '\n') == NULL) {
		fprintf(out, "%s\n", field);
		return;
	}
	fprintf(out, "%.*s\n", (int)(value - field - 1), field);
	for (unsigned i = 0; i < 8; i++)
		fputc((int)(len >> (8 * i) & 0xff), out);
	fprintf(out, "%s\n", value);
}

void journal_write(const char *path, kban_usec time, const char *const *fields)
{
	char command[4200];
	FILE *out;

	snprintf(command, sizeof(command), "%s -o '%s' - 2>/dev/null", JOURNAL_REMOTE, path);
	out = popen(command, "w");
	assert_non_null(out);
	fprintf(out,
		"__REALTIME_TIMESTAMP=%" PRId64 "\n__MONOTONIC_TIMESTAMP=%" PRId64
		"\n_BOOT_ID=0123456789abcdef0123456789abcdef\n",
		time, time % 1000000000);
	for (; *fields != NULL; fields++)
		write_field(out, *fields);
	fputs("\n", out);
	assert_int_equal(pclose(out), 0);
}
