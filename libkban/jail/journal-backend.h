/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The journal as a backend of jails: systemd[journalpath=…, journalfiles=…, journalflags=…, …]. */
#ifndef KB_JAIL_JOURNAL_BACKEND_H
#define KB_JAIL_JOURNAL_BACKEND_H

#include <kban/journal.h>

#include "base/string-list.h"
#include "conf/option-list.h"

struct kb_journal_backend {
	struct kb_named_options written;
	struct kb_string_list files;
	struct kban_journal_options options; /* texts are those of the other two */
};

/*
 * Read the value of backend, or the name of a log for kban-regex. KBAN_OK; KBAN_E_SYNTAX with the
 * place; KBAN_E_NOMEM.
 */
int kb_journal_backend_parse(const struct kb_value *value, struct kb_journal_backend *out,
			     struct kban_error **err);

void kb_journal_backend_clear(struct kb_journal_backend *backend);

KB_DEFINE_AUTO_CLEAR(journal_backend)

#endif /* KB_JAIL_JOURNAL_BACKEND_H */
