"""The archive as an RO-Crate: what each part is, who made it from what, and under which licence.

After the RO-Crate Metadata Specification (https://w3id.org/ro/crate), in the newest version that rocrate writes.
"""

from __future__ import annotations

import mimetypes
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rocrate.model import ContextEntity
from rocrate.rocrate import ROCrate

from rederive.package.archive import Files, content_of, digest
from rederive.package.descriptions import State

METADATA = "ro-crate-metadata.json"
CC_BY, MIT = "https://spdx.org/licenses/CC-BY-4.0", "https://spdx.org/licenses/MIT"

FOLDERS = {
    "site": "The website of the book",
    "notebooks": "The chapters as they were run",
    "results": "Every claim with its verdict, as data",
    "source": "Everything the archive was made from: chapters, library, data and tests",
    "source/data": "What the documents print, and the facts it was compared with, each with its source",
    "source/src": "The library that checks published statistics",
    "source/tests": "The tests of library, chapters and site",
}

FILES = {
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

MEDIA_TYPES = {
    ".bib": "application/x-bibtex",
    ".cff": "application/yaml",
    ".ipynb": "application/x-ipynb+json",
    ".lock": "text/plain",
    ".md": "text/markdown",
    ".py": "text/x-python",
    ".sha256": "text/plain",
    ".yml": "application/yaml",
}
"""Where Python's own table has none, or another on some machines; a file without suffix is plain text."""


def ro_crate(state: State, files: Files, outputs: Mapping[str, str], manifest: str) -> dict[str, Any]:
    """The content of `ro-crate-metadata.json`.

    Parameters
    ----------
    files : all files of the archive, but for its manifest and this one.
    outputs : those that can be made again, with what they are.
    manifest : the name of the manifest.
    """
    crate = ROCrate()
    crate.name = f"{state.cited['title']}, version {state.version}"
    crate.description = " ".join(state.cited["abstract"].split())
    crate.datePublished = state.changed
    crate.keywords = list(state.cited["keywords"])
    root = crate.root_dataset
    root["version"] = state.version
    root["license"] = _licences(crate)
    root["author"] = root["publisher"] = _group(crate, state)
    for name, what in FOLDERS.items():
        crate.add_dataset(dest_path=f"{name}/", properties={"name": name, "description": what})
    for name, what in {**FILES, **outputs}.items():
        crate.add_file(dest_path=name, properties=_about_file(name, what, files[name]))
    crate.add_file(
        dest_path=manifest,
        properties={
            "name": manifest,
            "description": "The SHA-256 of every other file",
            "encodingFormat": _media_type(manifest),
        },
    )
    _tell_of_runs(crate, state)
    metadata: dict[str, Any] = crate.metadata.generate()
    return metadata


def _about_file(name: str, what: str, file: Path | bytes) -> dict[str, Any]:
    content = content_of(file)
    return {
        "name": Path(name).name,
        "description": what,
        "encodingFormat": _media_type(name),
        "contentSize": str(len(content)),
        "sha256": digest(content),
    }


def _media_type(name: str) -> str:
    suffix = Path(name).suffix
    return MEDIA_TYPES.get(suffix) or mimetypes.types_map.get(suffix, "text/plain")


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


def _tell_of_runs(crate: Any, state: State) -> None:
    """What each chapter was made from, with what, and what came of it."""
    python = _entity(
        crate,
        "#python",
        "SoftwareApplication",
        name=platform.python_implementation(),
        softwareVersion=platform.python_version(),
        url="https://www.python.org/",
    )
    library = _entity(
        crate,
        "#rederive",
        "SoftwareApplication",
        name="rederive",
        softwareVersion=state.version,
        url="source/src/",
        softwareRequirements=[python],
    )
    runs = []
    for chapter in state.book.chapters:
        script = f"source/{chapter.page}.py"
        crate.add_file(
            dest_path=script,
            properties={
                "@type": ["File", "SoftwareSourceCode"],
                "name": chapter.source.name,
                "description": f"Chapter “{chapter.title}” as a program",
                "encodingFormat": _media_type(script),
                "programmingLanguage": {"@id": python.id},
            },
        )
        data = crate.add_dataset(
            dest_path=f"source/data/{chapter.slug}/",
            properties={"name": chapter.slug, "description": f"Data of the chapter “{chapter.title}”"},
        )
        runs.append(
            _entity(
                crate,
                f"#run-{chapter.slug}",
                "CreateAction",
                name=f"Running the chapter “{chapter.title}”",
                instrument=[library],
                object=[{"@id": script}, data],
                result=[{"@id": f"notebooks/{chapter.notebook.name}"}],
            )
        )
    crate.root_dataset["mentions"] = runs
