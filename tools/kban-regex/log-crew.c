/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Blocks go round in a ring. Reading is for one thread at a time, for a block begins where the one
 * before it ended; looking for texts is for all at once. All that is shared is guarded by one lock,
 * which is taken some times for each block and held for no work.
 */
#include "kban-regex/log-crew.h"

#include <pthread.h>
#include <stdlib.h>

#include "kban-regex/log-scan.h"

/* For each thread: one that it has at hand, and one that waits to be judged. */
#define PIECES_EACH 2

/* A smaller file is read before a thread has begun. */
#define FILE_MIN   ((uint64_t)1024 * 1024)
#define PACKED_MIN ((uint64_t)64 * 1024)

struct entry {
	struct log_piece piece;
	int got;       /* what reading it returned */
	bool is_ready; /* to be judged */
};

struct log_crew {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct log_reader *reader;

	struct entry *entries;
	size_t count;
	uint64_t begun;  /* entries that reading was begun of; the last is at this - 1 */
	uint64_t judged; /* entries that are free again */
	bool is_reading;
	bool is_over; /* there is nothing to read, or nobody wants it */
	bool has_handed_out;

	pthread_t threads[LOG_CREW_MAX];
	unsigned thread_count;
};

bool log_crew_pays(const struct log_reader *reader)
{
	const struct log_bytes *bytes = &reader->bytes;
	uint64_t left = bytes->size > bytes->taken ? bytes->size - bytes->taken : 0;

	return left >= (bytes->unpacker != NULL ? PACKED_MIN : FILE_MIN);
}

static bool can_read(const struct log_crew *crew)
{
	return !crew->is_reading && !crew->is_over && crew->begun - crew->judged < crew->count;
}

static void look(struct log_piece *piece)
{
	piece->found = kban_lookahead_block(piece->ahead, piece->block.text);
	piece->is_plain = log_lines_are_plain(piece->block.text);
}

/* Read a block and look through it. The lock is held, before and after. */
static void work(struct log_crew *crew)
{
	struct entry *entry = &crew->entries[crew->begun % crew->count];

	entry->is_ready = false;
	crew->is_reading = true;
	crew->begun++;
	pthread_mutex_unlock(&crew->lock);
	entry->got = log_reader_take_block(crew->reader, &entry->piece.block);
	pthread_mutex_lock(&crew->lock);
	crew->is_reading = false;
	crew->is_over = crew->is_over || entry->got <= 0;
	pthread_cond_broadcast(&crew->changed);
	if (entry->got > 0) {
		pthread_mutex_unlock(&crew->lock);
		look(&entry->piece);
		pthread_mutex_lock(&crew->lock);
	}
	entry->is_ready = true;
	pthread_cond_broadcast(&crew->changed);
}

static void *run(void *data)
{
	struct log_crew *crew = data;

	pthread_mutex_lock(&crew->lock);
	while (!crew->is_over) {
		if (can_read(crew))
			work(crew);
		else
			pthread_cond_wait(&crew->changed, &crew->lock);
	}
	pthread_mutex_unlock(&crew->lock);
	return NULL;
}

static bool make_entries(struct log_crew *crew, const struct kban_scanner *scanner, unsigned jobs)
{
	crew->count = (size_t)jobs * PIECES_EACH;
	crew->entries = calloc(crew->count, sizeof(*crew->entries));
	for (size_t i = 0; crew->entries != NULL && i < crew->count; i++)
		if (kban_lookahead_new(scanner, &crew->entries[i].piece.ahead) != KBAN_OK)
			return false;
	return crew->entries != NULL;
}

struct log_crew *log_crew_new(struct log_reader *reader, const struct kban_scanner *scanner,
			      unsigned jobs)
{
	struct log_crew *crew = calloc(1, sizeof(*crew));

	if (crew == NULL)
		return NULL;
	crew->reader = reader;
	pthread_mutex_init(&crew->lock, NULL);
	pthread_cond_init(&crew->changed, NULL);
	if (!make_entries(crew, scanner, jobs)) {
		log_crew_free(crew);
		return NULL;
	}
	while (crew->thread_count + 1 < jobs &&
	       pthread_create(&crew->threads[crew->thread_count], NULL, run, crew) == 0)
		crew->thread_count++;
	return crew;
}

/* What was handed out is free again. */
static void give_back(struct log_crew *crew)
{
	if (!crew->has_handed_out)
		return;
	crew->has_handed_out = false;
	crew->judged++;
	pthread_cond_broadcast(&crew->changed);
}

int log_crew_next(struct log_crew *crew, struct log_piece **piece)
{
	struct entry *entry;

	pthread_mutex_lock(&crew->lock);
	give_back(crew);
	entry = &crew->entries[crew->judged % crew->count];
	while (crew->judged == crew->begun || !entry->is_ready) {
		if (can_read(crew))
			work(crew);
		else
			pthread_cond_wait(&crew->changed, &crew->lock);
	}
	crew->has_handed_out = true;
	pthread_mutex_unlock(&crew->lock);
	*piece = &entry->piece;
	return entry->got;
}

void log_crew_free(struct log_crew *crew)
{
	if (crew == NULL)
		return;
	pthread_mutex_lock(&crew->lock);
	crew->is_over = true;
	pthread_cond_broadcast(&crew->changed);
	pthread_mutex_unlock(&crew->lock);
	for (unsigned i = 0; i < crew->thread_count; i++)
		pthread_join(crew->threads[i], NULL);
	for (size_t i = 0; crew->entries != NULL && i < crew->count; i++) {
		kban_lookahead_free(crew->entries[i].piece.ahead);
		free(crew->entries[i].piece.block.memory);
	}
	free(crew->entries);
	pthread_cond_destroy(&crew->changed);
	pthread_mutex_destroy(&crew->lock);
	free(crew);
}
