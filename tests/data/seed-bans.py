#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""seed-bans.py SOURCE_ROOT KBAN_TAIL

Replay the corpus's maillog through its ten jails, and compare the bans with those of fail2ban: same
jail, same host, same line, same time. Skipped where there is no corpus.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

from corpus import SKIPPED, find


def replay(tool, seed, zone, now):
    with tempfile.TemporaryDirectory() as scratch:
        config = os.path.join(scratch, "etc")
        shutil.copytree(os.path.join(seed, "fail2ban"), config, copy_function=shutil.copyfile)
        path = os.path.join(config, "jail.local")
        with open(path) as file:
            text = file.read().replace("/var/log/maillog", os.path.join(seed, "maillog"))
        with open(path, "w") as file:
            file.write(text)
        done = subprocess.run([tool, "-c", config, "--once", "--dry-run", "--json", "--now", str(now)],
                              stdout=subprocess.PIPE, env=dict(os.environ, TZ=zone), check=True)
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def main():
    folder = find(sys.argv[1])
    if folder is None:
        print("no corpus: set KBAN_CORPUS to its folder")
        return SKIPPED
    seed = os.path.join(folder, "seed")
    with open(os.path.join(seed, "expected.json")) as file:
        expected = json.load(file)
    with open(os.path.join(seed, "bans.json")) as file:
        jails = json.load(file)["jails"]
    wanted = sorted((jail, host, ban["line"], ban["time"])
                    for jail, found in jails.items() for host, ban in found["bans"].items())
    got = sorted((ban["jail"], ban["host"], ban["line"], ban["time"])
                 for ban in replay(sys.argv[2], seed, expected["tz"], expected["now"]))
    for ban in sorted(set(wanted) ^ set(got)):
        print("%s %s" % ("missing" if ban in wanted else "unexpected", ban))
    print("%d bans, %d expected" % (len(got), len(wanted)))
    return int(got != wanted)


if __name__ == "__main__":
    sys.exit(main())
