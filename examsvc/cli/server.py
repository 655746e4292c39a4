"""The server: gunicorn with threads, one process on the embedded database."""

from __future__ import annotations

from typing import Any

from gunicorn.app.base import BaseApplication

from examsvc.settings import Settings
from examsvc.whole import serve


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn, configured from the settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """One worker, since the embedded database has one writer; for more run `examsvc.wsgi:serve()`."""
        for name, value in {
            "bind": f"{self._settings.host}:{self._settings.port}",
            "workers": 1,
            "worker_class": "examsvc.cli.patience.PatientWorker",
            "threads": self._settings.threads,
            "timeout": 120,
            "graceful_timeout": 10,
            "keepalive": 15,
            "loglevel": "warning",
            "control_socket_disable": True,
        }.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        """In the worker, after the fork."""
        return serve()


def run_server(settings: Settings) -> None:
    """Serve until stopped."""
    print(f"http://{settings.host}:{settings.port}  (stop with Ctrl-C)", flush=True)
    Server(settings).run()
