/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Netlink that fails. The test program's sendto() and recvmsg() stand in front of those of libc,
 * also for shared libraries.
 */
#ifndef KBAN_NET_NETLINK_TROUBLE_H
#define KBAN_NET_NETLINK_TROUBLE_H

enum netlink_call {
	NETLINK_SEND = 1,
	NETLINK_RECEIVE = 2,
};

/*
 * Let each @a nth of the @a calls (enum netlink_call, or both) fail with @a error_number. A message
 * whose receipt fails is lost.
 */
void netlink_trouble_start(int calls, unsigned nth, int error_number);

/* Calls that failed since the start. */
unsigned netlink_trouble_stop(void);

#endif /* KBAN_NET_NETLINK_TROUBLE_H */
