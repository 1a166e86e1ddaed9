"""From files to resources."""

import codecs
import os
import re
from pathlib import Path

import pytest
from pydantic_core import to_json

from services.fhir.incoming import documents
from services.fhir.incoming.documents import document_of, files_in, passed_over, read_document
from services.fhir.incoming.refusal import Json, RefusedFile
from tests.unit.fhir.resources import bundle, document, goal, score


def references(*resources: Json) -> list[str]:
    return [found.reference for found in document(*resources).goals]


def test_a_file_can_be_one_goal() -> None:
    assert references(goal()) == ["Goal/g1"]


@pytest.mark.parametrize("type", ["collection", "transaction", "batch", "searchset", "history", "document"])
def test_the_goals_of_a_bundle_are_found_whatever_its_type(type: str) -> None:
    patient = {"resourceType": "Patient", "id": "p1"}

    assert references(bundle(patient, goal(), goal(id="g2"), type=type)) == ["Goal/g1", "Goal/g2"]


def test_a_goal_can_be_contained_in_a_care_plan() -> None:
    plan = {"resourceType": "CarePlan", "id": "c1", "contained": [goal(id="inner")]}

    assert references(plan) == ["CarePlan/c1#inner"]
    assert references(bundle(plan)) == ["CarePlan/c1#inner"]


def test_bundles_within_bundles_and_parameters_are_looked_into() -> None:
    parameters = {"resourceType": "Parameters", "parameter": [{"name": "goal", "resource": goal(id="g2")}]}

    assert references(bundle(bundle(goal()) | {"id": "inner"}), parameters) == ["Goal/g1", "Goal/g2"]


def test_ndjson_is_one_resource_a_line_and_blank_lines_say_nothing() -> None:
    content = b"\n".join([to_json(goal()), b"", to_json(goal(id="g2")), b"  "])

    assert [found.id for found in document_of("goals.ndjson", content).goals] == ["g1", "g2"]


def test_a_goal_without_an_id_goes_by_its_full_url() -> None:
    entry = {"fullUrl": "urn:uuid:0f475e0d-f5a9-41f4-aac4-1646e3dd340d", "resource": goal(id=None)}

    assert references({"resourceType": "Bundle", "entry": [entry]}) == ["Goal/0f475e0d-f5a9-41f4-aac4-1646e3dd340d"]


def test_only_observations_that_are_goal_attainment_scores_are_kept() -> None:
    weight = {"resourceType": "Observation", "id": "w", "code": {"coding": [{"code": "3141-9"}]}}

    assert [found.id for found in document(score(), weight).scores] == ["s1"]


def test_a_file_without_goals_is_fine() -> None:
    assert document({"resourceType": "ConceptMap", "id": "m", "group": [{"element": []}]}).goals == ()


def test_a_byte_order_mark_is_no_trouble(tmp_path: Path) -> None:
    file = tmp_path / "goal.json"
    file.write_bytes(b"\xef\xbb\xbf" + to_json(goal()))

    assert len(read_document(file).goals) == 1


def test_odd_shapes_within_a_resource_are_passed_over() -> None:
    scored = {"resourceType": "Observation", "code": {"coding": [{"code": ["107334-5"]}, {}, 7]}}
    odd = {"resourceType": "Bundle", "entry": [None, 7, {"resource": "x", "fullUrl": 3}, {"resource": {"id": "y"}}]}

    assert references(odd, scored, {"resourceType": "CarePlan", "contained": {"resourceType": "Goal"}}) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "It is not JSON that Cairn can read: EOF while parsing a value at line 1 column 0."),
        (b"file\trepository\nx\ty", "It is not JSON that Cairn can read: expected ident at line 1 column 2."),
        (b'{"resourceType": "Goal", "id', "It is not JSON that Cairn can read: EOF while parsing a string"),
        (b"\xff\xfe{\x00}\x00", "It is not JSON that Cairn can read: expected value at line 1 column 1."),
        (b"[" * 100_000, "It is not JSON that Cairn can read: recursion limit exceeded"),
        (b"[]", "It is no JSON object, as a FHIR resource is."),
        (b'"Goal"', "It is no JSON object, as a FHIR resource is."),
        (b'{"id": "g1"}', "It is no FHIR resource: it has no resourceType."),
        (b'{"resourceType": ["Goal"]}', "It is no FHIR resource: it has no resourceType."),
        (b"PK\x03\x04\x00\x00", "It is not JSON that Cairn can read"),
    ],
)
def test_what_is_no_fhir_is_refused_with_a_sentence(content: bytes, reason: str) -> None:
    with pytest.raises(RefusedFile) as refused:
        document_of("file", content)

    assert refused.value.reason.startswith(reason)
    assert refused.value.goals == ()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"resourceType": "Go', "It is not JSON that Cairn can read: EOF while parsing a string at column 20."),
        (b"[]", "It is no JSON object, as a FHIR resource is."),
        (b'{"id": "g1"}', "It is no FHIR resource: it has no resourceType."),
        (b'{"resourceType": "Goal", "id": "\xff"}', "It is not JSON that Cairn can read: "),
    ],
    ids=["truncated", "a list", "no resource", "no UTF-8"],
)
@pytest.mark.parametrize("place", [0, 1, 2], ids=["first", "in the middle", "last"])
def test_a_broken_line_of_ndjson_costs_that_line(line: bytes, reason: str, place: int) -> None:
    lines = [to_json(goal()), to_json(goal(id="g2"))]
    lines.insert(place, line)

    read = document_of("goals.ndjson", b"\n".join(lines))

    assert [found.id for found in read.goals] == ["g1", "g2"]
    ((number, why),) = [(each.line, each.reason) for each in read.refused_lines]
    assert number == place + 1
    assert why.startswith(reason)


def test_joined_files_may_have_a_byte_order_mark_in_the_middle() -> None:
    content = b"\n".join(codecs.BOM_UTF8 + to_json(goal(id=id)) for id in ("g1", "g2"))

    assert [found.id for found in document_of("goals.ndjson", content).goals] == ["g1", "g2"]


@pytest.mark.parametrize(
    ("once", "twice", "name"),
    [
        ('"entry":[', '"entry":[],"entry":[', "entry"),
        ('"fullUrl":', '"fullUrl":"urn:uuid:x","fullUrl":', "entry[0].fullUrl"),
    ],
)
def test_a_bundle_in_which_a_name_stands_twice_around_resources_is_refused(once: str, twice: str, name: str) -> None:
    content = to_json(bundle(goal())).decode().replace(once, twice).encode()

    with pytest.raises(RefusedFile, match=re.escape(f"the name {name} twice")) as refused:
        document_of("file.json", content)
    assert refused.value.goals == ("Goal/g1",)


def test_neither_are_the_entries_of_a_bundle_that_are_no_list() -> None:
    with pytest.raises(RefusedFile, match="the name type twice"):
        document_of("file", b'{"resourceType": "Bundle", "type": "batch", "type": "batch", "entry": 5}')


def test_one_resource_over_many_lines_that_is_broken_is_no_ndjson() -> None:
    broken = b'{"resourceType": "Goal",\n"identifier": [\n{"resourceType": "Goal"}\n], "description": {'

    with pytest.raises(RefusedFile, match="It is not JSON that Cairn can read"):
        document_of("goal.json", broken)


def test_what_a_bundle_says_was_deleted_is_no_resource_but_a_deletion() -> None:
    deleted = {
        "fullUrl": "https://a.example/fhir/Goal/g1",
        "request": {"method": "DELETE", "url": "Goal/g1"},
        "response": {"status": "204", "lastModified": "2026-11-02T10:00:00Z"},
    }
    other = {"request": {"method": "DELETE", "url": "Patient/p1"}}
    read = document({"resourceType": "Bundle", "type": "history", "entry": [deleted, other, {"resource": goal()}]})

    assert [found.id for found in read.goals] == ["g1"]
    (deletion,) = read.deletions
    assert (deletion.reference, deletion.deleted, deletion.newest_first) == ("Goal/g1", True, True)
    assert deletion.response == deleted["response"]


def test_a_list_of_goals_is_no_fhir_but_counted() -> None:
    with pytest.raises(RefusedFile) as refused:
        document_of("goals.json", to_json([goal(), goal(id="g2")]))

    assert refused.value.goals == ("Goal/g1", "Goal/g2")


def test_a_file_of_an_older_version_is_refused_with_its_goals() -> None:
    with pytest.raises(RefusedFile, match="FHIR STU3") as refused:
        document(goal(lifecycleStatus=None, status="on-hold"))

    assert refused.value.goals == ("Goal/g1",)


def test_one_older_goal_among_others_does_not_refuse_the_file() -> None:
    assert references(goal(), goal(id="old", lifecycleStatus=None, status="on-hold")) == ["Goal/g1", "Goal/old"]


def test_a_folder_stands_for_the_fhir_files_in_it(tmp_path: Path) -> None:
    for name in ("b.ndjson", "a.json", "notes.tsv"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "deeper.json").mkdir()

    assert [each.name for each in files_in(tmp_path)] == ["a.json", "b.ndjson"]
    assert files_in(tmp_path / "notes.tsv") == [tmp_path / "notes.tsv"]


def test_a_folder_without_fhir_files_says_so(tmp_path: Path) -> None:
    (tmp_path / "notes.tsv").write_text("x")
    (tmp_path / "deeper").mkdir()

    with pytest.raises(RefusedFile, match="The folder has no"):
        files_in(tmp_path)
    assert [each.name for each in passed_over(tmp_path)] == ["deeper", "notes.tsv"]


def test_a_file_that_is_not_there_and_a_pipe_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reasons = {}
    for name in ("missing", "pipe", "nul\0l"):
        with pytest.raises(RefusedFile) as refused:
            read_document(tmp_path / name)
        reasons[name] = refused.value.reason

    assert reasons == {
        "missing": "There is no such file.",
        "pipe": "This is no ordinary file.",
        "nul\0l": "It cannot be read: its name is none that a file can have.",
    }


def test_a_file_that_is_too_large_is_refused_before_it_is_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MAX_FILE_BYTES", 1024 * 1024)
    file = tmp_path / "large.json"
    file.write_bytes(b" " * (1024 * 1024 + 1))

    with pytest.raises(RefusedFile, match="more than 1 MB"):
        read_document(file)
