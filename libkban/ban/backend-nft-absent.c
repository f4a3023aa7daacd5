/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes the place of backend-nft.c in a build without libnftables. */
#include "ban/backend.h"

int kban_backend_nft_new(struct kban_context *ctx, struct kban_backend **out,
			 struct kban_error **err)
{
	(void)ctx;
	(void)out;
	return kb_fail(err, KBAN_E_NOTFOUND, NULL, "nft: kban was built without libnftables");
}
