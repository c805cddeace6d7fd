"""The widget outside CloudWatch."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from simulator.console import ConsoleError, document, widget


class Lambda:
    """Answers an invocation, and keeps what it was asked."""

    def __init__(self, answer: object, **more: str) -> None:
        self.asked: dict[str, Any] = {}
        self._answer = {"Payload": io.BytesIO(json.dumps(answer).encode()), **more}

    def invoke(self, **request: Any) -> dict[str, Any]:
        self.asked = {**request, "Payload": json.loads(request["Payload"])}
        return self._answer


def test_the_function_is_asked_as_cloudwatch_asks() -> None:
    client = Lambda("<p>All is well.</p>")

    assert widget(client, "console", show="on_demand") == "<p>All is well.</p>"
    assert client.asked["FunctionName"] == "console"
    assert client.asked["Payload"]["show"] == "on_demand"
    assert client.asked["Payload"]["widgetContext"]["params"] == {"show": "on_demand"}
    assert client.asked["Payload"]["widgetContext"]["forms"] == {"all": {}}


@pytest.mark.parametrize(
    "client",
    [Lambda({"errorMessage": "The table is gone."}, FunctionError="Unhandled"), Lambda({"page": "none"})],
)
def test_an_answer_that_is_no_page_is_an_error_that_quotes_it(client: Lambda) -> None:
    with pytest.raises(ConsoleError, match=r"The function console failed: .*(The table is gone|none)"):
        widget(client, "console")


def test_a_page_holds_the_widget_as_it_is_and_its_title_as_text() -> None:
    page = document("Services & more", "<table></table>")

    assert "<title>Services &amp; more</title>" in page
    assert "<h1>Services &amp; more</h1><table></table>" in page
