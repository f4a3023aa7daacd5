# SPDX-License-Identifier: LGPL-2.1-or-later
"""Write C source that holds text files: embed.py OUTPUT HEADER VERSION SYMBOL=FILE..."""

import pathlib
import sys


def quoted(line):
    """A line as a C literal; question marks could begin a trigraph."""
    escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?").replace("\t", "\\t")
    return f'\t"{escaped}\\n"'


def main():
    output, header, version, *pairs = sys.argv[1:]
    parts = [f'#include "{header}"', f'const char kb_version[] = "{version}";']
    for pair in pairs:
        symbol, _, path = pair.partition("=")
        lines = pathlib.Path(path).read_text(encoding="ascii").splitlines()
        parts.append(f"const char {symbol}[] =\n" + "\n".join(map(quoted, lines)) + ";")
    pathlib.Path(output).write_text("\n\n".join(parts) + "\n", encoding="ascii")


main()
