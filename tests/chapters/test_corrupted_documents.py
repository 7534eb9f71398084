"""What is stored about corrupted documents still is what the book makes of them; `make corruptions` stores it anew."""

import json
import subprocess
import sys
from collections import Counter

import pytest

from reading import ROOT
from rederive.measurements import load_measurements

EVERY = 20


@pytest.fixture(scope="module")
def sample():
    script = ROOT / "measurements" / "corrupted_documents.py"
    done = subprocess.run([sys.executable, script, "--sample", str(EVERY)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def stored():
    return load_measurements(ROOT / "data" / "trust")


def test_the_changes_that_were_tried_are_all_that_there_are(sample, stored):
    claims, tables = stored.table("document-corruptions"), stored.table("data-mutations")
    claims = claims[claims["kind"] != "ratio, without its source"]
    tried = Counter()
    for row in claims.itertuples():
        tried[f"{row.document}; {row.kind}; {row.corruption}"] += row.tried
    for row in tables.itertuples():
        tried[f"{row.file}; {row.corruption}"] += row.tried
    assert tried == sample["tried"]


def test_a_sample_of_corrupted_claims_comes_out_as_stored(sample, stored):
    misses, numbers = stored.table("document-misses").index, stored.table("document-numbers")
    assert len(sample["claims"]) > 10
    outcomes = set()
    for row in sample["claims"]:
        number = f"{row['document']}/{row['claim']}/{row['numbers']}"
        missed = f"{number}; {row['corruption']}; {row['printed']}" in misses
        if number in numbers.index and numbers["tied"][number] == "yes":
            assert row["caught"] is not missed, row
            outcomes.add(row["caught"])
        else:
            assert not missed
    assert True in outcomes


def test_a_sample_of_changed_tables_comes_out_as_stored(sample, stored):
    survivors = stored.table("data-survivors").index
    assert len(sample["tables"]) > 10
    for row in sample["tables"]:
        name = f"{row['file']}; {row['row']}; {row['column'] or 'row'}; {row['corruption']}"
        assert row["survived"] is (name in survivors), row


def test_every_change_that_was_not_seen_is_explained(stored):
    assert not stored.table("document-misses")["why"].str.startswith("not explained").any()
    assert not stored.table("data-survivors")["why"].str.startswith("not explained").any()
