"""docs/metrics.md explains every metric that the functions write, and no other."""

import re
from pathlib import Path

from spot_failover.domain.metric import Metric

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "metrics.md").read_text(encoding="utf-8")


def test_every_metric_has_its_line_and_every_line_its_metric() -> None:
    first_cells = re.findall(r"^\| (`.+?) \|", PAGE, re.MULTILINE)
    explained = [name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(explained) == sorted(metric.value for metric in Metric)
