/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answers that ignorecommand has given, by what it was asked. An answer is remembered for a while;
 * when there are too many, the oldest goes.
 */
#ifndef KB_JAIL_ANSWER_CACHE_H
#define KB_JAIL_ANSWER_CACHE_H

#include <stdbool.h>

#include <kban/base.h>

#include "base/memory.h"

struct kb_answer_cache;

/* NULL without memory. @a most answers, each for @a age; none are remembered if either is 0. */
struct kb_answer_cache *kb_answer_cache_new(size_t most, kban_usec age);
void kb_answer_cache_free(struct kb_answer_cache *cache);

/* 1: yes, 0: no, KBAN_E_NOTFOUND: it is not known, or not any more. */
int kb_answer_cache_find(struct kb_answer_cache *cache, struct kban_text key, kban_usec now);

/* Remember an answer. Without memory it is not remembered. */
void kb_answer_cache_add(struct kb_answer_cache *cache, struct kban_text key, bool answer,
			 kban_usec now);

size_t kb_answer_cache_count(const struct kb_answer_cache *cache);

KB_DEFINE_AUTO(answer_cache)

#endif /* KB_JAIL_ANSWER_CACHE_H */
