"""One run from the start of the sandbox to its end."""

from __future__ import annotations

import contextlib
import shutil
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from simulator import console
from simulator.demo import ending, report
from simulator.demo.applying import (
    HUB_FILE,
    HUB_ROOT,
    WORKLOADS_ROOT,
    Applying,
    Outputs,
    known_hub,
    load_balancer,
)
from simulator.demo.board import ApplyBoard, ServiceBoard
from simulator.demo.cast import (
    EVERYONE,
    FRANKFURT,
    HUB,
    MUMBAI,
    PARTS,
    PROTECTED,
    TOKYO,
    from_state_id,
    mode_name,
    session,
)
from simulator.demo.ending import Ending
from simulator.demo.lines import Teller
from simulator.demo.recording import Recording
from simulator.demo.report import Times
from simulator.demo.screen import Screen
from simulator.demo.story import Stage, StoryError, calm, play, prepare
from simulator.demo.watcher import Watcher
from simulator.sandbox import Sandbox
from spot_failover.domain.policy import Policy

LEFT_BY_AN_EARLIER_RUN: Final = (
    "*.json",
    "*.log",
    "*.html",
    "*.md",
    f"{report.TIMELINE}.*",
    f"{report.DROUGHT}.*",
)


@dataclass(frozen=True, slots=True)
class Options:
    """What can be chosen on the command line."""

    time_factor: float
    policy: dict[str, dict[str, int]]
    seed: int
    output: Path
    keep: bool


def run(options: Options) -> int:
    """Run the demo; returns 0 where the story held, else 1."""
    _prepare(options.output)
    with (
        Screen() as screen,
        Sandbox(
            time_factor=options.time_factor, seed=options.seed, log=options.output / report.SANDBOX_LOG
        ) as sandbox,
    ):
        _introduce(screen, sandbox, options)
        first_apply = datetime.now(UTC)
        outputs = _apply(screen, sandbox, options)
        held = _story(screen, sandbox, options, outputs, first_apply)
        if options.keep:
            _keep(screen, sandbox, outputs)
    return 0 if held else 1


def _prepare(output: Path) -> None:
    output.mkdir(parents=True, exist_ok=True)
    for root in (HUB_ROOT, WORKLOADS_ROOT):
        shutil.rmtree(output / root, ignore_errors=True)
    for pattern in LEFT_BY_AN_EARLIER_RUN:
        for file in output.glob(pattern):
            file.unlink()


def _introduce(screen: Screen, sandbox: Sandbox, options: Options) -> None:
    factor, ours = f"{options.time_factor:g}", options.policy
    screen.heading("An AWS on this machine: a hub, two workload accounts")
    screen.explain(
        f"The sandbox answers at {sandbox.endpoint}: real Terraform, real Lambda functions, IAM enforced. "
        f"Its ECS is a model, in which time passes {factor} times as fast as on AWS. To keep step, the "
        f"durations of the policies are the defaults divided by {factor}: events count for "
        f"{_divided('thresholds', ours)}, Spot is tried again after about "
        f"{_divided('restore', ours, 'backoff_seconds')}, and must then hold for "
        f"{_divided('restore', ours)}. Nothing else is hastened: queues, functions and API calls take the "
        "time they take."
    )
    screen.say(f"  {HUB.account}  {HUB.region}  the hub")
    for place in (FRANKFURT, TOKYO, MUMBAI):
        screen.say(f"  {place.account}  {place.region}")
        for key in EVERYONE:
            if (key.account, key.region) == (place.account, place.region):
                service = f"{key.cluster}/{key.service}"
                screen.say(f"      {service:<13} {mode_name(key):<9}{PARTS[key].about}", "dim")


def _divided(section: str, ours: Mapping[str, Mapping[str, int]], name: str = "window_seconds") -> str:
    default = getattr(getattr(Policy(), section), name)
    return f"{ours[section][name]} s instead of {default} s"


def _apply(screen: Screen, sandbox: Sandbox, options: Options) -> Outputs:
    screen.heading("terraform apply")
    board = ApplyBoard((HUB_ROOT, WORKLOADS_ROOT))
    screen.show(board)
    prepare(sandbox)
    variables = {"policy": options.policy, "load_balancer_arn": load_balancer(sandbox)}
    applying = Applying(
        sandbox, options.output, variables, lambda root, progress: screen.progress(board, root, progress)
    )
    outputs = applying.run()
    if outputs.hub["spoke"] != known_hub():
        raise StoryError(f'{HUB_FILE} is not what the hub\'s output "spoke" says: {outputs.hub["spoke"]}.')
    registered = {from_state_id(text) for text in outputs.workloads["service_ids"]}
    if registered != set(PROTECTED):
        raise StoryError(f"Terraform registered {registered}, but the story is about {set(PROTECTED)}.")
    for root in (HUB_ROOT, WORKLOADS_ROOT):
        screen.say(f"{root}: {board.newest[root].finished} resources")
    return outputs


def _story(
    screen: Screen, sandbox: Sandbox, options: Options, outputs: Outputs, first_apply: datetime
) -> bool:
    recording = Recording(options.time_factor)
    watcher = Watcher(sandbox, outputs.hub, recording)
    watcher.poll()
    board = ServiceBoard(recording, EVERYONE)
    screen.show(board)
    midway = partial(_keep_console, sandbox, outputs, options.output / report.CONSOLE_MIDWAY)
    stage = Stage(sandbox, watcher, screen, board, Teller(recording), midway)
    try:
        calm(stage)
        began = datetime.now(UTC)
        before = ending.shapes(sandbox)
        play(stage)
    except Exception:
        with contextlib.suppress(Exception):  # the first error is the one to tell
            _save(sandbox, watcher, outputs, options.output)
        raise
    _save(sandbox, watcher, outputs, options.output)
    _keep_console(sandbox, outputs, options.output / report.CONSOLE)
    left = Ending(
        before=before,
        after=ending.shapes(sandbox),
        dead_letters=ending.dead_letters(sandbox, outputs.hub),
        denials=ending.denials(sandbox),
    )
    times = Times(first_apply, began, datetime.now(UTC))
    screen.show("")
    checked = report.conclude(screen, recording, left, times, options.seed, options.output)
    _farewell(screen, options, outputs, times)
    return all(check.ok for check in checked)


def _save(sandbox: Sandbox, watcher: Watcher, outputs: Outputs, output: Path) -> None:
    report.write_recording(output, watcher.recording)
    report.write_json(output / report.STATE, watcher.state_items())
    lines = ending.function_logs(sandbox, outputs.hub)
    (output / report.FUNCTIONS_LOG).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _keep_console(sandbox: Sandbox, outputs: Outputs, file: Path) -> None:
    """Write the dashboard's table of services as it is now."""
    client = session(HUB).client("lambda", endpoint_url=sandbox.endpoint)
    page = console.document("Services", console.widget(client, outputs.hub["console"]))
    file.write_text(page, encoding="utf-8")


def _farewell(screen: Screen, options: Options, outputs: Outputs, times: Times) -> None:
    screen.heading("Where to look further")
    for what, why in report.where_to_look(_shown(options.output)):
        screen.say(f"  {what}")
        screen.say(f"      {why}", "dim")
    if not options.keep:
        screen.say("\nAll of it again, and then left running for commands of your own:", "dim")
        screen.quote(f"{_shown(Path(sys.executable))} -m simulator.demo --keep", "  ")
        screen.say("such as this one, which shows the state of the fleet:", "dim")
        screen.quote(outputs.hub["status_command"], "  ")
    total, setup = f"{times.total_seconds:.0f}", f"{times.setup_seconds:.0f}"
    screen.say(f"\n{total} s from the first apply to here; the first {setup} s until everything ran.")


def _shown(path: Path) -> Path:
    """Return the path as short as it can be typed."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _keep(screen: Screen, sandbox: Sandbox, outputs: Outputs) -> None:
    port = sandbox.endpoint.rsplit(":", 1)[-1]
    tools = Path(sys.executable).parent
    screen.heading("All of it goes on until Ctrl-C. In another terminal:")
    for command in (
        f"export PATH={tools}:$PATH AWS_ENDPOINT_URL={sandbox.endpoint}",
        f"export AWS_ACCESS_KEY_ID={HUB.account} AWS_SECRET_ACCESS_KEY=sandbox",
        str(outputs.hub["status_command"]),
        f"python -m simulator.sandbox weather {FRANKFURT.region} drought --port {port}",
    ):
        screen.quote(command, "  ")
    signal.pause()
