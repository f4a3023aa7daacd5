/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "child.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A listing of rules may be long; an error message need not be. */
#define OUTPUT_MAX (16 * 1024 * 1024)
#define ERRORS_MAX (16 * 1024)

struct collected {
	char *data;
	size_t len, capacity, max;
};

struct child {
	uv_process_t process;
	uv_pipe_t in, out, err;
	uv_timer_t limit;
	uv_write_t write;
	char *input;
	struct collected output, errors;
	int open_handles; /* of the five; when none is left, it is over */
	bool timed_out;
	int status;
	const char *problem;
	child_done_fn *done;
	void *data;
};

static void finish(struct child *child)
{
	struct child_result result = {
		.status = child->status,
		.problem = child->problem,
		.output = { child->output.data, child->output.len },
		.errors = { child->errors.data, child->errors.len },
	};

	child->done(&result, child->data);
	free(child->input);
	free(child->output.data);
	free(child->errors.data);
	free(child);
}

static void closed(uv_handle_t *handle)
{
	struct child *child = handle->data;

	if (--child->open_handles == 0)
		finish(child);
}

static void close_handle(void *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, closed);
}

static void exited(uv_process_t *process, int64_t status, int signal)
{
	struct child *child = process->data;

	child->status = signal ? -1 : (int)status;
	if (signal)
		child->problem = child->timed_out ? "it took too long" : "it was killed";
	close_handle(&child->limit);
	close_handle(&child->in);
	close_handle(process);
}

static void timed_out(uv_timer_t *timer)
{
	struct child *child = timer->data;

	child->timed_out = true;
	child_kill(child);
}

void child_kill(struct child *child)
{
	if (!uv_is_closing((uv_handle_t *)&child->process))
		uv_process_kill(&child->process, SIGKILL);
}

static void allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	(void)handle;
	buf->base = malloc(suggested);
	buf->len = buf->base ? suggested : 0;
}

/* What is beyond the limit is read and dropped, so that the program does not hang on it. */
static void collect(struct collected *into, const char *data, size_t len)
{
	if (len > into->max - into->len)
		len = into->max - into->len;
	if (into->len + len > into->capacity) {
		size_t capacity = (into->len + len) * 2;
		char *grown = realloc(into->data, capacity);

		if (grown == NULL)
			return;
		into->data = grown;
		into->capacity = capacity;
	}
	if (len > 0)
		memcpy(into->data + into->len, data, len);
	into->len += len;
}

static void readable(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
	struct child *child = stream->data;

	if (count > 0)
		collect(stream == (uv_stream_t *)&child->out ? &child->output : &child->errors,
			buf->base, (size_t)count);
	else if (count < 0)
		close_handle(stream);
	free(buf->base);
}

static void written(uv_write_t *write, int status)
{
	struct child *child = write->data;

	(void)status;
	close_handle(&child->in);
}

static int spawn(struct child *child, uv_loop_t *loop, const char *const *argv)
{
	uv_stdio_container_t stdio[] = {
		{ .flags = UV_CREATE_PIPE | UV_READABLE_PIPE,
		  .data.stream = (uv_stream_t *)&child->in },
		{ .flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
		  .data.stream = (uv_stream_t *)&child->out },
		{ .flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
		  .data.stream = (uv_stream_t *)&child->err },
	};
	uv_process_options_t options = {
		.exit_cb = exited,
		.file = argv[0],
		.args = (char **)(uintptr_t)argv,
		.cwd = "/",
		.stdio_count = 3,
		.stdio = stdio,
		.flags = UV_PROCESS_DETACHED,
	};

	return uv_spawn(loop, &child->process, &options);
}

static void prepare(struct child *child, uv_loop_t *loop)
{
	uv_pipe_init(loop, &child->in, 0);
	uv_pipe_init(loop, &child->out, 0);
	uv_pipe_init(loop, &child->err, 0);
	uv_timer_init(loop, &child->limit);
	child->process.data = child->in.data = child->out.data = child->err.data = child;
	child->limit.data = child->write.data = child;
	child->open_handles = 5;
	child->status = -1;
}

static void begin(struct child *child, struct kban_text input, uint64_t limit_ms)
{
	uv_buf_t buf = uv_buf_init(child->input, (unsigned)input.len);

	uv_read_start((uv_stream_t *)&child->out, allocate, readable);
	uv_read_start((uv_stream_t *)&child->err, allocate, readable);
	uv_timer_start(&child->limit, timed_out, limit_ms, 0);
	if (input.len == 0 ||
	    uv_write(&child->write, (uv_stream_t *)&child->in, &buf, 1, written) < 0)
		close_handle(&child->in);
}

struct child *child_start(uv_loop_t *loop, const char *const *argv, struct kban_text input,
			  uint64_t limit_ms, child_done_fn *done, void *data)
{
	struct child *child = calloc(1, sizeof(*child));
	int status;

	if (child == NULL)
		return NULL;
	child->input = malloc(input.len + 1);
	if (child->input == NULL) {
		free(child);
		return NULL;
	}
	if (input.len > 0)
		memcpy(child->input, input.data, input.len);
	child->output.max = OUTPUT_MAX;
	child->errors.max = ERRORS_MAX;
	child->done = done;
	child->data = data;
	prepare(child, loop);
	status = spawn(child, loop, argv);
	if (status == 0) {
		begin(child, input, limit_ms);
		return child;
	}
	child->problem = uv_strerror(status);
	close_handle(&child->process);
	close_handle(&child->in);
	close_handle(&child->out);
	close_handle(&child->err);
	close_handle(&child->limit);
	return child;
}
