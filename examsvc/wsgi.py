"""The entry for a WSGI server: `gunicorn 'examsvc.wsgi:serve()'`, all rooms and the jobs (see also hall)."""

from examsvc.whole import serve

__all__ = ["serve"]
