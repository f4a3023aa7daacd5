/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/message.h
 * The control protocol: requests and replies to bytes and back.
 *
 * Messages are JSON objects ended by one NUL byte, in the form of the Varlink protocol
 * (https://varlink.org/Method-Call): a call has "method", "parameters" and perhaps "more" or
 * "oneway"; a reply has "parameters" and perhaps "continues" or "error". Parameters go in and out
 * as JSON text, so that a program may use the JSON library it likes.
 */
#ifndef KBAN_MESSAGE_H
#define KBAN_MESSAGE_H

#include <kban/base.h>
#include <kban/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Bytes of a request at most; a server closes on more. */
#define KBAN_MESSAGE_MAX (64 * 1024)

/** Bytes of a reply at most. */
#define KBAN_REPLY_MAX ((size_t)64 * 1024 * 1024)

enum kban_message_flags {
	KBAN_MESSAGE_MORE = 1,     /**< call: several replies are welcome */
	KBAN_MESSAGE_ONEWAY = 2,   /**< call: no reply is wanted */
	KBAN_MESSAGE_CONTINUES = 4 /**< reply: another one follows */
};

struct kban_message;

/**
 * Read one message. It is a call if it has a method, otherwise a reply. What is in it that we do
 * not know is passed over, as the protocol wants it.
 *
 * @param text  The message without its NUL.
 *
 * @return KBAN_OK; KBAN_E_SYNTAX, also for text that is not UTF-8, for names that stand twice in an
 *         object and for what is nested more than 32 deep; KBAN_E_LIMIT (more than KBAN_REPLY_MAX
 *         bytes); KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_message_parse(struct kban_text text, struct kban_message **out,
						struct kban_error **err);

/** NULL is allowed. */
KBAN_API void kban_message_free(struct kban_message *message);

/** Name of the method called, "org.varlink.service.GetInfo", or NULL for a reply. */
KBAN_API const char *kban_message_method(const struct kban_message *message);

/** Name of the error a reply reports, or NULL. */
KBAN_API const char *kban_message_error(const struct kban_message *message);

/** Parameters as JSON text, "{}" where there are none. Valid as long as the message. */
KBAN_API const char *kban_message_parameters(const struct kban_message *message);

/** Flags of enum kban_message_flags. */
KBAN_API unsigned kban_message_flags(const struct kban_message *message);

/**
 * Write a call, a reply or an error, with the NUL behind it.
 *
 * @param parameters  A JSON object as text; NULL: none.
 * @param out         Receives the bytes; data is owned by the caller and released with free().
 *
 * @return KBAN_OK, KBAN_E_INVAL (@a parameters is no JSON object, or a name is missing),
 *         KBAN_E_LIMIT (more than KBAN_REPLY_MAX bytes) or KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_message_write_call(const char *method, const char *parameters,
						     unsigned flags, struct kban_text *out);

/** The same for a reply; @a flags may have KBAN_MESSAGE_CONTINUES. */
KBAN_API KBAN_MUST_CHECK int kban_message_write_reply(const char *parameters, unsigned flags,
						      struct kban_text *out);

/** The same for an error by the name of @a error: "io.kban.NoSuchJail". */
KBAN_API KBAN_MUST_CHECK int kban_message_write_error(const char *error, const char *parameters,
						      struct kban_text *out);

/**
 * Answer what every Varlink service answers: org.varlink.service.GetInfo and
 * GetInterfaceDescription, and errors for methods and interfaces that do not exist.
 *
 * @param out  Receives the reply as kban_message_write_reply() does; no bytes where none is wanted.
 *
 * @return 1 if the call was answered, 0 if it is one of io.kban and up to the caller,
 *         KBAN_E_NOMEM.
 */
KBAN_API KBAN_MUST_CHECK int kban_message_answer_service(const struct kban_message *call,
							 struct kban_text *out);

#ifdef __cplusplus
}
#endif

#endif /* KBAN_MESSAGE_H */
