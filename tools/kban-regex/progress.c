/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define FIRST_AFTER   1.0  /* seconds */
#define THEN_EVERY    0.25 /* seconds */
/* The clock is asked at every so many calls. */
#define CALLS_BETWEEN 16
/* The narrowest terminal; a line that wraps cannot be wiped out. */
#define WIDTH         80

static double seconds_since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

void progress_start(struct progress *progress, uint64_t total, bool wanted)
{
	*progress = (struct progress){
		.wanted = wanted && isatty(STDERR_FILENO) != 0,
		.next_due = FIRST_AFTER,
		.total = total,
	};
	clock_gettime(CLOCK_MONOTONIC, &progress->started);
}

struct size {
	double number;
	const char *unit;
};

static struct size size_of(uint64_t bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	struct size size = { (double)bytes, units[0] };

	for (size_t i = 1; i < sizeof(units) / sizeof(units[0]) && size.number >= 1000; i++)
		size = (struct size){ size.number / 1024, units[i] };
	return size;
}

/* Seconds that are left at the speed so far. */
static unsigned remaining(uint64_t bytes, uint64_t total, double seconds)
{
	double left = bytes > 0 ? seconds / (double)bytes * (double)(total - bytes) : 0;

	return left < 360000 ? (unsigned)(left + 0.5) : 360000;
}

void progress_write(char *text, int size, uint64_t bytes, uint64_t total, uint64_t lines,
		    double seconds)
{
	struct size read = size_of(bytes);
	struct size all = size_of(total);
	double speed = seconds > 0 ? (double)lines / seconds : 0;
	unsigned left;

	if (total == 0 || bytes > total) {
		snprintf(text, (size_t)size, "%.1f %s read, %.0f lines/s", read.number, read.unit,
			 speed);
		return;
	}
	left = remaining(bytes, total, seconds);
	snprintf(text, (size_t)size, "%.1f %s of %.1f %s (%.0f %%), %.0f lines/s, %u:%02u left",
		 read.number, read.unit, all.number, all.unit,
		 100.0 * (double)bytes / (double)total, speed, left / 60, left % 60);
}

void progress_show(struct progress *progress, uint64_t bytes, uint64_t lines)
{
	char text[WIDTH];
	double seconds;

	if (!progress->wanted || ++progress->calls < CALLS_BETWEEN)
		return;
	progress->calls = 0;
	seconds = seconds_since(&progress->started);
	if (seconds < progress->next_due)
		return;
	progress->next_due = seconds + THEN_EVERY;
	progress->is_shown = true;
	progress_write(text, (int)sizeof(text), progress->before + bytes, progress->total, lines,
		       seconds);
	fprintf(stderr, "\r%s\033[K\r", text);
	fflush(stderr);
}

void progress_next_log(struct progress *progress, uint64_t bytes)
{
	progress->before += bytes;
}

void progress_stop(struct progress *progress)
{
	if (progress->is_shown)
		fputs("\r\033[K", stderr);
	progress->is_shown = false;
}
