"""What a plan of these modules asks AWS, answered on the loopback: who am I, and does a spoke listen.

With them the real provider plans offline: it renders policies and ARNs itself, which a mocked one does not.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

_IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    "<Arn>arn:aws:iam::{account}:user/terraform</Arn><UserId>AIDAEXAMPLE</UserId><Account>{account}</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)


@contextmanager
def answering(spokes: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Serve STS and SSM at the URL yielded; `spokes` holds the spoke record of each region that has one."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            # The access key, which is the account here, and the region stand in the signature.
            signature = re.search(r"Credential=(\d{12})/\d+/([^/]+)/", self.headers["Authorization"])
            assert signature
            account, region = signature.groups()
            if "X-Amz-Target" not in self.headers:
                self._answer("text/xml", _IDENTITY.format(account=account))
            else:
                record = spokes.get(region)
                parameter = {"Name": "/spot-failover/spoke", "Type": "String", "Value": json.dumps(record)}
                found = {"Parameters": [parameter] if record else []}
                self._answer("application/x-amz-json-1.1", json.dumps(found))

        def _answer(self, content_type: str, body: str) -> None:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: object) -> None:
            """Say nothing; a test that fails shows Terraform's own words."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def provider(account: str, region: str, url: str, **more: str) -> dict[str, Any]:
    """Return the configuration of an AWS provider that asks only this server."""
    return {
        "region": region,
        "access_key": account,
        "secret_key": "testing",
        "skip_credentials_validation": True,
        "skip_requesting_account_id": True,
        "skip_metadata_api_check": True,
        "max_retries": 0,
        "endpoints": {"sts": url, "ssm": url},
        **more,
    }
