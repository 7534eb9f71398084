"""What fraction of a document's numbers can be tied to anything."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rederive.claims import Claim, printed_texts
from rederive.verdicts import Finding, Verdict

STANDING = {
    Verdict.REPRODUCED: "tied to counts, data or a source",
    Verdict.CONTRADICTED: "tested, and failed",
    Verdict.MISWORDED: "tied to another printed number or word",
    Verdict.COHERENT: "tied to another printed number or word",
    Verdict.POSSIBLE: "free: data that print it exist, and nothing ties it down",
    Verdict.SILENT: "untouched: nothing that tests it",
}
"""How a number stands after a finding of each kind, the strongest first."""

TIED = {Verdict.REPRODUCED, Verdict.CONTRADICTED, Verdict.MISWORDED, Verdict.COHERENT}
"""Verdicts of checks that could have come out otherwise."""


def standing_of_numbers(claims: Mapping[str, Claim], findings: Mapping[str, Finding]) -> pd.DataFrame:
    """Every number that the claims print, once, and whether any check of it could have come out otherwise.

    A number may stand in several claims; equal texts count as one number, and the strongest of their findings counts. A
    number is *tied* if a claim in which it stands was reproduced, coherent, misworded or contradicted: a check then
    compared it with something. It is not if its claims were silent, or only possible: data that print it then exist,
    and so do data that print many other numbers in its place.

    Returns
    -------
    A row per number with `number`, `claims`, `standing` and `tied`, in the order of the claims.

    Raises
    ------
    KeyError : if a claim was not judged.
    """
    order = list(STANDING)
    places: dict[str, list[str]] = {}
    for claim_id, claim in claims.items():
        for text in dict.fromkeys(printed_texts(claim).values()):
            places.setdefault(text, []).append(claim_id)
    rows = []
    for text, where in places.items():
        strongest = min((findings[claim_id].verdict for claim_id in where), key=order.index)
        rows.append(
            {
                "number": text,
                "claims": ", ".join(where),
                "standing": STANDING[strongest],
                "tied": strongest in TIED,
            }
        )
    return pd.DataFrame(rows, columns=["number", "claims", "standing", "tied"])
