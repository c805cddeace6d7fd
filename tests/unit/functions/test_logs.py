"""The log: JSON, one object a line."""

import json
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from spot_failover.functions.logs import Log

SENTENCE = "Moving to on-demand: 3 of 4 on-demand tasks are running."


@pytest.fixture(autouse=True)
def _package_logger() -> Iterator[None]:
    """Put the package's logger back as it was."""
    logger = logging.getLogger("spot_failover")
    before = (logger.handlers, logger.level, logger.propagate)
    yield
    logger.handlers, logger.level, logger.propagate = before


def log() -> Log:
    return Log.to_standard_output("dev-spot-failover", "INFO")


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_module_s_line_says_who_when_where_and_in_which_invocation(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with log().of_invocation("request-1"):
        logging.getLogger("spot_failover.jobs.reconcile").info("%s of %s", 3, 4, extra={"phase": "on_demand"})

    (line,) = logged(capsys)
    when = datetime.fromisoformat(str(line.pop("timestamp")))
    assert abs((datetime.now(UTC) - when).total_seconds()) < 60
    assert str(line.pop("location")).startswith("spot_failover.jobs.reconcile:")
    assert line == {
        "level": "INFO",
        "message": "3 of 4",
        "service": "dev-spot-failover",
        "function_request_id": "request-1",
        "phase": "on_demand",
    }


def test_an_invocation_s_id_ends_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    with log().of_invocation("request-1"):
        pass
    logging.getLogger("spot_failover").warning(SENTENCE)

    assert logged(capsys)[0]["function_request_id"] == ""


def test_lines_below_the_level_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    log()
    logging.getLogger("spot_failover.functions.observe").debug(SENTENCE)

    assert logged(capsys) == []


def test_an_exception_is_kept_with_its_trace_on_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log()
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        logging.getLogger("spot_failover").exception("Nobody foresaw this.")

    (line,) = logged(capsys)
    assert str(line["exception"]).endswith("ZeroDivisionError: division by zero")


def test_a_value_that_is_no_json_is_written_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    log()
    logging.getLogger("spot_failover").info(SENTENCE, extra={"since": datetime(2026, 3, 2, tzinfo=UTC)})

    assert logged(capsys)[0]["since"] == "2026-03-02 00:00:00+00:00"


def test_each_line_is_written_once_however_often_the_log_is_set_up(
    capsys: pytest.CaptureFixture[str],
) -> None:
    # As Lambda's runtime does.
    root, runtime_handler = logging.getLogger(), logging.StreamHandler(sys.stdout)
    root.addHandler(runtime_handler)
    try:
        log()
        log()
        logging.getLogger("spot_failover").info(SENTENCE)
    finally:
        root.removeHandler(runtime_handler)

    assert [line["message"] for line in logged(capsys)] == [SENTENCE]
