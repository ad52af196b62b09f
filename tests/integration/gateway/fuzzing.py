"""Ask a running gateway whatever its own OpenAPI document allows, and much that it does not.

The document is the only judge: what is answered must be in it, with its status, content type, headers and schema; and
what breaks it must be refused.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

EXAMPLES: Final = int(os.environ.get("LEDGERBOARD_FUZZ_EXAMPLES", "3"))
"""Good requests to each operation by each caller, and as many bad ones. For a night: 1000."""

PROBLEM: Final = "application/problem+json"
_SETTINGS: Final = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def errors_are_problems(_context: Any, response: Response, _case: Any) -> None:
    """A check of our own, beside those of the tool."""
    kind = response.headers.get("content-type", [""])[0]
    assert response.status_code < 400 or kind == PROBLEM, f"{response.status_code} came as {kind!r}"


def what_is_wrong_is_refused(context: Any, response: Response, case: Any) -> None:
    """As the tool has it, and 413 is a refusal, too: a text beyond its bound may be a body beyond the operation's."""
    if response.status_code != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        negative_data_rejection(context, response, case)


_CHECKS: Final[list[Any]] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    what_is_wrong_is_refused,
    errors_are_problems,
]


class Fuzz:
    """One caller's requests to every operation. ``known`` are names that exist, by path parameter."""

    def __init__(self, base_url: str, credential: str | None, known: Mapping[str, Sequence[str]]) -> None:
        self._base_url = base_url
        self._headers = {"Authorization": f"Bearer {credential}"} if credential else {}
        self._known = known
        self._session = requests.Session()
        self.statuses: dict[str, set[int]] = {}
        """What each operation was seen to answer."""
        self.tried = 0

    def findings(self) -> list[str]:
        """What was answered otherwise than documented, once for an operation and mode."""
        with self._session:
            return [
                found
                for operation in self._operations()
                for mode in GenerationMode
                for found in self._try(operation, mode)
            ]

    def _operations(self) -> Iterator[Any]:
        document = self._session.get(f"{self._base_url}/openapi.json", timeout=15).json()
        for item in document["paths"].values():
            for operation in item.values():
                if isinstance(operation, dict):
                    operation.pop("security", None)  # Credentials are the caller's, and not made up.
        for found in schemathesis.openapi.from_dict(document).get_all_operations():
            assert isinstance(found, Ok), found
            yield found.ok()

    def _try(self, operation: Any, mode: GenerationMode) -> Iterator[str]:
        @_SETTINGS
        @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
        def meet(case: Any, data: st.DataObject) -> None:
            self._meet(case, data)

        try:
            meet()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, operation.label  # Where nothing can be wrong with a request.
        except (AssertionError, Failure, FailureGroup) as error:
            yield f"{operation.label} ({mode.value}): {error}"

    def _meet(self, case: Any, data: st.DataObject) -> None:
        for name in case.path_parameters:
            if name in self._known and data.draw(st.booleans()):
                case.path_parameters[name] = data.draw(st.sampled_from(self._known[name]))
        if isinstance(case.body, dict) and case.meta.generation.mode is GenerationMode.POSITIVE:
            for name in sorted(case.body.keys() & self._known.keys()):
                if data.draw(st.booleans()):
                    case.body[name] = data.draw(st.sampled_from(self._known[name]))
        self.tried += 1
        answer = case.call(base_url=self._base_url, session=self._session, headers=self._headers, timeout=15)
        self.statuses.setdefault(case.operation.label, set()).add(answer.status_code)
        case.validate_response(answer, checks=_CHECKS)
