#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each check lets a good tree pass and finds what is bad in a bad one."""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
C_LICENCE = "/* SPDX-License-Identifier: LGPL-2.1-or-later */\n"
HASH_LICENCE = "# SPDX-License-Identifier: LGPL-2.1-or-later\n"

BASE_H = C_LICENCE + """\
#ifndef KBAN_BASE_H
#define KBAN_BASE_H

#define KBAN_API        __attribute__((visibility("default")))
#define KBAN_MUST_CHECK __attribute__((warn_unused_result))

/** As KBAN_API int kban_not_declared(void); is not. */
KBAN_API void kban_x_free(void *x);
KBAN_API KBAN_MUST_CHECK int kban_x_name(const void *x, void (*callback)(void), int number);

#endif /* KBAN_BASE_H */
"""

GOOD = {
    "include/kban/base.h": BASE_H,
    "include/kban/kban.h": C_LICENCE + "#include <kban/base.h>\n",
    "include/kban/meson.build": HASH_LICENCE + "files('base.h', 'kban.h')\n",
    "libkban/kban.map":
        "KBAN_0.1 {\nglobal:\n\tkban_x_free;\nlocal:\n\t*;\n};\n\n"
        "KBAN_0.2 {\nglobal:\n\tkban_x_name;\n} KBAN_0.1;\n",
    "libkban/base/text.h": C_LICENCE + "#include <kban/base.h>\n",
    "libkban/regex/pattern.c":
        C_LICENCE + '#include "regex/pattern.h"\n\n#include <pcre2.h>\n\n#include "base/text.h"\n',
    "libkban/jail/jail.c": C_LICENCE + '#include "store/store.h"\n',
    "tests/unit/regex/test-pattern.c": C_LICENCE + "#include <pcre2.h>\n",
    "tests/api/test-api.c": C_LICENCE + '#include "kban-test.h"\n',
    "tests/support/kban-test.h": C_LICENCE,
    "tests/cli/data": "  kept as it is  \r\n",
    "tools/cli/options.h": C_LICENCE,
    "tools/kban-tail/loop.h": C_LICENCE,
    "tools/kban-tail/main.c":
        C_LICENCE + '#include <kban/kban.h>\n#include <uv.h>\n\n'
        '#include "cli/options.h"\n#include "loop.h"\n',
    "scripts/try.sh": "#!/bin/sh\n" + HASH_LICENCE,
}


class CheckCase(unittest.TestCase):
    check = ""
    options = ()

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="kban-lint.")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for path, text in GOOD.items():
            self.write(path, text)
        shutil.copy(HERE.parent.parent / ".clang-format", self.root)

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8", newline="")

    def replace(self, path, old, new):
        self.assertIn(old, GOOD[path])
        self.write(path, GOOD[path].replace(old, new))

    def run_check(self):
        interpreter = [sys.executable, "-B"] if self.check.endswith(".py") else ["sh"]
        command = [*interpreter, HERE / self.check, self.root, *self.options]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def passes(self):
        result = self.run_check()
        if result.returncode == 77:
            self.skipTest(result.stderr.strip())
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def finds(self, *complaints):
        result = self.run_check()
        if result.returncode == 77:
            self.skipTest(result.stderr.strip())
        self.assertNotEqual(result.returncode, 0)
        for complaint in complaints:
            self.assertIn(complaint, result.stderr)


class Promises(CheckCase):
    check = "check-promises.py"

    def promise(self, tests):
        self.write("docs/reliability.md", f"| promise | how | tests |\n| --- | --- | --- |\n| It holds. | Somehow. | {tests} |\n")
        self.write("tests/net/test_it.py", "class It:\n    def test_that(self):\n")
        self.write("tests/unit/stories/it.txt", "a story\n")

    def test_good(self):
        self.passes()
        self.promise("`test_it.py: It.test_that`; `stories/it.txt: a story`")
        self.passes()

    def test_without_a_test(self):
        self.promise("of course")
        self.finds("docs/reliability.md:3: this promise has no test")

    def test_a_test_that_is_not_there(self):
        self.promise("`test_it.py: It.test_that, It.test_more`")
        self.finds("docs/reliability.md:3: test_it.py has no It.test_more")

    def test_a_file_that_is_not_there(self):
        self.promise("`test_other.py: test_that`")
        self.finds("docs/reliability.md:3: there is no one file test_other.py")


class Layers(CheckCase):
    check = "check-layers.py"

    def include(self, path, header, complaint):
        self.write(path, f"{C_LICENCE}#include {header}\n")
        self.finds(f"{path}:2: {complaint}")

    def test_good(self):
        self.passes()

    def test_upwards(self):
        self.include("libkban/base/text.c", '"conf/ini.h"', "base/ may not include conf/ini.h")

    def test_sideways(self):
        self.include("libkban/count/counter.c", '"ban/bans.h"', "count/ may not include")

    def test_without_layer(self):
        self.include("libkban/base/text.c", '"text.h"', '"text.h" is not written with its layer')

    def test_unknown_layer(self):
        self.include("libkban/util/x.c", "<stdio.h>", "'util' is not a layer")

    def test_angles_do_not_hide_it(self):
        self.include("libkban/base/text.c", "<conf/ini.h>", "base/ may not include")

    def test_commented_out(self):
        self.write("libkban/base/text.c", C_LICENCE + '/*\n#include "conf/ini.h"\n*/\n')
        self.passes()

    def test_tool_with_internal_header(self):
        self.include("tools/kban-regex/main.c", '"base/text.h"', '"base/text.h" is neither')
        self.include("tools/kban-regex/main.c", "<base/text.h>", "<base/text.h> is not public")

    def test_tool_with_other_tools_header(self):
        self.include("tools/kban-regex/main.c", '"kban-tail/loop.h"', '"kban-tail/loop.h" is')
        self.include("tools/kban-regex/main.c", '"../kban-tail/loop.h"', '"../kban-tail/loop.h"')

    def test_binding_example_and_api_test(self):
        for path in ("bindings/lua/kban.c", "docs/examples/match.c", "tests/api/test-api.c"):
            self.include(path, '"base/text.h"', '"base/text.h" is neither')

    def test_public_header(self):
        self.include("include/kban/base.h", '"base/text.h"', "a public header may not include")

    def test_doors(self):
        for header in ("pcre2.h", "hs.h", "sqlite3.h", "libipset/types.h", "nftables/libnftables.h",
                       "jansson.h", "uv.h", "systemd/sd-daemon.h"):
            self.include("libkban/base/text.c", f"<{header}>", f"<{header}> has its door in")

    def test_door_is_one_file(self):
        self.include("libkban/ban/bans.c", "<libipset/types.h>", "<libipset/types.h> has its door")
        self.write("libkban/ban/bans.c", C_LICENCE)
        self.write("libkban/ban/backend-ipset.c", C_LICENCE + "#include <libipset/types.h>\n")
        self.passes()

    def test_door_of_a_test(self):
        self.include("tests/unit/base/test-text.c", "<pcre2.h>", "<pcre2.h> has its door in")


class Exports(CheckCase):
    check = "check-exports.py"

    def build(self, source):
        if shutil.which("cc") is None:
            self.skipTest("no compiler called cc")
        library = self.root / "libkban.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-o", library, "-"],
                       input=source, text=True, check=True)
        self.options = ("--library", library)

    def test_good(self):
        self.build("void kban_x_free(void) {}\nvoid kban_x_name(void) {}\n")
        self.passes()

    def test_not_in_map(self):
        self.replace("libkban/kban.map", "\tkban_x_name;\n", "")
        self.finds("include/kban/base.h:10: kban_x_name is not in libkban/kban.map")

    def test_not_in_headers(self):
        self.replace("libkban/kban.map", "\tkban_x_free;", "\tkban_a;\n\tkban_x_free;")
        self.finds("libkban/kban.map:3: kban_a is in no public header")

    def test_not_alphabetical(self):
        self.replace("libkban/kban.map", "\tkban_x_free;", "\tkban_y;\n\tkban_x_free;")
        self.finds("libkban/kban.map:4: kban_x_free is out of alphabetical order")

    def test_twice(self):
        self.replace("libkban/kban.map", "\tkban_x_name;", "\tkban_x_free;\n\tkban_x_name;")
        self.finds("libkban/kban.map:10: kban_x_free is there twice")

    def test_not_in_library(self):
        self.build("void kban_x_free(void) {}\n")
        self.finds("kban_x_name is not defined in the library")

    def test_only_in_library(self):
        self.build("void kban_x_free(void) {}\nvoid kban_x_name(void) {}\nvoid kb_y(void) {}\n")
        self.finds("exports kb_y, which is not in libkban/kban.map")


class Loads(CheckCase):
    check = "check-loads.py"

    def build(self, name, *options):
        """A library is asked for as programs ask for theirs."""
        if shutil.which("cc") is None:
            self.skipTest("no compiler called cc")
        program = self.root / name
        subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-o", program, "-",
                        "-x", "none", *options],
                       input="", text=True, check=True)
        return program

    def link(self, library):
        self.build("wanted.so", f"-Wl,-soname,{library}")
        tool = self.build("tool", "-Wl,--no-as-needed", self.root / "wanted.so")
        self.options = ("--kban-regex", tool)

    def test_good(self):
        self.link("libpcre2-8.so.0")
        self.passes()

    def test_not_needed(self):
        self.link("libsqlite3.so.0")
        self.finds("tool: is linked with libsqlite3")


class Headers(CheckCase):
    check = "check-headers.py"

    def setUp(self):
        super().setUp()
        if shutil.which("cc") is None or shutil.which("c++") is None:
            self.skipTest("no compilers called cc and c++")
        self.options = ("--cc", "cc", "--cxx", "c++")

    def add(self, name, text):
        self.write(f"include/kban/{name}", C_LICENCE + text)
        self.replace("include/kban/meson.build", "'kban.h'", f"'kban.h', '{name}'")
        if name != "cleanup.h":
            self.replace("include/kban/kban.h", "base.h>\n", f"base.h>\n#include <kban/{name}>\n")

    def test_good(self):
        self.passes()

    def test_not_alone(self):
        self.add("x.h", "void kban_x_size(size_t size);\n")
        self.finds("include/kban/x.h: is no -x c -std=c99", "include/kban/x.h: is no -x c++")

    def test_no_cpp(self):
        self.add("x.h", "void kban_x_new(void *new);\n")
        self.finds("include/kban/x.h: is no -x c++")

    def test_no_c99(self):
        self.add("x.h", "struct kban_x { int : 0; int a; struct { int b; }; };\n")
        self.finds("include/kban/x.h: is no -x c -std=c99")

    def test_no_guard(self):
        self.add("x.h", "struct kban_x { int a; };\n")
        self.finds("include/kban/x.h: is no -x c -std=c99")

    def test_gnu_c_is_for_cleanup(self):
        self.add("cleanup.h", "#define kban_take(x) ({ x; })\n")
        self.passes()

    def test_not_listed(self):
        self.write("include/kban/y.h", C_LICENCE)
        self.finds("include/kban/meson.build: does not install y.h",
                   "include/kban/kban.h: does not include y.h")


class Style(CheckCase):
    check = "check-style.py"

    def source(self, text, complaint, path="libkban/base/bad.c"):
        self.write(path, text)
        self.finds(f"{path}:{complaint}")

    def test_good(self):
        self.passes()

    def test_licence(self):
        for path in ("libkban/x.c", "x.py", "tests/meson.build", "scripts/x.sh", "meson_options.txt"):
            self.source("int x;\n", "1: the first line is not SPDX", path)
        self.source("#!/bin/sh\necho\n", "1: the first line is not SPDX", ".ci/run")
        self.source("/* GPL */\n" + C_LICENCE, "1: the first line is not SPDX")

    def test_long_file(self):
        self.source(C_LICENCE + "\n" * 800, "801: longer than 800 lines")
        self.write("libkban/base/bad.c", C_LICENCE + "\n" * 799)
        self.passes()

    def test_long_function(self):
        start = C_LICENCE + "void f(void)\n{\n"
        self.source(start + "\tf();\n" * 81 + "}\n", "3: a function of 81 lines")
        self.write("libkban/base/bad.c", start + "\tf();\n" * 80 + "}\n")
        self.passes()

    def test_long_python_function(self):
        self.source(HASH_LICENCE + "def f():\n" + "    f()\n" * 81,
                    "2: a function of 81 lines", "tests/x.py")

    def test_line_comment(self):
        self.source(C_LICENCE + 'int x; // no\n', "2: comments are /* so */")
        self.write("libkban/base/bad.c",
                   C_LICENCE + '/* http://a.example */\nchar *x = "//" \'"\' "\\"//";\n')
        self.passes()

    def test_blanks_at_the_end(self):
        for ending in (" ", "\t", "\r"):
            self.source("text" + ending + "\n", "1: blanks at the end", "docs/x.md")

    def test_no_line_feed(self):
        self.source("text", " no line feed at the end", "docs/x.md")

    def test_left_over(self):
        for word in ("TO" "DO", "FIX" "ME", "X" "XX"):
            self.source(f"{C_LICENCE}/* {word}: x */\n", f"2: '{word}' is for an issue")
        self.write("libkban/base/bad.c", C_LICENCE + 'char *x = "x.XX' 'XXXX";\n')
        self.passes()

    def test_path_of_a_machine(self):
        self.source("see /ho" "me/joe/kban\n", "1: a path of somebody's machine", "docs/x.md")


class Format(CheckCase):
    check = "check-format.py"

    def test_good(self):
        self.passes()

    def test_bad(self):
        self.write("libkban/base/bad.c", C_LICENCE + "int x ( void ) { return 1 ; }\n")
        self.finds("libkban/base/bad.c: is not as clang-format -i would have it")


class Man(CheckCase):
    check = "check-man.sh"

    def test_no_pages(self):
        self.passes()

    def test_bad(self):
        self.write("docs/man/kban.1", ".Dd January 1, 2024\n.Dt KBAN 1\n.Os\n.Sh NAME\n.Xx\n")
        result = self.run_check()
        if result.returncode == 77:
            self.skipTest(result.stderr.strip())
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("kban.1", result.stdout)


if __name__ == "__main__":
    unittest.main()
