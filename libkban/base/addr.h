/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What kban/addr.h does not promise. */
#ifndef KB_BASE_ADDR_H
#define KB_BASE_ADDR_H

#include <stdbool.h>

#include <kban/addr.h>

/*
 * An IPv4 address as inet_pton(3) takes it: four numbers up to 255 without leading zeros, so that
 * kban_addr_print() gives the same text. False leaves @a out alone.
 */
bool kb_addr_parse_ip4(struct kban_text text, struct kban_addr *out);

#endif /* KB_BASE_ADDR_H */
