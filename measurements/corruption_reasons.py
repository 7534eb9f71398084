"""Why a corruption was not caught: in words, by rules that anybody can check against the tables."""

from __future__ import annotations

Row = dict[str, str]

TOLD_ONLY = ("lymphocytes/sequence", "lymphocytes/meta-analysis")
"""Claims in which words are judged, and numbers are told beside them."""

READ_ELSEWHERE = ("lymphocytes/predictive-power", "lymphocytes/better-than-others", "lymphocytes/quartiles-of-counts")
"""Claims that repeat a number which the check reads where another claim of the document prints it."""


def why_untied(row: Row) -> str:
    """Why nothing printed ties the corrupted number, so that no check could catch it; empty where something does."""
    if row["verdict"] == "contradicted":
        return "the claim is contradicted as it stands"
    if row["verdict"] == "silent":
        return "nothing is printed from which anything about the claim follows"
    if row["constrained"] == "no":
        return "any value within a wide range agrees with what else is printed"
    if row["kind"] == "ratio, without its source" and row["numbers"] == "n":
        return "only the source says how many patients there were"
    return ""


def why_not_caught(row: Row) -> str:
    """Why a corruption of a tied number was not caught."""
    claim = f"{row['document']}/{row['claim']}"
    if row["outcome"] == "stopped":
        return f"the chapter stops before it judges the claim: {row['error']}"
    if row["outcome"] == "other verdict":
        return "the claim gets another verdict than before; only contradictions count as caught"
    if claim in READ_ELSEWHERE:
        return "the document prints the number twice; the check reads the other one, and compares the two nowhere"
    if claim in TOLD_ONLY:
        return "words are judged, and the number is only told beside them"
    if row["corruption"] == "lines swapped":
        return "each count still has its own percentage, and nothing that is compared says which line is which"
    if row["corruption"] == "arms swapped":
        return "the two arms add up to the same total, and nothing that is compared says which is which"
    if row["numbers"] == "threshold":
        return "every p value is on the same side of the changed threshold"
    if row["printed"].startswith("<"):
        return "what lies below the one bound can lie below the other"
    if row["kind"] in {"breakdown", "percentage"}:
        return "the counts print this percentage too, rounded in another way or of another number of patients"
    if claim == "aclf/significant":
        return "the p value is only asked on which side of 5% it lies, and it lies on the same side"
    if claim == "liver/cancer-incidence":
        return "other counts of the arms print the changed percentage, and no p value beside it says which are meant"
    if row["kind"] in {"ratio", "ratio, without its source", "regression", "coefficients"}:
        return "rounding leaves room for this change: true values exist that print it with all the other numbers"
    return "not explained"


def why_survived(row: Row) -> str:
    """Why a changed table left all records of its chapter as they were."""
    if row["column"] == "year":
        return "a year is shown or sorted by, and not computed with"
    if row["file"] == "data/together/pairs.csv":
        return "which claims stand side by side is our reading; no number follows from it"
    if row["outcome"] == "shown":
        return "the chapter tells it or computes with it in its text, but judges no claim by it"
    if row["outcome"] == "unchanged":
        return "the chapter neither judges a claim by it nor tells it; figures and the closing chapter may draw it"
    return "not explained"
