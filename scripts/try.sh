#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# See kban work: install what a build needs, build, and run the real thing in a private network
# namespace. The machine's own firewall, logs and state are not touched, and nothing is left behind.
#
#   scripts/try.sh
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh

# shellcheck disable=SC2086
install_packages $build_packages $run_packages

# Namespaces of one's own need no root; root can do without a user namespace, as in a chroot.
if unshare -Urnm true 2>/dev/null; then
	namespaces=-Urnm
elif unshare -nm true 2>/dev/null; then
	namespaces=-nm
else
	echo "This system does not let you make namespaces: become root, or allow user namespaces" >&2
	echo "(sysctl kernel.unprivileged_userns_clone=1, or kernel.apparmor_restrict_unprivileged_userns=0)." >&2
	exit 1
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
echo "Building"
meson setup "$scratch/build" -Dtests=false -Dbuildtype=release >"$scratch/log" 2>&1 &&
	ninja -C "$scratch/build" >>"$scratch/log" 2>&1 || {
	tail -30 "$scratch/log" >&2
	exit 1
}
unshare $namespaces --kill-child --pid --fork --mount-proc scripts/try-story.sh "$scratch/build/tools" "$scratch"
