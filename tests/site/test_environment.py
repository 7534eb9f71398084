"""The ways to install the book agree: pyproject.toml, the lock, environment.yml, postBuild, Makefile and others."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupytext import TextFileContentsManager
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

from scratch import REPOSITORY

PYPROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, TOOLS = PYPROJECT["project"], PYPROJECT["tool"]
LOCK = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
ENVIRONMENT = YAML(typ="safe").load((REPOSITORY / "environment.yml").read_text(encoding="utf-8"))
WORKFLOW = (REPOSITORY / ".github" / "workflows" / "book.yml").read_text(encoding="utf-8")
DOCKERFILE = (REPOSITORY / "docker" / "Dockerfile").read_text(encoding="utf-8")
PYTHONS = ("3.11", "3.12", "3.13")


def locked() -> list[Requirement]:
    entries = re.sub(r"\s*\\\n\s*", " ", LOCK).splitlines()
    return [Requirement(entry.partition(" --hash")[0]) for entry in entries if entry and not entry.startswith("#")]


def required() -> list[Requirement]:
    extras = PROJECT["optional-dependencies"].values()
    return [Requirement(text) for texts in (PROJECT["dependencies"], *extras) for text in texts]


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_meets_every_requirement_on_every_python(python: str) -> None:
    place = {**default_environment(), "python_version": python, "python_full_version": f"{python}.0"}
    versions = {
        canonicalize_name(pin.name): next(iter(pin.specifier)).version
        for pin in locked()
        if pin.marker is None or pin.marker.evaluate(place)
    }
    assert len(required()) > 20
    for requirement in required():
        assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)]), requirement


def test_the_lock_pins_and_hashes_everything_and_names_no_place() -> None:
    entries = LOCK.count("==")
    assert entries > 100
    assert len(locked()) == len(
        re.findall(r"^[A-Za-z0-9._-]+==\S+.*\\\n    --hash=sha256:[0-9a-f]{64}", LOCK, re.MULTILINE)
    )
    assert not re.search(r"https?:|file:|--index|--find-links| @ ", LOCK)


def test_jupyter_book_is_the_last_of_its_line() -> None:
    assert "jupyter-book==1.0.4.post1 " in LOCK


def test_the_pythons_tried_are_the_pythons_allowed() -> None:
    allowed = Requirement(f"python{PROJECT['requires-python']}").specifier
    assert tuple(f"3.{minor}" for minor in range(30) if allowed.contains(f"3.{minor}")) == PYTHONS
    assert tuple(TOOLS["tox"]["env_list"]) == PYTHONS


def test_conda_takes_one_of_these_pythons_and_the_same_lock() -> None:
    python, pip, with_pip = ENVIRONMENT["dependencies"]
    assert (pip, with_pip) == ("pip", {"pip": ["-r requirements.lock"]})
    found = re.match(r"python\s*=+\s*([\d.]*)", python)  # all that Binder's repo2docker makes out
    assert found
    assert found[1] in PYTHONS


def test_nothing_keeps_binder_from_the_environment_file() -> None:
    """What repo2docker would prefer to it, or look into instead of the main folder."""
    assert not [name for name in ("Dockerfile", "binder", ".binder") if (REPOSITORY / name).exists()]


def test_the_image_has_one_of_these_pythons_and_nothing_that_git_ignores() -> None:
    (version,) = re.findall(r"^FROM python:(\S+)-slim", DOCKERFILE, re.MULTILINE)
    assert version in PYTHONS
    ignored = (REPOSITORY / ".gitignore").read_text(encoding="utf-8").split()
    kept_out = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").split()
    assert [pattern.rstrip("/") for pattern in ignored] == [pattern.removeprefix("**/") for pattern in kept_out]


def test_the_workflow_runs_what_a_clone_is_asked_to_run_on_every_python() -> None:
    job = YAML(typ="safe").load(WORKFLOW)["jobs"]["test"]
    assert tuple(job["strategy"]["matrix"]["python"]) == PYTHONS
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    (history,) = (step["with"]["fetch-depth"] for step in job["steps"] if "checkout" in step.get("uses", ""))
    assert history == 0


@pytest.mark.skipif(not (REPOSITORY / ".git").exists(), reason="without git, what unpacked the files gave them rights")
@pytest.mark.parametrize("script", [".ci/run", "postBuild"])
def test_what_others_run_is_a_program(script: str) -> None:
    listed = subprocess.run(["git", "ls-files", "--stage", script], cwd=REPOSITORY, capture_output=True, text=True)
    assert listed.stdout.startswith("100755 ")


def test_the_workflow_needs_no_secret_and_may_write_only_where_it_publishes() -> None:
    workflow = YAML(typ="safe").load(WORKFLOW)
    assert "secrets." not in WORKFLOW
    assert workflow["permissions"] == {"contents": "read"}
    may_write = {name: job["permissions"] for name, job in workflow["jobs"].items() if "permissions" in job}
    assert may_write == {"publish": {"pages": "write", "id-token": "write"}}
    assert "github.event.repository.has_pages" in workflow["jobs"]["publish"]["if"]
    used = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]
    assert len(used) == 4
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", action) for action in used)


def test_binder_prepares_the_package_and_the_lab_as_make_does() -> None:
    script = REPOSITORY / "postBuild"
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    for step in ("install {quiet}--no-deps --no-build-isolation -e .", "set-default-viewer python"):
        assert step.format(quiet="") in script.read_text(encoding="utf-8")
        assert step.format(quiet="--quiet ") in makefile


@pytest.mark.parametrize(
    ("version", "accepted"), [((3, 10), False), ((3, 11), True), ((3, 13), True), ((3, 14), False)]
)
def test_make_refuses_a_python_out_of_range_in_one_line(
    version: tuple[int, int], accepted: bool, tmp_path: Path
) -> None:
    """The check that `make` runs, on a Python that says it is another."""
    (line,) = re.findall(r"^python3 -c '(.*)'$", recipe(".venv/.ready"), re.MULTILINE)
    pretend = f"import sys; sys.version_info = ({version[0]}, {version[1]}, 0); {line.removeprefix('import sys; ')}"
    done = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True)
    assert (done.returncode == 0) is accepted
    assert len(done.stderr.splitlines()) == (0 if accepted else 1)


def recipe(target: str) -> str:
    command = ["make", "-n", "-W", "pyproject.toml", target, "PYTHON=python3"]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout


def test_make_begins_with_an_empty_environment_and_checks_the_full_one() -> None:
    steps = recipe(".venv/.ready")
    assert "python3 -m venv --clear .venv\n" in steps
    assert steps.index("-e .\n") < steps.index("pip --disable-pip-version-check check")


def test_make_clean_removes_every_tools_cache() -> None:
    removed = recipe("clean").split()
    assert {f".{tool}_cache" for tool in ("pytest", "mypy", "ruff", "import_linter")} <= set(removed)
    assert ".venv" not in removed


def test_a_chapter_opens_as_a_notebook_in_jupyterlab() -> None:
    """The setting as JupyterLab reads it, in the environment that runs the tests."""
    read = (
        "from jupyterlab_server.settings_utils import _get_overrides; import sys; print(_get_overrides(sys.argv[1])[0])"
    )
    settings = subprocess.run(
        [sys.executable, "-c", read, str(Path(sys.prefix) / "share" / "jupyter" / "lab" / "settings")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "'defaultViewers': {'python': 'Jupytext Notebook'}" in settings


@pytest.mark.filterwarnings("default")  # Jupyter's servers are not ours to keep quiet
def test_saving_a_chapter_in_jupyterlab_changes_nothing_in_it(tmp_path: Path) -> None:
    """Opened and saved as the server does it, whose name for the kernel JupyterLab writes into what it saves."""
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    shutil.copytree(REPOSITORY / "chapters", tmp_path / "chapters", ignore=shutil.ignore_patterns("*.ipynb"))
    shown_as = KernelSpecManager().get_kernel_spec("python3").display_name
    contents = TextFileContentsManager(root_dir=str(tmp_path))
    for chapter in (tmp_path / "chapters").glob("*.py"):
        before, name = chapter.read_bytes(), f"chapters/{chapter.name}"
        opened = contents.get(name, type="notebook")
        opened["content"]["metadata"]["kernelspec"]["display_name"] = shown_as
        contents.save(opened, name)
        assert chapter.read_bytes() == before
