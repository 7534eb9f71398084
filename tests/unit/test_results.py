"""What claims.json holds, and that its published schema says so: to a reader of JSON Schema that is not ours."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from malformed import SOUND_RESULTS
from rederive.claims import KINDS, load_json
from rederive.files import project_root
from rederive.results import ChapterResults, Results, join, json_schema
from rederive.verdicts import Verdict

BUILT = project_root() / "_build" / "results"


@pytest.fixture(scope="module")
def schema() -> Any:
    """The schema as the build wrote it."""
    return json.loads((BUILT / "claims.schema.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def built() -> Any:
    return json.loads((BUILT / "claims.json").read_text("utf-8"))


def test_the_schema_is_one_of_draft_2020_12_and_the_models_own(schema: Any) -> None:
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)
    assert schema == json_schema()
    assert schema["title"]
    assert schema["description"]


def fields(schema: Any) -> Iterator[tuple[str, Any]]:
    for model in (schema, *schema["$defs"].values()):
        yield from model.get("properties", {}).items()


def test_every_field_is_described_in_plain_words(schema: Any) -> None:
    described = dict(fields(schema))
    assert len(described) > 20
    assert all(content["description"].endswith(".") for content in described.values())
    assert all(f"{verdict}: " in described["verdict"]["description"] for verdict in Verdict)


def test_verdicts_and_kinds_are_those_there_are(schema: Any) -> None:
    assert schema["$defs"]["Verdict"]["enum"] == [str(verdict) for verdict in Verdict]
    assert schema["$defs"]["ClaimResult"]["properties"]["kind"]["enum"] == KINDS


def test_the_built_results_are_as_the_schema_says(schema: Any, built: Any) -> None:
    Draft202012Validator(schema).validate(built)
    assert len(built["claims"]) > 100


def claim(name: str, content: object) -> Callable[[Any], object]:
    return lambda results: results["claims"][3].update({name: content})


BROKEN: dict[str, Callable[[Any], object]] = {
    "no schema number": lambda results: results.pop("schema"),
    "another schema number": lambda results: results.update(schema=2),
    "claims by name": lambda results: results.update(claims={}),
    "a field unheard of": claim("sure", "yes"),
    "a document's field unheard of": lambda results: results["documents"][0].update(author="Nobody"),
    "a field missing": lambda results: results["claims"][3].pop("convention"),
    "a document without headline": lambda results: results["documents"][0].pop("headline"),
    "a page that is no chapter": lambda results: results["documents"][0].update(chapter="book/index"),
    "no distance": lambda results: results["documents"][0].update(distance=[]),
    "an id without document": claim("id", "overall-or"),
    "a verdict unheard of": claim("verdict", "true"),
    "a kind unheard of": claim("kind", "ratios"),
    "a printed number that is no string": claim("printed", {"p": 0.9}),
    "a recomputed number that is a string": claim("recomputed", {"p": "0.9"}),
    "a recomputed number that is true": claim("recomputed", {"p": True}),
    "one end of an interval": claim("recomputed", {"p": [0.9]}),
    "three ends of an interval": claim("recomputed", {"p": [0.1, 0.2, 0.3]}),
    "a truth in place of yes": claim("matters", True),
    "no reason": claim("because", ""),
    "what is missing as one text": claim("missing", "I²"),
    "an empty text among what is missing": claim("missing", [""]),
    "a method that is no name": claim("method", "checks/ratios.py"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_results_are_refused_by_the_schema_and_by_the_models(name: str, schema: Any, built: Any) -> None:
    results = copy.deepcopy(built)
    BROKEN[name](results)
    assert not Draft202012Validator(schema).is_valid(results)
    with pytest.raises(ValidationError):
        Results.model_validate_json(json.dumps(results))


@pytest.mark.parametrize("value", [3, 0.25, None, [0.1, 0.2], [None, 0.2], [3, None], [None, None]])
def test_a_recomputed_value_is_a_number_an_interval_or_infinite_and_stays_as_it_is(
    value: Any, schema: Any, built: Any
) -> None:
    results = copy.deepcopy(built)
    claim("recomputed", {"p": value})(results)
    Draft202012Validator(schema).validate(results)
    read = Results.model_validate_json(json.dumps(results))
    assert json.dumps(read.model_dump(mode="json", by_alias=True), sort_keys=True) == json.dumps(
        results, sort_keys=True
    )


def test_chapters_are_joined_in_their_order(tmp_path: Path) -> None:
    one, other = tmp_path / "example.json", tmp_path / "other.json"
    one.write_text(SOUND_RESULTS, encoding="utf-8")
    other.write_text(SOUND_RESULTS.replace("example", "other"), encoding="utf-8")
    chapters = {f"chapters/0{i}-x": load_json(file, ChapterResults) for i, file in enumerate((other, one))}
    joined = join(chapters).model_dump(mode="json", by_alias=True)
    assert [(about["slug"], about["chapter"]) for about in joined["documents"]] == [
        ("other", "chapters/00-x"),
        ("example", "chapters/01-x"),
    ]
    assert [record["id"] for record in joined["claims"]] == ["other/a", "example/a"]
    assert joined["schema"] == 1


def test_an_id_stands_once(tmp_path: Path) -> None:
    results = json.loads(SOUND_RESULTS)
    results["claims"] *= 2
    with pytest.raises(ValidationError, match="each id once, got example/a again"):
        ChapterResults.model_validate_json(json.dumps(results))
