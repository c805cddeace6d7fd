"""What the image holds is what these tests ran; the image itself is not built here."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from simulator.terraform import REPOSITORY
from tests.example_app.running import EXAMPLE


def pins(file: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ ]+) ", file.read_text(), re.MULTILINE))


def test_the_image_holds_the_versions_that_these_tests_ran_with() -> None:
    image, here = pins(EXAMPLE / "requirements.txt"), pins(REPOSITORY / "requirements" / "dev.txt")
    assert {"uvicorn", "starlette", "aws-lambda-powertools"} <= set(image)
    assert image == {name: here[name] for name in image}


def test_all_that_is_imported_at_run_time_is_in_the_image() -> None:
    imported = {
        name.partition(".")[0]
        for module in (EXAMPLE / "orders").glob("*.py")
        for name in re.findall(r"^(?:from|import) ([a-z0-9_.]+)", module.read_text(), re.MULTILINE)
    }
    installed = {name.replace("-", "_") for name in pins(EXAMPLE / "requirements.txt")}
    third_party = {name for name in imported if name not in sys.stdlib_module_names} - {"orders"}
    assert third_party
    assert third_party <= installed


def test_sigterm_reaches_the_process_without_a_shell_in_between() -> None:
    lines = (EXAMPLE / "Dockerfile").read_text().splitlines()
    assert 'ENTRYPOINT ["python"]' in lines
    assert [line for line in lines if line.startswith("CMD")] == ['CMD ["-m", "orders.web"]']
