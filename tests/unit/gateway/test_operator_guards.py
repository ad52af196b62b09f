"""No route of operators looks at a request before it knows whose it is; every one asks for the same role."""

import re

from ledgerboard_gateway.http.auth import Role
from tests.unit.gateway.gateways import MemoryGateway


def test_every_route_of_operators_is_guarded_by_the_role_of_operators(gateway: MemoryGateway) -> None:
    for operation in gateway.operating.routes.operations():
        assert (operation.guarded, operation.role) == (True, Role.OPERATOR), operation.rule


def test_without_the_key_none_of_them_answers(gateway: MemoryGateway) -> None:
    for operation in gateway.operating.routes.operations():
        path = re.sub(r"<\w+>", "x", operation.rule)
        answer = gateway.client.open(path, method=operation.method, data=b"{")
        assert (answer.status_code, answer.get_json()["type"]) == (401, "/docs/problems/unauthorized"), path
