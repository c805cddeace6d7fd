"""What AWS can answer instead of what was asked for, told as errors of ours in one place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from spot_failover.domain.errors import (
    AccessDeniedError,
    ConflictError,
    RefusedError,
    SpotFailoverError,
    ThrottledError,
    UnreachableError,
)
from spot_failover.domain.identity import Location, ServiceId

# Codes that do not say "Throttl…". https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
_THROTTLES = frozenset({
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "SlowDown",
    "TooManyRequestsException",
    "TransactionInProgressException",
})  # fmt: skip
# The second and third are SNS's words. https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
_DENIALS = frozenset({
    "InvalidClientTokenId",
    "AuthorizationError",
    "KMSAccessDenied",
    "OptInRequired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
})  # fmt: skip
# Temporary credentials that have run out are fetched anew at the next try.
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException"})
# ConcurrentUpdate is Application Auto Scaling's word for another change that is still on its way.
_PASSING = _EXPIRED | {"ConcurrentUpdateException", "RequestExpired"}
_FIRST_SERVER_FAULT = 500


@contextmanager
def translated(call: str, subject: str, *, denied: str) -> Iterator[None]:
    """Raise what botocore raises as an error of ours.

    `call` is the IAM action, `subject` what it was about, and `denied` a sentence that says what to look at
    when AWS does not allow it.
    """
    try:
        yield
    except ClientError as error:
        raise _of_answer(error, f"{call} for {subject}", denied) from error
    except ParamValidationError as error:
        told = " ".join(str(error).split())
        raise RefusedError(f"{call} for {subject} was not sent, because it is not valid: {told}") from error
    except BotoCoreError as error:
        raise UnreachableError(f"{call} for {subject} got no answer from AWS: {error}") from error


def in_cluster(location: Location, cluster: str) -> str:
    """Name a cluster in a sentence."""
    return f"cluster {cluster} in account {location.account}, region {location.region}"


def of_service(service: ServiceId) -> str:
    """Name a service in a sentence."""
    return f"service {service.service}, {in_cluster(service.location, service.cluster)}"


def code_of(error: ClientError) -> str:
    """Return AWS's error code."""
    return error.response.get("Error", {}).get("Code", "")


def turns_away(code: str) -> bool:
    """Whether AWS's error code speaks against the caller, so that newer credentials may fare better."""
    return _denies(code) or code in _EXPIRED


def _denies(code: str) -> bool:
    return code.startswith("AccessDenied") or code in _DENIALS


def _of_answer(error: ClientError, what: str, denied: str) -> SpotFailoverError:
    code = code_of(error)
    # Neither request ids nor retry counts: the same fault must read the same each time, or it would be news.
    said = f"{code}: {error.response.get('Error', {}).get('Message') or 'no message'}"
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code == "ConditionalCheckFailedException":
        return ConflictError(f"{what}: the item was changed or forgotten in the meantime.")
    if "Throttl" in code or code in _THROTTLES:
        return ThrottledError(f"{what} was throttled. AWS says {said}")
    if _denies(code):
        return AccessDeniedError(f"{what} was not allowed. {denied} AWS says {said}")
    if status >= _FIRST_SERVER_FAULT or code in _PASSING:
        return UnreachableError(f"{what} failed on AWS's side. AWS says {said}")
    return RefusedError(f"{what} was refused. AWS says {said}")
