"""Have outside programs validate what describes the archive: its citation, its RO-Crate, its results, and our forms.

Each runs in an environment that uv makes for it, because what they need contradicts what the book needs. All need the
network: to be installed, and to fetch the definitions they validate with.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from rederive.files import project_root
from rederive.package import make_package
from rederive.package.archive import unpack

CFFCONVERT = ["--from", "cffconvert==2.0.0", "cffconvert", "--validate", "--infile"]
ROCRATE = ["--from", "roc-validator==0.13.0", "rocrate-validator", "validate", "--no-paging", "--profile-identifier"]
SCHEMA = ["--from", "check-jsonschema==0.39.0", "check-jsonschema"]


def validations(root: Path, archive: Path) -> dict[str, list[str]]:
    """What is validated, and the words with which uv's tool does it."""
    github = root / ".github"
    return {
        "CITATION.cff": [*CFFCONVERT, f"{root / 'CITATION.cff'}"],
        "CITATION.cff of the archive": [*CFFCONVERT, f"{archive / 'CITATION.cff'}"],
        "RO-Crate": [*ROCRATE, "ro-crate-1.3", f"{archive}"],
        "results": [
            *SCHEMA,
            "--schemafile",
            f"{archive / 'results' / 'claims.schema.json'}",
            f"{archive / 'results' / 'claims.json'}",
        ],
        "schema of the results": [*SCHEMA, "--check-metaschema", f"{archive / 'results' / 'claims.schema.json'}"],
        "workflow": [*SCHEMA, "--builtin-schema", "vendor.github-workflows", *map(str, github.glob("workflows/*.yml"))],
    }


def main() -> int:
    root = project_root()
    failed = []
    with tempfile.TemporaryDirectory(prefix="rederive-") as target:
        archive = unpack(make_package(root), Path(target))
        for what, words in validations(root, archive).items():
            print(f"{what}:", flush=True)
            if subprocess.run([str(Path(sys.executable).with_name("uv")), "tool", "run", *words]).returncode != 0:
                failed.append(what)
    print(f"not valid: {', '.join(failed)}" if failed else "all valid")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
