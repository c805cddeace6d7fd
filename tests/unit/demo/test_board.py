"""The board and the tables, as a terminal of the usual width shows them."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console, RenderableType

from simulator.demo import tables
from simulator.demo.board import WIDTH, ServiceBoard
from simulator.demo.cast import EVERYONE, WORKER
from simulator.demo.figures import failovers
from simulator.demo.promises import promises
from spot_failover.domain.record import Phase
from tests.unit.demo.run_on_paper import Paper, at, felt_by_all


def shown(what: RenderableType, width: int = WIDTH) -> list[str]:
    file = io.StringIO()
    Console(file=file, width=width, highlight=False, no_color=True).print(what)
    lines = file.getvalue().splitlines()
    assert max(len(line) for line in lines) <= width
    return [line.rstrip() for line in lines]


def test_each_service_has_its_counts_and_phase_and_below_them_its_tasks_and_the_reason(paper: Paper) -> None:
    paper.tasks(WORKER, 100, 1, 0, serving=2)
    paper.standby(WORKER, 100, 1, 2)
    paper.phase(
        WORKER, 100, Phase.FAILING_OVER, "Spot lacks 2 of 4 tasks; 1 on-demand tasks run in their place."
    )
    paper.weather(WORKER.region, 100, 0)
    lines = shown(ServiceBoard(paper.recording, EVERYONE))
    [row] = [index for index, line in enumerate(lines) if "shop/worker" in line]
    assert lines[row].split() == [
        *("eu-central-1", "shop/worker", "backfill", "drought"),
        *("1", "1", "3", "of", "4", "failing_over"),
    ]
    assert lines[row + 1] == "  ■■▨□  Spot lacks 2 of 4 tasks; 1 on-demand tasks run in their place."


def test_an_error_is_told_instead_of_the_reason(paper: Paper) -> None:
    newest = paper.recording.state(WORKER)
    assert newest is not None
    paper.recording.states.append(replace(newest, last_error="AccessDenied"))
    assert any(line.endswith("AccessDenied") for line in shown(ServiceBoard(paper.recording, EVERYONE)))


def test_a_reason_that_is_too_long_is_cut(paper: Paper) -> None:
    paper.phase(WORKER, 100, Phase.STEADY, "very " * 40)
    [reason] = [line for line in shown(ServiceBoard(paper.recording, EVERYONE)) if "very" in line]
    assert reason.endswith("…")


def test_who_is_not_registered_has_neither_mode_nor_phase(paper: Paper) -> None:
    lines = shown(ServiceBoard(paper.recording, EVERYONE))
    [row] = [index for index, line in enumerate(lines) if "shop/reports" in line]
    assert "none" in lines[row]
    assert lines[row].endswith("unregistered")
    assert lines[row + 1].endswith("Nobody looks after it.")


def test_the_tables_fit_too(paper: Paper) -> None:
    found = failovers(paper.recording, at(120))
    rows = felt_by_all()
    assert any("backfill: drought" in line for line in shown(tables.failover_table(found)))
    assert any("without the hub" in line for line in shown(tables.felt_table(rows)))
    assert any(
        "yes" in line for line in shown(tables.check_table(promises(paper.recording, rows, at(1), at(120))))
    )
