"""The function `console`: CloudWatch calls it as whoever views the dashboard, and shows what it answers.

It reads the hub's own tables and changes nothing.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from spot_failover.adapters.ledger import DynamoLedgers
from spot_failover.adapters.state import DynamoServices
from spot_failover.domain.errors import SpotFailoverError
from spot_failover.functions.composition import Hub, Place, utc_now
from spot_failover.functions.console_page import DOCUMENTATION, Show, View, page
from spot_failover.functions.settings import console_settings
from spot_failover.jobs import status

if TYPE_CHECKING:
    from datetime import datetime

    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ConsoleHub(Hub):
    """The parts of `console`."""

    @cached_property
    def services(self) -> DynamoServices:
        return DynamoServices(self.state)

    @cached_property
    def ledgers(self) -> DynamoLedgers:
        return DynamoLedgers(self.state)

    def answer(self, event: dict[str, Any], endpoint: str, now: datetime) -> str:
        """Return the page that the event asks for."""
        view, notice = _view(event, endpoint)
        frozen = self.services.frozen()
        pauses = [frozen.sentence] if frozen and frozen.in_force(now) else []
        return page(
            status.rows(self.services, self.spokes, self.ledgers, now),
            status.troubles(self.spokes),
            view,
            now,
            [*pauses, *notice],
        )


def _view(event: dict[str, Any], endpoint: str) -> tuple[View, list[str]]:
    """Return what is asked for, and what of it makes no sense, in sentences.

    Parameters of the widget and of its buttons come beside `widgetContext`, what was typed comes in it:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_about.html
    """
    context = event.get("widgetContext", {})
    typed = context.get("forms", {}).get("all", {}).get("find")
    notice = []
    show, number = event.get("show", Show.ALL.value), event.get("page", 1)
    if show not in list(Show):
        notice.append(f'The widget\'s parameter show is "{show}"; it must be one of {", ".join(Show)}.')
        show = Show.ALL
    if not isinstance(number, int):
        notice.append(f'The widget\'s parameter page is "{number}"; it must be a whole number.')
        number = 1
    view = View(
        show=Show(show),
        find=str(event.get("find", "") if typed is None else typed).strip(),
        page=number,
        dark=context.get("theme") == "dark",
        endpoint=endpoint,
    )
    return view, notice


@cache
def _hub(function_arn: str) -> ConsoleHub:
    return ConsoleHub(console_settings(), Place.of_function(function_arn))


def handler(event: dict[str, Any], context: LambdaContext) -> str:
    """Return the widget's HTML, or, asked to describe itself, what it is in Markdown."""
    if event.get("describe"):
        return DOCUMENTATION
    hub = _hub(context.invoked_function_arn)
    with hub.logger.append_context_keys(function_request_id=context.aws_request_id):
        try:
            return hub.answer(event, context.invoked_function_arn, utc_now())
        except SpotFailoverError as fault:
            logger.error("The page could not be made: %s", fault)  # noqa: TRY400 - a sentence
            raise
