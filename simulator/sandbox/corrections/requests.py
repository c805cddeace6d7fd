"""What an API request is authorised against, and a record of each answer.

AWS: a request that names several resources is checked against each of them, with the condition keys of its
service. Some need a permission beside their own: to pass a role, or to do what a service then does for them.
ministack: knows one resource for most services and sets no keys of ECS, EventBridge or Application Auto
Scaling. It keeps no record, and never asks for a second permission.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

from simulator.sandbox.arns import account_of
from simulator.sandbox.corrections import (
    bus_policies,
    ecs_permissions,
    load_balancer_permissions,
    parameter_permissions,
)
from simulator.sandbox.evaluation import ContextValue, Decision, Kind, Question
from simulator.sandbox.parts import Parts
from simulator.sandbox.seams import Seam

RESOURCE = Seam(
    "core.iam_actions",
    "extract_resource_arn",
    ("service", "method", "path", "headers", "body", "query_params", "region", "account_id"),
)
ACTION = Seam(
    "core.iam_actions",
    "extract_iam_action",
    ("service", "method", "path", "headers", "body", "query_params"),
)
ENFORCE = Seam(
    "core.iam_evaluator",
    "enforce",
    ("access_key_id", "iam_action", "service", "region", "resource_arn", "service_context"),
)
EVALUATE = Seam("core.iam_evaluator", "evaluate", ("ctx", "policies", "limits"))
DENIAL = Seam(
    "core.iam_actions", "identity_denial_message", ("action", "principal_arn", "resource", "explicit_deny")
)
SEAMS = (ACTION, RESOURCE, ENFORCE, EVALUATE, DENIAL)

# Batch operations of SQS and SNS have no permissions of their own: they need those of the single ones.
# (SQS developer guide, "Amazon SQS API permissions"; SNS developer guide, "Amazon SNS message batching".)
PERMISSION_OF: Final = {
    "sns:PublishBatch": "sns:Publish",
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}

# Services whose requests the sandbox knows better than ministack.
Finder = Callable[[str, Mapping[str, Any], str, str], tuple[tuple[str, ...], dict[str, ContextValue]] | None]
FINDERS: Final[Mapping[str, Finder]] = {
    "ecs": ecs_permissions.facts,
    "elasticloadbalancing": load_balancer_permissions.facts,
    "events": bus_policies.facts,
    "ssm": parameter_permissions.facts,
}
# Condition keys that are recorded with every request: what a policy may test without the request naming it.
ALWAYS: Final = (
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:principaltype",
    "aws:requestedregion",
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:securetransport",
    "aws:sourceip",
)
# Keys whose value differs from request to request: recorded, they would make every question a new one.
FLEETING: Final = frozenset({"aws:tokenissuetime"})


@dataclass(frozen=True, slots=True)
class Facts:
    """The resources a request names, and the condition keys that its service sets."""

    resources: tuple[str, ...] = ()
    context: Mapping[str, ContextValue] = field(default_factory=dict)


NO_FACTS: Final = Facts()
_facts: ContextVar[Facts] = ContextVar("sandbox_request_facts", default=NO_FACTS)
_access_key: ContextVar[str] = ContextVar("sandbox_request_access_key", default="")
_contexts: ContextVar[list[Any] | None] = ContextVar("sandbox_evaluated_contexts", default=None)


def install(parts: Parts, finders: Mapping[str, Finder]) -> None:
    """Authorise and record every request; `finders` add to those of this module."""
    _collect_contexts()
    _name_actions()
    _find_resources({**FINDERS, **finders})
    _record_requests(parts)


def caller_lacks(parts: Parts, action: str, resource: str, context: Mapping[str, ContextValue]) -> str | None:
    """Ask for a permission that the present request needs beside its own.

    Returns None where the caller has it, else the sentence that AWS answers with.
    """
    service = action.partition(":")[0]
    token = _facts.set(Facts((resource,), context))
    try:
        denied = parts.emulator.evaluator.enforce(
            _access_key.get(), action, service, parts.emulator.here()[1], resource
        )
    finally:
        _facts.reset(token)
    if denied is None:
        return None
    explicit = denied.decision == "Deny"
    return str(DENIAL.original()(action, denied.principal_arn, resource, explicit))


def _collect_contexts() -> None:
    original = EVALUATE.original()

    def evaluate(ctx: Any, policies: Any, *limits: Any) -> Any:
        collected = _contexts.get()
        if collected is not None:
            collected.append(ctx)
        return original(ctx, policies, *limits)

    EVALUATE.replace(evaluate)


def _name_actions() -> None:
    original = ACTION.original()

    def extract(
        service: str, method: str, path: str, headers: Any, body: bytes, query_params: Any
    ) -> str | None:
        action: str | None = original(service, method, path, headers, body, query_params)
        return PERMISSION_OF.get(action, action) if action else None

    ACTION.replace(extract)


def _find_resources(finders: Mapping[str, Finder]) -> None:
    original = RESOURCE.original()

    def extract(  # noqa: PLR0913, PLR0917 (their signature)
        service: str,
        method: str,
        path: str,
        headers: Any,
        body: bytes,
        query_params: Any,
        region: str,
        account_id: str,
    ) -> str:
        facts = NO_FACTS
        find = finders.get(service)
        if find is not None:
            found = find(_action(headers, query_params), _json_object(body), account_id, region)
            facts = Facts(*found) if found is not None else facts
        _facts.set(facts)
        if facts.resources:
            return facts.resources[0]
        return str(original(service, method, path, headers, body, query_params, region, account_id))

    RESOURCE.replace(extract)


def _action(headers: Any, query_params: Any) -> str:
    """Return a request's action: JSON services name it in a header, query services in a parameter."""
    named = headers.get("x-amz-target", "").rsplit(".", 1)[-1] or query_params.get("Action", "")
    return str(named[0] if isinstance(named, list) else named)


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return {}
    return request if isinstance(request, dict) else {}


def _record_requests(parts: Parts) -> None:
    original = ENFORCE.original()

    def enforce(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        facts = _facts.get()
        _access_key.set(access_key_id)
        context = {**(service_context or {}), **facts.context}
        # ministack itself walks through the buses of a PutEvents call.
        resources = facts.resources if service != "events" and facts.resources else (resource_arn,)
        for resource in resources:
            collected: list[Any] = []
            token = _contexts.set(collected)
            try:
                denied = original(access_key_id, iam_action, service, region, resource, context)
            finally:
                _contexts.reset(token)
            if collected:
                decision = Decision.ALLOW if denied is None else Decision(denied.decision)
                parts.records.evaluated(_request_question(parts, service, collected[0]), decision)
            if denied is not None:
                return denied
        return None

    ENFORCE.replace(enforce)


def _request_question(parts: Parts, service: str, ctx: Any) -> Question:
    found = parts.emulator.evaluator._resource_policy(service, ctx.resource_arn)
    owner = (found[1] if found else "") or account_of(ctx.resource_arn) or ctx.principal_account
    return Question(
        kind=Kind.REQUEST,
        principal=ctx.principal_arn,
        principal_type=ctx.principal_type,
        account=ctx.principal_account,
        action=ctx.action,
        resource=ctx.resource_arn,
        region=ctx.region,
        owner=owner,
        role=parts.authorizer.principal_arn(ctx.principal_arn) if ctx.principal_type == "AssumedRole" else "",
        guarded=found is not None,
        context=snapshot(parts, ctx),
    )


def snapshot(parts: Parts, ctx: Any) -> dict[str, ContextValue]:
    """Return the condition keys of a question that ministack asks, with their values."""
    resolve = parts.emulator.evaluator._resolve_condition_key
    names = {*ALWAYS, *ctx.service_context, *ctx.principal_keys} - FLEETING
    return {name: value for name in sorted(names) if (value := resolve(name, ctx)) is not None}
