"""The OpenAPI document: true to the server, complete, and with an example for everything."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from frontrow.http.app import OPERATIONS
from frontrow.http.openapi import openapi_document
from frontrow.http.operation import AnyOperation
from frontrow.http.problems import KINDS
from tests.support.http_stack import Api

DOCUMENT: dict[str, Any] = msgspec.json.decode(openapi_document(OPERATIONS))


def described(operation: AnyOperation) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][operation.path][operation.method.lower()]
    return found


def is_valid(schema: dict[str, Any], value: object) -> bool:
    whole = {**schema, "components": DOCUMENT["components"]}
    return jsonschema_rs.is_valid(whole, value)


async def test_the_document_is_served_and_declares_openapi_3_1(api: Api) -> None:
    answer = await api.get("/openapi.json")
    assert answer.body == DOCUMENT
    assert answer.body["openapi"].startswith("3.1")


def test_every_operation_is_described_once_and_nothing_else() -> None:
    names = [operation["operationId"] for methods in DOCUMENT["paths"].values() for operation in methods.values()]
    assert sorted(names) == sorted(operation.name for operation in OPERATIONS)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_examples_of_bodies_and_answers_fit_their_schemas(operation: AnyOperation) -> None:
    description = described(operation)
    media = []
    if operation.has_body:
        media.append(description["requestBody"]["content"]["application/json"])
    if operation.answer is not None:
        media.append(description["responses"][str(operation.status)]["content"][operation.media_type])
    for each in media:
        assert is_valid(each["schema"], each["example"]), each
    assert bool(media) or operation.status == 204 or operation.answers_text


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_path_parameter_has_an_example(operation: AnyOperation) -> None:
    names = set(re.findall(r"\{(\w+)\}", operation.path))
    parameters = {it["name"]: it for it in described(operation)["parameters"] if it["in"] == "path"}
    assert set(parameters) == names == set(operation.example.path)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_examples_of_refusals_fit_the_schema_of_the_operations_own_errors(operation: AnyOperation) -> None:
    shown = 0
    for response in described(operation)["responses"].values():
        media = response.get("content", {}).get(operation.errors.media_type, {})
        for example in media.get("examples", {}).values():
            assert is_valid(media["schema"], example["value"]), example
            shown += 1
    assert shown >= len(operation.codes)


def test_operations_on_one_path_refuse_in_one_style() -> None:
    styles: dict[str, set[int]] = {}
    for operation in OPERATIONS:
        styles.setdefault(operation.path, set()).add(id(operation.errors))
    assert all(len(found) == 1 for found in styles.values())


def test_every_reference_leads_somewhere() -> None:
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(DOCUMENT)))
    assert references <= set(DOCUMENT["components"]["schemas"])


async def test_the_reference_page_needs_no_other_host(api: Api) -> None:
    for path in ("/docs", "/docs/reference.js", "/docs/reference.css"):
        answer = await api.client.get(path)
        assert answer.status_code == 200
        assert not re.search(r"(https?:)?//[a-z]", re.sub(r"(?m)^\s*//.*$", "", answer.text)), path


PAGE = (Path(__file__).parents[3] / "docs" / "http-api.md").read_text()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_the_written_reference_has_every_route(operation: AnyOperation) -> None:
    assert f"| {operation.method} | `{operation.path}` |" in PAGE


def test_the_written_reference_has_every_code_with_its_status() -> None:
    for code, kind in KINDS.items():
        assert re.search(rf"^\| {kind.status} \| `{code}` \|", PAGE, re.MULTILINE), code


def test_the_written_reference_has_no_route_or_code_that_is_gone() -> None:
    routes = set(re.findall(r"^\| (GET|POST|PUT|PATCH|DELETE) \| `([^`]+)` \|", PAGE, re.MULTILINE))
    assert routes == {(operation.method, operation.path) for operation in OPERATIONS}
    codes = set(re.findall(r"^\| \d{3} \| `([a-z_]+)` \|", PAGE, re.MULTILINE))
    assert codes == {str(code) for code in KINDS}
