"""The widget's page: how many services there are in each phase, then a table of those asked for.

Neither scripts nor anything from elsewhere is in it: CloudWatch would take them out.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_security.html
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from math import ceil
from typing import TYPE_CHECKING

from spot_failover.domain.record import HoldKind, Operation, Phase
from spot_failover.functions.markup import Html, element, joined

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from spot_failover.jobs.status import Row, Trouble

# What a page holds stays well below the 6 MB that a function may answer with.
ROWS_ON_A_PAGE = 100
TROUBLES_ON_A_PAGE = 10
# A survey counts every minute; counts this old are no longer how the service stands.
STALE = timedelta(minutes=5)

STYLE = Html("""<style>
.sf { font-size: 13px; line-height: 1.35; color: #16191f; }
.sf table { width: 100%; border-collapse: collapse; }
.sf th { text-align: left; font-weight: 600; padding: 6px 10px; border-bottom: 2px solid #aab7b8; }
.sf td { text-align: left; vertical-align: top; padding: 6px 10px; border-bottom: 1px solid #d5dbdb; }
.sf small { color: #545b64; font-size: 12px; }
.sf td:nth-child(1), .sf td:nth-child(3) { white-space: nowrap; }
.sf .view { margin: 0 6px 8px 0; display: inline-block; }
.sf .note { margin: 0 0 8px; padding: 6px 10px; border-left: 4px solid #d13212; background: #fdf3f1; }
.sf .error { color: #b7290d; }
.sf .phase { display: inline-block; padding: 1px 8px; border-radius: 9px; color: #fff; white-space: nowrap; }
.sf .steady { background: #1d7a33; }
.sf .failing_over { background: #c0290e; }
.sf .on_demand { background: #0b62ae; }
.sf .restoring { background: #8a5a00; }
.sf .hold { display: inline-block; padding: 0 7px; border: 1px solid #545b64; border-radius: 9px; }
.sf .hold { margin-top: 2px; white-space: nowrap; }
.sf details summary { cursor: pointer; }
.sf .bar { display: flex; width: 120px; height: 8px; margin: 3px 0; background: #e4e8e8; }
.sf .bar span { display: block; height: 8px; }
.sf .spot { background: #2f9e4b; }
.sf .demand { background: #3184c2; }
.sf .missing { background: #d13212; }
.sf-dark { color: #e9ebed; }
.sf-dark th { border-color: #687078; }
.sf-dark td { border-color: #414d5c; }
.sf-dark small { color: #b6bec9; }
.sf-dark .note { background: #3b1a14; }
.sf-dark .error { color: #ff9d8a; }
.sf-dark .hold { border-color: #b6bec9; }
.sf-dark .bar { background: #414d5c; }
</style>""")

DOCUMENTATION = """## Spot failover: all services

Every service that the hub looks after, those that need a person first: its phase and since when, its tasks on
Spot and on demand beside what is asked for, why it stands as it does and what comes next. It only reads the
hub's own tables, and changes nothing.

Param | Description
---|---
**show** | `all` services (the default), those that ask for `attention`, or those of a phase: `on_demand`, …
**find** | Only services whose name, account, region or owner contains this, such as `production/web`
**page** | Which hundred of them, from 1

### Example parameters
``` yaml
show: attention
```
"""


class Show(StrEnum):
    """Which services are listed."""

    ALL = "all"
    ATTENTION = "attention"
    STEADY = "steady"
    FAILING_OVER = "failing_over"
    ON_DEMAND = "on_demand"
    RESTORING = "restoring"


@dataclass(frozen=True, slots=True)
class View:
    """What the viewer asks for. endpoint: the function that answers the page's buttons."""

    show: Show = Show.ALL
    find: str = ""
    page: int = 1
    dark: bool = False
    endpoint: str = ""


def page(
    rows: Sequence[Row], troubles: Sequence[Trouble], view: View, now: datetime, notices: Sequence[str] = ()
) -> Html:
    """Return the page; `notices` are said above everything else."""
    found = [row for row in rows if view.find.lower() in f"{_name(row)} {_where(row)}".lower()]
    listed = [row for row in found if _is_shown(row, view.show)]
    pages = max(1, ceil(len(listed) / ROWS_ON_A_PAGE))
    current = min(max(view.page, 1), pages)
    first = (current - 1) * ROWS_ON_A_PAGE
    places = [f"{each.location.account} {each.location.region}: {each.sentence}" for each in troubles]
    more = len(places) - TROUBLES_ON_A_PAGE
    notes = [
        *notices,
        *places[:TROUBLES_ON_A_PAGE],
        *([f"… and {more} more like these."] if more > 0 else []),
    ]
    return joined(
        STYLE,
        element(
            "div",
            *(element("p", note, class_="note") for note in notes),
            _views(found, view),
            _table(listed[first : first + ROWS_ON_A_PAGE], now) if listed else _nothing(rows),
            _pages(current, pages, view),
            element("small", f"{len(rows)} services · read at {now:%Y-%m-%d %H:%M:%S} UTC"),
            class_="sf sf-dark" if view.dark else "sf",
        ),
    )


def _is_shown(row: Row, show: Show) -> bool:
    if show is Show.ALL:
        return True
    if show is Show.ATTENTION:
        return not row.calm
    return row.phase.value == show.value


def _nothing(rows: Sequence[Row]) -> Html:
    if rows:
        return element("p", "No service is like this now.")
    return element("p", "No service is registered yet. Add the module protected-service beside one.")


# --- what is shown ---


def _views(rows: Sequence[Row], view: View) -> Html:
    phases = Counter(row.phase for row in rows)
    counts = {
        Show.ALL: len(rows),
        Show.ATTENTION: sum(not row.calm for row in rows),
        **{Show(phase.value): phases[phase] for phase in Phase},
    }
    return element(
        "div",
        *(
            _button(f"{_words(show)} {count}", replace(view, show=show, page=1), chosen=show is view.show)
            for show, count in counts.items()
        ),
        element("input", name="find", placeholder="cluster/service", value=view.find),
        " ",
        _button("find", replace(view, find="", page=1)),
    )


def _pages(current: int, pages: int, view: View) -> Html:
    if pages == 1:
        return joined()
    return element(
        "div",
        *([_button("previous", replace(view, page=current - 1))] if current > 1 else []),
        *([_button("next", replace(view, page=current + 1))] if current < pages else []),
        element("small", f"page {current} of {pages}"),
    )


def _button(text: str, asks: View, *, chosen: bool = False) -> Html:
    """Return a button that has CloudWatch call the function again, and show its answer in the widget.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_interactivity.html
    """
    parameters = {"show": asks.show.value, "page": asks.page, **({"find": asks.find} if asks.find else {})}
    return joined(
        element("a", text, class_="btn btn-primary view" if chosen else "btn view"),
        element("cwdb-action", _json(parameters), action="call", display="widget", endpoint=asks.endpoint),
    )


def _json(value: Mapping[str, object]) -> Html:
    """Return JSON that is the same to whoever reads it as text and to whoever reads it as HTML."""
    text = json.dumps(value)
    return Html(text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e"))


# --- the services ---


def _table(rows: Sequence[Row], now: datetime) -> Html:
    titles = ("Service", "Phase", "Tasks", "Why", "What comes next")
    return element(
        "table",
        element("thead", element("tr", *(element("th", title) for title in titles))),
        element("tbody", *(_row(row, now) for row in rows)),
    )


def _row(row: Row, now: datetime) -> Html:
    operation = "" if row.operation is Operation.ACTIVE else f" · {_words(row.operation)}"
    return element(
        "tr",
        element(
            "td",
            element("b", _name(row)),
            _line(f"{row.mode}{operation}"),
            _line(_where(row)),
            title=row.service.key,
        ),
        element(
            "td",
            element("span", _words(row.phase), class_=f"phase {row.phase}"),
            *(part for word in _held(row) for part in (" ", element("span", word, class_="hold"))),
            _line(f"for {_duration(now - row.since)}"),
            title=f"since {row.since:%Y-%m-%d %H:%M:%S} UTC",
        ),
        element("td", *_tasks(row, now)),
        element(
            "td",
            row.reason,
            *([element("div", row.last_error, class_="error")] if row.last_error else []),
            *_findings(row),
        ),
        element("td", row.next_step),
    )


def _findings(row: Row) -> Sequence[Html]:
    """Return what a service lacks: how much of it, and all of it in what a browser unfolds."""
    if not row.findings:
        return []
    things = "thing" if len(row.findings) == 1 else "things"
    summary = element("summary", element("small", f"lacks {len(row.findings)} {things}"))
    return [element("details", summary, *(_line(finding) for finding in row.findings))]


def _held(row: Row) -> Sequence[str]:
    """Return why nothing is changed, in a word: a pause is one even where there is nothing to do."""
    held = {_words(row.hold)} if row.hold else set()
    return sorted(held | ({_words(HoldKind.PAUSED)} if row.paused else set()))


def _tasks(row: Row, now: datetime) -> Sequence[Html]:
    if row.spot is None or row.on_demand is None or row.demand is None or row.counted_at is None:
        return [element("small", "not counted yet")]
    missing = max(0, row.demand - row.spot - row.on_demand)
    whole = max(1, row.spot + row.on_demand + missing)
    parts = (("spot", row.spot), ("demand", row.on_demand), ("missing", missing))
    stale = now - row.counted_at >= STALE
    return [
        element(
            "div",
            *(
                element("span", class_=name, style=f"width: {100 * count / whole:.1f}%")
                for name, count in parts
                if count
            ),
            class_="bar",
        ),
        element("div", f"{row.spot} Spot, {row.on_demand} on demand"),
        element("small", f"of {row.demand}", f", {missing} missing" if missing else ""),
        *([_line(f"counted at {row.counted_at:%H:%M} UTC")] if stale else []),
    ]


def _line(text: str) -> Html:
    return element("div", element("small", text))


def _name(row: Row) -> str:
    return f"{row.service.cluster}/{row.service.service}"


def _where(row: Row) -> str:
    return " · ".join(filter(None, (row.service.account, row.service.region, row.owner)))


def _words(name: Phase | HoldKind | Operation | Show) -> str:
    return name.value.replace("_", " ")


def _duration(time: timedelta) -> str:
    minutes = max(0, int(time.total_seconds())) // 60
    if minutes < 1:
        return f"{max(0, int(time.total_seconds()))} s"
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
