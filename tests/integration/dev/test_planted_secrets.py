"""The secrets of a stack are where they belong, and in no other place that anybody looks at."""

from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from ledgerboard_contracts.queues import HISTORY, HISTORY_JOBS, RANK, SUBMISSIONS
from ledgerboard_dev.season.api import Api
from ledgerboard_dev.settings import DevSettings
from ledgerboard_dev.stack import Stack, StackOptions
from ledgerboard_dev.vault import USER
from ledgerboard_infra.settings import AwsSettings
from ledgerboard_infra.sqs import sqs_client
from ledgerboard_testkit.polling import eventually
from tests.integration.dev import places

PLAYER = "Planted-Pia"
WORKERS = ("ingest", "ranker", "history")
STREAMS = (SUBMISSIONS, RANK, HISTORY)

pytestmark = pytest.mark.slow


class Search:
    """What was found in each place while a score took its road, stage by stage."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.messages: dict[str, bytes] = {}

    def look(self, *queues: str) -> bool:
        """Collect what these queues hold that held nothing before. Whether each held something by now."""
        self.messages |= places.messages(self.stack, set(queues) - self.messages.keys())
        return set(queues) <= self.messages.keys()


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory, dev_settings: DevSettings) -> Iterator[Search]:
    options = StackOptions(settings=dev_settings, durable=False, environment={"LEDGERBOARD_LOG_LEVEL": "DEBUG"})
    with (
        Stack(tmp_path_factory.mktemp("planted"), options) as stack,
        closing(Api(stack.gateway_url, stack.admin_key)) as api,
    ):
        search = Search(stack)
        play(search, api)
        yield search


def play(search: Search, api: Api) -> None:
    """A score, a dead letter and the jobs, each held up where it lies in a queue."""
    stack = search.stack
    for name in (*WORKERS, "history-jobs", "history-beat"):
        stack.stop(name)
    assert api.post_score("planted", PLAYER, 42)[0] == 202
    submissions, rank, history, jobs = (queue.full_name(stack.stage) for queue in (*STREAMS, HISTORY_JOBS))
    eventually(lambda: search.look(submissions))
    stack.start("ingest")
    eventually(lambda: search.look(rank, history))
    stack.start("history-beat")
    eventually(lambda: search.look(jobs))
    client = sqs_client(AwsSettings(sqs_endpoint_url=stack.sqs.url))
    for name in (submissions, rank, history):
        url = client.get_queue_url(QueueName=name)["QueueUrl"]
        client.send_message(QueueUrl=url, MessageBody="no message of ours")
    for name in ("ranker", "history", "history-jobs"):
        stack.start(name)
    dead = [queue.dead_letter_name(stack.stage) for queue in STREAMS]
    eventually(lambda: search.look(*dead), within_seconds=60, what="dead letters")
    eventually(lambda: (api.standing("planted", PLAYER) or {}).get("score") == 42, within_seconds=60)
    eventually(lambda: b"SUCCESS" in places.rows(stack)["celery_taskmeta"], within_seconds=60, what="a job's result")


def leaks(search: Search, found: places.Places) -> list[str]:
    stack, vault = search.stack, search.stack.vault
    own = (urlsplit(stack.postgres.url).password or "", stack.valkey.password)
    keys = (stack.write_key, stack.admin_key)
    secrets = (vault.database_password, vault.owner_password, vault.redis_password, *keys, *own)
    needles = [form for secret in secrets for form in places.forms(secret)]
    return [place for place, text in found.items() if any(needle in text for needle in needles)]


def test_the_services_log_in_with_the_secrets_that_were_planted(search: Search) -> None:
    stack = search.stack
    with psycopg.connect(stack.database_url) as connection:
        asked = "SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name LIKE 'ledgerboard%'"
        assert connection.execute(asked).fetchall() == [(USER,)]
    with redis.Redis.from_url(stack.valkey.url) as client:
        users = {each["user"] for each in client.client_list() if int(each["id"]) != client.client_id()}
    assert users == {USER}
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(stack.postgres.url_of(USER, "ledgerboard", "wrong"))
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=stack.valkey.port, username=USER, password="wrong").ping()  # noqa: S106 -- a wrong one.


def test_no_process_has_a_secret_in_its_environment_or_command_line(search: Search) -> None:
    found = places.processes(search.stack)
    assert all(
        b"LEDGERBOARD_DATABASE_SECRET" in text
        for place, text in found.items()
        if "gateway" in place and "environ" in place
    )
    assert leaks(search, found) == []


def test_no_log_has_a_secret(search: Search) -> None:
    found = places.logs(search.stack)
    assert {name for name in search.stack.services if any(f"/{name}.log" in place for place in found)} == set(
        search.stack.services
    )
    assert leaks(search, found) == []


def test_no_message_has_a_secret_and_no_dead_letter(search: Search) -> None:
    bodies = b"".join(search.messages.values())
    assert PLAYER.encode() in bodies
    assert b"no message of ours" in bodies
    assert leaks(search, search.messages) == []


def test_no_row_has_a_secret_and_no_result_of_a_job(search: Search) -> None:
    found = places.rows(search.stack)
    assert any(PLAYER.encode() in text for text in found.values())
    assert leaks(search, found) == []


def test_redis_has_no_secret(search: Search) -> None:
    found = places.redis_files(search.stack)
    assert any(PLAYER.encode() in text for text in found.values())
    assert leaks(search, found) == []


def test_no_metric_and_no_health_page_has_a_secret(search: Search) -> None:
    assert leaks(search, places.pages(search.stack)) == []


def test_the_search_finds_what_is_there(search: Search) -> None:
    secret = search.stack.vault.database_password
    for form in places.forms(secret):
        assert leaks(search, {"here": b"x" + form + b"y"}) == ["here"]
