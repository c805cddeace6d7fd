"""Which requests count as sent over TLS.

AWS: `aws:SecureTransport` is true for a request over TLS, and AWS's own services use nothing else.
ministack: plain http is not secure, and the sandbox serves http on loopback only; a policy that denies
anything but TLS would lock everyone out. So loopback counts as TLS, except for a request with the header
`x-sandbox-plaintext: true`.
"""

from __future__ import annotations

from contextvars import ContextVar

from simulator.sandbox.seams import Seam

ORIGIN = Seam("app", "pin_request_origin", ("source_ip", "secure_transport"))
SEAMS = (ORIGIN,)

PLAINTEXT_HEADER = b"x-sandbox-plaintext"

# Set for each request before ministack sees it: the seam is not given the headers.
plaintext: ContextVar[bool] = ContextVar("sandbox_plaintext_request", default=False)


def install() -> None:
    """Count loopback as TLS."""
    original = ORIGIN.original()

    def pin_request_origin(source_ip: str, secure_transport: bool) -> None:
        original(source_ip, secure_transport or not plaintext.get())

    ORIGIN.replace(pin_request_origin)
