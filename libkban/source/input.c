/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The descriptor belongs to others, too, who may not expect that it does not block, so it is asked
 * each time whether something is there.
 */
#include "source/input.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "source/path-log.h"

/* Bytes that are read at once. */
#define PIECE ((size_t)64 * 1024)

/* Bytes of a line that are handed out. */
#define LINE_MAX ((size_t)64 * 1024)

int kb_input_add(struct kb_input *input, void *reader)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (kb_reader_list_add(&input->readers, reader) < 0)
		return KBAN_E_NOMEM;
	if (input->piece != NULL || input->fd < 0)
		return KBAN_OK;
	input->piece = malloc(PIECE);
	if (input->piece == NULL)
		return KBAN_E_NOMEM;
	input->frames.max = LINE_MAX;
	input->is_file =
		input->poll < 0 || epoll_ctl(input->poll, EPOLL_CTL_ADD, input->fd, &event) < 0;
	return KBAN_OK;
}

bool kb_input_is_open(const struct kb_input *input)
{
	return input->fd >= 0 && input->readers.count > 0;
}

bool kb_input_is_due(const struct kb_input *input)
{
	return kb_input_is_open(input) && input->is_file;
}

static bool is_ready(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) > 0;
}

static void end(struct kb_input *input, int error)
{
	if (!input->is_file)
		(void)epoll_ctl(input->poll, EPOLL_CTL_DEL, input->fd, NULL);
	input->fd = -1;
	kb_path_log(input->ctx, error ? KBAN_WARNING : KBAN_INFO, input->name, "has ended", error);
}

/* 1 if something was read; 0 if nothing is there; KBAN_E_NOMEM. */
static int read_piece(struct kb_input *input)
{
	ssize_t got;

	if (!is_ready(input->fd))
		return 0;
	got = read(input->fd, input->piece, PIECE);
	if (got < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (got <= 0)
		end(input, got < 0 ? errno : 0);
	/* So that the last line has an end. */
	if (got <= 0 && input->last_line_counts && kb_line_frames_rest(&input->frames).len > 0) {
		input->piece[0] = '\n';
		got = 1;
	}
	if (got <= 0)
		return 0;
	return kb_line_frames_add(&input->frames, input->piece, (size_t)got) < 0 ? KBAN_E_NOMEM : 1;
}

int kb_input_next(struct kb_input *input, struct kban_text *out)
{
	int status = kb_line_frames_next(&input->frames, out);

	while (status == 0 && kb_input_is_open(input)) {
		status = read_piece(input);
		if (status <= 0)
			return status;
		status = kb_line_frames_next(&input->frames, out);
	}
	input->number += status > 0;
	return status;
}

void kb_input_clear(struct kb_input *input)
{
	kb_reader_list_clear(&input->readers);
	kb_line_frames_clear(&input->frames);
	free(input->piece);
	input->piece = NULL;
}
