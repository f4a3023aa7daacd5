/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A child leads a process group. When it has exited, and has said all it had to say, it is done;
 * when its group is empty, it is gone. In between, what it left in the background is looked at once
 * a second, and ended at the limit: a number of a group that is empty may soon be another's.
 */
#include "child.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* What a group is given to end by itself. */
#define GRACE_MS 200
/* How long output is waited for that something in the background may still write. */
#define DRAIN_MS 100
#define LOOK_MS  1000

struct collected {
	char *data;
	size_t len, capacity, max;
};

struct child {
	uv_process_t process;
	uv_pipe_t in, out, err;
	uv_timer_t limit; /* of time */
	uv_timer_t tick;  /* what is due next */
	uv_write_t write;
	char *input;
	struct collected output, errors;
	int open_handles; /* of the six; when none is left, it is over */
	pid_t group;      /* 0: it was not started, or is empty */
	bool has_exited, is_done;
	bool was_killed; /* what may be left of the group are zombies that nobody waits for */
	bool timed_out, was_started;
	int status;
	const char *problem;
	child_done_fn *done;
	child_gone_fn *gone;
	void *data;
};

static void signal_group(const struct child *child, int number)
{
	if (child->group > 0)
		kill(-child->group, number);
}

static void kill_group(struct child *child)
{
	signal_group(child, SIGKILL);
	child->was_killed = true;
}

static bool group_is_empty(const struct child *child)
{
	return child->group <= 0 || (kill(-child->group, 0) < 0 && errno == ESRCH);
}

static void report(struct child *child)
{
	struct child_result result = {
		.status = child->status,
		.problem = child->problem,
		.was_started = child->was_started,
		.timed_out = child->timed_out,
		.output = { child->output.data, child->output.len },
		.errors = { child->errors.data, child->errors.len },
	};

	child->is_done = true;
	child->done(&result, child->data);
}

static void release(struct child *child)
{
	if (child->gone != NULL)
		child->gone(child->data);
	free(child->input);
	free(child->output.data);
	free(child->errors.data);
	free(child);
}

static void closed(uv_handle_t *handle);

static void close_handle(void *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, closed);
}

/* Whether it is done, and whether it is gone. */
static void look(struct child *child)
{
	if (!child->is_done && child->has_exited && uv_is_closing((uv_handle_t *)&child->out) &&
	    uv_is_closing((uv_handle_t *)&child->err))
		report(child);
	if (!child->is_done || !(child->was_killed || group_is_empty(child)))
		return;
	child->group = 0;
	close_handle(&child->limit);
	close_handle(&child->tick);
	close_handle(&child->in);
}

static void closed(uv_handle_t *handle)
{
	struct child *child = handle->data;

	if (--child->open_handles == 0)
		release(child);
	else
		look(child);
}

static void on_tick(uv_timer_t *timer)
{
	struct child *child = timer->data;

	if (child->timed_out)
		kill_group(child);
	if (child->has_exited) {
		close_handle(&child->out);
		close_handle(&child->err);
	}
	look(child);
}

static void exited(uv_process_t *process, int64_t status, int signal)
{
	struct child *child = process->data;

	child->has_exited = true;
	child->status = signal ? -1 : (int)status;
	if (signal)
		child->problem = child->timed_out ? "it took too long" : "it was killed";
	if (child->timed_out)
		child->status = -1;
	close_handle(&child->in);
	close_handle(process);
	uv_timer_start(&child->tick, on_tick, DRAIN_MS, LOOK_MS);
}

static void timed_out(uv_timer_t *timer)
{
	struct child *child = timer->data;

	if (!child->is_done) {
		child->timed_out = true;
		child->problem = "it took too long";
	}
	signal_group(child, SIGTERM);
	/* Whatever it is then, it is killed. */
	child->timed_out = true;
	uv_timer_start(&child->tick, on_tick, GRACE_MS, LOOK_MS);
}

void child_kill(struct child *child)
{
	kill_group(child);
	if (child->has_exited && !uv_is_closing((uv_handle_t *)&child->tick))
		uv_timer_start(&child->tick, on_tick, 0, GRACE_MS);
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

static int spawn(struct child *child, uv_loop_t *loop, const struct child_request *request)
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
		.file = request->argv[0],
		.args = (char **)(uintptr_t)request->argv,
		.env = (char **)(uintptr_t)request->environment,
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
	uv_timer_init(loop, &child->tick);
	child->process.data = child->in.data = child->out.data = child->err.data = child;
	child->limit.data = child->tick.data = child->write.data = child;
	child->open_handles = 6;
	child->status = -1;
}

static void begin(struct child *child, const struct child_request *request)
{
	uv_buf_t buf = uv_buf_init(child->input, (unsigned)request->input.len);

	child->group = child->process.pid;
	child->was_started = true;
	uv_read_start((uv_stream_t *)&child->out, allocate, readable);
	uv_read_start((uv_stream_t *)&child->err, allocate, readable);
	uv_timer_start(&child->limit, timed_out, request->limit_ms, 0);
	if (request->input.len == 0 ||
	    uv_write(&child->write, (uv_stream_t *)&child->in, &buf, 1, written) < 0)
		close_handle(&child->in);
}

static struct child *new_child(const struct child_request *request)
{
	struct child *child = calloc(1, sizeof(*child));

	if (child == NULL)
		return NULL;
	child->input = malloc(request->input.len + 1);
	if (child->input == NULL) {
		free(child);
		return NULL;
	}
	if (request->input.len > 0)
		memcpy(child->input, request->input.data, request->input.len);
	child->output.max = request->output_max;
	child->errors.max = request->errors_max;
	child->done = request->done;
	child->gone = request->gone;
	child->data = request->data;
	return child;
}

struct child *child_start(uv_loop_t *loop, const struct child_request *request)
{
	struct child *child = new_child(request);
	int status;

	if (child == NULL)
		return NULL;
	prepare(child, loop);
	status = spawn(child, loop, request);
	if (status == 0) {
		begin(child, request);
		return child;
	}
	child->problem = uv_strerror(status);
	child->has_exited = true;
	close_handle(&child->process);
	close_handle(&child->in);
	close_handle(&child->out);
	close_handle(&child->err);
	close_handle(&child->limit);
	close_handle(&child->tick);
	return child;
}
