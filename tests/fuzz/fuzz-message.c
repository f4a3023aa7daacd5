/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A message that can be read can be written and read again, and is answered at most once. */
#include "fuzz.h"

#include <kban/message.h>

#include "base/text.h"

static void check_again(struct kban_text written, const struct kban_message *first)
{
	kban_auto(message) again = NULL;

	fuzz_check(written.data[written.len - 1] == '\0');
	fuzz_check(kban_message_parse(kb_text_slice(written, 0, written.len - 1), &again, NULL) ==
		   KBAN_OK);
	fuzz_check(strcmp(kban_message_parameters(again), kban_message_parameters(first)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	kban_auto(message) message = NULL;
	struct kban_text written = { NULL, 0 };
	struct kban_text answer = { NULL, 0 };
	const char *method;

	if (kban_message_parse(fuzz_text(data, size), &message, NULL) != KBAN_OK)
		return 0;
	method = kban_message_method(message);
	if (method != NULL)
		fuzz_check(kban_message_write_call(method, kban_message_parameters(message),
						   kban_message_flags(message),
						   &written) == KBAN_OK);
	else
		fuzz_check(kban_message_write_reply(kban_message_parameters(message), 0,
						    &written) == KBAN_OK);
	check_again(written, message);
	fuzz_check(kban_message_answer_service(message, &answer) >= 0);
	free((char *)(uintptr_t)written.data);
	free((char *)(uintptr_t)answer.data);
	return 0;
}
