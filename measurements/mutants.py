"""Small faults planted in the library, one at a time: which of them do its own tests catch?

    make mutants

mutmut plants the faults ("mutants") and runs the tests. Of the modules that decide most verdicts all faults are tried,
or a large random sample; of the others a small one. A module is held to the tests that are about it (see `own_tests`).
What mutmut is not made to plant: faults in messages of exceptions, other letter case in texts, anything outside of
functions.

    make mutants MUTANTS="--again checks.ratios"

tries again what was not caught before, with the tests as they are now.
"""

from __future__ import annotations

import argparse
import ast
import csv
import json
import os
import random
import re
import shutil
import subprocess
import sys
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
from mutmut.configuration import reset_config
from mutmut.mutation import file_mutation
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import get_mutant_name

ROOT = Path(__file__).parents[1]
WORK = ROOT / "_build" / "mutation"
STORED = ROOT / "data" / "trust"
LIBRARY = Path("src") / "rederive"

FIRST = ("printed", "verdicts", "checks.breakdowns", "checks.proportions", "checks.ratios")
OTHER_FOLDERS = ("checks", "methods")
TRIED_OF_FIRST = {"checks.breakdowns": 100, "checks.proportions": 100, "checks.ratios": 100}  # of the others all
TRIED_OF_OTHERS, SEED = 10, 20260101
NEEDED_BY_TESTS = ("data", "book", "_toc.yml", "_config.yml")
SETTINGS = """\
[mutmut]
source_paths = src
only_mutate = {module}
also_copy =
    {needed}
pytest_add_cli_args_test_selection =
    {tests}
do_not_mutate_patterns = ^\\s*raise\\b
process_isolation = forkserver
timeout_constant = 4
timeout_multiplier = 5
use_git_change_detection = false
"""
# In a fork of a process that has run no test, no cache holds what the unchanged code returned: hence `forkserver`. Four
# seconds are for loading test files on a busy machine.

# Hypothesis need not look for the simplest example of a failure.
NO_SHRINKING = """
from hypothesis import Phase

settings.register_profile("faults", settings.get_profile("same-every-time"), phases=[Phase.explicit, Phase.generate])
settings.load_profile("faults")
"""

OPENED = {"property", "cached_property", "cache", "lru_cache"}
CAUGHT = {"killed", "check was interrupted by user", "segfault"}  # the second: pytest could not load its file
SURVIVED = {"survived", "no tests"}
TRIED = ["id", "scope", "possible", "tried", "killed", "timed_out", "survived"]
LISTED = ["id", "module", "function", "line", "change", "kind", "reason"]


@dataclass(frozen=True)
class Mutant:
    """One planted fault: mutmut's name for it, and what a reader needs to know it by."""

    name: str
    function: str
    change: str
    line: str


def library_modules() -> list[str]:
    """The modules whose faults are tried, those that decide most verdicts first."""
    others = [
        f"{folder}.{path.stem}"
        for folder in OTHER_FOLDERS
        for path in sorted((ROOT / LIBRARY / folder).glob("[!_]*.py"))
    ]
    return [*FIRST, *(module for module in others if module not in FIRST)]


def source_of(module: str) -> Path:
    """A module's source, from the book's folder."""
    return LIBRARY / f"{module.replace('.', '/')}.py"


def own_tests(module: str) -> list[str]:
    """The test files that are about a module: named after it, or else importing from it; and comparisons with R.

    Tests of the calibration call nearly every check, and take long: they are about none.
    """
    unit, oracle = (sorted((ROOT / "tests" / folder).glob("test_*.py")) for folder in ("unit", "oracle"))
    folder, _, name = f"rederive.{module}".rpartition(".")
    imports = re.compile(rf"^from {folder}(\.{name} import| import {name}$)", re.MULTILINE)
    importing = [path for path in [*unit, *oracle] if imports.search(path.read_text("utf-8"))]
    named = [path for path in unit if path.stem == f"test_{name}"]
    about = [path for path in unit if "from rederive.calibration" not in path.read_text("utf-8")]
    chosen = [*(named or about), *oracle]
    return [str(path.relative_to(ROOT)) for path in chosen if path in importing]


def open_decorated(source: str) -> str:
    """The same code with `f = property(f)` for `@property`, and so on: mutmut leaves decorated functions alone."""
    lines = source.splitlines()
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    for function in sorted(functions, key=lambda node: -node.lineno):
        if len(function.decorator_list) != 1:
            continue
        (decorator,) = function.decorator_list
        name = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(name, ast.Name) and name.id in OPENED:
            after = f"{function.name} = {ast.unparse(decorator)}({function.name})"
            lines.insert(function.end_lineno or 0, " " * function.col_offset + after)
            del lines[decorator.lineno - 1]
    return "\n".join(lines) + "\n"


def prepare(module: str) -> Path:
    """A copy of what the tests of a module need, with mutmut's settings."""
    folder = WORK / module
    shutil.rmtree(folder, ignore_errors=True)
    unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("src", "tests", "pyproject.toml", *NEEDED_BY_TESTS):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
        else:
            shutil.copy2(ROOT / name, folder / name)
    (folder / source_of(module)).write_text(opened(module), "utf-8")
    return folder


def prepare_again(module: str) -> Path:
    """The same copy with the tests as they are now, if the module is still the one that was tried.

    Raises
    ------
    ValueError : if the module has changed, or was never tried.
    """
    folder = WORK / module
    if not folder.exists() or (folder / source_of(module)).read_text("utf-8") != opened(module):
        raise ValueError(f"{module}: not tried as it is now; try it without --again")
    shutil.copytree(ROOT / "tests", folder / "tests", dirs_exist_ok=True)
    (folder / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)  # which test reaches what may have changed
    return folder


def write_settings(folder: Path, module: str) -> None:
    """Tell mutmut what to change and which tests to run, and Hypothesis to be quick."""
    tests, needed = ("\n    ".join(names) for names in (own_tests(module), NEEDED_BY_TESTS))
    settings = SETTINGS.format(module=source_of(module), tests=tests, needed=needed)
    (folder / "setup.cfg").write_text(settings, "utf-8")
    conftest = (ROOT / "tests" / "conftest.py").read_text("utf-8")
    (folder / "tests" / "conftest.py").write_text(conftest + NO_SHRINKING, "utf-8")


def opened(module: str) -> str:
    """A module's source as mutmut is given it."""
    return open_decorated((ROOT / source_of(module)).read_text("utf-8"))


def mutants_of(module: str, folder: Path) -> list[Mutant]:
    """All faults that mutmut would plant in a prepared module, with its names for them, less those of letter case."""
    source = (folder / source_of(module)).read_text("utf-8")
    with chdir(folder):
        reset_config()  # mutmut reads its settings where it is
        tree, mutations, *_ = file_mutation.create_mutations(str(source_of(module)), source)
    lines = source.splitlines()
    positions = cst.metadata.MetadataWrapper(tree, unsafe_skip_copy=True).resolve(cst.metadata.PositionProvider)
    classes = {
        method: statement.name.value
        for statement in tree.body
        if isinstance(statement, cst.ClassDef)
        for method in statement.body.body
    }
    mutants = []
    for function, planted in file_mutation.group_by_top_level_node(mutations).items():
        if not isinstance(function, cst.FunctionDef):  # a field of a class, say: mutmut leaves it alone
            continue
        owner = classes.get(function)
        mangled = file_mutation.mangle_function_name(name=function.name.value, class_name=owner)
        for number, mutation in enumerate(planted, start=1):
            before, after = (tree.code_for_node(node) for node in (mutation.original_node, mutation.mutated_node))
            if before.lower() == after.lower():
                continue
            mutants.append(
                Mutant(
                    get_mutant_name(source_of(module), f"{mangled}__mutmut_{number}"),
                    f"{owner}.{function.name.value}" if owner else function.name.value,
                    short_change(before, after),
                    lines[positions[mutation.original_node].start.line - 1].strip(),
                )
            )
    return mutants


def short_change(before: str, after: str) -> str:
    """What differs, without what stands alike before and behind it: `< → <=`."""
    old, new = (re.findall(r'"[^"]*"|\w+|[-+*/<>=!&|^%]+|\s+|.', text) for text in (before, after))
    while old and new and old[0] == new[0]:
        old, new = old[1:], new[1:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    texts = (" ".join("".join(tokens).split()).strip(", ") for tokens in (old, new))
    return " → ".join(text or "nothing" for text in texts)


def run_mutmut(folder: Path, mutants: list[Mutant]) -> None:
    """Let mutmut try these faults in a prepared folder, one at a time."""
    mutmut = Path(sys.executable).with_name("mutmut")
    names = [mutant.name for mutant in mutants]
    # one core; and no plugins of pytest, which none of these tests needs and each run would load
    environment = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [mutmut, "run", "--max-children", "1", *names]
    subprocess.run(command, cwd=folder, check=True, env=os.environ | environment)


def results(folder: Path, module: str) -> dict[str, str]:
    """What mutmut found of each fault: killed, survived, timeout ..."""
    meta = folder / "mutants" / f"{source_of(module)}.meta"
    codes = json.loads(meta.read_text("utf-8"))["exit_code_by_key"] if meta.exists() else {}
    return {name: status_by_exit_code[code] for name, code in codes.items()}


def measure(module: str, *, again: bool, only_count: bool) -> tuple[dict[str, object], list[dict[str, object]]]:
    """Try a module's faults: its row of counts, and a row for each fault that its tests did not catch."""
    folder = prepare_again(module) if again else prepare(module)
    write_settings(folder, module)
    possible = mutants_of(module, folder)
    most = TRIED_OF_FIRST.get(module, len(possible)) if module in FIRST else TRIED_OF_OTHERS
    drawn = random.Random(f"{SEED} {module}").sample(possible, 0 if only_count else min(most, len(possible)))
    mutants = [mutant for mutant in possible if mutant in drawn]
    killed_before = {name for name, status in results(folder, module).items() if status == "killed"}
    if left := [mutant for mutant in mutants if mutant.name not in killed_before]:
        run_mutmut(folder, left)
    found = results(folder, module)
    statuses = [found[mutant.name] for mutant in mutants]
    if odd := set(statuses) - CAUGHT - SURVIVED - {"timeout"}:
        raise ValueError(f"{module}: mutmut says {', '.join(sorted(odd))}")
    counts = {
        "id": module,
        "scope": "whole" if len(mutants) == len(possible) else "sample" if mutants else "not tried",
        "possible": len(possible),
        "tried": len(mutants),
        "killed": sum(status in CAUGHT for status in statuses),
        "timed_out": statuses.count("timeout"),
        "survived": sum(status in SURVIVED for status in statuses),
    }
    survivors = [
        {
            "id": f"{module}.{mutant.function} {mutant.name.rpartition('_')[2]}",
            "module": module,
            "function": mutant.function,
            "line": mutant.line,
            "change": mutant.change,
        }
        for mutant, status in zip(mutants, statuses, strict=True)
        if status in SURVIVED
    ]
    return counts, survivors


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a stored table; none if it is not there yet."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, columns: list[str], rows: list[dict[str, object]]) -> None:
    """Store a table."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def store(module: str, counts: dict[str, object], survivors: list[dict[str, object]]) -> None:
    """Put a module's rows in place of its old ones; what was said of a survivor that is still one is kept."""
    order = library_modules()
    old = read_rows(STORED / "survivors.csv")
    said = {tuple(row[name] for name in ("module", "function", "line", "change")): row for row in old}
    for survivor in survivors:
        before = said.get(tuple(survivor[name] for name in ("module", "function", "line", "change")), {})
        survivor |= {name: before.get(name, "") for name in ("kind", "reason")}
    rows = [row for row in read_rows(STORED / "mutants.csv") if row["id"] != module]
    write_rows(STORED / "mutants.csv", TRIED, sorted([*rows, counts], key=lambda row: order.index(row["id"])))
    rows = [row for row in old if row["module"] != module]
    listed = sorted([*rows, *survivors], key=lambda row: order.index(row["module"]))
    write_rows(STORED / "survivors.csv", LISTED, listed)


def main() -> None:
    """Try the modules that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", default=library_modules(), help="such as checks.ratios; all if left out")
    parser.add_argument("--again", action="store_true", help="only the faults not caught last time, with today's tests")
    parser.add_argument("--count", action="store_true", help="count the faults that could be planted, and try none")
    asked = parser.parse_args()
    for module in asked.modules:
        counts, survivors = measure(module, again=asked.again, only_count=asked.count)
        store(module, counts, survivors)
        print(counts)


if __name__ == "__main__":
    main()
