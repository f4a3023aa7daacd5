#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Feed parsers with random changes of the saved inputs, two targets at a time, and fail if any input crashes, hangs, leaks or breaks
# what must be true of it.
#
#   scripts/fuzz.sh [SECONDS] [TARGET…]     60 seconds for each of ini, filter, tags, date, addr, matcher
#
# A target is a file tests/fuzz/fuzz-TARGET.c; "all" names them all. What was found to be interesting stays in build-fuzz/ and is where
# the next run goes on. Needs clang. KBAN_FUZZ_SEED makes the changes the same each time; 0, the default, does not.
set -u
cd "$(dirname "$0")/.." || exit 1

directory=build-fuzz
seconds=60
# A filter is read with dates and regular expressions; the slowest input that is none of a mistake takes a second.
longest_input_seconds=20
memory_mib=2048

case ${1-} in
-h | --help)
	sed -n '3,9s/^# \{0,1\}//p' "$0"
	exit 0
	;;
[0-9]*)
	seconds=$1
	shift
	;;
esac
targets=${*:-ini filter tags date addr matcher}
[ "$targets" = all ] && targets=$(cd tests/fuzz && ls fuzz-*.c | sed 's/^fuzz-\(.*\)\.c$/\1/' | tr '\n' ' ')

build() {
	if [ ! -f "$directory/build.ninja" ]; then
		CC=clang meson setup "$directory" -Dfuzzing=true -Dtools=false -Db_sanitize=address,undefined -Db_lundef=false \
			-Doptimization=1 -Ddebug=true || return 1
	fi
	programs=
	for target in $targets; do
		[ -f "tests/fuzz/fuzz-$target.c" ] || {
			echo "fuzz.sh: no target '$target': there is no tests/fuzz/fuzz-$target.c" >&2
			return 1
		}
		programs="$programs tests/fuzz/fuzz-$target"
	done
	# shellcheck disable=SC2086
	ninja -C "$directory" $programs
}

mkdir -p "$directory/findings" || exit 1
build >"$directory/build.log" 2>&1 || {
	tail -40 "$directory/build.log" >&2
	exit 1
}

# fuzz TARGET: its output is in findings/TARGET.log
fuzz() {
	grown="$directory/inputs/$1"
	mkdir -p "$grown"
	UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 "$directory/tests/fuzz/fuzz-$1" \
		-seed="${KBAN_FUZZ_SEED:-0}" -max_total_time="$seconds" -timeout="$longest_input_seconds" -rss_limit_mb="$memory_mib" -print_final_stats=1 \
		-artifact_prefix="$PWD/$directory/findings/$1-" "$grown" "tests/fuzz/corpus/$1" \
		>"$directory/findings/$1.log" 2>&1
}

# tell TARGET STATUS
tell() {
	log="$directory/findings/$1.log"
	inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -1)
	if [ "$2" -eq 0 ]; then
		echo "passed: fuzz-$1, ${inputs:-?} inputs in $seconds s"
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
	input=$(sed -n 's/^.*Test unit written to //p' "$log" | tail -1)
	grep -E '^is not so|ERROR|runtime error|SUMMARY' "$log" | head -5
	if [ -z "$input" ]; then
		echo "FAILED: fuzz-$1, see $log"
		return
	fi
	echo "FAILED: fuzz-$1 by the input $input"
	echo "    see it again:  $directory/tests/fuzz/fuzz-$1 '$input'"
	echo "    make it small: $directory/tests/fuzz/fuzz-$1 -minimize_crash=1 -max_total_time=60 '$input'"
	echo "    once mended, save it under a name that tells what it is in tests/fuzz/corpus/$1/"
}

# pair TARGET [TARGET]
pair() {
	fuzz "$1" &
	first=$!
	if [ $# -gt 1 ]; then
		fuzz "$2"
		second=$?
	fi
	wait "$first"
	tell "$1" $?
	[ $# -gt 1 ] && tell "$2" "$second"
}

passed=0
failed=0
# shellcheck disable=SC2086
set -- $targets
while [ $# -gt 0 ]; do
	# shellcheck disable=SC2086
	pair "$1" ${2-}
	shift $(($# > 1 ? 2 : 1))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
