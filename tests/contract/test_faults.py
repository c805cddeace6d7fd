"""What AWS answers instead of what was asked for, by kind."""

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)

from spot_failover.adapters.faults import translated
from spot_failover.domain.errors import (
    AccessDeniedError,
    ConflictError,
    RefusedError,
    SpotFailoverError,
    ThrottledError,
    UnreachableError,
)

URL = "https://ecs.eu-central-1.amazonaws.com/"


def answer(code: str, status: int = 400) -> ClientError:
    return ClientError(
        {
            "Error": {"Code": code, "Message": "What AWS said."},
            "ResponseMetadata": {
                "HTTPStatusCode": status,
                "RequestId": "request-1",
                "HTTPHeaders": {},
                "RetryAttempts": 2,
                "HostId": "",
            },
        },
        "UpdateService",
    )


@pytest.mark.parametrize(
    ("raised", "error"),
    [
        (answer("AccessDeniedException"), AccessDeniedError),
        (answer("AccessDenied", 403), AccessDeniedError),
        (answer("UnrecognizedClientException"), AccessDeniedError),
        (answer("ThrottlingException"), ThrottledError),
        (answer("Throttling"), ThrottledError),
        (answer("RequestThrottled"), ThrottledError),
        (answer("ProvisionedThroughputExceededException"), ThrottledError),
        (answer("TooManyRequestsException", 429), ThrottledError),
        (answer("ConditionalCheckFailedException"), ConflictError),
        (answer("ServerException", 500), UnreachableError),
        (answer("ServiceUnavailable", 503), UnreachableError),
        (answer("ExpiredTokenException"), UnreachableError),
        (answer("InvalidParameterException"), RefusedError),
        (answer("ServiceNotActiveException"), RefusedError),
        (answer("SomethingOfTheFuture"), RefusedError),
        (EndpointConnectionError(endpoint_url=URL), UnreachableError),
        (ConnectTimeoutError(endpoint_url=URL), UnreachableError),
        (ReadTimeoutError(endpoint_url=URL), UnreachableError),
        (NoCredentialsError(), UnreachableError),
        (ParamValidationError(report="Invalid type\nfor parameter cluster"), RefusedError),
    ],
)
def test_each_fault_becomes_an_error_of_ours_that_names_the_call_and_its_subject(
    raised: BotoCoreError | ClientError, error: type[SpotFailoverError]
) -> None:
    with (
        pytest.raises(SpotFailoverError) as caught,
        translated("ecs:UpdateService", "service web", denied="Look at the role."),
    ):
        raise raised

    assert type(caught.value) is error
    assert str(caught.value).startswith("ecs:UpdateService for service web")
    assert caught.value.__cause__ is raised


def test_a_denial_says_what_to_look_at_and_what_aws_said() -> None:
    with (
        pytest.raises(AccessDeniedError) as caught,
        translated("ecs:UpdateService", "service web", denied="Look at the role."),
    ):
        raise answer("AccessDeniedException")

    assert str(caught.value) == (
        "ecs:UpdateService for service web was not allowed. Look at the role. "
        "AWS says AccessDeniedException: What AWS said."
    )


def test_the_same_fault_reads_the_same_each_time() -> None:
    """Else each repetition would be told as news: request ids and retry counts differ."""
    with pytest.raises(RefusedError) as caught, translated("ecs:X", "y", denied=""):
        raise answer("InvalidParameterException")

    assert str(caught.value) == "ecs:X for y was refused. AWS says InvalidParameterException: What AWS said."


def test_a_fault_told_once_is_not_told_again() -> None:
    ours = RefusedError("The service says no.")

    with pytest.raises(RefusedError) as caught, translated("ecs:X", "y", denied=""):
        raise ours

    assert caught.value is ours
