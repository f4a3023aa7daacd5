/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whatever the state file holds, a store opens and takes what is put into it. */
#include "fuzz.h"

#include <dirent.h>
#include <unistd.h>

#include "base/file.h"
#include "store/store.h"

static int skip_ban(const struct kb_ban_record *record, void *data)
{
	(void)data;
	return record->jail == NULL;
}

static int skip_failure(const char *jail, const struct kb_failure *failure, void *data)
{
	(void)data;
	return jail == NULL || failure->source == NULL;
}

static int use(struct kban_store *store)
{
	struct kb_ban_record record = { .jail = "sshd", .until = KBAN_FOREVER };

	record.addr.family = KBAN_IPV4;
	record.addr.prefix = 32;
	(void)kb_store_each_ban(store, NULL, skip_ban, NULL, NULL);
	(void)kb_store_each_failure(store, "sshd", 0, skip_failure, NULL, NULL);
	if (kb_store_begin(store, NULL) != KBAN_OK)
		return -1;
	(void)kb_store_add_ban(store, &record, 3, NULL);
	(void)kb_store_end_ban(store, "sshd", &record.addr, KB_END_EXPIRED, 7, NULL);
	return kb_store_commit(store, NULL);
}

/* Only files are made in a state directory; what was set aside has a name of its own. */
static void remove_directory(const char *path)
{
	DIR *entries = opendir(path);
	const struct dirent *entry;

	while (entries != NULL && (entry = readdir(entries)) != NULL)
		unlinkat(dirfd(entries), entry->d_name, 0);
	closedir(entries);
	fuzz_check(rmdir(path) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(store) store = NULL;
	char directory[] = "/tmp/kban-fuzz-XXXXXX";
	char path[64];

	fuzz_check(mkdtemp(directory) != NULL);
	snprintf(path, sizeof(path), "%s/state.sqlite", directory);
	fuzz_check(kb_file_replace(path, fuzz_text(data, size), 0600, NULL) == KBAN_OK);
	fuzz_check(kban_store_open(ctx, directory, &store, NULL) == KBAN_OK);
	/* Damage that is found on the way costs one transaction. */
	fuzz_check(use(store) == KBAN_OK || use(store) == KBAN_OK);
	remove_directory(directory);
	return 0;
}
