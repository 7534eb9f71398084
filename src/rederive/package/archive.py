"""An archive that is the same, byte for byte, whenever it is packed; and its manifest, in the form of `sha256sum`."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path, PurePosixPath

from rederive.build import BuildError

MANIFEST = "MANIFEST.sha256"
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
"""Before which a ZIP archive knows no dates."""

Files = Mapping[str, Path | bytes]
"""What an archive holds: by its place there, a file to copy or the content of one."""


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def checksum_line(sha256: str, name: str) -> str:
    """As `sha256sum --check` reads it."""
    return f"{sha256}  {name}\n"


def content_of(file: Path | bytes) -> bytes:
    return file if isinstance(file, bytes) else file.read_bytes()


def packed(folder: str, files: Files, date: str) -> bytes:
    """A ZIP archive of these files and their manifest, all in one folder and of one date (in seconds since 1970)."""
    manifest = "".join(checksum_line(digest(content_of(file)), name) for name, file in sorted(files.items()))
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, file in sorted({**files, MANIFEST: manifest.encode()}.items()):
            archive.writestr(_entry(f"{folder}/{name}", file, date), content_of(file))
    return made.getvalue()


def _entry(name: str, file: Path | bytes, date: str) -> zipfile.ZipInfo:
    when = max(datetime.fromtimestamp(int(date), UTC), EARLIEST)
    entry = zipfile.ZipInfo(name, when.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3  # Unix, whose permissions follow; zipfile would say what it runs on
    # as git keeps them: a file can be run or it cannot, whatever else the machine that packs it allows
    runs = isinstance(file, Path) and os.access(file, os.X_OK)
    entry.external_attr = (stat.S_IFREG | (0o755 if runs else 0o644)) << 16
    return entry


def unpack(path: Path, target: Path) -> Path:
    """Unpack an archive of the book; the folder it holds.

    Raises
    ------
    BuildError : if it is no such archive, or a file is not the one its manifest lists.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                # where zipfile puts it, which is never outside the target; Python forgets permissions
                Path(archive.extract(entry, target)).chmod(entry.external_attr >> 16 & 0o777 | 0o600)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, EOFError) as error:  # RuntimeError: a password
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise BuildError(f"{path}: expected an archive of the book ({reason})") from None
    folders = list(target.iterdir())
    if len(folders) != 1 or not (folders[0] / MANIFEST).is_file():
        raise BuildError(f"{path}: expected an archive of the book, one folder with {MANIFEST}")
    _check_manifest(path, folders[0])
    return folders[0]


def _check_manifest(path: Path, folder: Path) -> None:
    listed: dict[str, str] = {}
    for number, line in enumerate((folder / MANIFEST).read_text(encoding="utf-8").splitlines(), start=1):
        found = re.fullmatch(r"([0-9a-f]{64})  (.+)", line)
        if not found:
            raise BuildError(f"{path}: {MANIFEST}:{number}: expected a SHA-256, two spaces and a file's name")
        listed[found[2]] = found[1]
    present = {
        PurePosixPath(file.relative_to(folder)).as_posix(): digest(file.read_bytes())
        for file in folder.rglob("*")
        if file.is_file() and file != folder / MANIFEST
    }
    for name in sorted(listed.keys() | present.keys()):
        if name not in present:
            raise BuildError(f"{path}: {name}: expected this file, which is missing")
        if name not in listed:
            raise BuildError(f"{path}: {name}: expected no file that {MANIFEST} does not list")
        if listed[name] != present[name]:
            raise BuildError(f"{path}: {name}: expected the SHA-256 that {MANIFEST} lists, got {present[name]}")
