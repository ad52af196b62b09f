"""Jobs: Celery on SQS. Comes with the extra ``ledgerboard-infra[jobs]``; nothing else here needs Celery."""

from ledgerboard_infra.jobs.application import check_job_queue, make_celery, make_result_tables
from ledgerboard_infra.jobs.job import JobApp
from ledgerboard_infra.jobs.processes import PerProcess, run_beat, run_jobs

__all__ = ["JobApp", "PerProcess", "check_job_queue", "make_celery", "make_result_tables", "run_beat", "run_jobs"]
