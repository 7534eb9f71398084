"""The archive of a small book: the same every time, complete, described, and able to make itself again."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
import zipfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from pybtex.database import parse_string

from rederive.build import BuildError
from rederive.cli import main
from rederive.files import read_yaml
from rederive.package import verifying
from rederive.package.archive import MANIFEST, packed, unpack
from scratch import REPOSITORY, ScratchBook, make_scratch_book

VERSION = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]["version"]
FOLDER = f"thymosin-a1-rederived-{VERSION}"
COMMITTED = (2023, 11, 14, 22, 13, 20)
"""When a scratch book is committed, in UTC, as `date -u -d @1700000000` says."""


def package(book: ScratchBook) -> Path:
    done = book.rederive("package")
    assert done.returncode == 0, done.stdout + done.stderr
    path = book.root / "dist" / f"{FOLDER}.zip"
    assert done.stdout.endswith(f"packed: {path}\n")
    return path


@pytest.fixture(scope="module")
def archive(built_book: ScratchBook, chromium: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of a scratch book."""
    root = tmp_path_factory.mktemp("packed") / "book"
    shutil.copytree(built_book.root, root)
    return package(ScratchBook(root))


@pytest.fixture(scope="module")
def unpacked(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is in it, to be looked at, not changed."""
    return unpack(archive, tmp_path_factory.mktemp("unpacked"))


def files_of(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


# ------------------------------------------------------------------------------------------- the same every time


def test_an_archive_made_elsewhere_and_later_is_the_same(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In another folder, from nothing, on files of another age, by somebody with other habits."""
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    before = os.umask(0o077)
    try:
        book = make_scratch_book(tmp_path / "some other folder")
        book.commit()
        for file in (book.root / "book").rglob("*"):
            os.utime(file, (1_000_000_000, 1_000_000_000))
        again = package(book)
    finally:
        os.umask(before)
    with zipfile.ZipFile(archive) as one, zipfile.ZipFile(again) as other:
        assert one.namelist() == other.namelist()
        assert [name for name in one.namelist() if one.read(name) != other.read(name)] == []
    assert archive.read_bytes() == again.read_bytes()


def test_an_archive_is_of_the_date_of_its_commit(archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        assert {entry.date_time for entry in opened.infolist()} == {COMMITTED}
        assert opened.namelist() == sorted(opened.namelist())
        assert opened.testzip() is None


# ---------------------------------------------------------------------------------------------------- complete


def test_an_archive_has_a_checksum_that_other_programs_read(archive: Path) -> None:
    checksum = archive.with_suffix(".zip.sha256")
    subprocess.run(["sha256sum", "--check", "--quiet", checksum.name], cwd=archive.parent, check=True)


def test_a_manifest_lists_every_file_for_other_programs(unpacked: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--quiet", "--strict", MANIFEST], cwd=unpacked, check=True)
    lines = (unpacked / MANIFEST).read_text("utf-8").splitlines()
    assert {line[66:] for line in lines} == files_of(unpacked) - {MANIFEST}
    assert len(lines) == len(files_of(unpacked)) - 1


def git(book: ScratchBook, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=book.root, capture_output=True, text=True, check=True).stdout


def test_an_archive_holds_what_was_made_and_what_it_was_made_from(unpacked: Path, built_book: ScratchBook) -> None:
    built = built_book.root
    made = {f"site/{name}" for name in files_of(built / "_build" / "html")}
    made |= {"notebooks/01-alpha.ipynb", "notebooks/02-beta.ipynb"}
    made |= {f"results/claims{suffix}" for suffix in (".json", ".csv", ".schema.json")}
    sources = {f"source/{name}" for name in git(built_book, "ls-files").splitlines()} | {"source/history.json"}
    assert {"source/requirements.lock", "source/chapters/01-alpha.py", "source/data/alpha/claims.yaml"} <= sources
    described = {"README.md", "LICENSE", "LICENSE-CC-BY-4.0.txt", "CITATION.cff", "citations.bib", ".zenodo.json"}
    described |= {"codecheck.yml", "ro-crate-metadata.json", MANIFEST, "thymosin-a1-rederived.pdf"}
    described |= {f"third-party/{name}/LICENSE" for name in ("furo", "myst-nb", "sphinx-basic-ng", "sphinx-copybutton")}
    described |= {"third-party/Sphinx/LICENSE.rst"}
    assert files_of(unpacked) == made | sources | described
    for name in made:
        folder = {"site": "_build/html", "notebooks": "chapters", "results": "_build/results"}[name.partition("/")[0]]
        assert (unpacked / name).read_bytes() == (built / folder / name.partition("/")[2]).read_bytes(), name


def test_programs_in_an_archive_can_be_run(unpacked: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        modes = {entry.external_attr >> 16 & 0o777 for entry in opened.infolist()}
    assert modes == {0o644}  # a scratch book has no programs
    entries = packed("x", {"run": REPOSITORY / "postBuild", "read": REPOSITORY / "README.md"}, "0")
    (unpacked.parent / "modes.zip").write_bytes(entries)
    folder = unpack(unpacked.parent / "modes.zip", unpacked.parent / "modes")
    assert os.access(folder / "run", os.X_OK)
    assert not (folder / "read").stat().st_mode & 0o111


# --------------------------------------------------------------------------------------------------- described


def test_the_readme_of_an_archive_leaves_nothing_to_fill_in(unpacked: Path, built_book: ScratchBook) -> None:
    text = (unpacked / "README.md").read_text("utf-8")
    commit = git(built_book, "rev-parse", "HEAD").strip()
    there = files_of(unpacked) | {
        path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_dir()
    }
    assert "$" not in text
    assert f"version {VERSION}, made from commit `{commit}` of 2023-11-14" in text
    assert "It judges 2 claims of 2 documents: 2 silent." in text
    for name in re.findall(r"`([\w./-]+\.\w+|\w+/)`", text):
        made_later = name.startswith("source/_build")
        of_the_real_book = name.startswith("source/data")
        assert made_later or of_the_real_book or any(f"/{file}/".endswith(f"/{name.rstrip('/')}/") for file in there), (
            name
        )


def test_the_readme_of_an_archive_names_the_pythons_and_commands_of_the_book() -> None:
    ours, archives = (
        text.read_text("utf-8")
        for text in (REPOSITORY / "README.md", resources.files("rederive.package") / "readme.md")
    )
    pythons = r"On a machine with (git, make and Python [\d., or]+\d)"
    assert re.search(pythons, archives)[1] == re.search(pythons, ours)[1]
    for command, what in re.findall(r"^make (\w+) +(# .+)$", ours, re.MULTILINE):
        assert re.search(rf"^make -C source {command} +{re.escape(what[:40])}", archives, re.MULTILINE)
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    named = set(re.findall(r"make -C source ([a-z-]+)", archives))
    assert {"book", "test", "diff", "verify-package"} <= named
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in named)


def test_the_citation_file_of_an_archive_has_version_commit_and_date(unpacked: Path) -> None:
    ours, archives = (read_yaml(folder / "CITATION.cff") for folder in (REPOSITORY, unpacked))
    assert {name: archives[name] for name in ours if name != "preferred-citation"} == {
        name: ours[name] for name in ours if name != "preferred-citation"
    }
    assert (archives["version"], archives["date-released"]) == (VERSION, "2023-11-14")
    assert re.fullmatch("[0-9a-f]{40}", archives["commit"])
    book = archives["preferred-citation"]
    assert (book["version"], book["year"]) == (VERSION, 2023)
    assert ours["preferred-citation"].items() <= book.items()


def test_bibtex_has_the_book_and_every_chapter_with_its_document(unpacked: Path) -> None:
    entries = parse_string((unpacked / "citations.bib").read_text("utf-8"), "bibtex").entries
    assert list(entries) == ["rederived", "rederived-alpha", "rederived-beta"]
    assert entries["rederived-alpha"].fields["title"] == "{Chapter alpha}"
    assert entries["rederived-alpha"].fields["note"].endswith("Recomputes “A document”.")
    assert "publisher" in entries["rederived-alpha"].fields
    assert {entry.fields["year"] for entry in entries.values()} == {"2023"}


def test_zenodo_is_told_what_the_citation_file_says(unpacked: Path) -> None:
    told, cited = json.loads((unpacked / ".zenodo.json").read_text("utf-8")), read_yaml(unpacked / "CITATION.cff")
    book = cited["preferred-citation"]
    assert (told["title"], told["version"]) == (book["title"], cited["version"])
    assert told["publication_date"] == cited["date-released"]
    assert told["creators"] == [{"name": author["name"]} for author in book["authors"]]
    assert told["license"] == "cc-by-4.0" == book["license"].lower()
    assert told["keywords"] == cited["keywords"]


def test_codecheck_gets_the_outputs_and_no_certificate(unpacked: Path) -> None:
    text = (unpacked / "codecheck.yml").read_text("utf-8")
    assert text.startswith("%YAML 1.2\n---\n")
    told = read_yaml(unpacked / "codecheck.yml")
    assert set(told) == {"version", "manifest", "paper"}
    listed = {entry["file"]: entry["comment"] for entry in told["manifest"]}
    assert set(listed) <= files_of(unpacked)
    assert {"results/claims.json", "notebooks/01-alpha.ipynb", "notebooks/02-beta.ipynb"} <= set(listed)
    for file, comment in listed.items():
        made = re.search(r"made as (source/\S+)$", comment)
        assert made, comment
        assert Path(made[1]).name == Path(file).name


def graph(unpacked: Path) -> dict[str, dict[str, Any]]:
    crate = json.loads((unpacked / "ro-crate-metadata.json").read_text("utf-8"))
    assert crate["@context"] == "https://w3id.org/ro/crate/1.3/context"
    entities = crate["@graph"]
    assert len({entity["@id"] for entity in entities}) == len(entities)
    return {entity["@id"]: entity for entity in entities}


def test_a_crate_describes_every_file_with_its_hash(unpacked: Path) -> None:
    entities = graph(unpacked)
    files = {name for name, entity in entities.items() if "File" in entity["@type"]}
    assert files == files_of(unpacked) - {"ro-crate-metadata.json"}
    hashes = {line[66:]: line[:64] for line in (unpacked / MANIFEST).read_text("utf-8").splitlines()}
    for name in files - {MANIFEST}:
        assert entities[name]["sha256"] == hashes[name]
        assert int(entities[name]["contentSize"]) == (unpacked / name).stat().st_size
    assert {part["@id"] for part in entities["./"]["hasPart"]} >= files


def test_a_crate_refers_to_nothing_it_does_not_describe(unpacked: Path) -> None:
    entities = graph(unpacked)

    def referred(value: Any) -> set[str]:
        if isinstance(value, dict):
            return {value["@id"]} if set(value) == {"@id"} else set().union(*map(referred, value.values()))
        return set().union(*map(referred, value)) if isinstance(value, list) else set()

    outside = {name for entity in entities.values() for name in referred(entity) if name not in entities}
    assert outside == {"https://w3id.org/ro/crate/1.3"}
    runs = [entity for entity in entities.values() if entity["@type"] == "CreateAction"]
    assert [run["result"]["@id"] for run in runs] == ["notebooks/01-alpha.ipynb", "notebooks/02-beta.ipynb"]


# ----------------------------------------------------------------------------------------- able to make itself again


def test_an_archive_makes_itself_again(archive: Path, built_book: ScratchBook) -> None:
    done = built_book.rederive("verify-package", str(archive))
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout.splitlines()
    assert said[0] == f"unpacked: every file is the one that {MANIFEST} lists"
    site = len(files_of(built_book.root / "_build" / "html"))
    assert f"site: {site} of {site} files made again byte for byte" in said
    assert "notebooks: 2 of 2 files made again byte for byte" in said
    assert said[-1].startswith("no result differs")


Change = Callable[[Path], None]


def repacked(unpacked: Path, target: Path, change: Change, manifest: bool = True) -> Path:
    """The archive with something changed, with a manifest that fits or with the old one."""
    folder = target / "changed"
    shutil.copytree(unpacked, folder)
    change(folder)
    path = target / "changed.zip"
    if manifest:
        (folder / MANIFEST).unlink(missing_ok=True)
        path.write_bytes(packed(FOLDER, {name: folder / name for name in files_of(folder)}, "1700000000"))
    else:
        with zipfile.ZipFile(path, "w") as made:
            for name in files_of(folder):
                made.write(folder / name, f"{FOLDER}/{name}")
    return path


def test_a_result_that_differs_is_told_with_its_size(
    unpacked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def change(folder: Path) -> None:
        results = json.loads((folder / "results" / "claims.json").read_text("utf-8"))
        results["claims"][0]["recomputed"] = {"total": 8}
        (folder / "results" / "claims.json").write_text(json.dumps(results), "utf-8")

    rebuilt = json.loads((unpacked / "results" / "claims.json").read_text("utf-8"))
    rebuilt["claims"][0]["recomputed"] = {"total": 10}
    monkeypatch.setattr(verifying, "results_of", lambda _: rebuilt)
    assert main(["verify-package", str(repacked(unpacked, tmp_path, change))]) == 1
    said = capsys.readouterr().out
    assert "alpha/claim" in said
    assert re.search(r"total.*\b8\b.*\b10\b.*\+2\b.*25%", said)
    assert "site: 0 of" in said


def _cut(folder: Path) -> None:
    (folder / "results" / "claims.csv").unlink()


def _add(folder: Path) -> None:
    (folder / "results" / "more.csv").write_text("1")


def _alter(folder: Path) -> None:
    (folder / "results" / "claims.csv").write_text("1")


def _garble(folder: Path) -> None:
    (folder / MANIFEST).write_text("no hash\n")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_cut, "results/claims.csv: expected this file, which is missing"),
        (_add, f"results/more.csv: expected no file that {MANIFEST} does not list"),
        (_alter, f"results/claims.csv: expected the SHA-256 that {MANIFEST} lists"),
        (_garble, f"{MANIFEST}:1: expected a SHA-256, two spaces and a file's name"),
    ],
)
def test_an_archive_that_is_not_as_it_was_packed_is_refused(
    unpacked: Path, tmp_path: Path, change: Change, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = repacked(unpacked, tmp_path, change, manifest=False)
    assert main(["verify-package", str(path)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"error: {path}: {expected}")
    assert captured.err.count("\n") == 1


def test_what_is_no_archive_of_the_book_is_refused(archive: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    content = archive.read_bytes()
    for wrong in (b"", b"no archive", content[: len(content) // 2], content[:5000] + b"\0" * 40 + content[5040:]):
        broken.write_bytes(wrong)
        with pytest.raises(BuildError, match=r"broken.zip: expected an archive of the book"):
            unpack(broken, tmp_path / f"target-{len(wrong)}")
    with zipfile.ZipFile(broken, "w") as other:
        other.writestr("a.txt", "a")
    with pytest.raises(BuildError, match=r"expected an archive of the book, one folder with MANIFEST.sha256"):
        unpack(broken, tmp_path / "other")
    with pytest.raises(BuildError, match="No such file"):
        unpack(tmp_path / "missing.zip", tmp_path / "none")


def test_only_what_is_committed_is_packed(copy_of_built_book: ScratchBook) -> None:
    book = copy_of_built_book
    book.write("data/alpha/table.csv", "4,5,6\n")
    book.write("notes on the side.md", "")
    done = book.rederive("package")
    assert (done.returncode, done.stdout) == (1, "")
    first = book.root / "data" / "alpha" / "table.csv"
    assert done.stderr == f"error: {first} and 1 more: expected no change that is not committed\n"
    shutil.rmtree(book.root / ".git")
    done = book.rederive("package")
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {book.root / '.git'}: expected a git repository with a commit")
    assert not (book.root / "dist").exists()
