"""No route of operators looks at a request before it knows whose it is; every one asks for a manager."""

import re

from ledgerboard_gateway.http.access import Access, access_of
from tests.unit.gateway.gateways import MemoryGateway


def test_every_route_of_operators_is_of_managers(gateway: MemoryGateway) -> None:
    for operation in gateway.operating.routes.operations():
        assert access_of(operation.method, operation.rule) is Access.MANAGE, operation.rule


def test_without_a_credential_none_of_them_answers(gateway: MemoryGateway) -> None:
    for operation in gateway.operating.routes.operations():
        path = re.sub(r"<\w+>", "x", operation.rule)
        answer = gateway.client.open(path, method=operation.method, data=b"{")
        assert (answer.status_code, answer.get_json()["type"]) == (401, "/docs/problems/unauthorized"), path
