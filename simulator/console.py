"""The hub's widget outside CloudWatch: asked for as CloudWatch asks, in a page that any browser shows."""

from __future__ import annotations

import json
from html import escape
from typing import Any, Final

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_about.html
CONTEXT: Final = {
    "dashboardName": "spot-failover",
    "widgetId": "widget-1",
    "locale": "en",
    "timezone": {"label": "UTC", "offsetISO": "+00:00", "offsetInMinutes": 0},
    "period": 60,
    "isAutoPeriod": True,
    "theme": "light",
    "linkCharts": False,
    "title": "Services",
    "forms": {"all": {}},
    "params": {},
    "width": 1400,
    "height": 600,
}
# What CloudWatch gives a widget: a font, a card, and buttons; actions are wired up and not shown.
STYLE: Final = """
body { margin: 0; padding: 24px; background: #f2f3f3; }
body { font-family: "Amazon Ember", "Helvetica Neue", "DejaVu Sans", sans-serif; }
main { max-width: 1400px; margin: auto; padding: 16px 20px; background: #fff; border: 1px solid #d5dbdb; }
h1 { margin: 0 0 12px; font-size: 16px; color: #16191f; }
.btn { padding: 3px 14px; border: 1px solid #545b64; border-radius: 2px; font-weight: 700; color: #545b64; }
.btn-primary { border-color: #ec7211; background: #ec7211; color: #fff; }
cwdb-action { display: none; }
"""


class ConsoleError(RuntimeError):
    """The function did not answer with a page."""


def widget(client: Any, function: str, **parameters: object) -> str:  # noqa: ANN401 - boto3's client
    """Invoke the function with the widget's parameters; return its HTML. Raises `ConsoleError`."""
    event = {**parameters, "widgetContext": {**CONTEXT, "params": parameters}}
    answer = client.invoke(FunctionName=function, Payload=json.dumps(event).encode())
    payload = json.loads(answer["Payload"].read())
    if "FunctionError" in answer or not isinstance(payload, str):
        raise ConsoleError(f"The function {function} failed: {payload}")
    return payload


def document(title: str, html: str) -> str:
    """Return a page with the widget in it."""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head>\n"
        f"<body><main><h1>{escape(title)}</h1>{html}</main></body></html>\n"
    )
