/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include "match/position-map.h"

/* "abc<stamp>de\n" without its stamp, which was bytes 3 to 10. */
static void fill(struct kb_position_map *map)
{
	assert_int_equal(kb_position_map_add(map, 3, 0), KBAN_OK);
	assert_int_equal(kb_position_map_add(map, 0, 99), KBAN_OK);
	assert_int_equal(kb_position_map_add(map, 3, 10), KBAN_OK);
}

struct span {
	size_t from, to;       /* of what is searched */
	struct kban_span span; /* where it stands */
};

static void check(const struct kb_position_map *map, const struct span *row)
{
	for (; row->from != SIZE_MAX; row++) {
		struct kban_span span = kb_position_map_span(map, row->from, row->to);

		if (span.from != row->span.from || span.to != row->span.to)
			fail_msg("[%zu, %zu) stands at [%zu, %zu)", row->from, row->to, span.from,
				 span.to);
	}
}

#define END                  \
	{                    \
		SIZE_MAX, 0, \
		{            \
			0, 0 \
		}            \
	}

static void stamp_is_counted(void **state)
{
	static const struct span rows[] = {
		{ 0, 3, { 0, 3 } }, { 0, 4, { 0, 11 } }, { 3, 5, { 10, 12 } }, { 3, 3, { 10, 10 } },
		{ 2, 2, { 2, 2 } }, { 0, 6, { 0, 13 } }, { 6, 6, { 13, 13 } }, END,
	};
	kb_auto_clear(position_map) map = { 0 };

	(void)state;
	fill(&map);
	check(&map, rows);
}

static void part_can_be_kept(void **state)
{
	static const struct span rows[] = {
		{ 0, 2, { 1, 3 } },
		{ 0, 3, { 1, 11 } },
		{ 2, 3, { 10, 11 } },
		{ 3, 3, { 11, 11 } },
		END,
	};
	kb_auto_clear(position_map) map = { 0 };

	(void)state;
	fill(&map);
	assert_int_equal(kb_position_map_keep(&map, 1, 4), KBAN_OK);
	check(&map, rows);
}

static void parts_can_be_joined(void **state)
{
	static const struct span rows[] = {
		{ 0, 2, { 11, 13 } },
		{ 2, 3, { 0, 1 } },
		{ 0, 3, { 11, 1 } },
		END,
	};
	kb_auto_clear(position_map) map = { 0 };
	kb_auto_clear(position_map) joined = { 0 };

	(void)state;
	fill(&map);
	assert_int_equal(kb_position_map_add_part(&joined, &map, 4, 99), KBAN_OK);
	assert_int_equal(kb_position_map_add_part(&joined, &map, 0, 1), KBAN_OK);
	assert_int_equal(kb_position_map_add_part(&joined, &map, 3, 3), KBAN_OK);
	check(&joined, rows);
}

static void nothing_stands_at_the_start(void **state)
{
	const struct kb_position_map map = { 0 };
	static const struct span rows[] = { { 0, 0, { 0, 0 } }, { 5, 5, { 0, 0 } }, END };

	(void)state;
	check(&map, rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stamp_is_counted),
		cmocka_unit_test(part_can_be_kept),
		cmocka_unit_test(parts_can_be_joined),
		cmocka_unit_test(nothing_stands_at_the_start),
	};

	return cmocka_run_group_tests_name("position-map", tests, NULL, NULL);
}
