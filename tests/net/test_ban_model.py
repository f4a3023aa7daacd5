# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random histories of bans, told to a model and to a daemon with a real kernel, and compared.

After each step the kernel must come to hold exactly the addresses that the model holds. KBAN_SEED
repeats a history, KBAN_STEPS makes it longer.
"""

import os
import random
import signal
import time

from support import Case, Clock, destroy, flush_set, main, members, rules, wait_until

STEPS = int(os.environ.get("KBAN_STEPS", "60"))
BAN_TIME, SHORT = 600, 4
HOSTS = ["192.0.2.%d" % n for n in range(1, 13)] + ["2001:db8::%x" % n for n in range(1, 5)]
NETWORKS = ["198.51.100.0/24", "203.0.113.0/25"]


class Model:
    """Who is banned in which jail, until when by the monotonic clock."""

    def __init__(self):
        self.bans = {"long": {}, "short": {}}

    def ban(self, jail, host):
        until = time.monotonic() + (SHORT if jail == "short" else BAN_TIME)
        self.bans[jail][host] = until

    def lift(self, host):
        for bans in self.bans.values():
            bans.pop(host, None)

    def expire(self, jail):
        """Hosts that must be banned now, and those that may be."""
        now = time.monotonic()
        must = {host for host, until in self.bans[jail].items() if until > now + 1.5}
        may = {host for host, until in self.bans[jail].items() if until > now - 2.5}
        self.bans[jail] = {host: until for host, until in self.bans[jail].items() if host in may}
        return must, may


class History(Case):
    def setUp(self):
        self.seed = int(os.environ.get("KBAN_SEED", time.time_ns() % 1000000007))
        self.chance = random.Random(self.seed)
        self.model = Model()
        self.steps = []
        self.jails = {"long": {"bantime": BAN_TIME}, "short": {"bantime": SHORT}}
        self.one = self.host(self.jails)
        self.clock = Clock(self.one)
        self.start()
        self.wanted_rules = sorted(rules())
        print("KBAN_SEED=%d KBAN_STEPS=%d" % (self.seed, STEPS))

    def start(self):
        self.one.start(wrapper=self.clock.wrapper() if self.clock.library else ())

    def kernel(self, jail):
        four, six = members("kban-" + jail), members("kban-%s6" % jail)
        return None if four is None or six is None else set(four) | set(six)

    def agrees(self):
        for jail in self.model.bans:
            must, may = self.model.expire(jail)
            held = self.kernel(jail)
            if held is None or not must <= held or not held <= may:
                return False
        return sorted(rules()) == self.wanted_rules

    def fail_lines(self):
        """Lines of a log, which both jails read; the ban of a host that is banned becomes longer."""
        hosts = self.chance.sample(HOSTS, self.chance.randint(1, 5))
        for host in hosts:
            for jail in self.model.bans:
                self.model.ban(jail, host)
        self.one.fail(*hosts, when=self.clock.now())
        # Until they are read: what comes next must not overtake them.
        wait_until("the lines to be read", lambda: all(
            host in (self.kernel("long") or ()) for host in hosts), limit=20)

    def ban_by_hand(self):
        jail = self.chance.choice(list(self.model.bans))
        host = self.chance.choice(HOSTS + NETWORKS)
        self.model.ban(jail, host)
        self.one.client("set", jail, "banip", host)

    def unban(self):
        host = self.chance.choice(HOSTS + NETWORKS)
        self.model.lift(host)
        self.one.client("unban", host, check=False)

    def let_time_pass(self):
        time.sleep(self.chance.random() * 1.5)

    def flush_a_set(self):
        flush_set("kban-long" + self.chance.choice(["", "6"]))

    def destroy_all(self):
        with self.one.held():
            destroy("sets")

    def flush_rules(self):
        destroy("rules")

    def reload(self):
        self.one.client("reload")

    def jump_the_clock(self):
        """No ban becomes shorter or longer, whether or not the daemon is there to see it."""
        is_down = self.chance.random() < 0.3
        if is_down:
            self.one.kill()
        self.clock.jump(self.chance.choice([-86400, -3600, 0, 3600, 86400]) if self.clock.library else 0)
        if is_down:
            self.start()

    def kill(self):
        self.one.kill()
        self.start()

    def stop(self):
        self.one.stop(self.chance.choice([signal.SIGTERM, signal.SIGINT]))
        self.start()

    def test_kernel_and_model_agree(self):
        actions = [self.fail_lines] * 5 + [self.ban_by_hand] * 4 + [self.unban] * 3 + [
            self.let_time_pass, self.flush_a_set, self.destroy_all, self.flush_rules, self.reload,
            self.jump_the_clock, self.kill, self.stop]
        for _ in range(STEPS):
            action = self.chance.choice(actions)
            self.steps.append(action.__name__)
            action()
            try:
                wait_until("agreement", self.agrees, limit=12, pause=0.05)
            except AssertionError:
                for jail in self.model.bans:
                    must, may = self.model.expire(jail)
                    held = self.kernel(jail)
                    print("%s: held %s, missing %s, too many %s" % (
                        jail, held, must - (held or set()), (held or set()) - may))
                with open(self.one.journal) as file:
                    print("".join(file.readlines()[-30:]))
                raise AssertionError("seed %d: %s" % (self.seed, " ".join(self.steps))) from None


if __name__ == "__main__":
    main()
