/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/client.h
 * One connection to a running daemon. Calls wait for their reply.
 */
#ifndef KBAN_CLIENT_H
#define KBAN_CLIENT_H

#include <kban/base.h>
#include <kban/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kban_client;

/** Where the daemon listens unless told otherwise. */
#define KBAN_SOCKET_DEFAULT "/run/kban/kban.sock"

/**
 * Connect to the daemon.
 *
 * @param path     Socket; NULL: KBAN_SOCKET_DEFAULT.
 * @param timeout  How long connecting, and later each call, may take.
 *
 * @return KBAN_OK; KBAN_E_NOTFOUND (no daemon), KBAN_E_DENIED, KBAN_E_LIMIT (it does not accept
 *         within the timeout), KBAN_E_SYSTEM, KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_client_open(const char *path, kban_usec timeout,
					      struct kban_client **out, struct kban_error **err);

/** NULL is allowed. */
KBAN_API void kban_client_close(struct kban_client *client);

/**
 * Call a method and wait for its reply.
 *
 * @param parameters  A JSON object as text; NULL: none.
 * @param reply       Receives the reply's parameters as JSON text, owned by the caller and released
 *                    with free(); for KBAN_E_INVAL those of the error.
 * @param error_name  Receives, for KBAN_E_INVAL, the name of the error the daemon answered with,
 *                    owned by the caller and released with free(). May be NULL.
 *
 * @return KBAN_OK; KBAN_E_INVAL if the daemon answered with an error; KBAN_E_LIMIT after the
 *         timeout; KBAN_E_SYSTEM; KBAN_E_SYNTAX (@a parameters is no JSON object, or what came back
 *         is no reply of the protocol); KBAN_E_NOMEM. After a failure other than KBAN_E_INVAL the
 *         connection is of no more use.
 */
KBAN_API KBAN_MUST_CHECK int kban_client_call(struct kban_client *client, const char *method,
					      const char *parameters, char **reply,
					      char **error_name, struct kban_error **err);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_CLIENT_H */
