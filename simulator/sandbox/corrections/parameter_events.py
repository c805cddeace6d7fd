"""Parameter Store's change events.

AWS: every change of a parameter puts an event `Parameter Store Change` with name, type and operation on the
default bus of its account and region, on a best-effort basis. (Systems Manager user guide, "Monitoring
Systems Manager events".)
ministack: puts none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from simulator.sandbox.corrections.put_events import emit
from simulator.sandbox.parts import Parts
from simulator.sandbox.records import utc_now
from simulator.sandbox.seams import Seam

PUT = Seam("services.ssm", "_put_parameter", ("data",))
DELETE = Seam("services.ssm", "_delete_parameter", ("data",))
DELETE_MANY = Seam("services.ssm", "_delete_parameters", ("data",))
PARAMETERS = Seam("services.ssm", "_parameters")
SEAMS = (PUT, DELETE, DELETE_MANY, PARAMETERS)


def install(parts: Parts) -> None:
    """Put an event after each change that succeeded."""
    put, delete, delete_many = PUT.original(), DELETE.original(), DELETE_MANY.original()

    def put_parameter(data: Mapping[str, Any]) -> Any:
        before = _known(parts, [data.get("Name")])
        response = put(data)
        if response[0] == HTTPStatus.OK:
            after = _known(parts, [data.get("Name")])
            _tell(parts, "Update" if before else "Create", after)
        return response

    def delete_parameter(data: Mapping[str, Any]) -> Any:
        before = _known(parts, [data.get("Name")])
        response = delete(data)
        if response[0] == HTTPStatus.OK:
            _tell(parts, "Delete", before)
        return response

    def delete_parameters(data: Mapping[str, Any]) -> Any:
        before = _known(parts, data.get("Names") or [])
        response = delete_many(data)
        if response[0] == HTTPStatus.OK:
            _tell(parts, "Delete", before)
        return response

    PUT.replace(put_parameter)
    DELETE.replace(delete_parameter)
    DELETE_MANY.replace(delete_parameters)


def _known(parts: Parts, names: Iterable[object]) -> list[dict[str, Any]]:
    parameters = parts.emulator.ssm._parameters
    return [dict(parameter) for name in names if (parameter := parameters.get(name)) is not None]


def _tell(parts: Parts, operation: str, parameters: Iterable[Mapping[str, Any]]) -> None:
    account, region = parts.emulator.here()
    for parameter in parameters:
        emit(
            parts,
            {
                "version": "0",
                "id": str(uuid4()),
                "detail-type": "Parameter Store Change",
                "source": "aws.ssm",
                "account": account,
                "time": utc_now().strftime("%Y-%m-%dT%H:%M:%SZ"),
                "region": region,
                "resources": [parameter["ARN"]],
                "detail": {"operation": operation, "name": parameter["Name"], "type": parameter["Type"]},
            },
        )
