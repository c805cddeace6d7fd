"""IAM checks of what AWS services do for a customer: AWS asks before it delivers, ministack does not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from simulator.sandbox.arns import account_of, service_of
from simulator.sandbox.emulator import Emulator
from simulator.sandbox.evaluation import ContextValue, Decision, Document, Kind, Policies, Question, answer
from simulator.sandbox.organization import Organization
from simulator.sandbox.records import Records


@dataclass(frozen=True, slots=True)
class Errand:
    """What an AWS service wants to do for `source_arn`: a rule, schedule group, topic, alarm or function."""

    service: str
    action: str
    resource: str
    source_arn: str
    source_account: str
    region: str
    context: Mapping[str, ContextValue]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a delivery may not happen, in words."""

    message: str


@dataclass(frozen=True, slots=True)
class Authorizer:
    """Answers questions with the policies that ministack stores now, and records each answer."""

    emulator: Emulator
    organization: Organization
    records: Records

    def as_service(self, errand: Errand) -> Refusal | None:
        """Check a delivery in the service's own name: the resource's policy has to admit it."""
        policy, owner = self.resource_policy(errand.resource)
        context = {**self._service_context(errand), **errand.context}
        question = Question(
            kind=Kind.SERVICE,
            principal=errand.service,
            principal_type="Service",
            account="",
            action=errand.action,
            resource=errand.resource,
            region=errand.region,
            owner=owner,
            service=errand.service,
            guarded=True,
            context=context,
        )
        if not self._ask(question, Policies(resource=policy)):
            return Refusal(
                f"{errand.service} may not do {errand.action} on {errand.resource} for {errand.source_arn}."
            )
        return self._may_encrypt(question)

    def as_role(
        self, role_arn: str, session: str, errand: Errand, actions: Iterable[str] = ()
    ) -> Refusal | None:
        """Check a delivery made with a role, which has to trust the service and be allowed every action."""
        refusal = self.trusts(role_arn, errand)
        if refusal is not None:
            return refusal
        for action in actions or (errand.action,):
            question = self._role_question(role_arn, session, replace(errand, action=action))
            policies = replace(
                self.identity_policies(role_arn), resource=self.resource_policy(errand.resource)[0]
            )
            if not self._ask(question, policies):
                return Refusal(
                    f"The role {role_arn} may not do {action} on {errand.resource}: its own policies or the "
                    "resource's do not allow it."
                )
        return None

    def trusts(self, role_arn: str, errand: Errand) -> Refusal | None:
        """Check that a role lets the service of an errand assume it."""
        role = self.emulator.role(role_arn)
        if role is None:
            return Refusal(f"The role {role_arn} does not exist.")
        trust = Question(
            kind=Kind.TRUST,
            principal=errand.service,
            principal_type="Service",
            account="",
            action="sts:AssumeRole",
            resource=role_arn,
            region=errand.region,
            owner=account_of(role_arn),
            service=errand.service,
            context=self._service_context(errand),
        )
        if not self._ask(trust, Policies(trust=parsed(role.get("AssumeRolePolicyDocument")))):
            return Refusal(f"The role {role_arn} does not trust {errand.service} for {errand.source_arn}.")
        return None

    def identity_policies(self, role_arn: str) -> Policies:
        """Return a role's inline and attached policies, and its permissions boundary."""
        role = self.emulator.role(role_arn) or {}
        resolve = self.emulator.evaluator._resolve_managed_policy_document
        account = account_of(role_arn)
        inline = [parsed(document) for document in (role.get("InlinePolicies") or {}).values()]
        attached = [parsed(resolve(arn, account)) for arn in role.get("AttachedPolicies", [])]
        boundary = role.get("PermissionsBoundary")
        limits = [[parsed(resolve(boundary, account)) or {}]] if boundary else []
        return Policies(identity=[document for document in (*inline, *attached) if document], limits=limits)

    def resource_policy(self, resource: str) -> tuple[Document | None, str]:
        """Return a resource's policy (None: it has none) and the account that owns it."""
        found = self.emulator.evaluator._resource_policy(service_of(resource), resource)
        if found is None:
            return None, account_of(resource)
        policy, owner = found
        return parsed(policy), owner or account_of(resource)

    def caller_context(self, principal: str, account: str) -> dict[str, ContextValue]:
        """Return the condition keys that AWS sets for an IAM principal."""
        return {
            "aws:principalarn": self.principal_arn(principal),
            "aws:principalaccount": account,
            "aws:principalorgid": self.organization.id_of(account),
            "aws:principalisawsservice": "false",
            "aws:securetransport": "true",
        }

    def principal_arn(self, principal: str) -> str:
        """Return `aws:PrincipalArn`: for a role's session the role's own ARN, with its path.

        Source: IAM's reference of global condition keys, "For IAM roles, the request context returns the ARN
        of the role".
        """
        if ":assumed-role/" not in principal:
            return principal
        account = account_of(principal)
        name = principal.split(":assumed-role/", 1)[1].split("/", 1)[0]
        role = self.emulator.iam._roles.get_scoped(account, None, name) or {}
        return str(role.get("Arn") or f"{principal.split(':sts:', maxsplit=1)[0]}:iam::{account}:role/{name}")

    def _may_encrypt(self, delivery: Question) -> Refusal | None:
        """Check the key of an encrypted queue or topic: who delivers has to be allowed to use it.

        The keys that AWS manages admit no other service. (SNS developer guide, "Enable compatibility between
        event sources from AWS services and encrypted topics"; the SQS guide says the same of queues.)
        """
        name = self._key_name(delivery.resource)
        if not name:
            return None
        if name.startswith("alias/aws/"):
            return Refusal(f"The key {name} of {delivery.resource} lets no {delivery.service} use it.")
        key = self.emulator.kms._resolve_key(name) or {}
        for action in ("kms:GenerateDataKey", "kms:Decrypt"):
            arn = str(key.get("Arn", name))
            question = replace(delivery, action=action, resource=arn, owner=account_of(arn))
            if not self._ask(question, Policies(resource=parsed(key.get("Policy")))):
                return Refusal(
                    f"{delivery.service} may not do {action} with {arn}, the key of {delivery.resource}."
                )
        return None

    def _key_name(self, resource: str) -> str:
        found: Mapping[str, Any] | None = None
        if service_of(resource) == "sqs":
            found = self.emulator.sqs._queue_by_arn(resource)
        elif service_of(resource) == "sns":
            found = self.emulator.sns._topic_by_arn_any_scope(resource)
        return str(((found or {}).get("attributes") or {}).get("KmsMasterKeyId") or "")

    def _role_question(self, role_arn: str, session: str, errand: Errand) -> Question:
        account = account_of(role_arn)
        partition = role_arn.split(":")[1]
        principal = f"arn:{partition}:sts::{account}:assumed-role/{role_arn.rsplit('/', 1)[-1]}/{session}"
        guarded = (
            self.emulator.evaluator._resource_policy(service_of(errand.resource), errand.resource) is not None
        )
        return Question(
            kind=Kind.REQUEST,
            principal=principal,
            principal_type="AssumedRole",
            account=account,
            action=errand.action,
            resource=errand.resource,
            region=errand.region,
            owner=self.resource_policy(errand.resource)[1],
            role=role_arn,
            guarded=guarded,
            context={
                **self.caller_context(principal, account),
                "aws:resourceaccount": (owner := account_of(errand.resource) or account),
                "aws:resourceorgid": self.organization.id_of(owner),
                **errand.context,
            },
        )

    def _service_context(self, errand: Errand) -> dict[str, ContextValue]:
        return {
            "aws:principalisawsservice": "true",
            "aws:principalservicename": errand.service,
            "aws:securetransport": "true",
            "aws:sourcearn": errand.source_arn,
            "aws:sourceaccount": errand.source_account,
            # The older name of aws:SourceAccount; SNS's default topic policy still tests it.
            "aws:sourceowner": errand.source_account,
            "aws:sourceorgid": self.organization.id_of(errand.source_account),
            "aws:resourceaccount": account_of(errand.resource),
            "aws:resourceorgid": self.organization.id_of(account_of(errand.resource)),
        }

    def _ask(self, question: Question, policies: Policies) -> bool:
        decision = answer(question, policies)
        self.records.evaluated(question, decision)
        return decision is Decision.ALLOW


def parsed(policy: Any) -> Document | None:
    """Return a policy document that may be stored as text."""
    if isinstance(policy, str):
        policy = json.loads(policy) if policy else None
    return policy if isinstance(policy, dict) else None
