"""Applies the two roots at once, as far as order permits."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from simulator.demo.cast import FRANKFURT, HUB, session
from simulator.sandbox import Sandbox
from simulator.terraform import Progress, Step, TerraformRoot

ROOTS: Final = Path(__file__).parent / "roots"
HUB_ROOT: Final = "hub"
WORKLOADS_ROOT: Final = "workloads"
HUB_FILE: Final = ROOTS / WORKLOADS_ROOT / "hub.json"
# From here on the hub needs as long as the spokes need for their own queues (the provider waits 25 seconds
# for each queue), so that registrations find it complete.
NEARLY_THERE: Final = "module.hub.aws_sqs_queue.main"

Listener = Callable[[str, Progress], None]


@dataclass(frozen=True, slots=True)
class Outputs:
    """What Terraform said at the end."""

    hub: dict[str, Any]
    workloads: dict[str, Any]


def known_hub() -> dict[str, Any]:
    """Return what the workload accounts take the hub for, before it exists."""
    hub: dict[str, Any] = json.loads(HUB_FILE.read_text(encoding="utf-8"))
    return hub


def load_balancer(sandbox: Sandbox) -> str:
    """Make the load balancer that the shop has already; returns its ARN."""
    balancing = session(FRANKFURT).client("elbv2", endpoint_url=sandbox.endpoint)
    made = balancing.create_load_balancer(Name="shop", Subnets=["subnet-1", "subnet-2"])
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


class Applying:
    """Runs `terraform apply` of the hub and of the workload accounts, at once as far as order permits.

    The variables are those of the workload accounts.
    """

    def __init__(
        self, sandbox: Sandbox, work: Path, variables: Mapping[str, object], on_progress: Listener
    ) -> None:
        self._variables = variables
        self._on_progress = on_progress
        self._nearly_there = threading.Event()
        self._hub = TerraformRoot(
            ROOTS / HUB_ROOT, work / HUB_ROOT, sandbox.env(HUB.account, HUB.region), self._hub_progressed
        )
        self._workloads = TerraformRoot(
            ROOTS / WORKLOADS_ROOT,
            work / WORKLOADS_ROOT,
            sandbox.env(FRANKFURT.account, FRANKFURT.region),
            lambda progress: on_progress(WORKLOADS_ROOT, progress),
        )

    def run(self) -> Outputs:
        """Apply both and return their outputs; raises `TerraformError`. Ends Terraform when interrupted."""
        with ThreadPoolExecutor(2) as threads:
            try:
                hub, workloads = threads.submit(self._apply_hub), threads.submit(self._apply_workloads)
                done, _ = wait((hub, workloads), return_when=FIRST_EXCEPTION)
                for each in done:
                    each.result()
            except BaseException:
                self._stop()
                raise
        return Outputs(hub.result(), workloads.result())

    def _apply_hub(self) -> dict[str, Any]:
        self._hub.init()
        return self._hub.apply()

    def _apply_workloads(self) -> dict[str, Any]:
        self._workloads.init()
        self._nearly_there.wait()
        return self._workloads.apply(self._variables)

    def _hub_progressed(self, progress: Progress) -> None:
        if progress.step is Step.STARTED and progress.address.startswith(NEARLY_THERE):
            self._nearly_there.set()
        self._on_progress(HUB_ROOT, progress)

    def _stop(self) -> None:
        self._hub.stop()
        self._workloads.stop()
        self._nearly_there.set()  # the thread that waits for it finds its Terraform stopped
