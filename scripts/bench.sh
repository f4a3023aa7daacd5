#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Build a release, run it beside the programs that do the same, and write what came out of it to docs/benchmarks.md.
#
#   scripts/bench.sh [--quick]     --quick: few lines, one run, and docs/benchmarks.md stays as it is
#
# BUILD names the build directory, KBAN_FAIL2BAN an unpacked package of fail2ban. The machine should have nothing else to do.
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build-release}

case ${1-} in
"") options="--output docs/benchmarks.md" ;;
--quick) options=--quick ;;
*)
	sed -n '3,8s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac

[ -d "$build" ] || meson setup "$build" -Dbuildtype=release >/dev/null
ninja -C "$build" >/dev/null
# shellcheck disable=SC2086
exec python3 tests/bench/report.py "$build" $options
