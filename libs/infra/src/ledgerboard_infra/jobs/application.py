"""Celery on SQS for jobs, set so that nothing is lost.

By default Celery acknowledges a task that raised or whose process died. The settings here, together with a redrive
policy on the queue, are the only combination that was measured to lose nothing; `check_job_queue` insists on it.
"""

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from celery.backends.database.models import TaskExtended
from kombu import Queue

from ledgerboard_infra.errors import MisconfiguredError
from ledgerboard_infra.jobs.job import Job, JobApp
from ledgerboard_infra.jobs.processes import PerProcess
from ledgerboard_infra.postgres import CONNECT_TIMEOUT_SECONDS, RECYCLE_SECONDS, connector, driver_url
from ledgerboard_infra.sqs import queue_limits, queue_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_sqs import SQSClient
    from sqlalchemy import Connection

    from ledgerboard_infra.secrets import Credentials
    from ledgerboard_infra.settings import AwsSettings

RESULTS_KEPT_SECONDS: Final = 30 * 24 * 3600
_WAIT_SECONDS: Final = 10
_POLLING_PAUSE_SECONDS: Final = 0.1
_SOFT_SHARE: Final = 0.9


def make_celery(
    name: str,
    aws: "AwsSettings",
    *,
    queue_url: str,
    result_url: str,
    time_limit_seconds: int,
    credentials: "Callable[[], Credentials | None]" = lambda: None,
    wait_seconds: int = 10,
) -> JobApp:
    """The Celery application ``name``, whose jobs travel through one queue and leave a row each in PostgreSQL.

    ``result_url`` is a ``postgresql://`` URL, to which ``credentials``, made in each process that connects, may
    bring the password. A job is killed after ``time_limit_seconds``, which must lie below the queue's visibility
    timeout, or SQS would start it a second time beside the first.
    """
    queue = queue_name(queue_url)
    app = JobApp(name, task_cls=Job, set_as_current=False)
    app.conf.update(_broker(aws, queue_url, wait_seconds) | _DELIVERY | _results(result_url, credentials))
    app.conf.update(
        task_default_queue=queue,
        task_queues=[Queue(queue, routing_key=queue)],
        task_default_routing_key=queue,
        task_create_missing_queues=False,
        task_time_limit=time_limit_seconds,
        task_soft_time_limit=int(time_limit_seconds * _SOFT_SHARE),
    )
    return app


def check_job_queue(client: "SQSClient", app: JobApp) -> None:
    """Refuse a queue that could lose or double a job: raises `MisconfiguredError` or `UnavailableError`."""
    predefined: dict[str, dict[str, str]] = app.conf.broker_transport_options["predefined_queues"]
    for name, queue in predefined.items():
        visible_after_seconds = queue_limits(client, queue["url"]).visibility_timeout_seconds
        if app.conf.task_time_limit >= visible_after_seconds:
            raise MisconfiguredError(
                f"queue {name}: its visibility timeout of {visible_after_seconds} s must exceed "
                f"the jobs' time limit of {app.conf.task_time_limit} s"
            )


def make_result_tables(connection: "Connection") -> None:
    """Make the tables of results, unless they are there: who works on jobs may have no right to."""
    TaskExtended.__table__.metadata.create_all(connection)


def broker_url(aws: "AwsSettings") -> str:
    """Celery's URL for SQS: without credentials, so that boto3 finds them its own way."""
    endpoint = urlsplit(aws.sqs_endpoint_url)
    return f"sqs://{endpoint.netloc}" if endpoint.netloc else "sqs://"


def _broker(aws: "AwsSettings", queue_url: str, wait_seconds: int) -> dict[str, Any]:
    secure = urlsplit(aws.sqs_endpoint_url).scheme != "http"
    return {
        "broker_url": broker_url(aws),
        "broker_transport": "ledgerboard_infra.jobs.transport:Transport",
        "broker_connection_retry_on_startup": True,
        "broker_transport_options": {
            "region": aws.region,
            "is_secure": secure,
            "predefined_queues": {queue_name(queue_url): {"url": queue_url}},
            "wait_time_seconds": wait_seconds,
            "polling_interval": _POLLING_PAUSE_SECONDS,
        },
    }


_DELIVERY: Final[dict[str, Any]] = {
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "task_acks_on_failure": False,
    "task_acks_on_timeout": False,
    "worker_prefetch_multiplier": 1,
    "worker_enable_remote_control": False,
    "worker_send_task_events": False,
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    "task_serializer": "json",
    "result_serializer": "json",
    "accept_content": ["json"],
    "timezone": "UTC",
    "enable_utc": True,
}


def _results(result_url: str, credentials: "Callable[[], Credentials | None]") -> dict[str, Any]:
    """Celery gets no password: it shows its settings here and there. Connecting is ours."""
    timeout = {"connect_timeout": CONNECT_TIMEOUT_SECONDS}
    connectors = PerProcess(lambda: connector(result_url, credentials(), timeout))

    def connect() -> object:
        return connectors.get()()

    return {
        "result_backend": "db+" + driver_url(result_url)._replace(password=None).render_as_string(),
        "result_extended": True,
        "result_expires": RESULTS_KEPT_SECONDS,
        "task_track_started": True,
        "database_create_tables_at_setup": False,
        "database_engine_options": {
            "pool_pre_ping": True,
            "pool_recycle": RECYCLE_SECONDS,
            "creator": connect,
        },
    }
