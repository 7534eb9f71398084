"""Counting verdicts over documents: tables of claims by verdict, and findings in order. Counts, no inference."""

from __future__ import annotations

import pandas as pd

from rederive.verdicts import Verdict


def by_verdict(claims: pd.DataFrame, column: str) -> pd.DataFrame:
    """Claims by verdict.

    Parameters
    ----------
    claims : a row per claim, with `verdict` and the column to count by.

    Returns
    -------
    A row per value of the column, in order of appearance, and a column per verdict, all six of them; counts.
    """
    counts = pd.crosstab(claims[column], claims["verdict"])
    return counts.reindex(
        index=claims[column].unique(), columns=pd.Index(list(map(str, Verdict)), name="verdict"), fill_value=0
    )


def with_shares(counts: pd.DataFrame) -> pd.DataFrame:
    """Counts with their share of the row's total, as text: `12 (24%)`; the total stands last."""
    totals = counts.sum(axis=1)
    shown = {name: [f"{n} ({n / of:.0%})" for n, of in zip(counts[name], totals, strict=True)] for name in counts}
    return pd.DataFrame({**shown, "all claims": totals.astype(str)}, index=counts.index)


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
    """What the silent claims lack: each quantity, the number of claims that lack it, and the documents they stand in.

    Parameters
    ----------
    claims : a row per claim with `verdict`, `document` and `missing`, a list of quantities in words.

    Returns
    -------
    A row per quantity with `quantity`, `claims` and `documents`, the most often missing first. Two wordings count as
    two quantities.
    """
    silent = claims[claims["verdict"] == Verdict.SILENT]
    lacked = silent[["document", "missing"]].explode("missing").rename(columns={"missing": "quantity"})
    counted = lacked.groupby("quantity", sort=False).agg(
        claims=("document", "size"), documents=("document", lambda of: ", ".join(dict.fromkeys(of)))
    )
    return counted.sort_values("claims", ascending=False, kind="stable").reset_index()
