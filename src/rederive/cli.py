"""The command `rederive`: check data, build the book, print and pack it, compare results, begin a chapter."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

from rederive import build
from rederive.files import DataError, project_root


def _check(arguments: argparse.Namespace) -> None:
    folders = arguments.folders or build.data_folders(project_root())
    claims = build.check(folders)
    print(f"data folders: {len(folders)}, claims: {claims}, all as they should be")


def _build(arguments: argparse.Namespace) -> None:
    root = project_root()
    changed = build.build(root, arguments.jobs)
    print(f"{'built' if changed else 'unchanged'}: {root / '_build' / 'html' / 'index.html'}")


def _pdf(arguments: argparse.Namespace) -> None:
    from rederive.pdf import make_pdf  # here, because it takes a while to import

    print(f"printed: {make_pdf(project_root())}")


def _package(arguments: argparse.Namespace) -> None:
    from rederive.package import make_package  # here, because it takes a while to import

    print(f"packed: {make_package(project_root())}")


def _verify_package(arguments: argparse.Namespace) -> int:
    from rederive.package.verifying import verify

    return verify(arguments.file)


def _diff(arguments: argparse.Namespace) -> None:
    from rederive.differing import differences, report
    from rederive.rebuilding import read_results, results_of_revision

    root = project_root()
    file = Path(arguments.before)
    before = read_results(file) if file.suffix == ".json" else results_of_revision(root, arguments.before)
    now = read_results(build.build_results(root, os.cpu_count() or 1))
    print(report(differences(before, now)), end="")


def _chapter(arguments: argparse.Namespace) -> None:
    from rederive.new_chapter import TO_DO, new_chapter

    root = project_root()
    for file in new_chapter(root, arguments.name):
        print(f"wrote {file.relative_to(root)}")
    print(f"what is left to do says {TO_DO}; CONTRIBUTING.md leads through it")


def _jobs(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number of at least 1, got {text!r}")
    return int(text)


class _Parser(argparse.ArgumentParser):
    """Tells a wrong argument like any other mistake: in one line, with exit code 1."""

    def error(self, message: str) -> NoReturn:
        raise build.BuildError(f"{message}; {self.prog} --help says more")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="rederive", description="Re-derive published statistics from what is printed.")
    commands = parser.add_subparsers(required=True, metavar="command")

    checking = commands.add_parser("check", help="validate data folders", description=build.check.__doc__)
    checking.add_argument("folders", nargs="*", type=Path, metavar="DATA_DIR", help="default: all the book's")
    checking.set_defaults(run=_check)

    building = commands.add_parser("build", help="bring the book in _build/html up to date")
    building.add_argument(
        "--jobs", type=_jobs, default=os.cpu_count() or 1, help="chapters run at a time (default: one a processor)"
    )
    building.set_defaults(run=_build)

    printing = commands.add_parser("pdf", help="print the built book into _build/pdf")
    printing.set_defaults(run=_pdf)

    packing = commands.add_parser("package", help="pack the whole book into one archive in dist")
    packing.set_defaults(run=_package)

    verifying = commands.add_parser(
        "verify-package",
        help="build the book again from an archive, and compare the results",
        description="Build the book again from an archive, and tell which results differ and by how much. "
        "This runs the programs in the archive. The exit code is 1 if a result differs.",
    )
    verifying.add_argument("file", type=Path, metavar="FILE", help="an archive that `rederive package` made")
    verifying.set_defaults(run=_verify_package)

    differing = commands.add_parser(
        "diff",
        help="tell which results differ from those of a git revision or a file",
        description="Run the chapters about documents as they are now, build the book as it was at a git revision, and "
        "tell which verdicts, numbers and words of the results differ. For readers, not a check: the exit code is 0 "
        "whether or not any do.",
    )
    differing.add_argument("before", metavar="REV", help="a commit, branch or tag, or a claims.json to compare with")
    differing.set_defaults(run=_diff)

    beginning = commands.add_parser("chapter", help="begin a chapter about a new document, from a template")
    beginning.add_argument("name", metavar="NAME", help="lower-case words joined by hyphens, such as il15")
    beginning.set_defaults(run=_chapter)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; the exit code, 1 if there is anything to put right, 130 if interrupted."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # being told to stop is being interrupted
    try:
        arguments = _parser().parse_args(argv)
        code: int = arguments.run(arguments) or 0
    except (build.BuildError, DataError, OSError) as error:
        fault = build.told(error) if isinstance(error, OSError) else error
        print(f"error: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr, flush=True)
        os._exit(130)  # at once: Python would first wait for the chapters that run; their kernels end without us
    return code


if __name__ == "__main__":
    sys.exit(main())
