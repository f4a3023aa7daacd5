/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an engine of regex/prescan.h is. */
#ifndef KB_REGEX_PRESCAN_ENGINE_H
#define KB_REGEX_PRESCAN_ENGINE_H

#include "regex/prescan.h"

struct kb_prescan_engine_ops {
	const char *name;

	/* Whether it is for so many strings, on this processor. NULL: it always is. */
	bool (*suits)(size_t count);

	/* At least one string; they outlive the engine. KBAN_OK or KBAN_E_NOMEM. */
	int (*open)(const struct kb_literal *strings, size_t count, void **out);

	void (*close)(void *engine);

	/* As kb_prescan_block(), for a block that is neither empty nor too long. */
	int (*block)(void *engine, struct kban_text block, kb_prescan_fn *found, void *data);
};

extern const struct kb_prescan_engine_ops kb_prescan_few;
extern const struct kb_prescan_engine_ops kb_prescan_pair;
extern const struct kb_prescan_engine_ops kb_prescan_builtin;
extern const struct kb_prescan_engine_ops kb_prescan_portable;
extern const struct kb_prescan_engine_ops kb_prescan_hyperscan;

#endif /* KB_REGEX_PRESCAN_ENGINE_H */
