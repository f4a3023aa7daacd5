/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the file system says about a file. */
#ifndef KB_SOURCE_FILE_FACTS_H
#define KB_SOURCE_FILE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

struct kb_file_facts {
	uint64_t device, inode;
	uint64_t size;
	/* Nanoseconds since 1970 by the file system's clock, which may move in steps of 4 ms. */
	uint64_t changed;
	uint64_t modified;
	uint64_t born; /* 0 where the file system does not tell */
	uint32_t mode;
	uint32_t links; /* 0: deleted, and open somewhere */
};

/*
 * All answer KBAN_OK, or KBAN_E_SYSTEM with errno set. _path follows symbolic links, _at does not.
 */
int kb_file_facts_of_path(const char *path, struct kb_file_facts *out);
int kb_file_facts_of_descriptor(int fd, struct kb_file_facts *out);
int kb_file_facts_at(int directory, const char *name, struct kb_file_facts *out);

bool kb_file_facts_is_regular(const struct kb_file_facts *facts);
bool kb_file_facts_is_same_file(const struct kb_file_facts *left,
				const struct kb_file_facts *right);

#endif /* KB_SOURCE_FILE_FACTS_H */
