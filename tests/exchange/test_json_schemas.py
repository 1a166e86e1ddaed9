"""ajv, the validator of most JavaScript, compiles every published schema in its strict mode and takes the sample."""

from datetime import UTC, datetime

from events.envelope import structured
from events.json_schemas import published_schemas
from services.sample.clinic import northside, today_there
from tests.exchange.javascript import JavaScript


def test_ajv_compiles_all_of_them_and_takes_every_event_of_the_sample(javascript: JavaScript) -> None:
    schemas = published_schemas()
    events = [structured(event) for event in northside(today_there(datetime.now(UTC)))]

    told = javascript.told("schemas.mjs", {"schemas": schemas, "events": events})

    assert told == {"compiled": len(schemas), "checked": 2 * len(events), "refused": [], "wrong": []}


def test_ajv_refuses_what_does_not_fit(javascript: JavaScript) -> None:
    event = {**structured(northside(today_there(datetime.now(UTC)))[0]), "actorrole": "doctor", "data": {}}

    told = javascript.told("schemas.mjs", {"schemas": published_schemas(), "events": [event]})

    assert len(told["wrong"]) == 2


def test_a_word_that_is_none_of_json_schema_is_refused(javascript: JavaScript) -> None:
    """So that a schema of such words cannot pass for one that forbids something."""
    told = javascript.told("schemas.mjs", {"schemas": {"some": {"type": "number", "ge": 0}}, "events": []})

    assert told["refused"] == ['some: strict mode: unknown keyword: "ge"']
