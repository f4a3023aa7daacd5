#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# All that has to hold before a push: format, both compilers with sanitizers, all tests.
# As a commit hook: ln -s ../../tests/lint/check.sh .git/hooks/pre-commit
set -eu

# Git tells its hooks about the repository, which would mislead those that tests make.
unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE GIT_PREFIX
cd "$(dirname "$(readlink -f "$0")")/../.."

build()
{
	folder=build-lint-$1
	if [ ! -f "$folder/build.ninja" ]; then
		# Clang's sanitizers leave symbols for the program to define.
		CC=$1 meson setup "$folder" --native-file dev.ini -Db_lundef=false
	fi
	meson compile -C "$folder"
	meson test -C "$folder" --print-errorlogs
}

# It is in the tests as well, but should not have to wait for two builds.
status=0
tests/lint/check-format.py . || status=$?
[ "$status" -eq 0 ] || [ "$status" -eq 77 ] || exit "$status"
build gcc
build clang
