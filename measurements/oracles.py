"""Ask R again for every stored value, and write how far the library is from R to data/trust/oracles.csv.

    make oracles

Needs R with the packages that the scripts in tests/oracle name; takes two minutes.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from agreement.again import differing
from agreement.comparing import ORACLES
from agreement.table import table
from rederive.files import project_root, write_text

SHOWN = 20  # differing values of one file that are listed


def asked_again(script: Path, folder: Path) -> dict[str, Any]:
    """What R says now: the script writes its file beside itself, here into a folder of its own."""
    copied = shutil.copy(script, folder)
    done = subprocess.run(["Rscript", Path(copied).name], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["without a message"]
        sys.exit(f"error: {script.name}: R stopped: {said[-1]}")
    content: dict[str, Any] = json.loads((folder / f"{script.stem}.json").read_text("utf-8"))
    return content


def compare(script: Path, folder: Path) -> list[str]:
    """Every stored value of one file that R contradicts now; other versions are only told."""
    stored = json.loads(script.with_suffix(".json").read_text("utf-8"))
    again = asked_again(script, folder)
    for name in ("r", "packages"):
        if stored[name] != again[name]:
            print(f"{script.stem}: {name} stored {stored[name]}, here {again[name]}")
        del stored[name], again[name]
    differences = list(differing(stored, again))
    print(f"{script.stem}: {len(differences)} values differ" if differences else f"{script.stem}: as stored")
    for line in differences[:SHOWN]:
        print(f"  {line}")
    return differences


def main() -> None:
    if shutil.which("Rscript") is None:
        sys.exit("error: Rscript was not found: asking R again needs R; the stored values are tested without it")
    with TemporaryDirectory() as folder:
        differences = [compare(script, Path(folder)) for script in sorted(ORACLES.glob("*.R"))]
    if any(differences):
        sys.exit("error: R does not say what is stored; data/trust/oracles.csv is left as it was")
    write_text(project_root() / "data" / "trust" / "oracles.csv", table().to_csv(index=False, lineterminator="\n"))


if __name__ == "__main__":
    main()
