"""Jobs are woken through Dramatiq on Redis; the job table stays the truth."""

from __future__ import annotations

import logging
from collections.abc import Callable

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker

from examsvc.adapters.redis_url import connect

log = logging.getLogger(__name__)
# A cable pulled tells nobody: without a limit whoever asks for a job would hang for a quarter of an hour.
_TIMEOUTS = {"socket_timeout": 5, "socket_connect_timeout": 2}


class RedisQueue:
    """Fulfils ports.Queue, and runs the worker threads where a process asks for them."""

    def __init__(self, url: str) -> None:
        self._broker = RedisBroker(client=connect(url, **_TIMEOUTS), middleware=[])  # type: ignore[no-untyped-call]
        self._actor: dramatiq.Actor[[int], None] | None = None
        self._worker: dramatiq.Worker | None = None

    def handle(self, run_job: Callable[[int], None]) -> None:
        """Name the function that runs a job; called once, before wake."""
        self._actor = dramatiq.Actor(
            run_job, broker=self._broker, actor_name="run_job", queue_name="default", priority=0, options={}
        )

    def wake(self, job_id: int) -> None:
        if self._actor is None:
            raise RuntimeError("the queue has no handler")
        try:
            self._actor.send(job_id)
        except (redis.RedisError, dramatiq.errors.ConnectionError) as error:
            # The row stays queued; the sweep of `list_waiting` finds it when Redis is back.
            log.warning("job %s not woken: %s", job_id, error)

    def start_worker(self, threads: int = 1) -> None:
        """Run jobs in this process."""
        self._worker = dramatiq.Worker(self._broker, worker_threads=threads, worker_timeout=200)
        self._worker.start()

    def close(self) -> None:
        """Stop the worker threads and the connections."""
        if self._worker is not None:
            self._worker.stop(timeout=5000)
        self._broker.close()
