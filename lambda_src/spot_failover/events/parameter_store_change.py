"""Parameter Store Change: a registration or a spoke's record was written or deleted.

    {
      "id": "9f1d2c3b-5a68-4f7e-b0c1-d2e3f4a5b6c7",
      "detail-type": "Parameter Store Change",
      "source": "aws.ssm",
      "account": "222233334444",
      "time": "2026-03-02T08:59:12Z",
      "region": "eu-central-1",
      "resources": ["arn:aws:ssm:eu-central-1:222233334444:parameter/spot-failover/services/shop/checkout"],
      "detail": {"operation": "Update", "name": "/spot-failover/services/shop/checkout", "type": "String"}
    }

It is sent on a best-effort basis and without the value: a hint to read, never more.
https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html
"""

from __future__ import annotations

from spot_failover.domain.requests import RegistrationCause
from spot_failover.events.envelope import Envelope
from spot_failover.events.errors import quoted
from spot_failover.events.fields import required_text
from spot_failover.events.model import Ignored, RegistrationSignal

_PREFIX = "/spot-failover/"
_OPERATIONS = frozenset({"Create", "Update", "Delete"})


def parse(envelope: Envelope) -> RegistrationSignal | Ignored:
    """Return the account and region whose registrations to read again."""
    name = required_text(envelope.detail, "name", of="the parameter's detail")
    operation = required_text(envelope.detail, "operation", of="the parameter's detail")
    if not name.startswith(_PREFIX):
        return Ignored(f"The parameter {quoted(name)} is not one of ours: those are under {_PREFIX}.")
    if operation not in _OPERATIONS:
        return Ignored(f"The operation {quoted(operation)} on {quoted(name)} does not change its value.")
    deleted = name if operation == "Delete" else ""
    return RegistrationSignal(envelope.origin, RegistrationCause.REGISTRATION, envelope.event_id, deleted)
