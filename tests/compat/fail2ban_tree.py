# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where a package of fail2ban is, unpacked or installed, and what of it the tests need."""

import os
import re
import sys
from pathlib import Path

PACKAGE = "usr/lib/python3/dist-packages/fail2ban"
MISSING = """
*******************************************************************************
* fail2ban is not here, so NOTHING WAS COMPARED with its filters and samples. *
* Unpack its package somewhere and name that directory in KBAN_FAIL2BAN:      *
*     apt-get download fail2ban && dpkg -x fail2ban_*.deb DIR                 *
*******************************************************************************
"""

# Rules of fail2ban 1.0.2 that kban-regex warns of, as a stranger's text can mislead them.
MISLED = {
    "asterisk.conf:30",
    "exim.conf:24",
    "pam-generic.conf:21",
    "roundcube-auth.conf:18",
    "roundcube-auth.conf:21",
    *(f"sshd.conf:{line}" for line in (71, 75, 80, 81, 88)),
    "zzz-sshd-obsolete-multiline.conf:53",
    "zzz-sshd-obsolete-multiline.conf:59",
    "zzz-sshd-obsolete-multiline.conf:60",
}
WARNING = re.compile(r"kban-regex: \S*/filter\.d/(\S+:\d+): (?:fail|ignore)regex: who ")


def unexpected(said):
    """Lines of standard error without warnings of the rules above."""
    lines = said.decode(errors="replace").splitlines()
    warnings = ((WARNING.match(line), line) for line in lines)
    return [line for warning, line in warnings if not warning or warning[1] not in MISLED]


class Tree:
    def __init__(self, root):
        self.config = root / "etc/fail2ban"
        self.package = root / PACKAGE
        self.samples = self.package / "tests/files/logs"
        self.test_filters = self.package / "tests/config/filter.d"

    def is_complete(self):
        return (self.config / "filter.d").is_dir() and self.samples.is_dir()

    def version(self):
        found = re.search(r'^version = "(.*)"', (self.package / "version.py").read_text(), re.M)
        return found.group(1)

    def filters(self):
        """Names of those that can be used by themselves; the others are for inclusion."""
        names = (path.stem for path in (self.config / "filter.d").glob("*.conf"))
        return sorted(name for name in names if not name.endswith("-common") and name != "common")

    def make_test_config(self, folder):
        """
        A configuration with the filters that only tests use. They include a file of the real one
        by a path that is right in fail2ban's sources: seven directories up, and down to config.
        """
        deep = folder / "1/2/3/4/5/6/filter.d"
        deep.mkdir(parents=True)
        for path in self.test_filters.glob("zzz-*.conf"):
            (deep / path.name).symlink_to(path)
        (folder / "config").symlink_to(self.config)
        return deep.parent


def find():
    """The unpacked package, or that of the system; without either, say so and leave as skipped."""
    named = os.environ.get("KBAN_FAIL2BAN")
    tree = Tree(Path(named if named else "/"))
    if tree.is_complete():
        return tree
    if named:
        sys.exit(f"KBAN_FAIL2BAN: there is no fail2ban with its tests in '{named}'")
    sys.stderr.write(MISSING)
    print("1..0 # SKIP fail2ban is not here")
    sys.exit(0)


class Report:
    """TAP, with what is wrong as comments."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def tell(self, name, wrong):
        self.count += 1
        self.failed += bool(wrong)
        print("%s %d - %s" % ("not ok" if wrong else "ok", self.count, name))
        for line in wrong:
            print("# " + line)

    def finish(self):
        print("1..%d" % self.count)
        return 1 if self.failed else 0
