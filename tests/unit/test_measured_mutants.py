"""The stored result of planting faults in the library belongs to the library as it is, and explains every survivor."""

import ast
from functools import cache

import pytest

from rederive.files import project_root
from rederive.measurements import load_measurements

ROOT = project_root()
MEASURED = load_measurements(ROOT / "data" / "trust")
TRIED, SURVIVORS = MEASURED.table("mutants"), MEASURED.table("survivors")
KINDS = {"equivalent", "speed or memory", "wording", "beyond print", "not tested"}


@cache
def functions(module):
    """The source of each function and method of a module, by name."""
    source = (ROOT / "src" / "rederive" / f"{module.replace('.', '/')}.py").read_text("utf-8")
    tree = ast.parse(source)
    owners = [("", tree), *((f"{node.name}.", node) for node in tree.body if isinstance(node, ast.ClassDef))]
    return {
        owner + node.name: ast.get_source_segment(source, node)
        for owner, parent in owners
        for node in parent.body
        if isinstance(node, ast.FunctionDef)
    }


def test_the_modules_are_those_of_the_library():
    folders = {
        f"{folder}.{path.stem}"
        for folder in ("checks", "methods")
        for path in (ROOT / "src" / "rederive" / folder).glob("[!_]*.py")
    }
    assert set(TRIED.index) == {"printed", "verdicts"} | folders


def test_the_counts_add_up():
    assert (TRIED["killed"] + TRIED["timed_out"] + TRIED["survived"] == TRIED["tried"]).all()
    for row in TRIED.itertuples():
        scope = "whole" if row.tried == row.possible else "sample" if row.tried >= 10 else "not tried"
        assert row.scope == scope
        assert row.tried in range(10, row.possible + 1) or row.tried == 0
    listed = SURVIVORS["module"].value_counts().reindex(TRIED.index, fill_value=0)
    assert listed.to_dict() == TRIED["survived"].to_dict()


@pytest.mark.parametrize("survivor", list(SURVIVORS.itertuples()), ids=lambda survivor: survivor.Index)
def test_a_survivor_still_stands_and_is_explained(survivor):
    assert survivor.line in functions(survivor.module)[survivor.function]
    assert survivor.kind in KINDS
