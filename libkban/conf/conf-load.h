/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Configuration as fail2ban's tools read it: NAME.conf, NAME.d/ *.conf, NAME.local, NAME.d/ *.local
 * and what they include, merged into one table of sections.
 */
#ifndef KB_CONF_CONF_LOAD_H
#define KB_CONF_CONF_LOAD_H

#include <kban/context.h>

#include "base/problem-list.h"
#include "conf/conf-value.h"

struct kb_conf;

/* How deep files may include files, and how many may be read for one name; more is a problem. */
#define KB_CONF_DEPTH_MAX 32
#define KB_CONF_FILES_MAX 1000

/*
 * Read @a name ("jail", "filter.d/sshd", or an absolute path without suffix) under @a root with
 * everything that belongs to it.
 *
 * @param problems  Receives what is wrong in the files, each with its section as subject (NULL for
 * a file, or a part of one, that is left out). Reading goes on behind a mistake.
 *
 * @return KBAN_OK also with problems; KBAN_E_NOTFOUND if no file is there; KBAN_E_NOMEM.
 */
int kb_conf_load(const char *root, const char *name, struct kb_problem_list *problems,
		 struct kb_conf **out, struct kban_error **err);

/* Only the file @a path with its sibling .local, and what they include. */
int kb_conf_load_file(const char *path, struct kb_problem_list *problems, struct kb_conf **out,
		      struct kban_error **err);

void kb_conf_free(struct kb_conf *conf);

/* Sections in the order of their first appearance, without DEFAULT, INCLUDES and KNOWN shadows. */
size_t kb_conf_section_count(const struct kb_conf *conf);
const char *kb_conf_section(const struct kb_conf *conf, size_t index);

/* The options that @a section itself has (not those of DEFAULT), as written, uninterpolated. */
const struct kb_options *kb_conf_section_options(const struct kb_conf *conf, const char *section);

/* As written: the section's own or DEFAULT's value, or NULL. */
const struct kb_value *kb_conf_raw(const struct kb_conf *conf, const char *section,
				   const char *option);

/* Files that were read, in order. */
size_t kb_conf_file_count(const struct kb_conf *conf);
const char *kb_conf_file(const struct kb_conf *conf, size_t index);

/*
 * The value of @a option in @a section with every %(name)s resolved.
 *
 * @param variables  What beats the section's own options in references; may be NULL.
 *
 * @return KBAN_OK; KBAN_E_NOTFOUND, with no error text, if there is no such option; KBAN_E_SYNTAX
 *         for a reference that cannot be resolved, with file, line, option and reference.
 */
int kb_conf_get(const struct kb_conf *conf, const char *section, const char *option,
		const struct kb_options *variables, struct kb_value *out, struct kban_error **err);

/*
 * The same for the value that the one in force replaced: by a later file, or, if only one file has
 * it, in DEFAULT.
 */
int kb_conf_get_known(const struct kb_conf *conf, const char *section, const char *option,
		      const struct kb_options *variables, struct kb_value *out,
		      struct kban_error **err);

KB_DEFINE_AUTO(conf)

#endif /* KB_CONF_CONF_LOAD_H */
