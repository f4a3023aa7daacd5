/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nf_tables by commands as nft(8) reads them: the only door to libnftables. Requests that got lost
 * on the way are repeated a few times.
 *
 * Statuses: KBAN_E_NOTFOUND (no such table, set or chain; or the kernel has no nf_tables),
 * KBAN_E_LIMIT (full), KBAN_E_DENIED (no CAP_NET_ADMIN, or in use), KBAN_E_SYSTEM, KBAN_E_NOMEM.
 */
#ifndef KB_BAN_BACKEND_NFT_SESSION_H
#define KB_BAN_BACKEND_NFT_SESSION_H

#include "base/buffer.h"
#include "base/error.h"

struct kb_nft_session;

/* KBAN_E_NOTFOUND: the kernel has no nf_tables. */
int kb_nft_session_new(struct kb_nft_session **out, struct kban_error **err);
void kb_nft_session_free(struct kb_nft_session *session);

/*
 * Run @a commands, all of them or none.
 *
 * @param subject  What an error names: "set 'kban-sshd'".
 */
int kb_nft_run(struct kb_nft_session *session, const char *subject, const char *commands,
	       struct kban_error **err);

enum kb_nft_part {
	KB_NFT_FRAME,   /* with handles, and without the entries of sets */
	KB_NFT_ENTRIES, /* with them */
};

/* What a list command prints: see ban/nft-listing.h. @a out is emptied first. */
int kb_nft_list(struct kb_nft_session *session, const char *subject, const char *command,
		enum kb_nft_part part, struct kb_buffer *out, struct kban_error **err);

KB_DEFINE_AUTO(nft_session)

#endif /* KB_BAN_BACKEND_NFT_SESSION_H */
