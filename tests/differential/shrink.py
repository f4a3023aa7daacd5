# SPDX-License-Identifier: LGPL-2.1-or-later
"""The least that still differs."""


def without_pieces(items, still_differs, budget):
    """Take away halves, quarters … single items of a sequence while the difference remains."""
    size = max(1, len(items) // 2)
    while items and budget > 0:
        at = 0
        while at < len(items) and budget > 0:
            tried = items[:at] + items[at + size :]
            budget -= 1
            if still_differs(tried):
                items = tried
            else:
                at += size
        if size == 1:
            break
        size //= 2
    return items, budget


class Shrinker:
    """Shrinks a batch whose last line differs, in a bounded number of runs of both programs."""

    def __init__(self, differs, budget=600):
        self.differs = differs  # of a batch: does its last line still differ, unexplained?
        self.budget = budget

    def shrink(self, batch):
        lines = list(batch.lines)
        last = lines[-1]

        def with_earlier(earlier):
            return self.differs(batch.with_lines(earlier + [last]))

        earlier, self.budget = without_pieces(lines[:-1], with_earlier, self.budget)
        for at in range(len(earlier), -1, -1):
            lines = earlier + [last]
            lines[at] = self._shrink_line(batch, lines, at)
            earlier, last = lines[:-1], lines[-1]
        return batch.with_lines(earlier + [last])

    def _shrink_line(self, batch, lines, at):
        def with_line(line):
            changed = lines[:at] + [line] + lines[at + 1 :]
            return bool(line) and self.differs(batch.with_lines(changed))

        line, self.budget = without_pieces(lines[at], with_line, self.budget)
        return line
