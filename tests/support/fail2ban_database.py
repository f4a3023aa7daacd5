# SPDX-License-Identifier: LGPL-2.1-or-later
"""A database as fail2ban leaves it: the tables of its version 4 as they are seen in its file."""

import json
import sqlite3

TABLES = """
CREATE TABLE fail2banDb(version INTEGER);
CREATE TABLE jails(name TEXT NOT NULL UNIQUE, enabled INTEGER NOT NULL DEFAULT 1);
CREATE TABLE logs(jail TEXT NOT NULL, path TEXT, firstlinemd5 TEXT, lastfilepos INTEGER DEFAULT 0,
  FOREIGN KEY(jail) REFERENCES jails(name) ON DELETE CASCADE, UNIQUE(jail, path));
CREATE TABLE bans(jail TEXT NOT NULL, ip TEXT, timeofban INTEGER NOT NULL, bantime INTEGER NOT NULL,
  bancount INTEGER NOT NULL default 1, data JSON, FOREIGN KEY(jail) REFERENCES jails(name));
CREATE INDEX bans_jail_ip ON bans(jail, ip);
CREATE TABLE bips(ip TEXT NOT NULL, jail TEXT NOT NULL, timeofban INTEGER NOT NULL, bantime INTEGER NOT NULL,
  bancount INTEGER NOT NULL default 1, data JSON, PRIMARY KEY(ip, jail), FOREIGN KEY(jail) REFERENCES jails(name));
INSERT INTO fail2banDb VALUES (4);
"""


def make(path, bans):
    """bans: (jail, ip, timeofban, bantime, bancount, lines); the last of a host is the one in bips."""
    db = sqlite3.connect(path)
    db.executescript(TABLES)
    for jail, ip, time, length, count, lines in bans:
        # What a clean stop leaves: no jail is enabled.
        db.execute("INSERT OR IGNORE INTO jails VALUES (?, 0)", (jail,))
        data = json.dumps({"matches": lines, "failures": len(lines)}).encode()
        db.execute("INSERT INTO bans VALUES (?, ?, ?, ?, ?, ?)", (jail, ip, time, length, count, data))
        db.execute("INSERT OR REPLACE INTO bips VALUES (?, ?, ?, ?, ?, ?)", (ip, jail, time, length, count, data))
    db.commit()
    db.close()
