"""Store how many malformed inputs are tried, by what takes them; the tests try each of them."""

from malformed import table_of_counts
from scratch import REPOSITORY

if __name__ == "__main__":
    (REPOSITORY / "data" / "trust" / "bad_inputs.csv").write_text(table_of_counts(), encoding="utf-8")
