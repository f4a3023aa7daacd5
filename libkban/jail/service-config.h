/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What DIR/fail2ban.conf says about the service. */
#ifndef KB_JAIL_SERVICE_CONFIG_H
#define KB_JAIL_SERVICE_CONFIG_H

#include <kban/config.h>

#include "base/problem-list.h"
#include "conf/conf-load.h"

struct kb_service_config {
	struct kb_conf *conf;    /* NULL: there is no such file */
	struct kb_options texts; /* those that are there, with their references resolved */
	kban_usec purge_age;
	unsigned max_stored_matches;
	enum kban_packet_filter packet_filter;
};

/*
 * Read it into @a service, which is zeroed, or set the defaults. What is wrong is a problem without
 * subject. KBAN_OK or KBAN_E_NOMEM.
 */
int kb_service_config_read(const char *dir, struct kb_service_config *service,
			   struct kb_problem_list *problems);

/* The option as a text, or NULL. */
const char *kb_service_config_text(const struct kb_service_config *service, const char *option);

void kb_service_config_clear(struct kb_service_config *service);

#endif /* KB_JAIL_SERVICE_CONFIG_H */
