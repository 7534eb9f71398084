"""A scratch copy of the book, small enough to be built again and again, and free to be broken."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]

CHAPTER = """\
# %% [markdown]
# # Chapter {slug}

# %%
import json
from pathlib import Path

from {module} import VALUE

root = next(folder for folder in Path.cwd().parents if (folder / "_toc.yml").is_file())
(root / "ran").mkdir(exist_ok=True)
with (root / "ran" / "{slug}").open("a") as log:
    log.write("x")
table = (root / "data" / "{slug}" / "table.csv").read_text().split()
VALUE, table

# %%
results = root / "_build" / "results" / "{slug}.json"
results.parent.mkdir(parents=True, exist_ok=True)
claim = {{"id": "{slug}/claim", "document": "{slug}", "where": "Abstract", "statement": "Something was said."}}
claim |= {{"kind": "statement", "printed": {{}}, "printed_words": "", "verdict": "silent", "missing": table}}
claim |= {{"recomputed": {{"value": VALUE}}, "recomputed_words": f"value {{VALUE}}", "method": "verdicts.silent"}}
claim |= {{"convention": "", "because": "Nothing − that is it.", "matters": "no", "changes": ""}}
document = {{"slug": "{slug}", "title": "A document", "what": "A fixture", "distance": ["a test"]}}
document |= {{"headline": "Nothing.", "bottom_line": f"The value is {{VALUE}}."}}
_ = results.write_text(json.dumps({{"document": document, "claims": [claim]}}))
"""

COMPARING_CHAPTER = """\
# %% [markdown]
# # All

# %%
import json
from pathlib import Path

root = next(folder for folder in Path.cwd().parents if (folder / "_toc.yml").is_file())
with (root / "ran" / "gamma").open("a") as log:
    log.write("x")
joined = json.loads((root / "_build" / "results" / "claims.json").read_text())
"; ".join(f"{about['slug']} says: {about['bottom_line']}" for about in joined["documents"])
"""

TOC = """\
format: jb-book
root: book/index
chapters:
  - file: chapters/01-alpha
  - file: chapters/02-beta
"""

DOCUMENT = """\
title: A document
what: A fixture
author: Nobody
about: Nothing
identifiers: {}
distance: [a test]
"""

CLAIMS = """\
claims:
  - {id: claim, kind: statement, where: Abstract, statement: Something was said.}
"""

COMMITTER = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in {"NAME": "A", "EMAIL": "a@example.org", "DATE": "1700000000 +0000"}.items()
}

SETUP = """\
import sys
from pathlib import Path
from rederive import build, history
book, graph = build.read_book(Path.cwd()), build.import_graph()
"""

RUN_CHAPTERS = """
try:
    build.run_chapters(book, graph, jobs=2)
except build.BuildError as error:
    sys.exit(f"error: {error}")
"""

STALE = """
print(*(chapter.slug for chapter in build.stale_chapters(book.chapters, book, graph)))
print(build.is_up_to_date(book, graph, history.commit_date(book.root)))
"""


def _interruptible() -> None:
    """Heed interrupts, even if the tests run in the background of a shell, which told all it began to ignore them."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass(frozen=True)
class ScratchBook:
    """A book with the chapters `alpha` and `beta`, and a copy of the library that its chapters import.

    Chapter `alpha` imports `rederive.scratch_near`, which imports `rederive.scratch_far`; `beta` imports
    `rederive.scratch_other`. Every run of a chapter leaves a mark in the folder `ran`.
    """

    root: Path

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def add_to(self, path: str, text: str) -> None:
        self.write(path, (self.root / path).read_text(encoding="utf-8") + text)

    def commit(self) -> None:
        """Put all under version control that the real book has there; the same content makes the same commit."""
        environment = {**os.environ, **COMMITTER, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "The book"]):
            subprocess.run(["git", *command], cwd=self.root, env=environment, check=True)

    def runs(self) -> dict[str, int]:
        """How often each chapter has been run, by the chapters' own account."""
        return {mark.name: len(mark.read_text()) for mark in sorted((self.root / "ran").glob("*"))}

    def results(self, name: str) -> list[dict[str, object]]:
        content = json.loads((self.root / "_build" / "results" / f"{name}.json").read_text(encoding="utf-8"))
        return list(content["claims"])

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Python in the book's folder, with the book's own copy of the library."""
        environment = {**os.environ, "PYTHONPATH": str(self.root / "src")}
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=self.root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_interruptible,
        )

    def _python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        with self.start(*arguments) as process:
            try:
                stdout, stderr = process.communicate(timeout=120)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def rederive(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command `rederive`, run in the book's folder on the book's own copy of the library."""
        return self._python("-m", "rederive.cli", *arguments)

    def run_chapters(self) -> subprocess.CompletedProcess[str]:
        """All that `rederive build` does except making pages."""
        return self._python("-c", SETUP + RUN_CHAPTERS)

    def stale(self) -> tuple[set[str], bool]:
        """The chapters that a build would run, and whether it would leave the site as it is."""
        chapters, up_to_date = self._python("-c", SETUP + STALE).stdout.splitlines()
        return set(chapters.split()), up_to_date == "True"


def make_scratch_book(root: Path) -> ScratchBook:
    book = ScratchBook(root)
    shutil.copytree(REPOSITORY / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for folder in ("_static", "_templates"):
        shutil.copytree(REPOSITORY / "book" / folder, root / "book" / folder)
    for name in ("_config.yml", "README.md", "CITATION.cff", "LICENSE", "LICENSE-CC-BY-4.0.txt"):
        shutil.copy(REPOSITORY / name, root)
    book.write(".gitignore", (REPOSITORY / ".gitignore").read_text(encoding="utf-8") + "ran/\n")
    book.write("src/rederive/scratch_far.py", "VALUE = 1\n")
    book.write("src/rederive/scratch_near.py", "from rederive.scratch_far import VALUE\n")
    book.write("src/rederive/scratch_other.py", "VALUE = 10\n")
    book.write("requirements.lock", "")
    book.write("book/index.md", "# A book\n\nWith mathematics: $x^2$.\n")
    book.write("book/references.bib", "")
    book.write("_toc.yml", TOC)
    for lying_around in (
        ".pytest_cache/README.md",
        ".venv/lib/README.md",
        "data/alpha/README.md",
        "notes.md",
        "book/draft.md",
    ):
        book.write(lying_around, "# No page of the book\n")
    for page, module in {"01-alpha": "rederive.scratch_near", "02-beta": "rederive.scratch_other"}.items():
        slug = page[3:]
        book.write(f"chapters/{page}.py", CHAPTER.format(slug=slug, module=module))
        book.write(f"data/{slug}/document.yaml", DOCUMENT)
        book.write(f"data/{slug}/claims.yaml", CLAIMS)
        book.write(f"data/{slug}/table.csv", "1,2,3\n")
    return book
