"""The page of what a channel would have seen."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from simulator.demo.channel import page, read
from simulator.world import ServiceKey
from spot_failover.adapters.topic import notification
from spot_failover.domain.record import Message, Phase

AT = datetime(2026, 3, 2, 9, 30, 1, tzinfo=UTC)
DETAIL: dict[str, Any] = {
    "account": "222222222222",
    "region": "eu-central-1",
    "cluster": "shop",
    "service": "web",
    "summary": "web in shop fails over to on-demand",
    "severity": "warning",
    "phase": "failing_over",
    "previous_phase": "steady",
    "reason": "Spot took 2 of 4 tasks back.",
    "next_step": "On-demand tasks start.",
    "incident": "web@09:30",
    "desired": 4,
    "running": 2,
}


def body(kind: str = "Service Failing Over", **more: Any) -> str:
    return json.dumps(notification(Message(kind, kind, AT, {**DETAIL, **more}), "aws"))


def test_a_notification_is_read_with_the_phase_that_the_service_moved_to() -> None:
    message = read(body(), AT)

    assert message.key == ServiceKey("222222222222", "eu-central-1", "shop", "web")
    assert (message.detail_type, message.phase) == ("Service Failing Over", Phase.FAILING_OVER)
    assert message.reason == "Spot took 2 of 4 tasks back."


def test_what_moved_nothing_tells_of_no_phase() -> None:
    assert read(body("On Demand Shortage", previous_phase="failing_over"), AT).phase is None


def test_an_alarm_is_a_message_of_no_service() -> None:
    alarm = {"AlarmName": "spot-failover-silence", "AlarmDescription": "Look.", "NewStateValue": "ALARM"}

    message = read(json.dumps(alarm), AT)

    assert (message.key, message.phase, message.reason) == (None, None, "Look.")


def test_the_page_has_a_thread_an_incident_and_says_what_comes_next() -> None:
    served = body("Service On Demand", summary="web in shop runs on demand", severity="info")
    other = body(incident="api@09:31", summary="api in shop fails over to on-demand", next_step="")

    assert page([read(text, AT) for text in (body(), other, served)]) == (
        "# What a channel would have seen\n"
        "\n"
        "3 messages of the hub's alert topic in 2 threads, one an incident.\n"
        "\n"
        "## 09:30:01 web in shop fails over to on-demand\n"
        "\n"
        "**09:30:01 web in shop fails over to on-demand** (warning)\n"
        "\n"
        "> Spot took 2 of 4 tasks back.  \n"
        "> **Tasks:** 2 of 4 run  \n"
        "> **Service:** shop/web in 222222222222, eu-central-1  \n"
        "> → On-demand tasks start.\n"
        "\n"
        "**09:30:01 web in shop runs on demand**\n"
        "\n"
        "> Spot took 2 of 4 tasks back.  \n"
        "> **Tasks:** 2 of 4 run  \n"
        "> **Service:** shop/web in 222222222222, eu-central-1  \n"
        "> → On-demand tasks start.\n"
        "\n"
        "## 09:30:01 api in shop fails over to on-demand\n"
        "\n"
        "**09:30:01 api in shop fails over to on-demand** (warning)\n"
        "\n"
        "> Spot took 2 of 4 tasks back.  \n"
        "> **Tasks:** 2 of 4 run  \n"
        "> **Service:** shop/web in 222222222222, eu-central-1  \n"
    )
