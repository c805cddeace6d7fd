"""Every policy document that is stored in the sandbox, as tests need them to ask recorded questions again."""

from __future__ import annotations

from typing import Any

from simulator.sandbox.authorization import parsed
from simulator.sandbox.emulator import Emulator


def stored_policies(emulator: Emulator) -> dict[str, dict[str, Any]]:
    """Return policies by what has them: `identity` and `trust` by role, `resource` by resource."""
    identity, trust = {}, {}
    for (account, _), role in emulator.iam._roles.to_dict().items():
        arn = str(role["Arn"])
        documents = {name: parsed(document) for name, document in (role.get("InlinePolicies") or {}).items()}
        for attached in role.get("AttachedPolicies", []):
            documents[attached] = parsed(
                emulator.evaluator._resolve_managed_policy_document(attached, account)
            )
        identity[arn] = documents
        trust[arn] = parsed(role.get("AssumeRolePolicyDocument"))
    return {
        "identity": identity,
        "trust": trust,
        "resource": {**_queues(emulator), **_topics(emulator), **_buses(emulator), **_keys(emulator)},
    }


def _queues(emulator: Emulator) -> dict[str, Any]:
    attributes = [queue["attributes"] for queue in emulator.sqs._queues.all_values()]
    return {str(each["QueueArn"]): parsed(each["Policy"]) for each in attributes if each.get("Policy")}


def _topics(emulator: Emulator) -> dict[str, Any]:
    topics = [
        (str(topic["arn"]), (topic.get("attributes") or {}).get("Policy"))
        for topic in emulator.sns._topics.all_values()
    ]
    return {arn: parsed(policy) for arn, policy in topics if policy}


def _buses(emulator: Emulator) -> dict[str, Any]:
    policies = emulator.events._event_bus_policies.all_items()
    return {
        f"arn:aws:events:{region}:{account}:event-bus/{name}": policy
        for (account, region, name), policy in policies
    }


def _keys(emulator: Emulator) -> dict[str, Any]:
    keys = emulator.kms._keys.all_values()
    return {str(key["Arn"]): parsed(key["Policy"]) for key in keys if key.get("Policy")}
