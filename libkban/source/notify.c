/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel numbers watches, and gives the number that there is when the same inode is watched
 * again. Numbers grow, so an array kept in their order is appended to and searched by halving.
 */
#include "source/notify.h"

#include <errno.h>
#include <fnmatch.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/string-list.h"
#include "base/text.h"
#include "source/path-log.h"

#define FILE_EVENTS (IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF)
#define DIRECTORY_EVENTS                                                                    \
	(IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | \
	 IN_MOVE_SELF | IN_ONLYDIR)

/* Directories beyond are left to the regular looks. */
#define MAX_DIRECTORIES 4096

/* The queue holds 16384 events by default; a flood is left for the next call. */
#define MAX_READS 64

struct kb_watch {
	int wd;
	unsigned holders; /* of a file */
	uint64_t hit_in;  /* the reading that brought the latest hint */
	bool directory;
	bool named; /* since kb_notify_begin_directories() */
	bool any_name;
	struct kb_string_list names;
};

struct kb_notify {
	const struct kban_context *ctx;
	int fd;
	uint64_t readings;
	bool complained;
	size_t directory_count;
	struct kb_watch **watches; /* in order of wd */
	size_t count;
	size_t capacity;
};

static void complain(struct kb_notify *notify, const char *path, int error_number)
{
	if (notify->complained)
		return;
	notify->complained = true;
	kb_path_log(notify->ctx, KBAN_WARNING, path,
		    "cannot be watched, files are looked at every 2 seconds instead", error_number);
}

struct kb_notify *kb_notify_new(const struct kban_context *ctx, enum kb_notify_mode mode)
{
	struct kb_notify *notify = calloc(1, sizeof(*notify));

	if (notify == NULL)
		return NULL;
	notify->ctx = ctx;
	notify->fd = -1;
	notify->complained = mode == KB_NOTIFY_NOTHING;
	if (mode == KB_NOTIFY_HINTS)
		notify->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (notify->fd < 0)
		complain(notify, "inotify", errno);
	return notify;
}

static void free_watch(struct kb_watch *watch)
{
	kb_string_list_clear(&watch->names);
	free(watch);
}

void kb_notify_free(struct kb_notify *notify)
{
	if (notify == NULL)
		return;
	for (size_t i = 0; i < notify->count; i++)
		free_watch(notify->watches[i]);
	free(notify->watches);
	if (notify->fd >= 0)
		close(notify->fd);
	free(notify);
}

int kb_notify_descriptor(const struct kb_notify *notify)
{
	return notify->fd;
}

/* Index of the first watch whose number is not below @a wd. */
static size_t lower_bound(const struct kb_notify *notify, int wd)
{
	size_t low = 0;
	size_t high = notify->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (notify->watches[middle]->wd < wd)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct kb_watch *find(const struct kb_notify *notify, int wd)
{
	size_t i = lower_bound(notify, wd);

	return i < notify->count && notify->watches[i]->wd == wd ? notify->watches[i] : NULL;
}

static struct kb_watch *insert(struct kb_notify *notify, int wd)
{
	size_t i = lower_bound(notify, wd);
	struct kb_watch *watch;

	if (kb_array_room(&notify->watches, &notify->capacity, notify->count,
			  sizeof(*notify->watches)) < 0)
		return NULL;
	watch = calloc(1, sizeof(*watch));
	if (watch == NULL)
		return NULL;
	watch->wd = wd;
	memmove(notify->watches + i + 1, notify->watches + i,
		(notify->count - i) * sizeof(*notify->watches));
	notify->watches[i] = watch;
	notify->count++;
	return watch;
}

/* The watch for what is at @a path, or NULL with errno set. */
static struct kb_watch *watch_path(struct kb_notify *notify, const char *path, uint32_t events)
{
	struct kb_watch *watch;
	int wd;

	if (notify->fd < 0) {
		errno = ENOSYS;
		return NULL;
	}
	wd = inotify_add_watch(notify->fd, path, events);
	if (wd < 0)
		return NULL;
	watch = find(notify, wd);
	if (watch == NULL)
		watch = insert(notify, wd);
	if (watch == NULL) {
		inotify_rm_watch(notify->fd, wd);
		errno = ENOMEM;
	}
	return watch;
}

static void forget(struct kb_notify *notify, struct kb_watch *watch)
{
	size_t i = lower_bound(notify, watch->wd);

	memmove(notify->watches + i, notify->watches + i + 1,
		(notify->count - i - 1) * sizeof(*notify->watches));
	notify->count--;
	/* Fails if what was watched is gone, and the watch with it. */
	inotify_rm_watch(notify->fd, watch->wd);
	free_watch(watch);
}

struct kb_watch *kb_notify_watch_file(struct kb_notify *notify, const char *path)
{
	struct kb_watch *watch = watch_path(notify, path, FILE_EVENTS);

	/* A file that was moved away in this moment is no lack of watches. */
	if (watch == NULL && errno != ENOENT && errno != ENOTDIR)
		complain(notify, path, errno);
	if (watch != NULL)
		watch->holders++;
	return watch;
}

void kb_notify_release(struct kb_notify *notify, struct kb_watch *watch)
{
	if (watch != NULL && --watch->holders == 0 && !watch->directory)
		forget(notify, watch);
}

bool kb_notify_has_hit(const struct kb_notify *notify, const struct kb_watch *watch)
{
	return watch != NULL && watch->hit_in == notify->readings;
}

void kb_notify_begin_directories(struct kb_notify *notify)
{
	for (size_t i = 0; i < notify->count; i++) {
		struct kb_watch *watch = notify->watches[i];

		watch->named = false;
		watch->any_name = false;
		kb_string_list_clear(&watch->names);
	}
}

static void add_names(struct kb_watch *watch, const char *names)
{
	if (!kb_string_list_contains(&watch->names, names) &&
	    kb_string_list_append(&watch->names, kb_text(names)) < 0)
		watch->any_name = true;
}

int kb_notify_watch_directory(struct kb_notify *notify, const char *path, const char *names)
{
	struct kb_watch *watch;

	watch = watch_path(notify, path, DIRECTORY_EVENTS);
	if (watch == NULL && (errno == ENOENT || errno == ENOTDIR))
		return KBAN_E_NOTFOUND;
	if (watch != NULL && !watch->directory && notify->directory_count >= MAX_DIRECTORIES) {
		forget(notify, watch);
		watch = NULL;
		errno = ENOSPC;
	}
	if (watch == NULL) {
		complain(notify, path, errno);
		return KBAN_E_SYSTEM;
	}
	notify->directory_count += !watch->directory;
	watch->directory = true;
	watch->named = true;
	add_names(watch, names);
	return KBAN_OK;
}

void kb_notify_end_directories(struct kb_notify *notify)
{
	for (size_t i = notify->count; i-- > 0;) {
		struct kb_watch *watch = notify->watches[i];

		if (!watch->directory || watch->named)
			continue;
		forget(notify, watch);
		notify->directory_count--;
	}
}

static bool is_of_interest(const struct kb_watch *watch, const struct inotify_event *event)
{
	if (watch->any_name || event->len == 0)
		return true;
	for (size_t i = 0; i < watch->names.count; i++) {
		if (fnmatch(watch->names.items[i], event->name, FNM_NOESCAPE | FNM_PERIOD) == 0)
			return true;
	}
	return false;
}

/* True if files came or went. */
static bool take_in(struct kb_notify *notify, const struct inotify_event *event)
{
	struct kb_watch *watch;

	if (event->mask & IN_Q_OVERFLOW)
		return true;
	watch = find(notify, event->wd);
	if (watch == NULL)
		return false;
	if (watch->directory)
		return is_of_interest(watch, event);
	watch->hit_in = notify->readings;
	return false;
}

bool kb_notify_read(struct kb_notify *notify)
{
	_Alignas(struct inotify_event) char events[16 * 1024];
	bool moved = false;

	notify->readings++;
	for (int i = 0; notify->fd >= 0 && i < MAX_READS; i++) {
		ssize_t len = read(notify->fd, events, sizeof(events));
		ssize_t done = 0;

		if (len <= 0)
			break;
		while (done < len) {
			const struct inotify_event *event =
				(const struct inotify_event *)(const void *)(events + done);

			moved |= take_in(notify, event);
			done += (ssize_t)(sizeof(*event) + event->len);
		}
	}
	return moved;
}
