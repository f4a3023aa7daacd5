/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A path, or a glob pattern and the paths that it names, now and later. */
#ifndef KB_SOURCE_FOLLOW_PATTERN_H
#define KB_SOURCE_FOLLOW_PATTERN_H

#include "source/follow-set.h"

struct kb_follow_pattern {
	char *text;
	bool has_wildcards;
	enum kban_follow_from from;
	struct kb_reader_list readers;
	kb_trouble trouble; /* of a path that has no file yet */
};

/* NULL: no memory. */
struct kb_follow_pattern *kb_follow_pattern_new(const char *text, enum kban_follow_from from);
void kb_follow_pattern_free(struct kb_follow_pattern *pattern);

/* True if @a path is one that the pattern names. */
bool kb_follow_pattern_names(const struct kb_follow_pattern *pattern, const char *path);

/* Where a path comes from that is found. */
enum kb_appearance {
	KB_WAS_THERE, /* when following began */
	KB_APPEARED,  /* later: it is read whole */
};

/* Add the paths that are there to @a set, and the readers to them. KBAN_OK or KBAN_E_NOMEM. */
int kb_follow_pattern_expand(struct kb_follow_pattern *pattern, struct kb_follow_set *set,
			     enum kb_appearance appearance);

/* Watch the directories in which files of the pattern come and go, as far as they exist. */
void kb_follow_pattern_watch(const struct kb_follow_pattern *pattern, struct kb_notify *notify);

#endif /* KB_SOURCE_FOLLOW_PATTERN_H */
