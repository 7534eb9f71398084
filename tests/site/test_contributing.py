"""What leads in: CONTRIBUTING.md, the form for reports, the hooks before a commit and a push, and the log of errata."""

from __future__ import annotations

import re
from datetime import date
from importlib.metadata import version
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from ruamel.yaml import YAML

from rederive.claims import DataError, load_yaml
from rederive.sphinxext.errata import NONE, ErrataFile, listed
from scratch import REPOSITORY

CONTRIBUTING = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
TARGETS = {target: rest.split() for target, rest in re.findall(r"^([a-z-]+):(.*?)##", MAKEFILE, re.MULTILINE)}
RUN_FIRST = re.search(r"^test:.*\n\t@\$\(MAKE\) -j2 ([a-z ]+) #", MAKEFILE, re.MULTILINE)[1].split()
"""What make test begins with."""
FORM = YAML(typ="safe").load((REPOSITORY / ".github/ISSUE_TEMPLATE/report-a-number.yml").read_text(encoding="utf-8"))
HOOKS = YAML(typ="safe").load((REPOSITORY / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
ERRATA = """\
errata:
  - {date: "2030-01-31", version: 0.1.0, place: sepsis/overall-or, said: It was 0.72., says: It is 0.73.,
     reported_by: a reader, verdicts: none}
  - {date: "2030-02-28", version: 0.2.0, place: a section, said: That was so., says: It is not.,
     reported_by: A name, verdicts: "liver/complete-or: silent, now coherent"}
"""


# --------------------------------------------------------------------------------------- where to begin, and how


def test_every_command_and_file_that_is_named_exists() -> None:
    named = re.findall(r"`make ([a-z-]+)", CONTRIBUTING)
    assert {"chapter", "test", "browse", "numbers", "prose", "corruptions"} <= set(named)
    assert set(named) <= set(TARGETS)
    files = set(re.findall(r"`([\w./-]+/[\w.-]+\.(?:py|yaml|md|csv|bib)|[A-Z]+\.(?:md|cff))`", CONTRIBUTING))
    made = {name for name in files if "slug" in name}
    assert len(files - made) > 5
    assert [name for name in files - made if not (REPOSITORY / name).is_file()] == []


def test_the_form_and_the_letter_ask_for_the_same() -> None:
    labels = [part["attributes"]["label"] for part in FORM["body"] if part["type"] != "markdown"]
    letter = re.findall(r"^    (\S.*):$", CONTRIBUTING, re.MULTILINE)
    assert len(letter) == 7
    for label, line in zip(labels, letter, strict=False):
        assert line.startswith(label.rstrip("?"))
    assert labels[len(letter) :] == ["Name"]


def test_the_changelog_is_kept_as_keep_a_changelog_has_it() -> None:
    text = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    unreleased, *released = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert unreleased == "[Unreleased]"
    found = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] – (\d{4}-\d\d-\d\d)", heading) for heading in released]
    versions = [tuple(map(int, heading.groups()[:3])) for heading in found]
    days = [date.fromisoformat(heading[4]) for heading in found]
    assert versions == sorted(versions, reverse=True)
    assert days == sorted(days, reverse=True)
    assert ".".join(map(str, versions[0])) == version("rederive")
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= kinds


# ------------------------------------------------------------------------------------------------------ the form


def test_the_form_is_built_as_github_wants_it() -> None:
    assert {"name", "description", "body"} <= set(FORM)
    fields = [part for part in FORM["body"] if part["type"] != "markdown"]
    ids = [field["id"] for field in fields]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[\w-]+", name) for name in ids)
    assert len({field["attributes"]["label"] for field in fields}) == len(fields)
    assert {field["type"] for field in fields} <= {"input", "textarea", "dropdown"}
    required = {field["id"] for field in fields if field.get("validations", {}).get("required") is True}
    assert required == {"claim", "printed", "found", "how", "source", "version", "naming"}
    assert set(ids) - required == {"name"}
    for field in fields:
        if field["type"] == "dropdown":
            assert all(isinstance(option, str) for option in field["attributes"]["options"])  # a bare Yes is true


# ----------------------------------------------------------------------------------------------------- the hooks


def test_the_hooks_run_what_ci_runs() -> None:
    (local,) = HOOKS["repos"]
    assert local["repo"] == "local"
    hooked = {}
    for hook in local["hooks"]:
        command, target = hook["entry"].split()
        assert command == "make"
        assert target in TARGETS
        assert hook["language"] == "system"
        assert hook["pass_filenames"] is False
        assert hook["always_run"] is True
        hooked[target] = hook["stages"]
    ran = re.findall(r"^make ([a-z-]+)$", (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE)
    assert "test" in ran
    for target in set(ran) - {"clean"} - set(RUN_FIRST):
        assert hooked.pop(target) == ["pre-push"]
    assert hooked == {"lint": ["pre-commit"]}
    assert "lint" in RUN_FIRST
    assert HOOKS["default_install_hook_types"] == ["pre-commit", "pre-push"]


# ---------------------------------------------------------------------------------------------------- the errata


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "errata.yaml"
    file.write_text(ERRATA, encoding="utf-8")
    return file


def test_corrections_are_listed_the_latest_first(log: Path) -> None:
    shown = listed(load_yaml(log, ErrataFile).errata).astext()
    assert shown.index("2030-02-28, a section, up to version 0.2.0") < shown.index(
        "2030-01-31, sepsis/overall-or, up to"
    )
    for told in ("It said: It was 0.72.", "It says: It is 0.73.", "Reported by: a reader", "Verdicts changed: none"):
        assert told in shown


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"2030-01-31"', '"2030-02-31"', "errata.yaml:2: errata[0].date: expected a date such as 2030-01-31"),
        ('"2030-01-31"', "2030-01-31", "errata.yaml:2: errata[0].date: expected text, in quotes"),
        (", verdicts: none", "", "errata.yaml:2: errata[0].verdicts: expected this field, which is missing"),
        ("said: That was so.", 'said: ""', "errata.yaml:4: errata[1].said: expected some text"),
        ("place: a section", "where: a section", "errata.yaml:4: errata[1].place: expected this field"),
    ],
)
def test_an_entry_that_is_not_whole_is_told_with_its_line(old: str, new: str, told: str, log: Path) -> None:
    assert ERRATA.count(old) == 1
    log.write_text(ERRATA.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=re.escape(told)):
        load_yaml(log, ErrataFile)


def test_the_page_shows_what_the_log_holds() -> None:
    page = BeautifulSoup((REPOSITORY / "_build/html/book/errata.html").read_text(encoding="utf-8"), "html.parser")
    shown = " ".join(page.select_one("#corrections").get_text(" ").split())
    errata = load_yaml(REPOSITORY / "book" / "errata.yaml", ErrataFile).errata
    assert (NONE in shown) is not bool(errata)
    for erratum in errata:
        assert f"{erratum.date}, {erratum.place}, up to version {erratum.version}" in shown
