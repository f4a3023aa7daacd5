#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by try.sh and check.sh: installs Debian packages that are missing, through sudo if need be.

build_packages="gcc meson ninja-build pkg-config libc6-dev libpcre2-dev libipset-dev libsqlite3-dev
	libjansson-dev libuv1-dev libarchive-dev libnftables-dev libmnl-dev"
run_packages="ipset iptables nftables iproute2 python3 util-linux"
test_packages="clang libclang-rt-dev g++ clang-format libcmocka-dev libsystemd-dev systemd-journal-remote
	mandoc strace git valgrind"

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

# unpack_fail2ban DIRECTORY: unpack the package of fail2ban there, for its filters and sample logs. It is not installed: a daemon
# that bans is no business of a test.
unpack_fail2ban() {
	[ -d "$1" ] && return 0
	command -v apt-get >/dev/null && command -v dpkg >/dev/null || return 1
	folder=$(mktemp -d) || return 1
	echo "Downloading fail2ban, which is not installed"
	(cd "$folder" && apt-get download -qq fail2ban >/dev/null 2>&1 && dpkg -x fail2ban_*.deb fail2ban) &&
		mv "$folder/fail2ban" "$1"
	status=$?
	rm -rf "$folder"
	return "$status"
}
