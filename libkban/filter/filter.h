/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KB_FILTER_FILTER_H
#define KB_FILTER_FILTER_H

#include <kban/filter.h>

#include "filter/filter-load.h"

/* Compile what filter_load read. */
int kb_filter_compile(struct kban_context *ctx, const struct kb_filter_source *source,
		      const struct kban_filter_options *options, struct kban_filter **out,
		      struct kban_error **err);

#endif /* KB_FILTER_FILTER_H */
