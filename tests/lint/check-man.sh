#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# mandoc has nothing to say about the manual pages. Usage: check-man.sh ROOT
set -eu

set -- "$1"/docs/man/*.[1-9]
if [ ! -e "$1" ]; then
	echo 'no manual pages yet'
	exit 0
fi
if ! command -v mandoc >/dev/null; then
	echo 'SKIPPED: mandoc is not installed' >&2
	exit 77
fi
exec mandoc -Tlint -W warning "$@"
