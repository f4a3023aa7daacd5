/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/context.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "base/memory.h"
#include "base/text.h"

/* Longer lines are cut, and end in "...". */
#define LOG_LINE_SIZE 4096

struct kban_context {
	atomic_uint references; /* a filter that threads share holds one */
	int level;
	kban_log_fn *log;
	void *log_data;
	kban_clock_fn *clock;
	void *clock_data;
	kban_resolve_fn *resolve;
	void *resolve_data;
	kban_name_fn *name;
	void *name_data;
};

struct kban_context *kban_context_new(void)
{
	struct kban_context *ctx = calloc(1, sizeof(*ctx));

	if (ctx == NULL)
		return NULL;
	atomic_init(&ctx->references, 1);
	ctx->level = KBAN_INFO;
	return ctx;
}

struct kban_context *kban_context_ref(struct kban_context *ctx)
{
	atomic_fetch_add_explicit(&ctx->references, 1, memory_order_relaxed);
	return ctx;
}

struct kban_context *kban_context_unref(struct kban_context *ctx)
{
	if (ctx != NULL && atomic_fetch_sub(&ctx->references, 1) == 1)
		free(ctx);
	return NULL;
}

void kban_context_set_log(struct kban_context *ctx, kban_log_fn *log, void *data)
{
	ctx->log = log;
	ctx->log_data = data;
}

void kban_context_set_level(struct kban_context *ctx, int level)
{
	ctx->level = level;
}

void kban_context_set_clock(struct kban_context *ctx, kban_clock_fn *clock, void *data)
{
	ctx->clock = clock;
	ctx->clock_data = data;
}

static kban_usec read_clock(clockid_t clock)
{
	struct timespec now = { 0, 0 };

	clock_gettime(clock, &now);
	return now.tv_sec * KBAN_SECOND + now.tv_nsec / 1000;
}

kban_usec kban_context_now(const struct kban_context *ctx)
{
	return ctx->clock != NULL ? ctx->clock(ctx->clock_data) : read_clock(CLOCK_REALTIME);
}

bool kb_context_clock_lead(const struct kban_context *ctx, kban_usec *out)
{
	kban_usec before, after;

	if (ctx->clock != NULL)
		return false;
	/* Time that passes between the two looks is no lead. */
	for (int tries = 0; tries < 3; tries++) {
		before = read_clock(CLOCK_MONOTONIC);
		*out = read_clock(CLOCK_REALTIME) - before;
		after = read_clock(CLOCK_MONOTONIC);
		if (after - before < KBAN_SECOND / 10)
			return true;
	}
	return false;
}

void kban_context_set_resolver(struct kban_context *ctx, kban_resolve_fn *resolve, void *data)
{
	ctx->resolve = resolve;
	ctx->resolve_data = data;
}

int kb_log_wants(const struct kban_context *ctx, int level)
{
	return ctx->log != NULL && level >= ctx->level;
}

/* End a line that was cut in "...", without half a character before it. */
static void mark_cut(char *line, size_t size)
{
	size_t end = size - sizeof("...");

	while (end > 0 && ((unsigned char)line[end] & 0xc0) == 0x80)
		end--;
	memcpy(line + end, "...", sizeof("..."));
}

/* What a log function is promised, whatever a caller forgot to escape. */
static void blank_controls(char *line)
{
	for (; *line != '\0'; line++) {
		if ((unsigned char)*line < ' ' || *line == '\x7f')
			*line = ' ';
	}
}

void kb_log(const struct kban_context *ctx, int level, const char *topic, const char *format, ...)
{
	char line[LOG_LINE_SIZE];
	va_list arguments;
	int len;

	if (!kb_log_wants(ctx, level))
		return;
	va_start(arguments, format);
	len = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (len < 0)
		return;
	if ((size_t)len >= sizeof(line))
		mark_cut(line, sizeof(line));
	blank_controls(line);
	ctx->log(level, topic, line, ctx->log_data);
}

/* getaddrinfo(3) would take "1.2.3" for 1.2.0.3: what has digits and dots alone is no name. */
static int is_host_name(const char *name)
{
	static const char numeric[] = "0123456789.";
	static const char all[] = "0123456789."
				  "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "-_";

	return name[strspn(name, all)] == '\0' && name[strspn(name, numeric)] != '\0';
}

int kb_context_resolve(const struct kban_context *ctx, const char *name, struct kban_addr *out,
		       size_t max)
{
	if (ctx->resolve == NULL || !is_host_name(name))
		return 0;
	return ctx->resolve(name, out, max, ctx->resolve_data);
}

void kban_context_set_namer(struct kban_context *ctx, kban_name_fn *name, void *data)
{
	ctx->name = name;
	ctx->name_data = data;
}

int kb_context_name(const struct kban_context *ctx, const struct kban_addr *addr,
		    char out[KBAN_HOST_NAME_SIZE])
{
	return ctx->name != NULL ? ctx->name(addr, out, ctx->name_data) : 0;
}
