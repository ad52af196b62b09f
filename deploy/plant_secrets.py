"""Take the secrets of docker-compose.yml from their files to the Secrets Manager that stands in for Amazon's.

    plant_secrets.py ENDPOINT_URL PREFIX [DIRECTORY]

Each file of the directory, by default /run/secrets, becomes the secret PREFIX/<name of the file>. Safe to repeat: the
same value changes nothing, and another one is a rotation, after which the services know both. Needs nothing but Python.
"""  # noqa: INP001 -- a script, not a package

import http.client
import json
import sys
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

FILES = "/run/secrets"


class RefusedError(RuntimeError):
    """What Secrets Manager answered instead of doing it. Names no value."""


def call(endpoint_url: str, operation: str, **asked: str) -> tuple[int, dict[str, str]]:
    """The status and the answer of one operation. The server takes any signature, so there is none."""
    connection = http.client.HTTPConnection(urlsplit(endpoint_url).netloc, timeout=10)
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"secretsmanager.{operation}",
        "Authorization": "AWS4-HMAC-SHA256 Credential=local/20000101/us-east-1/secretsmanager/aws4_request",
    }
    try:
        connection.request("POST", "/", json.dumps(asked), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")
    finally:
        connection.close()


def plant(endpoint_url: str, name: str, value: str) -> str:
    """Make the secret or rotate it, unless it has that value. What was done."""
    status, answer = call(endpoint_url, "GetSecretValue", SecretId=name)
    if status == HTTPStatus.OK and answer.get("SecretString") == value:
        return "unchanged"
    operation, key = ("PutSecretValue", "SecretId") if status == HTTPStatus.OK else ("CreateSecret", "Name")
    status, answer = call(endpoint_url, operation, **{key: name, "SecretString": value})
    if status != HTTPStatus.OK:
        raise RefusedError(f"{operation} of {name}: {status} {answer.get('__type', '')}")
    return "rotated" if operation == "PutSecretValue" else "created"


def main(endpoint_url: str, prefix: str, directory: str = FILES) -> int:
    """Plant every file; the exit code."""
    for path in sorted(Path(directory).iterdir()):
        value = path.read_text("utf-8").strip()
        if not value:
            sys.stderr.write(f"the secret {path.name} is empty: see the first lines of docker-compose.yml\n")
            return 1
        sys.stdout.write(f"{prefix}/{path.name}: {plant(endpoint_url, f'{prefix}/{path.name}', value)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
