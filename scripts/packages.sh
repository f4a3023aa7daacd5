#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by try.sh and check.sh: installs Debian packages that are missing, through sudo if need be.

build_packages="gcc meson ninja-build pkg-config libc6-dev libpcre2-dev libipset-dev libsqlite3-dev
	libjansson-dev libuv1-dev"
run_packages="ipset iptables iproute2 python3 util-linux"
test_packages="clang g++ clang-format libcmocka-dev libsystemd-dev mandoc strace git"

is_installed() {
	dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q '^install ok installed'
}

# install_packages NAME…
install_packages() {
	missing=
	for package in "$@"; do
		is_installed "$package" || missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	command -v apt-get >/dev/null || {
		echo "These packages, or what your system calls them, are needed:$missing" >&2
		return 1
	}
	as_root=
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null || {
			echo "Please have these packages installed, and try again:$missing" >&2
			return 1
		}
		as_root=sudo
	fi
	echo "Installing$missing"
	$as_root apt-get update -qq
	# shellcheck disable=SC2086
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}
