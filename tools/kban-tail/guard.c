/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guard.h"

#define PULSE_MS  1000
#define SETTLE_MS 50

/* Looks in a row that are asked for; then there is a pause. */
#define LOOKS_MAX 5

/* So long without a change, and looks are asked for again. */
#define QUIET (30 * KBAN_SECOND)

static void on_settled(uv_timer_t *timer)
{
	struct guard *guard = timer->data;

	guard->look(guard->data);
}

static void notice(struct guard *guard, kban_usec now)
{
	/* A clock that was set back is quiet, too. */
	if (now - guard->noticed > QUIET || now < guard->noticed)
		guard->looks = 0;
	guard->noticed = now;
	if (uv_is_active((const uv_handle_t *)&guard->settle) || guard->looks > LOOKS_MAX)
		return;
	if (guard->looks++ == LOOKS_MAX)
		log_say(guard->log, KBAN_WARNING,
			"Another program keeps changing sets or rules; they are mended less often");
	else
		uv_timer_start(&guard->settle, on_settled, SETTLE_MS, 0);
}

static void glance(struct guard *guard)
{
	kban_usec now = kban_context_now(guard->ctx);

	if (kban_watch_glance(guard->watch, now))
		notice(guard, now);
}

static void on_pulse(uv_timer_t *timer)
{
	glance(timer->data);
}

static void on_kernel(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	glance(poll->data);
}

void guard_start(struct guard *guard, uv_loop_t *loop)
{
	int fd = kban_watch_kernel_fd(guard->watch);

	uv_timer_init(loop, &guard->pulse);
	uv_timer_init(loop, &guard->settle);
	guard->pulse.data = guard->settle.data = guard;
	uv_timer_start(&guard->pulse, on_pulse, PULSE_MS, PULSE_MS);
	if (fd < 0)
		return;
	uv_poll_init(loop, &guard->kernel, fd);
	guard->kernel.data = guard;
	uv_poll_start(&guard->kernel, UV_READABLE, on_kernel);
}

void guard_close(struct guard *guard)
{
	uv_handle_t *const handles[] = { (uv_handle_t *)&guard->kernel,
					 (uv_handle_t *)&guard->pulse,
					 (uv_handle_t *)&guard->settle };

	for (size_t i = 0; i < sizeof(handles) / sizeof(handles[0]); i++)
		if (handles[i]->loop != NULL && !uv_is_closing(handles[i]))
			uv_close(handles[i], NULL);
}
