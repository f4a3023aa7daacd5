/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/text.h"

#include "base/buffer.h"

#define WHITE_SPACE " \t\n\v\f\r"

struct kban_text kb_text(const char *string)
{
	return (struct kban_text){ string, string != NULL ? strlen(string) : 0 };
}

bool kb_text_is(struct kban_text text, const char *string)
{
	return kb_text_equal(text, kb_text(string));
}

static char lower(char byte)
{
	if (byte >= 'A' && byte <= 'Z')
		return (char)(byte - 'A' + 'a');
	return byte;
}

bool kb_text_equal_nocase(struct kban_text left, struct kban_text right)
{
	size_t i;

	if (left.len != right.len)
		return false;
	for (i = 0; i < left.len; i++) {
		if (lower(left.data[i]) != lower(right.data[i]))
			return false;
	}
	return true;
}

bool kb_text_is_nocase(struct kban_text text, const char *string)
{
	return kb_text_equal_nocase(text, kb_text(string));
}

bool kb_text_starts_with(struct kban_text text, const char *prefix)
{
	return kb_text_is(kb_text_slice(text, 0, strlen(prefix)), prefix);
}

bool kb_text_ends_with(struct kban_text text, const char *suffix)
{
	size_t len = strlen(suffix);

	return text.len >= len && kb_text_is(kb_text_slice(text, text.len - len, text.len), suffix);
}

size_t kb_text_find(struct kban_text text, struct kban_text needle)
{
	const char *found;

	if (needle.len == 0)
		return 0;
	if (text.len == 0)
		return text.len;
	found = memmem(text.data, text.len, needle.data, needle.len);
	return found != NULL ? (size_t)(found - text.data) : text.len;
}

/* Sixteen bytes, for vectors where the processor has them. */
typedef unsigned char row __attribute__((vector_size(16)));

/* The sum of eight bytes. */
static size_t sum_of(uint64_t bytes)
{
	const uint64_t even = 0x00ff00ff00ff00ff;

	return (size_t)(((bytes & even) + (bytes >> 8 & even)) * 0x0001000100010001 >> 48);
}

/* So many in the rows at @a data, of which there are at most 255. */
static size_t count_in_rows(const char *data, size_t rows, char byte)
{
	uint64_t halves[2];
	row sums = { 0 };
	row bytes;

	for (size_t i = 0; i < rows; i++) {
		memcpy(&bytes, data + i * sizeof(row), sizeof(row));
		sums -= (row)(bytes == (unsigned char)byte);
	}
	memcpy(halves, &sums, sizeof(halves));
	return sum_of(halves[0]) + sum_of(halves[1]);
}

size_t kb_text_count(struct kban_text text, char byte)
{
	size_t count = 0;
	size_t at = 0;

	while (text.len - at >= sizeof(row)) {
		size_t rows = (text.len - at) / sizeof(row);

		if (rows > 255)
			rows = 255;
		count += count_in_rows(text.data + at, rows, byte);
		at += rows * sizeof(row);
	}
	for (; at < text.len; at++)
		count += text.data[at] == byte;
	return count;
}

static bool is_one_of(char byte, const char *set)
{
	return byte != '\0' && strchr(set, byte) != NULL;
}

struct kban_text kb_text_trim(struct kban_text text)
{
	size_t from = 0;
	size_t to = text.len;

	while (from < to && is_one_of(text.data[from], WHITE_SPACE))
		from++;
	while (to > from && is_one_of(text.data[to - 1], WHITE_SPACE))
		to--;
	return kb_text_slice(text, from, to);
}

bool kb_text_next_line(struct kban_text *rest, struct kban_text *line)
{
	size_t end = kb_text_index(*rest, '\n');

	if (rest->len == 0)
		return false;
	*line = kb_text_slice(*rest, 0, end);
	*rest = kb_text_slice(*rest, end < rest->len ? end + 1 : end, rest->len);
	return true;
}

bool kb_text_next_word(struct kban_text *rest, const char *separators, struct kban_text *word)
{
	size_t from = 0;
	size_t to;

	while (from < rest->len && is_one_of(rest->data[from], separators))
		from++;
	for (to = from; to < rest->len && !is_one_of(rest->data[to], separators); to++)
		continue;
	if (from == to)
		return false;
	*word = kb_text_slice(*rest, from, to);
	*rest = kb_text_slice(*rest, to, rest->len);
	return true;
}

/* Downwards from zero, because LLONG_MIN has no positive twin. */
static bool add_digit(long long *number, char byte)
{
	if (byte < '0' || byte > '9')
		return false;
	return !__builtin_mul_overflow(*number, 10, number) &&
	       !__builtin_sub_overflow(*number, byte - '0', number);
}

bool kb_text_number(struct kban_text text, long long min, long long max, long long *out)
{
	bool negative = text.len > 0 && text.data[0] == '-';
	bool is_signed = negative || (text.len > 0 && text.data[0] == '+');
	long long number = 0;
	size_t i = is_signed;

	if (i == text.len)
		return false;
	for (; i < text.len; i++) {
		if (!add_digit(&number, text.data[i]))
			return false;
	}
	if (!negative && __builtin_sub_overflow(0LL, number, &number))
		return false;
	if (number < min || number > max)
		return false;
	*out = number;
	return true;
}

bool kb_text_boolean(struct kban_text text)
{
	return kb_text_is(text, "1") || kb_text_is_nocase(text, "true") ||
	       kb_text_is_nocase(text, "yes") || kb_text_is_nocase(text, "on");
}

char *kb_text_copy(struct kban_text text)
{
	char *copy = text.len < SIZE_MAX ? malloc(text.len + 1) : NULL;

	if (copy == NULL)
		return NULL;
	if (text.len > 0)
		memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	return copy;
}

/* The bits of 32 bytes, one over the other. */
static uint64_t bits_of(const char *bytes)
{
	uint64_t words[4];

	memcpy(words, bytes, sizeof(words));
	return words[0] | words[1] | words[2] | words[3];
}

bool kb_text_is_ascii(struct kban_text text)
{
	const uint64_t high = 0x8080808080808080;
	uint64_t bits = 0;
	uint64_t word;
	size_t i = 0;

	/* Every line that is looked at comes by here. */
	for (; text.len - i >= 32; i += 32) {
		if ((bits_of(text.data + i) & high) != 0)
			return false;
	}
	for (; text.len - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, text.data + i, sizeof(word));
		bits |= word;
	}
	if (i > 0 && i < text.len) {
		/* Some of its bytes for the second time. */
		memcpy(&word, text.data + text.len - sizeof(word), sizeof(word));
		bits |= word;
		i = text.len;
	}
	for (; i < text.len; i++)
		bits |= (unsigned char)text.data[i];
	return (bits & high) == 0;
}

/* How many bytes of ASCII @a text begins with, or some fewer: they are taken eight at a time. */
static size_t ascii_prefix(struct kban_text text)
{
	uint64_t word;
	size_t len = 0;

	for (; text.len - len >= sizeof(word); len += sizeof(word)) {
		memcpy(&word, text.data + len, sizeof(word));
		if ((word & 0x8080808080808080) != 0)
			break;
	}
	return len;
}

bool kb_text_is_utf8(struct kban_text text)
{
	uint32_t code;

	for (;;) {
		size_t used = ascii_prefix(text);

		text = kb_text_slice(text, used, text.len);
		if (text.len == 0)
			return true;
		used = kb_utf8_decode(text, &code);
		if (kb_utf8_is_malformed(kb_text_slice(text, 0, used), code))
			return false;
		text = kb_text_slice(text, used, text.len);
	}
}

char *kban_text_printable(struct kban_text text)
{
	kb_auto_clear(buffer) buffer = { 0 };

	kb_buffer_printable(&buffer, text);
	return kb_buffer_take(&buffer);
}

int kban_text_utf8(struct kban_text text, struct kban_text *out)
{
	kb_auto_clear(buffer) buffer = { 0 };
	size_t len;
	char *data;

	kb_buffer_utf8(&buffer, text);
	len = buffer.len;
	data = kb_buffer_take(&buffer);
	if (data == NULL)
		return KBAN_E_NOMEM;
	*out = (struct kban_text){ data, len };
	return KBAN_OK;
}

/*
 * How many letters have to be added, dropped, replaced or swapped with their neighbour to turn one
 * word into the other; more than @a budget is all the same. Tries each edit where the words first
 * differ, which with a budget of two are a few dozen comparisons.
 */
static unsigned edit_distance(const char *left, const char *right, unsigned budget)
{
	static const size_t steps[][2] = { { 1, 0 }, { 0, 1 }, { 1, 1 }, { 2, 2 } };
	unsigned best = budget + 1;
	size_t i;

	while (*left != '\0' && *left == *right) {
		left++;
		right++;
	}
	if (*left == *right)
		return 0;
	for (i = 0; i < kb_array_size(steps) && budget > 0; i++) {
		size_t l = steps[i][0];
		size_t r = steps[i][1];
		bool ends = strnlen(left, l) < l || strnlen(right, r) < r;
		bool swaps = l == 2 && !ends && left[0] == right[1] && left[1] == right[0];
		unsigned found;

		if (ends || (l == 2 && !swaps))
			continue;
		found = 1 + edit_distance(left + l, right + r, budget - 1);
		best = found < best ? found : best;
	}
	return best;
}

const char *kban_text_nearest(const char *word, const char *const *candidates)
{
	const char *nearest = NULL;
	size_t length = strlen(word);
	unsigned least = 3;

	for (; *candidates != NULL; candidates++) {
		size_t other = strnlen(*candidates, length + 3);
		unsigned distance;

		/* Each letter that one has more is an edit. */
		if (other > length + 2 || length > other + 2)
			continue;
		distance = edit_distance(word, *candidates, 2);
		if (distance < least && (size_t)distance * 2 < length) {
			nearest = *candidates;
			least = distance;
		}
	}
	return nearest;
}
