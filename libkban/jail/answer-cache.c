/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keys may come from a log, so they are hashed with a secret. All answers live equally long, so the
 * list in the order of their coming is also that of their going.
 */
#include "jail/answer-cache.h"

#include "base/hash.h"
#include "base/text.h"

#define BUCKETS 256

struct answer {
	struct answer *beside; /* in its bucket */
	struct answer *after;  /* in the order of coming */
	uint64_t hash;
	struct kban_text key;
	bool yes;
	kban_usec since;
};

struct kb_answer_cache {
	struct kb_hash_key secret;
	size_t most, count;
	kban_usec age;
	struct answer *first, *last;
	struct answer *buckets[BUCKETS];
};

struct kb_answer_cache *kb_answer_cache_new(size_t most, kban_usec age)
{
	struct kb_answer_cache *cache = calloc(1, sizeof(*cache));

	if (cache == NULL)
		return NULL;
	kb_hash_key_init(&cache->secret);
	cache->most = most;
	cache->age = age;
	return cache;
}

static void drop_first(struct kb_answer_cache *cache)
{
	struct answer *gone = cache->first;
	struct answer **place = &cache->buckets[gone->hash % BUCKETS];

	while (*place != gone)
		place = &(*place)->beside;
	*place = gone->beside;
	cache->first = gone->after;
	if (cache->first == NULL)
		cache->last = NULL;
	cache->count--;
	free((void *)(uintptr_t)gone->key.data);
	free(gone);
}

void kb_answer_cache_free(struct kb_answer_cache *cache)
{
	if (cache == NULL)
		return;
	while (cache->first != NULL)
		drop_first(cache);
	free(cache);
}

/* A clock that was set back makes an answer of the future, which is as good as none. */
static bool is_old(const struct kb_answer_cache *cache, const struct answer *answer, kban_usec now)
{
	return now < answer->since || now - answer->since >= cache->age;
}

static struct answer *find(const struct kb_answer_cache *cache, struct kban_text key, uint64_t hash)
{
	struct answer *answer = cache->buckets[hash % BUCKETS];

	while (answer != NULL && (answer->hash != hash || !kb_text_equal(answer->key, key)))
		answer = answer->beside;
	return answer;
}

int kb_answer_cache_find(struct kb_answer_cache *cache, struct kban_text key, kban_usec now)
{
	const struct answer *answer;

	while (cache->first != NULL && is_old(cache, cache->first, now))
		drop_first(cache);
	answer = find(cache, key, kb_hash(&cache->secret, key.data, key.len));
	return answer != NULL ? answer->yes : KBAN_E_NOTFOUND;
}

static struct answer *new_answer(struct kban_text key)
{
	struct answer *answer = calloc(1, sizeof(*answer));

	if (answer == NULL)
		return NULL;
	answer->key = (struct kban_text){ kb_text_copy(key), key.len };
	if (answer->key.data != NULL)
		return answer;
	free(answer);
	return NULL;
}

void kb_answer_cache_add(struct kb_answer_cache *cache, struct kban_text key, bool yes,
			 kban_usec now)
{
	uint64_t hash = kb_hash(&cache->secret, key.data, key.len);
	struct answer *answer;

	if (cache->most == 0 || cache->age <= 0 || find(cache, key, hash) != NULL)
		return;
	if (cache->count == cache->most)
		drop_first(cache);
	answer = new_answer(key);
	if (answer == NULL)
		return;
	answer->hash = hash;
	answer->yes = yes;
	answer->since = now;
	answer->beside = cache->buckets[hash % BUCKETS];
	cache->buckets[hash % BUCKETS] = answer;
	if (cache->last != NULL)
		cache->last->after = answer;
	else
		cache->first = answer;
	cache->last = answer;
	cache->count++;
}

size_t kb_answer_cache_count(const struct kb_answer_cache *cache)
{
	return cache->count;
}
