/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ownership inside the library: docs/decisions/0003-cleanup-attribute.md. */
#ifndef KB_BASE_MEMORY_H
#define KB_BASE_MEMORY_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <kban/cleanup.h>

#define kb_array_size(array) (sizeof(array) / sizeof((array)[0]))

#define kb_steal(pointer) kban_steal(pointer)

/* A local declared kb_autofree is released with free() when its scope ends. */
#define kb_autofree __attribute__((cleanup(kb_free_pointed)))

static inline void kb_free_pointed(void *pointer)
{
	free(*(void **)pointer);
}

/* A local of an internal type: kb_auto(ini) ini = NULL; calls kb_ini_free(). */
#define kb_auto(object) __attribute__((cleanup(kb_auto_##object))) struct kb_##object *

/* A local struct that owns memory: kb_auto_clear(buffer) text = { 0 }; calls kb_buffer_clear(). */
#define kb_auto_clear(object) __attribute__((cleanup(kb_auto_clear_##object))) struct kb_##object

#define KB_DEFINE_AUTO(object)                                                                    \
	static inline __attribute__((unused)) void kb_auto_##object(struct kb_##object **pointer) \
	{                                                                                         \
		kb_##object##_free(*pointer);                                                     \
	}

#define KB_DEFINE_AUTO_CLEAR(object)                                                           \
	static inline                                                                          \
		__attribute__((unused)) void kb_auto_clear_##object(struct kb_##object *value) \
	{                                                                                      \
		kb_##object##_clear(value);                                                    \
	}

/*
 * Make room for one more item in an array that doubles. Returns 0, or -1 without memory, and then
 * the array is as it was.
 */
static inline int kb_array_room(void *array, size_t *capacity, size_t count, size_t item_size)
{
	size_t wanted = *capacity ? *capacity * 2 : 8;
	void *grown;

	if (count < *capacity)
		return 0;
	grown = reallocarray(*(void **)array, wanted, item_size);
	if (grown == NULL)
		return -1;
	*(void **)array = grown;
	*capacity = wanted;
	return 0;
}

#endif /* KB_BASE_MEMORY_H */
