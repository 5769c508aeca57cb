"""Checks every message of a test against the published JSON schema, where that is at hand.

The schema is release 2021-1, which keeps the protocol's own properties in the payload; messages of
the later dialect are brought into that form first. It passes names it does not know, so names are
checked against the package's own list, schema or not.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from xfs4iot import names
from xfs4iot.messages import Dialect, Kind

FILE = "reference/JsonSchema-2021-1.json"


def schema_path() -> Path | None:
    folder = os.environ.get("TINGTANG_DATA")
    path = Path(folder) / FILE if folder else None
    return path if path and path.is_file() else None


@cache
def schema() -> dict[str, Any]:
    path = schema_path()
    assert path
    whole = json.loads(path.read_text("utf-8"))
    _mend(whole["$defs"])
    return whole


def _mend(part: Any) -> None:
    """Drop demands for properties that the schema does not define anywhere beside them.

    Release 2021-1 has seven, for instance ``digestInput`` of Crypto.Digest, whose data is ``data``.
    """
    if isinstance(part, list):
        for one in part:
            _mend(one)
    elif isinstance(part, dict):
        required, defined = part.get("required"), part.get("properties")
        if isinstance(required, list) and isinstance(defined, dict):
            part["required"] = [name for name in required if name in defined]
        for one in part.values():
            _mend(one)


@cache
def _rules() -> dict[tuple[str, str], str]:
    found = {}
    for rule in schema()["allOf"]:
        header = rule["if"]["properties"]["header"]["properties"]
        name = header.get("name", {}).get("const", "")
        found[header["type"]["const"], name] = rule["then"]["properties"]["payload"]["$ref"]
    return found


@cache
def validator(kind: str, name: str) -> Any:
    """The check of one message's payload alone; None where the schema has no rule for it."""
    reference = _rules().get((kind, "" if kind == Kind.ACKNOWLEDGE else name))
    if reference is None:
        return None
    whole = schema()
    rule = {key: whole[key] for key in ("$schema", "$id", "$defs")} | {"$ref": reference}
    return jsonschema_rs.Draft202012Validator(rule)


OPEN = {"CashAcceptor.CashIn", "Lights.SetLight", "Auxiliaries.Register"}
"""Messages whose further properties are all of one type: release 2021-1 forgets there that its own
properties (``timeout``, ``completionCode``...) stand beside them and are of other types."""


def _schema_slip(name: str, path: list[str | int], payload: dict[str, Any]) -> bool:
    """Whether the schema errs: in ``OPEN`` messages, and about interfaces of later releases."""
    if name in OPEN and path[0] in {"completionCode", "errorDescription", "errorCode", "timeout"}:
        return True
    if path[:1] == ["interfaces"] and path[2:] == ["name"]:
        listed = payload["interfaces"][path[1]]["name"]
        return names.catalogue()[listed].since != "2021-1"
    return False


class Oracle:
    """Sees messages; ``problems`` says what was wrong with any of them."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.seen: set[tuple[str, str]] = set()
        self.hostile = False
        """Set by tests whose client sends what is wrong on purpose."""

    def see(self, direction: str, text: bytes | str, dialect: Dialect) -> None:
        message = json.loads(text)
        header, payload = message["header"], message.get("payload") or {}
        kind, name = header["type"], header["name"]
        self.seen.add((kind, name))
        if self.hostile and direction == "in":
            return
        self._names(kind, name)
        self._header(header)
        if dialect is Dialect.IN_HEADER and "timeout" not in payload:
            payload = payload | _own(header)
        if schema_path() is None:
            return
        check = validator(kind, name)
        for problem in check.iter_errors(payload) if check else ():
            if _schema_slip(name, [*problem.instance_path], payload):
                continue
            self.problems.append(
                f"{direction} {kind} {name} {list(problem.instance_path)}: {problem.message[:300]}"
            )

    def _names(self, kind: str, name: str) -> None:
        known = {
            Kind.EVENT: names.is_event(name, unsolicited=False),
            Kind.UNSOLICITED: names.is_event(name, unsolicited=True),
        }
        if not known.get(Kind(kind), names.is_command(name)):
            self.problems.append(f"{kind} {name} is not in the list of names")

    def _header(self, header: dict[str, Any]) -> None:
        number = header.get("requestId")
        if (number is None) != (header["type"] == Kind.UNSOLICITED):
            self.problems.append(f"requestId {number} in {header['type']} {header['name']}")
        if number is not None and (type(number) is not int or number < 1):
            self.problems.append(f"requestId {number!r}")
        if header.get("version") != "1.0":
            self.problems.append(f"version {header.get('version')!r}")


def _own(header: dict[str, Any]) -> dict[str, Any]:
    """The protocol's own properties where release 2021-1 has them."""
    found: dict[str, Any] = {}
    if header["type"] == Kind.ACKNOWLEDGE:
        found["status"] = header.get("status", "ok")
    if header["type"] == Kind.COMPLETION:
        code = header["completionCode"]
        found["completionCode"] = code.replace("authorisation", "authorization")
    if "errorDescription" in header:
        found["errorDescription"] = header["errorDescription"]
    if "timeout" in header:
        found["timeout"] = header["timeout"]
    return found
