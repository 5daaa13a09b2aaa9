"""The queue's own housekeeping: jobs whose worker fell are taken up again, and old ones are cleared away."""

from __future__ import annotations

from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

KEPT_HOURS = 7 * 24


@app.periodic(cron="*/10 * * * *")
@app.task(name="project.take_up_stalled_jobs", queueing_lock="project.take_up_stalled_jobs")
async def take_up_stalled_jobs(timestamp: int) -> None:
    """A job whose worker gives no sign of life any more is done again: every task may run twice."""
    for job in await app.job_manager.get_stalled_jobs():
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:  # another of its kind waits already, and does what this one left
            assert job.id is not None
            await app.job_manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)


@app.periodic(cron="11 * * * *")
@app.task(name="project.clear_old_jobs", queueing_lock="project.clear_old_jobs")
async def clear_old_jobs(timestamp: int) -> None:
    await app.job_manager.delete_old_jobs(
        nb_hours=KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
