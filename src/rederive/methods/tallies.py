"""Counting over the claims of all documents: findings in order, and what is missing most. No inference."""

from __future__ import annotations

import pandas as pd

from rederive.verdicts import Verdict


def places(where: str) -> int:
    """In how many places a document says something: the parts of `where` between semicolons."""
    return sum(bool(part.strip()) for part in where.split(";"))


def rank_findings(claims: pd.DataFrame) -> pd.DataFrame:
    """The findings that change a document's conclusion, in order.

    First those about contradicted claims, then about misworded ones, then the rest; among equals, the claim that its
    document makes in more places first; among equals still, as the book has them.

    Parameters
    ----------
    claims : a row per claim, in the book's order, with `verdict`, `where` and `changes` (empty if it does not).

    Returns
    -------
    The rows with a change, with `places` added.
    """
    found = claims[claims["changes"] != ""].assign(places=lambda rows: rows["where"].map(places))
    tier = found["verdict"].map({Verdict.CONTRADICTED: 0, Verdict.MISWORDED: 1}).fillna(2)
    order = pd.DataFrame({"tier": tier, "fewer": -found["places"]}).sort_values(["tier", "fewer"], kind="stable")
    return found.loc[order.index]


def missing_quantities(claims: pd.DataFrame) -> pd.DataFrame:
    """What claims lack: each quantity, the number of claims that lack it, and the documents they stand in.

    Parameters
    ----------
    claims : a row per claim with `document` and `missing`, a list of quantities in words, maybe empty.

    Returns
    -------
    A row per quantity with `quantity`, `claims` and `documents`, the most often missing first. Two wordings count as
    two quantities.
    """
    lacking = claims[claims["missing"].map(bool)]
    lacked = lacking[["document", "missing"]].explode("missing").rename(columns={"missing": "quantity"})
    counted = lacked.groupby("quantity", sort=False).agg(
        claims=("document", "size"), documents=("document", lambda of: ", ".join(dict.fromkeys(of)))
    )
    return counted.sort_values("claims", ascending=False, kind="stable").reset_index()
