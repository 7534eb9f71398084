"""Follow every link of the built site that leads elsewhere; say which are broken, moved or not shown to programs.

A line for each that is not simply there. The exit code is 1 if one is broken. It needs the network, so it is no test.

python measurements/external_links.py [SITE]
"""

from __future__ import annotations

import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import requests
from bs4 import BeautifulSoup
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

SITE = Path(__file__).parents[1] / "_build" / "html"
TIMEOUT = 20
"""Seconds that a server may stay silent."""

AT_A_TIME = 8
REFUSED = (401, 403, 429)
"""What publishers tell programs about pages that people can read."""

BUSY = (429, 500, 502, 503, 504)


def outward_links(site: Path) -> dict[str, list[str]]:
    """The pages that link to each address on another host."""
    pages: dict[str, list[str]] = defaultdict(list)
    for path in sorted(site.rglob("*.html")):
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        addresses = {str(link["href"]).partition("#")[0] for link in soup.find_all("a", href=True)}
        for address in sorted(addresses):
            if address.startswith(("http://", "https://")):
                pages[address].append(path.relative_to(site).as_posix())
    return pages


def browsing() -> requests.Session:
    """A session that tries again, after a while, where a server is busy or the connection fails."""
    session = requests.Session()
    session.headers["User-Agent"] = "Mozilla/5.0 (link check of a book)"
    retries = HTTPAdapter(max_retries=Retry(total=3, backoff_factor=1, status_forcelist=BUSY, raise_on_status=False))
    session.mount("http://", retries)
    session.mount("https://", retries)
    return session


def fault(session: requests.Session, address: str) -> str | None:
    """What is wrong with an address, in a word and a reason; nothing if it is there."""
    try:
        with session.get(address, timeout=TIMEOUT, stream=True) as answer:
            if answer.status_code in REFUSED:
                return f"refused ({answer.status_code})"
            if not answer.ok:
                return f"broken ({answer.status_code})"
            for_good = [step for step in answer.history if step.is_permanent_redirect]
            return f"moved to {answer.url}" if for_good else None
    except requests.RequestException as error:
        return f"broken ({type(error).__name__})"


def main(site: Path) -> int:
    """Print what is wrong with each link, and on which page it stands first; the exit code."""
    pages = outward_links(site)
    with browsing() as session, ThreadPoolExecutor(AT_A_TIME) as pool:
        faults = dict(zip(pages, pool.map(partial(fault, session), pages), strict=True))
    for address, wrong in faults.items():
        if wrong:
            more = f" and {len(pages[address]) - 1} more" if len(pages[address]) > 1 else ""
            print(f"{pages[address][0]}{more}: {address}: {wrong}")
    broken = sum(wrong is not None and wrong.startswith("broken") for wrong in faults.values())
    print(f"{len(pages)} links to other hosts, {broken} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else SITE))
