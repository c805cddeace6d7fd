"""DescribeAlarms in the query protocol, which Terraform's provider speaks.

AWS: answers with every member of an alarm.
ministack: leaves out actions, dimensions, period, statistic and more, so that every plan would change every
alarm.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final
from xml.sax.saxutils import escape

from simulator.sandbox.parts import Parts
from simulator.sandbox.seams import Seam

DESCRIBE = Seam("services.cloudwatch", "_describe_alarms", ("params", "cbor_data", "is_cbor", "is_json"))
XML = Seam("services.cloudwatch", "_xml", ("status", "root_tag", "inner"))
SEAMS = (DESCRIBE, XML)

LISTS: Final = ("AlarmNames", "AlarmTypes")
SINGLE: Final = ("AlarmNamePrefix", "StateValue", "MaxRecords", "NextToken")


def install(parts: Parts) -> None:
    """Answer from the JSON protocol's complete answer."""
    original = DESCRIBE.original()

    def describe_alarms(params: Any, cbor_data: Any, is_cbor: bool, is_json: bool = False) -> Any:
        if is_cbor or is_json:
            return original(params, cbor_data, is_cbor, is_json)
        response = original(params, _request(parts, params), False, True)  # noqa: FBT003 (their signature)
        status, _, body = response
        if status != HTTPStatus.OK:
            return original(params, cbor_data, is_cbor, is_json)
        members = "".join(f"<{name}>{_xml(value)}</{name}>" for name, value in json.loads(body).items())
        inner = f"<DescribeAlarmsResult>{members}</DescribeAlarmsResult>"
        return parts.emulator.cloudwatch._xml(status, "DescribeAlarmsResponse", inner)

    DESCRIBE.replace(describe_alarms)


def _request(parts: Parts, params: Any) -> dict[str, Any]:
    get = parts.emulator.cloudwatch._p
    single = {name: value for name in SINGLE if (value := get(params, name))}
    return {**single, **{name: found for name in LISTS if (found := list(_list(get, params, name)))}}


def _list(get: Any, params: Any, name: str) -> Iterator[str]:
    number = 1
    while value := get(params, f"{name}.member.{number}"):
        yield str(value)
        number += 1


def _xml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(
            f"<{name}>{_member(name, item)}</{name}>" for name, item in value.items() if item is not None
        )
    if isinstance(value, list):
        return "".join(f"<member>{_xml(item)}</member>" for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    return escape(str(value))


def _member(name: str, value: Any) -> str:
    if name.endswith("Timestamp") and isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC).isoformat()
    return _xml(value)
