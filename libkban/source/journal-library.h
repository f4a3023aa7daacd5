/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is called of libsystemd, which is loaded when the first journal is opened: who reads none,
 * and that is nearly every run of a tool, does not wait for it and all that it needs in turn
 * (docs/decisions/0013-what-a-program-loads.md).
 */
#ifndef KB_SOURCE_JOURNAL_LIBRARY_H
#define KB_SOURCE_JOURNAL_LIBRARY_H

#include <stdbool.h>
#include <systemd/sd-journal.h>

#define KB_JOURNAL_LIBRARY "libsystemd.so.0"

/* sd_journal_open() is called open here, and so on; types are those of its header. */
struct kb_journal_library {
	__typeof__(sd_journal_open) *open;
	__typeof__(sd_journal_open_directory) *open_directory;
	__typeof__(sd_journal_open_files) *open_files;
	__typeof__(sd_journal_open_namespace) *open_namespace;
	__typeof__(sd_journal_close) *close;
	__typeof__(sd_journal_get_fd) *get_fd;
	__typeof__(sd_journal_process) *process;
	__typeof__(sd_journal_set_data_threshold) *set_data_threshold;
	__typeof__(sd_journal_has_persistent_files) *has_persistent_files;
	__typeof__(sd_journal_has_runtime_files) *has_runtime_files;
	__typeof__(sd_journal_add_match) *add_match;
	__typeof__(sd_journal_add_disjunction) *add_disjunction;
	__typeof__(sd_journal_flush_matches) *flush_matches;
	__typeof__(sd_journal_seek_head) *seek_head;
	__typeof__(sd_journal_seek_realtime_usec) *seek_realtime_usec;
	__typeof__(sd_journal_seek_cursor) *seek_cursor;
	__typeof__(sd_journal_test_cursor) *test_cursor;
	__typeof__(sd_journal_next) *next;
	__typeof__(sd_journal_get_realtime_usec) *get_realtime_usec;
	__typeof__(sd_journal_get_monotonic_usec) *get_monotonic_usec;
	__typeof__(sd_journal_get_cursor) *get_cursor;
	__typeof__(sd_journal_restart_data) *restart_data;
	__typeof__(sd_journal_enumerate_available_data) *enumerate_available_data;
};

/* False: it is not installed, or lacks one of these. It stays loaded until the program ends. */
bool kb_journal_library_load(struct kb_journal_library *library);

#endif /* KB_SOURCE_JOURNAL_LIBRARY_H */
