from pathlib import Path

from simulator.demo.cast import API, DRILLED, EVERYONE, REPORTS, TOKYO_WEB, WEB, WORKER
from simulator.demo.picture import Panel, Span, draw, panels, settled
from simulator.demo.recording import Recording
from simulator.world import ServiceKey
from tests.unit.demo.run_on_paper import FACTOR, Paper, at


def panel(paper: Paper, key: ServiceKey) -> Panel:
    [found] = panels(paper.recording, [key], at(2), at(120))
    return found


def test_a_panel_begins_with_what_was_there_and_holds_the_last_to_the_end(paper: Paper) -> None:
    web = panel(paper, WEB)
    assert list(web.times) == [0, 8, 13, 52, 118]
    assert list(web.spot) == [2, 0, 0, 4, 4]
    assert list(web.on_demand) == [2, 0, 4, 0, 0]


def test_a_service_and_its_standby_are_one_panel(paper: Paper) -> None:
    worker = panel(paper, WORKER)
    assert set(worker.desired) == {4}
    assert (worker.spot[0], worker.on_demand[0]) == (4, 1)
    assert (4, 4) in zip(worker.spot, worker.on_demand, strict=True)


def test_phases_but_steady_are_shaded(paper: Paper) -> None:
    assert panel(paper, WEB).phases == (
        Span(8.5, 14, "failing_over"),
        Span(14, 48, "on_demand"),
        Span(48, 68, "restoring"),
    )


def test_weather_is_that_of_the_services_region(paper: Paper) -> None:
    assert panel(paper, WEB).droughts == (Span(8, 16, "drought"),)
    assert panel(paper, TOKYO_WEB).droughts == (Span(18, 25, "drought"),)
    assert panel(paper, DRILLED).droughts == ()


def test_a_shortage_of_one_size_is_shown_where_it_is_felt(paper: Paper) -> None:
    assert panel(paper, WORKER).droughts == (Span(7, 16, "shortage"), Span(8, 16, "drought"))
    assert panel(paper, API).droughts == (Span(8, 16, "drought"),)


def test_a_drought_that_goes_on_lasts_to_the_end(paper: Paper) -> None:
    paper.weather(DRILLED.region, 100, 0)
    assert panel(paper, DRILLED).droughts == (Span(98, 118, "drought"),)


def test_a_drill_is_marked(paper: Paper) -> None:
    assert (panel(paper, DRILLED).drills, panel(paper, WEB).drills) == ((28,), ())


def test_who_is_not_registered_has_no_phases(paper: Paper) -> None:
    reports = panel(paper, REPORTS)
    assert (reports.protected, reports.phases) == (False, ())


def test_a_service_without_samples_makes_an_empty_panel() -> None:
    [empty] = panels(Recording(FACTOR), [WEB], at(0), at(10))
    assert (empty.times, empty.spot) == ((), ())


def test_a_picture_may_end_when_its_services_have_settled(paper: Paper) -> None:
    assert settled(paper.recording, [WEB, WORKER], at(120)) == at(78)
    assert settled(paper.recording, EVERYONE, at(112)) == at(112)


def test_the_picture_is_drawn_as_svg_and_png(paper: Paper, tmp_path: Path) -> None:
    svg, png = draw(panels(paper.recording, EVERYONE, at(0), at(120)), FACTOR, tmp_path, "drought")
    assert svg.read_text(encoding="utf-8").count("<svg") == 1
    assert png.read_bytes().startswith(b"\x89PNG")
