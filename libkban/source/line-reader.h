/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes to whole lines. A line ends with a line feed; every other byte, NUL too, is ordinary. */
#ifndef KB_SOURCE_LINE_READER_H
#define KB_SOURCE_LINE_READER_H

#include <stddef.h>
#include <stdint.h>

/* How many bytes, from the first, are whole lines. */
size_t kb_lines_whole(const char *data, size_t len);

/* How many line feeds there are. */
uint64_t kb_lines_count(const char *data, size_t len);

/*
 * Cut the whole lines at @a data in place, so that none is longer than @a max_line bytes and its
 * line feed. Returns the new length; adds the number of lines that were cut to @a cut.
 */
size_t kb_lines_cut(char *data, size_t len, size_t max_line, uint64_t *cut);

#endif /* KB_SOURCE_LINE_READER_H */
