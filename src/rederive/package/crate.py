"""The archive as an RO-Crate: what each part is, what it was made from, and under which licence.

After the RO-Crate Metadata Specification (https://w3id.org/ro/crate), in the newest version that rocrate writes.
"""

from __future__ import annotations

import mimetypes
import platform
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from rocrate.model import ContextEntity
from rocrate.rocrate import ROCrate

from rederive.build import Chapter
from rederive.package.archive import Files, content_of, digest
from rederive.package.descriptions import State

METADATA = "ro-crate-metadata.json"
CC_BY, MIT = "https://spdx.org/licenses/CC-BY-4.0", "https://spdx.org/licenses/MIT"

FOLDERS = {
    "site": "The website of the book",
    "notebooks": "The chapters as they were run",
    "results": "Every claim with its verdict, as data",
    "third-party": "Licences of the programs whose style sheets and scripts the website contains",
    "source": "Everything the archive was made from: chapters, library, data and tests",
    "source/data": "What the documents print, and the facts it was compared with, each with its source",
    "source/src": "The library that checks published statistics",
    "source/tests": "The tests of library, chapters and site",
}

DESCRIBED = {
    "README.md": "What somebody needs to know who has only this archive",
    "LICENSE": "The licence of the code",
    "LICENSE-CC-BY-4.0.txt": "The licence of text and figures",
    "CITATION.cff": "How to cite the book",
    "citations.bib": "How to cite the book and each chapter, as BibTeX",
    ".zenodo.json": "The metadata that Zenodo takes with an upload",
    "codecheck.yml": "The outputs that can be made again, in the form of CODECHECK",
    "results/claims.schema.json": "The JSON Schema of claims.json",
    "source/requirements.lock": "The exact versions of everything the book was made with",
}

MEDIA_TYPES = mimetypes.MimeTypes().types_map[True] | {  # Python's own table, whatever the machine adds to it
    ".bib": "application/x-bibtex",
    ".cff": "application/yaml",
    ".ipynb": "application/x-ipynb+json",
    ".md": "text/markdown",
    ".woff2": "font/woff2",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
}


def ro_crate(state: State, files: Files, outputs: Mapping[str, str], manifest: str) -> dict[str, Any]:
    """The content of `ro-crate-metadata.json`.

    Parameters
    ----------
    files : all files of the archive, but for its manifest and this one.
    outputs : those that can be made again, with what they are.
    manifest : the name of the manifest, whose own SHA-256 nothing inside the archive can say.
    """
    crate = ROCrate()
    root = crate.root_dataset
    root["name"] = f"{state.cited['title']}, version {state.version}"
    root["description"] = " ".join(state.cited["abstract"].split())
    root["datePublished"] = state.changed.isoformat()
    root["keywords"] = list(state.cited["keywords"])
    root["version"] = state.version
    root["license"] = _licences(crate)
    root["author"] = root["publisher"] = _group(crate, state)
    scripts = {f"source/{chapter.page}.py": f"The chapter “{chapter.title}”" for chapter in state.book.chapters}
    described = {**DESCRIBED, **outputs, **scripts}
    for name, file in sorted(files.items()):
        kind = {"@type": ["File", "SoftwareSourceCode"]} if name in scripts else {}
        crate.add_file(dest_path=name, properties=kind | _about_file(name, file, described.get(name)))
    crate.add_file(dest_path=manifest, properties={"name": manifest, "description": "The SHA-256 of every other file"})
    data = {f"source/data/{of.slug}": f"Data of the chapter “{of.title}”" for of in state.book.chapters}
    for name, what in {**FOLDERS, **data}.items():
        within = [{"@id": file} for file in sorted(files) if PurePosixPath(file).is_relative_to(name)]
        crate.add_dataset(dest_path=f"{name}/", properties={"name": name, "description": what, "hasPart": within})
    root["mentions"] = _runs(crate, state)
    metadata: dict[str, Any] = crate.metadata.generate()
    return metadata


def _about_file(name: str, file: Path | bytes, what: str | None) -> dict[str, Any]:
    content = content_of(file)
    return {
        "name": PurePosixPath(name).name,
        **({"description": what} if what else {}),
        "encodingFormat": MEDIA_TYPES.get(PurePosixPath(name).suffix, "text/plain"),
        "contentSize": str(len(content)),
        "sha256": digest(content),
    }


def _entity(crate: Any, identifier: str, kind: str, **properties: Any) -> Any:
    return crate.add(ContextEntity(crate, identifier, properties={"@type": kind, **properties}))


def _licences(crate: Any) -> list[Any]:
    texts = "text and figures; facts of the primary literature are credited in source/data"
    return [
        _entity(crate, CC_BY, "CreativeWork", name="CC BY 4.0", description=f"The licence of {texts}"),
        _entity(crate, MIT, "CreativeWork", name="MIT License", description="The licence of the code"),
    ]


def _group(crate: Any, state: State) -> Any:
    (author,) = state.cited["authors"]
    return _entity(crate, "#contributors", "Organization", name=author["name"])


def _runs(crate: Any, state: State) -> list[Any]:
    """What each chapter was made from, with what, and what came of it."""
    python = _entity(
        crate,
        "#python",
        "ComputerLanguage",
        name=f"Python ({platform.python_implementation()})",
        version=platform.python_version(),
        url="https://www.python.org/",
    )
    library = _entity(crate, "#rederive", "SoftwareApplication", name="rederive", version=state.version, url="source/")
    return [_run(crate, chapter, library, python) for chapter in state.book.chapters]


def _run(crate: Any, chapter: Chapter, library: Any, python: Any) -> Any:
    script = crate.dereference(f"source/{chapter.page}.py")
    script["programmingLanguage"] = python
    return _entity(
        crate,
        f"#run-{chapter.slug}",
        "CreateAction",
        name=f"Running the chapter “{chapter.title}”",
        instrument=library,
        object=[script, crate.dereference("source/data/" if chapter.compares else f"source/data/{chapter.slug}/")],
        result=crate.dereference(f"notebooks/{chapter.notebook.name}"),
    )
