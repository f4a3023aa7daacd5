/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-regex/marked-line.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kban/text.h>

#include "cli/columns.h"

/* Rows without marks that are not left out: what is around a mark helps to find it. */
#define ROWS_SHOWN 2

/* Bytes [from, to) of the line: what stands in one row of the terminal. */
struct row {
	struct kban_text text;
	size_t from, to;
	bool ends_line;
};

struct printer {
	const struct page *page;
	const struct mark **marks; /* by their start */
	size_t count;
	bool *printed; /* marks, in the row at hand */
	unsigned room; /* columns for text */
	size_t skipped;
	unsigned skipped_rows;
	bool is_first;
};

static struct kban_text slice(struct kban_text text, size_t from, size_t to)
{
	return (struct kban_text){ text.data + from, to - from };
}

static size_t columns_between(struct kban_text text, size_t from, size_t to)
{
	size_t columns = 0;
	unsigned width;

	while (from < to) {
		from += cli_character(slice(text, from, text.len), &width);
		columns += width;
	}
	return columns;
}

/* The row that starts at @a from. */
static struct row next_row(struct kban_text line, size_t from, unsigned room)
{
	struct row row = { .text = line, .from = from, .to = from };
	size_t columns = 0;
	unsigned width;

	while (row.to < line.len && line.data[row.to] != '\n') {
		size_t len = cli_character(slice(line, row.to, line.len), &width);

		if (columns > 0 && columns + width > room)
			return row;
		columns += width;
		row.to += len;
	}
	row.ends_line = true;
	return row;
}

static bool is_in(const struct row *row, const struct mark *mark)
{
	if (mark->span.from >= mark->span.to)
		return mark->span.from >= row->from &&
		       (mark->span.from < row->to ||
			(mark->span.from == row->to && row->ends_line));
	return mark->span.from < row->to && mark->span.to > row->from;
}

static int print_text(const struct printer *printer, struct kban_text text)
{
	char *shown = kban_text_printable(text);

	if (shown == NULL)
		return -1;
	printf("%*s%s\n", (int)printer->page->indent, "", shown);
	free(shown);
	return 0;
}

static void print_sign(const struct printer *printer, const struct mark *mark, size_t columns,
		       bool has_tip)
{
	bool colour = printer->page->colour;

	fputs(cli_colour(colour, mark->colour), stdout);
	for (size_t i = 0; i + has_tip < columns; i++)
		putchar(mark->sign);
	if (has_tip)
		putchar(mark->tip);
	fputs(cli_colour(colour, CLI_PLAIN), stdout);
}

/*
 * Print a mark if there is room for it behind column @a at, where the printed line ends. Returns
 * where it ends now.
 */
static size_t print_mark(const struct printer *printer, const struct row *row,
			 const struct mark *mark, size_t at)
{
	size_t from = mark->span.from > row->from ? mark->span.from : row->from;
	size_t to = mark->span.to < row->to ? mark->span.to : row->to;
	size_t start = columns_between(row->text, row->from, from);
	size_t columns = to > from ? columns_between(row->text, from, to) : 0;
	bool has_tip = mark->tip != '\0' && mark->span.to <= row->to;
	size_t label = strlen(mark->label);
	bool is_left = start + columns + 2 + label > printer->room && start > label + at + 1;

	columns += has_tip || columns == 0;
	if (is_left)
		start -= label + 1;
	if (at > 0 && start < at + 1)
		return at;
	printf("%*s", (int)(start - at), "");
	if (is_left)
		printf("%s ", mark->label);
	print_sign(printer, mark, columns, has_tip);
	if (!is_left && label > 0)
		printf(" %s", mark->label);
	return start + columns + 1 + label;
}

/* One line of marks; false when there are none left. */
static bool print_marks(struct printer *printer, const struct row *row)
{
	size_t at = 0;

	for (size_t i = 0; i < printer->count; i++) {
		size_t end;

		if (printer->printed[i] || !is_in(row, printer->marks[i]))
			continue;
		if (at == 0)
			printf("%*s", (int)printer->page->indent, "");
		end = print_mark(printer, row, printer->marks[i], at);
		printer->printed[i] = end > at;
		at = end;
	}
	if (at > 0)
		putchar('\n');
	return at > 0;
}

static bool is_marked(const struct printer *printer, const struct row *row)
{
	for (size_t i = 0; i < printer->count; i++)
		if (is_in(row, printer->marks[i]))
			return true;
	return false;
}

static void tell_skipped(struct printer *printer)
{
	if (printer->skipped > 0)
		printf("%*s%s[%zu bytes]%s\n", (int)printer->page->indent, "",
		       cli_colour(printer->page->colour, CLI_DIM), printer->skipped,
		       cli_colour(printer->page->colour, CLI_PLAIN));
	printer->skipped = 0;
	printer->skipped_rows = 0;
}

static int print_row(struct printer *printer, const struct row *row)
{
	bool is_plain = !is_marked(printer, row);

	if (is_plain && !printer->is_first && printer->skipped_rows++ >= ROWS_SHOWN) {
		printer->skipped += row->to - row->from;
		return 0;
	}
	printer->is_first = false;
	if (!is_plain)
		tell_skipped(printer);
	if (print_text(printer, slice(row->text, row->from, row->to)) < 0)
		return -1;
	memset(printer->printed, 0, printer->count * sizeof(*printer->printed));
	while (print_marks(printer, row)) {
	}
	return 0;
}

static int by_start(const void *left, const void *right)
{
	const struct mark *a = *(const struct mark *const *)left;
	const struct mark *b = *(const struct mark *const *)right;

	if (a->span.from != b->span.from)
		return a->span.from < b->span.from ? -1 : 1;
	return (a > b) - (a < b);
}

static int print_rows(struct printer *printer, struct kban_text line)
{
	struct row row = { 0 };
	size_t from = 0;

	do {
		row = next_row(line, from, printer->room);
		if (print_row(printer, &row) < 0)
			return -1;
		from = row.to + (row.ends_line ? 1 : 0);
	} while (from < line.len);
	tell_skipped(printer);
	return 0;
}

int marked_line_print(const struct page *page, struct kban_text line, const struct mark *marks,
		      size_t count)
{
	unsigned room = page->columns > page->indent + 10 ? page->columns - page->indent : 10;
	struct printer printer = { .page = page, .count = count, .room = room, .is_first = true };
	int status = -1;

	printer.marks = calloc(count + 1, sizeof(*printer.marks));
	printer.printed = calloc(count + 1, sizeof(*printer.printed));
	if (printer.marks != NULL && printer.printed != NULL) {
		for (size_t i = 0; i < count; i++)
			printer.marks[i] = &marks[i];
		qsort(printer.marks, count, sizeof(*printer.marks), by_start);
		status = print_rows(&printer, line);
	}
	free(printer.marks);
	free(printer.printed);
	return status;
}
