"""What the sandbox corrects in ministack: each module says what AWS does and what ministack does instead."""

from __future__ import annotations

from functools import partial

from simulator.sandbox import seams, surface
from simulator.sandbox.corrections import (
    alarm_descriptions,
    application_autoscaling,
    autoscaling_permissions,
    bus_policies,
    condition_keys,
    ecs_api,
    forwarding,
    function_roles,
    metric_alarms,
    parameter_events,
    passed_roles,
    pollers,
    put_events,
    queue_deliveries,
    queue_locking,
    requests,
    rule_targets,
    schedules,
    service_quotas,
    target_groups,
    topic_encryption,
    transport,
    trust_policies,
)
from simulator.sandbox.parts import Parts
from simulator.sandbox.world_clock import WorldClock

SEAMS = tuple(
    dict.fromkeys(
        (
            *surface.SEAMS,
            *alarm_descriptions.SEAMS,
            *application_autoscaling.SEAMS,
            *bus_policies.SEAMS,
            *condition_keys.SEAMS,
            *ecs_api.SEAMS,
            *forwarding.SEAMS,
            *function_roles.SEAMS,
            *metric_alarms.SEAMS,
            *parameter_events.SEAMS,
            *passed_roles.SEAMS,
            *pollers.SEAMS,
            *put_events.SEAMS,
            *queue_deliveries.SEAMS,
            *queue_locking.SEAMS,
            *requests.SEAMS,
            *rule_targets.SEAMS,
            *schedules.SEAMS,
            *service_quotas.SEAMS,
            *target_groups.SEAMS,
            *topic_encryption.SEAMS,
            *transport.SEAMS,
            *trust_policies.SEAMS,
        )
    )
)


def install(parts: Parts, clock: WorldClock) -> None:
    """Check every seam, then correct ministack. Raises `SeamError` where a seam has moved."""
    seams.check(SEAMS)
    transport.install()
    condition_keys.install(parts)
    find_scalable_target = partial(application_autoscaling.target_arn, clock)
    of_scaling = partial(autoscaling_permissions.facts, find_scalable_target)
    requests.install(
        parts,
        {application_autoscaling.SERVICE: of_scaling, service_quotas.SERVICE: service_quotas.facts},
    )
    trust_policies.install(parts)
    bus_policies.install(parts)
    put_events.install(parts)
    queue_locking.install(parts)
    queue_deliveries.install(parts)
    topic_encryption.install(parts)
    rule_targets.install(parts, partial(schedules.deliver, parts))
    pollers.install(parts)
    function_roles.install(parts)
    schedules.install()
    parameter_events.install(parts)
    alarm_descriptions.install(parts)
    metric_alarms.install(parts)
    ecs_api.install(parts, clock)
    target_groups.install(parts, clock)
    application_autoscaling.install(parts, clock)
    service_quotas.install(parts, clock)
