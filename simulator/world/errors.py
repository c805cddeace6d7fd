"""The errors that ECS answers with, by the codes that botocore and Terraform look for."""

from __future__ import annotations

from typing import Final

ACCESS_DENIED: Final = "AccessDeniedException"
CLIENT: Final = "ClientException"
CLUSTER_NOT_FOUND: Final = "ClusterNotFoundException"
INVALID_PARAMETER: Final = "InvalidParameterException"
SERVICE_NOT_ACTIVE: Final = "ServiceNotActiveException"
SERVICE_NOT_FOUND: Final = "ServiceNotFoundException"
THROTTLING: Final = "ThrottlingException"


class EcsError(Exception):
    """An error response of ECS or of what scales it: `code` is AWS's, `message` is what the caller reads."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def invalid_parameter(message: str) -> EcsError:
    """Return the error for a request that ECS understands but refuses."""
    return EcsError(INVALID_PARAMETER, message)
