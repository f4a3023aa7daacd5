/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/journal-library.h"

#include <dlfcn.h>
#include <string.h>

#include "base/memory.h"

#define CALL(name)                                                             \
	{                                                                      \
		"sd_journal_" #name, offsetof(struct kb_journal_library, name) \
	}

static const struct {
	const char *name;
	size_t place;
} calls[] = {
	CALL(open),
	CALL(open_directory),
	CALL(open_files),
	CALL(open_namespace),
	CALL(close),
	CALL(get_fd),
	CALL(process),
	CALL(set_data_threshold),
	CALL(has_persistent_files),
	CALL(has_runtime_files),
	CALL(add_match),
	CALL(add_disjunction),
	CALL(flush_matches),
	CALL(seek_head),
	CALL(seek_realtime_usec),
	CALL(seek_cursor),
	CALL(test_cursor),
	CALL(next),
	CALL(get_realtime_usec),
	CALL(get_monotonic_usec),
	CALL(get_cursor),
	CALL(restart_data),
	CALL(enumerate_available_data),
};

bool kb_journal_library_load(struct kb_journal_library *library)
{
	void *handle = dlopen(KB_JOURNAL_LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (handle == NULL)
		return false;
	for (size_t i = 0; i < kb_array_size(calls); i++) {
		void *call = dlsym(handle, calls[i].name);

		if (call == NULL)
			return false;
		memcpy((char *)library + calls[i].place, &call, sizeof(call));
	}
	return true;
}
