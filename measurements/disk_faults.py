"""Store what a build does on full disks and in folders that it may not write to, each tried on a scratch book."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys

from scratch import REPOSITORY

FAULTS = REPOSITORY / "tests" / "faults.py"
TABLE = REPOSITORY / "data" / "trust" / "disk_faults.csv"


def row(outcome: dict[str, object]) -> dict[str, object]:
    errors = [line for line in outcome["told"] if line and not line.startswith("running chapters/")]
    return {
        "id": outcome["name"],
        "exit_code": outcome["exit_code"],
        "lines": len(errors),
        "told": re.sub(r"site-\d+", "site", errors[0]) if errors else "",
        "half_written": len(outcome["half_written"]),
        "identical": "yes" if outcome["identical"] else "no",
        "leftovers": len(outcome["leftovers"]),
    }


def main() -> None:
    done = subprocess.run(["unshare", "--mount", sys.executable, FAULTS], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit("error: expected the right to mount a disk in a namespace of one's own; nothing was stored")
    rows = [row(json.loads(line)) for line in done.stdout.splitlines()]
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
