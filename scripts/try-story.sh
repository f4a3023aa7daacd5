#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The story that try.sh tells. Runs as root of a namespace of its own.
#
#   try-story.sh TOOLS SCRATCH
set -eu
tools=$1
scratch=$2
example=$PWD/docs/examples/mail-server
PATH=$PATH:/usr/sbin:/sbin

server=203.0.113.1   # the mail server
attacker=203.0.113.66
customer=203.0.113.77

bold= plain=
if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
	bold=$(printf '\033[1m')
	plain=$(printf '\033[0m')
fi

say() {
	printf '\n%s%s%s\n' "$bold" "$*" "$plain"
}

# show COMMAND…: print it as one would type it, and run it
show() {
	printf '  $ %s\n' "$*"
	"$@" 2>&1 | sed 's/^/    /'
}

kban-client() { "$tools/kban-client/kban-client" --socket "$scratch/kban.sock" "$@"; }

# wait_for WHAT COMMAND…: at most ten seconds
wait_for() {
	what=$1
	shift
	for _ in $(seq 1000); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.01
	done
	echo "waited in vain for $what" >&2
	exit 1
}

# connect FROM PORT: can that host open a connection to the server?
connect() {
	if nsenter -t "$outside" -n python3 - "$1" "$2" "$server" <<'PYTHON'; then
import socket, sys
try:
    socket.create_connection((sys.argv[3], int(sys.argv[2])), timeout=2, source_address=(sys.argv[1], 0)).close()
except OSError:
    sys.exit(1)
PYTHON
		printf '    %s -> port %s: accepted\n' "$1" "$2"
		return 0
	fi
	printf '    %s -> port %s: refused\n' "$1" "$2"
	return 1
}

must() {
	"$@" || { echo "that should have been accepted" >&2; exit 1; }
}

must_not() {
	if "$@"; then
		echo "that should have been refused" >&2
		exit 1
	fi
}

start_daemon() {
	"$tools/kban-tail/kban-tail" -c "$example" --state "$scratch/state" --socket "$scratch/kban.sock" \
		--foreground --log-target "$scratch/kban.log" &
	daemon=$!
	wait_for "the daemon" kban-client ping
}

# A network of two: this namespace is the mail server, another one is the world outside.
ip link set lo up
unshare -n sleep 1000 &
outside=$!
wait_for "a namespace" sh -c "[ \$(readlink /proc/$outside/ns/net) != \$(readlink /proc/$$/ns/net) ]"
ip link add inside type veth peer name outside netns $outside
ip addr add $server/24 dev inside
ip link set inside up
nsenter -t $outside -n ip addr add $attacker/24 dev outside
nsenter -t $outside -n ip addr add $customer/24 dev outside
nsenter -t $outside -n ip link set outside up
python3 - <<'PYTHON' &
import selectors, socket
chooser = selectors.DefaultSelector()
for port in (22, 25):
    chooser.register(socket.create_server(("203.0.113.1", port)), selectors.EVENT_READ)
while True:
    for key, _ in chooser.select():
        key.fileobj.accept()[0].close()
PYTHON
mount -t tmpfs tmpfs /var/log
touch /var/log/maillog
wait_for "port 25" connect $customer 25

say "1. A mail server with ten Kerio jails over one /var/log/maillog. Nobody is banned."
start_daemon
show kban-client status
must connect $attacker 25

say "2. The day goes by: the example's maillog is appended line by line, at today's time."
now=$(date '+%b %e %T')
sed -E "s/^[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8}/$now/; s/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+[-+Z0-9:]*/$(date +%FT%T%:z)/" \
	"$example/maillog" >>/var/log/maillog
wait_for "bans" sh -c "ipset list -n | grep -q kban && ipset list kban-kerio-blacklist | grep -q timeout.*[1-9]"
show ipset list -n
show ipset list kban-kerio-blacklist

say "3. An attacker comes: $attacker fails to log in."
for user in info office sales; do
	printf '%s mail kerio-connect: Failed SMTP login from %s with SASL method LOGIN.\n' "$(date '+%b %e %T')" $attacker
done | tee -a /var/log/maillog | sed 's/^/    /'
wait_for "the ban" ipset test kban-kerio-auth $attacker
must_not connect $attacker 25
must connect $attacker 22
must connect $customer 25

say "4. Who did that, and why?"
show kban-client banned $attacker
show kban-client why $attacker

say "5. It was our customer after all: let him in again."
show kban-client set kerio-auth unbanip $attacker
must connect $attacker 25

say "6. He is back, and the daemon is killed with SIGKILL. The kernel goes on without it."
for user in info office sales; do
	printf '%s mail kerio-connect: Failed SMTP login from %s with SASL method LOGIN.\n' "$(date '+%b %e %T')" $attacker
done >>/var/log/maillog
wait_for "the ban" ipset test kban-kerio-auth $attacker
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null || true
show ipset test kban-kerio-auth $attacker
must_not connect $attacker 25

say "7. Every entry has a timeout of its own, so a ban ends even if the daemon never returns."
show sh -c "ipset list kban-kerio-auth | grep $attacker"
ipset add kban-kerio-auth 203.0.113.99 timeout 2
show sh -c "ipset list kban-kerio-auth | grep 203.0.113.99"
wait_for "the end of a ban" sh -c "! ipset test kban-kerio-auth 203.0.113.99"
printf '    203.0.113.99 had two seconds, and is gone\n'

say "8. The daemon starts again, and takes up what it finds."
start_daemon
show kban-client status kerio-auth
show kban-client stop --flush
wait $daemon
must connect $attacker 25

say "That was kban. All of it happened in a namespace that is gone now."
