"""docs/operating.md has a section for every alarm that the modules make."""

import re

from tests.terraform.fleet import Fleet
from tests.terraform.workspace import REPOSITORY

PAGE = (REPOSITORY / "docs" / "operating.md").read_text(encoding="utf-8")


def headings() -> list[str]:
    """Return the headings of the alarms' section: names, with words in capitals for what varies."""
    alarms = PAGE.partition("\n## Alarms\n")[2].partition("\n## ")[0]
    return re.findall(r"^### `(.+)`$", alarms, re.MULTILINE)


def covers(heading: str, alarm: str) -> bool:
    pattern = re.sub(r"[A-Z]+", ".+", re.escape(heading))
    return re.fullmatch(pattern, alarm) is not None


def names(fleet: Fleet) -> set[str]:
    alarms = fleet.of_type("aws_cloudwatch_metric_alarm")
    return {alarm.values["alarm_name"] for alarm in alarms if alarm.module in {"hub", "spoke"}}


def test_every_alarm_has_its_section(fleet: Fleet) -> None:
    assert {name for name in names(fleet) if not any(covers(each, name) for each in headings())} == set()


def test_every_section_is_about_an_alarm_that_there_is(fleet: Fleet) -> None:
    assert [each for each in headings() if not any(covers(each, name) for name in names(fleet))] == []
