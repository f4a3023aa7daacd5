/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is made when kban is built: the texts of our interfaces, from the .varlink files. */
#ifndef KB_CONTROL_CONTROL_INTERFACE_H
#define KB_CONTROL_CONTROL_INTERFACE_H

extern const char kb_version[];           /* "0.1.0" */
extern const char kb_interface_kban[];    /* docs/io.kban.varlink */
extern const char kb_interface_service[]; /* org.varlink.service.varlink */

#endif /* KB_CONTROL_CONTROL_INTERFACE_H */
