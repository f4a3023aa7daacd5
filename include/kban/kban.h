/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kban/kban.h
 * All of kban's public headers.
 */
#ifndef KBAN_KBAN_H
#define KBAN_KBAN_H

#include <kban/addr.h>
#include <kban/allow-list.h>
#include <kban/backend.h>
#include <kban/base.h>
#include <kban/client.h>
#include <kban/command.h>
#include <kban/config.h>
#include <kban/context.h>
#include <kban/counter.h>
#include <kban/duration.h>
#include <kban/error.h>
#include <kban/explainer.h>
#include <kban/fail2ban-database.h>
#include <kban/filter.h>
#include <kban/follow.h>
#include <kban/jail-config.h>
#include <kban/jail.h>
#include <kban/journal.h>
#include <kban/log-target.h>
#include <kban/matcher.h>
#include <kban/message.h>
#include <kban/profile.h>
#include <kban/rules.h>
#include <kban/scanner.h>
#include <kban/store.h>
#include <kban/text.h>
#include <kban/watch.h>
#include <kban/why.h>

#endif /* KBAN_KBAN_H */
