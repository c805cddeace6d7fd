"""Who takes part, by the names of the command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from simulator.backtest.contender import Contender
from simulator.backtest.ours import Ours
from simulator.backtest.rivals import rivals
from simulator.backtest.weather import WeatherPlan
from spot_failover.domain.policy import InvalidPolicyError, Mode, Policy, parse_policy

OURS: Final = "ours"
RIVALS: Final = "rivals"
SUFFIX: Final = ".json"


class UnknownPolicyError(ValueError):
    """Nobody takes part by that name, or the file holds no policy; the message says what to give instead."""


def names() -> tuple[str, ...]:
    """Return what `contestants` takes, besides files."""
    return (OURS, RIVALS, *Mode)


def contestants(chosen: Sequence[str], plan: WeatherPlan) -> tuple[Contender, ...]:
    """Return the contenders for these names, new: a mode of ours, `ours`, `rivals`, or a policy's file.

    A file holds what `protected-service` writes to its parameter; its dry run is ignored.
    """
    found: dict[str, Contender] = {}
    for name in chosen:
        for contender in _contestants(name, plan):
            if name.endswith(SUFFIX) and contender.name in found:
                raise UnknownPolicyError(f"{name}: another file has that name too. Rename one of them.")
            found[contender.name] = contender
    return tuple(found.values())


def _contestants(name: str, plan: WeatherPlan) -> Sequence[Contender]:
    if name == OURS:
        return [Ours(Policy(mode=mode)) for mode in (Mode.BACKFILL, Mode.STANDBY, Mode.SWITCH)]
    if name == RIVALS:
        return rivals(plan)
    if name in set(Mode):
        return [Ours(Policy(mode=Mode(name)))]
    if name.endswith(SUFFIX):
        return [Ours(_read(Path(name)), name=f"ours, {Path(name).stem}")]
    raise UnknownPolicyError(
        f"There is no policy {name!r}. Give {', '.join(names())}, or a file that ends in {SUFFIX}."
    )


def _read(path: Path) -> Policy:
    try:
        policy = parse_policy(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise UnknownPolicyError(f"{path} cannot be read: {error}.") from error
    except json.JSONDecodeError as error:
        raise UnknownPolicyError(f"{path} does not hold JSON: {error}.") from error
    except InvalidPolicyError as error:
        raise UnknownPolicyError(f"{path}: {error}") from error
    return replace(policy, dry_run=False)
