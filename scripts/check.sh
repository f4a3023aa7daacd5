#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Install what tests need, build, run every suite, and say at the end how many passed and failed.
#
#   scripts/check.sh [--quick]     --quick: the sanitizer build only, without slow suites
set -u
cd "$(dirname "$0")/.." || exit 1
. scripts/packages.sh

quick=
[ "${1-}" = --quick ] && quick=1

# shellcheck disable=SC2086
install_packages $build_packages $run_packages $test_packages || exit 1
if [ -z "${KBAN_FAIL2BAN-}" ] && unpack_fail2ban build-fail2ban; then
	export KBAN_FAIL2BAN="$PWD/build-fail2ban"
fi

passed=0
failed=0

# fail WHAT: count a failure that is no test's
fail() {
	echo "FAILED: $1" >&2
	failed=$((failed + 1))
}

# build DIRECTORY COMPILER MESON-OPTION…
build() {
	directory=$1
	compiler=$2
	shift 2
	echo "== build $directory"
	if [ ! -d "$directory" ]; then
		CC=$compiler meson setup "$directory" "$@" >"$directory.log" 2>&1 || {
			cat "$directory.log"
			rm -rf "$directory"
			fail "meson setup $directory"
			return 1
		}
	fi
	ninja -C "$directory" >"$directory.log" 2>&1 || {
		grep -E 'error|warning|FAILED' "$directory.log" || tail -50 "$directory.log"
		fail "ninja $directory"
		return 1
	}
	passed=$((passed + 1))
	rm -f "$directory.log"
}

# count PATTERN FILE: the number that meson's summary gives
count() {
	sed -n "s/^$1: *\([0-9]*\).*/\1/p" "$2" | tail -1
}

# run DIRECTORY MESON-TEST-OPTION…
run() {
	directory=$1
	shift
	echo "== test $directory $*"
	log=$(mktemp)
	meson test -C "$directory" --print-errorlogs "$@" 2>&1 | tee "$log"
	good=$(count 'Ok' "$log")
	bad=$(($(count 'Fail' "$log") + $(count 'Unexpected Pass' "$log") + $(count 'Timeout' "$log")))
	if [ -z "$good" ]; then
		fail "meson test $directory"
	else
		passed=$((passed + good))
		failed=$((failed + bad))
	fi
	rm -f "$log"
}

# fuzz SECONDS [TARGET…]: each target counts. With the same seed it is the change that fails, and not bad luck.
fuzz() {
	echo "== fuzz $*"
	log=$(mktemp)
	KBAN_FUZZ_SEED=1 scripts/fuzz.sh "$@" 2>&1 | tee "$log"
	good=$(sed -n 's/^\([0-9]*\) passed, [0-9]* failed$/\1/p' "$log" | tail -1)
	bad=$(sed -n 's/^[0-9]* passed, \([0-9]*\) failed$/\1/p' "$log" | tail -1)
	if [ -z "$good" ]; then
		fail "scripts/fuzz.sh"
	else
		passed=$((passed + good))
		failed=$((failed + bad))
	fi
	rm -f "$log"
}

build build-asan gcc --native-file dev.ini && run build-asan ${quick:+--no-suite corpus --no-suite differential --no-suite net}
if [ -z "$quick" ]; then
	build build-release gcc -Dbuildtype=release -Dwerror=true && run build-release
	build build-clang clang -Dwerror=true && run build-clang --suite unit --suite api --suite cli
	fuzz 60
	fuzz 20 action syslog journal state formula
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
