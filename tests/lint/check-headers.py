#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each public header compiles alone, as C99 and as C++17, and is installed."""

import re
import shlex
import subprocess

from sources import Check, skip

STRICT = ["-Wall", "-Wextra", "-Werror", "-fsyntax-only"]
C99 = ["-x", "c", "-std=c99", "-pedantic"]
CPP17 = ["-x", "c++", "-std=c++17", "-pedantic"]
# What needs the extensions of GNU C says so itself.
GNU_C_ONLY = {"cleanup.h": ["-x", "c", "-std=gnu99"]}


def compiles(check, compiler, dialect, name):
    # Twice, for the include guard.
    source = f"#include <kban/{name}>\n" * 2
    command = [*shlex.split(compiler), *dialect, *STRICT, f"-I{check.root / 'include'}", "-"]
    result = subprocess.run(command, input=source, text=True, capture_output=True, check=False)
    if result.returncode != 0:
        check.complain(f"include/kban/{name}", 0, f"is no {' '.join(dialect)}\n{result.stderr}")


def check_listed(check, names):
    installed = set(re.findall(r"'([\w-]+\.h)'", check.text("include/kban/meson.build")))
    included = set(re.findall(r"#include <kban/([\w-]+\.h)>", check.text("include/kban/kban.h")))
    for name in sorted(names - installed):
        check.complain("include/kban/meson.build", 0, f"does not install {name}")
    for name in sorted(names - included - GNU_C_ONLY.keys() - {"kban.h"}):
        check.complain("include/kban/kban.h", 0, f"does not include {name}")


def main():
    check = Check(__doc__, "--cc", "--cxx")
    names = {path.rsplit("/", 1)[1] for path in check.files(".h")
             if path.startswith("include/kban/")}
    check_listed(check, names)
    for name in sorted(names):
        compiles(check, check.options.cc, GNU_C_ONLY.get(name, C99), name)
        if check.options.cxx and name not in GNU_C_ONLY:
            compiles(check, check.options.cxx, CPP17, name)
    if not check.complaints and not check.options.cxx:
        skip("no C++ compiler; the headers were tried as C99 alone")
    check.finish()


if __name__ == "__main__":
    main()
