/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

static void is_told(void **state)
{
	kban_auto(context) ctx = kban_context_new();
	kban_auto(error) err = NULL;
	struct kban_backend *backend = NULL;

	(void)state;
	assert_int_equal(kban_backend_nft_new(ctx, &backend, &err), KBAN_E_NOTFOUND);
	assert_null(backend);
	assert_string_equal(kban_error_text(err), "nft: kban was built without libnftables");
	assert_int_equal(kban_backend_nft_new(ctx, &backend, NULL), KBAN_E_NOTFOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_told),
	};

	return cmocka_run_group_tests_name("backend-nft-absent", tests, NULL, NULL);
}
