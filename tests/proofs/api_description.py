"""Requests held against Discord's own description of its API, an OpenAPI 3.1 document.

The description is made sharper in three ways. Where a value is one of several components, options or answers, which its
`type` tells apart, only the one that it claims to be is looked at, so that a fault is told where it is. A key that an
object does not have is a fault, for Discord would silently ignore it. And lengths hold in characters and in UTF-16 code
units, for the description does not say which of the two Discord counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.discord_server.errors import Json
from tests.discord_server.requests import Request
from tests.proofs.addresses import uri_problem

_ROOT = "urn:discord"
# discord.py says by it that a forum post's message is an object of its own, as the description has it anyway.
_NESTED = "use_nested_fields"
_JSON = "application/json"
_MULTIPART = "multipart/form-data"
_ATTACHED = re.compile(r"attachment://[\w.-]+", re.ASCII)
_FILE = re.compile(r"files\[[0-9]\]")
_SENT_IN_VAIN = ("nsfw", "tts")  # by discord.py, with commands and edits; the description knows them elsewhere or not
_BY_TYPE = "x-by-type"
_METHODS = ("get", "put", "post", "delete", "patch")
_TEMPLATE_PART = re.compile(r"\{(\w+)\}")
_WHOLE_NUMBERS = {"int32": 2**31, "int64": 2**63}


def units(text: str) -> int:
    """How long a text is in UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _max_length(_: object, limit: int, text: object, __: object) -> Iterator[ValidationError]:
    if isinstance(text, str) and units(text) > limit:
        yield ValidationError(
            f"{len(text)} characters, {units(text)} in UTF-16, expected at most {limit}: {text[:60]!r}"
        )


def _one_by_type(validator: Any, forms: dict[int, str], value: object, __: object) -> Iterator[ValidationError]:
    kind = value.get("type") if isinstance(value, dict) else None
    if isinstance(kind, int) and kind in forms:
        yield from validator.descend(value, {"$ref": forms[kind]})
    else:
        yield ValidationError(f"type {kind!r} is none of {sorted(forms)}")


_Validator = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"maxLength": _max_length, _BY_TYPE: _one_by_type}
)


def _formats() -> FormatChecker:
    """What the description's formats mean."""
    checker = FormatChecker(())
    for name, most in _WHOLE_NUMBERS.items():

        def fits(value: object, most: int = most) -> bool:
            return not isinstance(value, int) or -most <= value < most

        checker.checks(name)(fits)
    checker.checks("snowflake")(lambda value: not isinstance(value, str) or (value.isdigit() and int(value) < 2**64))
    checker.checks("nonce")(lambda value: not isinstance(value, str) or len(value) <= 25)
    checker.checks("uri")(
        # A picture that comes with its message has such an address; that a button's is none, the stand-in sees to.
        lambda value: not isinstance(value, str) or _ATTACHED.fullmatch(value) is not None or uri_problem(value) is None
    )
    return checker


@dataclass(frozen=True)
class Operation:
    """What may be done by one method under one path.

    Attributes:
        pointer: a JSON pointer to it.
    """

    name: str
    template: str
    pattern: re.Pattern[str]
    pointer: str
    parameters: tuple[tuple[str, Json], ...]  # a JSON pointer to each, and what stands there
    bodies: Json  # by content type
    needs_body: bool


class Description:
    """The description, read once."""

    def __init__(self, path: Path) -> None:
        self._document: Json = json.loads(path.read_text(encoding="utf-8"))
        schemas = self._document["components"]["schemas"]
        _sharpen(self._document, schemas)
        # discord.py writes the ids of some requests as numbers, which Discord takes, too.
        schemas["SnowflakeType"] = {"anyOf": [schemas["SnowflakeType"], {"type": "integer", "minimum": 0}]}
        resource = DRAFT202012.create_resource(self._document)
        self._registry: Registry[Any] = Registry().with_resource(_ROOT, resource)
        self._formats = _formats()
        self._validators: dict[str, Any] = {}
        self._operations: dict[str, list[Operation]] = {method: [] for method in _METHODS}
        for template, item in self._document["paths"].items():
            for method in _METHODS:
                if method in item:
                    self._operations[method].append(self._operation(template, method, item))
        for operations in self._operations.values():  # what is written out comes before what is filled in
            operations.sort(key=lambda each: len(each.pattern.groupindex))
        enum = self._document["components"]["schemas"]["AvailableLocalesEnum"]
        self.locales: tuple[str, ...] = tuple(enum["enum"])

    def _operation(self, template: str, method: str, item: Json) -> Operation:
        operation = item[method]
        path = f"/paths/{_escaped(template)}"
        parameters = [(f"{path}/parameters/{n}", each) for n, each in enumerate(item.get("parameters", []))]
        own = operation.get("parameters", [])
        parameters += [(f"{path}/{method}/parameters/{n}", each) for n, each in enumerate(own)]
        parts = _TEMPLATE_PART.split(template)
        pattern = "".join(f"(?P<{part}>[^/]+)" if n % 2 else re.escape(part) for n, part in enumerate(parts))
        body = operation.get("requestBody", {})
        return Operation(
            operation["operationId"],
            template,
            re.compile(pattern),
            f"{path}/{method}",
            tuple(parameters),
            body.get("content", {}),
            body.get("required", False),
        )

    def find(self, method: str, path: str) -> Operation | None:
        """The operation of a method and a path; of several the one whose path says more."""
        return next((each for each in self._operations[method.lower()] if each.pattern.fullmatch(path)), None)

    def faults(self, request: Request) -> list[str]:
        """What is wrong with a request, each fault with the place where it is."""
        operation = self.find(request.method, request.path)
        if operation is None:
            return [f"{request.route}: there is no such operation"]
        found = [*self._parameter_faults(operation, request), *self._body_faults(operation, request)]
        return [f"{operation.name}: {fault}" for fault in found]

    def _parameter_faults(self, operation: Operation, request: Request) -> Iterator[str]:
        match = operation.pattern.fullmatch(request.path)
        assert match is not None
        given = {"path": match.groupdict(), "query": request.query}
        known = set()
        for pointer, parameter in operation.parameters:
            name, values = parameter["name"], given.get(parameter["in"], {})
            known.add((parameter["in"], name))
            if name not in values:
                if parameter.get("required"):
                    yield f"{parameter['in']} {name} is missing"
                continue
            readings = list(_readings(values[name]))
            faults = [self._schema_faults(f"{pointer}/schema", reading) for reading in readings]
            if all(faults):
                yield f"{parameter['in']} {name}={values[name]!r}: {faults[0][0]}"
        for name in sorted(request.query):
            if ("query", name) not in known and name != _NESTED:
                yield f"query {name} is not known"

    def _body_faults(self, operation: Operation, request: Request) -> Iterator[str]:
        kind = request.content_type
        if request.body is None and not request.uploads:
            if operation.needs_body:
                yield "the body is missing"
            return
        if kind not in operation.bodies:
            yield f"content type {kind or 'none'} is none of {', '.join(operation.bodies) or 'no body at all'}"
            return
        if kind == _MULTIPART:
            schema = json.dumps(operation.bodies[kind])
            yield from (
                f"part {upload.field} is not known"
                for upload in request.uploads
                if json.dumps(upload.field) not in schema and not _takes_files(operation, upload.field)
            )
        if kind in {_JSON, _MULTIPART}:  # of which payload_json holds what would else be the body
            yield from self._schema_faults(
                f"{operation.pointer}/requestBody/content/{_escaped(_JSON)}/schema", request.body
            )

    def _schema_faults(self, pointer: str, value: object) -> list[str]:
        if pointer not in self._validators:
            schema = {"$ref": f"{_ROOT}#{quote(pointer, safe='/~@')}"}
            self._validators[pointer] = _Validator(schema, registry=self._registry, format_checker=self._formats)
        return list(map(_told, self._validators[pointer].iter_errors(value)))


def _takes_files(operation: Operation, field: str) -> bool:
    """Whether an operation takes files as Discord's documentation of it says, where the description leaves that out."""
    return operation.name == "execute_webhook" and _FILE.fullmatch(field) is not None


def _escaped(name: str) -> str:
    """A key as a part of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def _readings(text: str) -> Iterator[object]:
    """What a text in an address may mean."""
    yield text
    if re.fullmatch(r"-?\d+", text):
        yield int(text)
    if text.lower() in {"true", "false", "0", "1"}:
        yield text.lower() in {"true", "1"}


def _told(error: ValidationError) -> str:
    """A fault in a line; of several ways in which a value could be right, the one that comes nearest."""
    where = "/".join(map(str, error.absolute_path)) or "the body"
    if error.context:
        nearest = max(error.context, key=lambda each: len(each.absolute_path))
        return f"{where} fits none of the {len(error.context)} forms, the nearest: {_told(nearest)}"
    return f"{where}: {error.message[:300]}"


def _sharpen(node: object, schemas: Json) -> None:
    """Have `type` tell forms apart, and objects hold what they may hold alone."""
    if isinstance(node, list):
        for each in node:
            _sharpen(each, schemas)
    elif isinstance(node, dict):
        for each in node.values():
            _sharpen(each, schemas)
        for key in ("oneOf", "anyOf"):
            if (values := _values(node.get(key))) is not None:
                del node[key]
                node["enum"] = [value for value in values if value in node.get("enum", values)]
            elif (forms := _by_type(node.get(key), schemas)) is not None:
                del node[key]
                node[_BY_TYPE] = forms
        if node.get("type") == "object" and isinstance(node.get("properties"), dict) and "allOf" not in node:
            node.setdefault("additionalProperties", False)
            node["properties"] |= {key: True for key in _SENT_IN_VAIN if key not in node["properties"]}


def _values(forms: object) -> list[object] | None:
    """The values of a choice between values, each of which has a title: the same, said so that it is quickly seen."""
    if isinstance(forms, list) and forms and all(isinstance(form, dict) and "const" in form for form in forms):
        return [form["const"] for form in forms]
    return None


def _by_type(forms: object, schemas: Json) -> dict[int, str] | None:
    """The forms of a choice by their `type`; None where that does not tell them apart."""
    if not isinstance(forms, list) or len(forms) < 2:
        return None
    found: dict[int, str] = {}
    for form in forms:
        name = str(form.get("$ref", "")).removeprefix("#/components/schemas/") if isinstance(form, dict) else ""
        schema = schemas.get(name, {})
        numbers = schema.get("properties", {}).get("type", {}).get("enum")
        if not numbers or "type" not in schema.get("required", []) or found.keys() & set(numbers):
            return None
        found |= dict.fromkeys(numbers, form["$ref"])
    return found
