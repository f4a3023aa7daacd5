#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test_samples.py KBAN-REGEX

See that samples.py finds what it must, on a package of fail2ban that was made up.
"""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import fail2ban_tree

HERE = Path(__file__).parent

FILES = {
    "etc/fail2ban/filter.d/door.conf":
        "[Definition]\nfailregex = ^ \\S+ knocks from <ADDR>$\n  ^ never from <ADDR>$\n",
    "etc/fail2ban/filter.d/common.conf": "[DEFAULT]\nwho = joe\n",
    fail2ban_tree.PACKAGE + "/version.py": 'version = "1.0.2"\n',
    fail2ban_tree.PACKAGE + "/tests/config/filter.d/zzz-x.conf":
        "[INCLUDES]\nbefore = ../../../../../../../config/filter.d/common.conf\n"
        "[Definition]\nfailregex = ^ %(who)s knocks from <ADDR>$\n",
    fail2ban_tree.PACKAGE + "/tests/files/logs/zzz-x":
        '# failJSON: {"match": true}\nJun 21 16:47:48 joe knocks from 192.0.2.7\n# addFILE: "more"\n',
    fail2ban_tree.PACKAGE + "/tests/files/logs/more":
        '# failJSON: {"match": false}\nJun 21 16:47:48 ann knocks from 192.0.2.7\n',
    fail2ban_tree.PACKAGE + "/tests/files/logs/door":
        '# failJSON: {"match": true}\nJun 21 16:47:48 joe knocks from 192.0.2.7\n'
        '# failJSON: {"match": true}\nJun 21 16:47:48 joe waits\n',
}
DIFFERENCES = "[1.0.2]\ndoor:4 -- it waits\ndoor failregex door.conf:3 -- nobody does\n"


class SamplesTest(unittest.TestCase):
    program = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for name, text in FILES.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def run_with(self, differences, root=None):
        known = self.root / "known"
        known.write_text(differences)
        return subprocess.run(
            [sys.executable, "-B", HERE / "samples.py", self.program, known],
            env={**os.environ, "KBAN_FAIL2BAN": str(root or self.root)},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)

    def test_what_is_listed_may_fail(self):
        done = self.run_with(DIFFERENCES)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertIn("ok 2 - zzz-x, 2 cases\n", done.stdout)

    def test_what_is_not_listed_may_not(self):
        done = self.run_with("")
        self.assertEqual(done.returncode, 1)
        self.assertIn("# door:4: ", done.stdout)
        self.assertIn("# door failregex door.conf:3: ", done.stdout)

    def test_what_passes_may_not_be_listed(self):
        done = self.run_with(DIFFERENCES + "door:2 -- it does not\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("# door:2: passes, but is listed as known\n", done.stdout)

    def test_what_is_listed_must_exist(self):
        done = self.run_with(DIFFERENCES + "door:9 -- gone\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("# door:9: not met\n", done.stdout)

    def test_another_version_has_its_own_list(self):
        done = self.run_with(DIFFERENCES + "[1.1.0]\ndoor:2 -- it does not\n")
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_a_line_needs_a_reason(self):
        done = self.run_with("[1.0.2]\ndoor:4\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("known:2: ", done.stderr)

    def test_a_broken_filter_fails(self):
        (self.root / "etc/fail2ban/filter.d/door.conf").write_text("[Definition]\nfailregex = (\n")
        done = self.run_with("")
        self.assertEqual(done.returncode, 1)
        self.assertIn("not ok 1 - door", done.stdout)

    def test_a_place_without_fail2ban_is_a_mistake(self):
        done = self.run_with("", self.root / "etc")
        self.assertEqual(done.returncode, 1)
        self.assertIn("KBAN_FAIL2BAN", done.stderr)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    SamplesTest.program = sys.argv.pop()
    unittest.main()
