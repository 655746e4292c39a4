"""The entry for a WSGI server: `gunicorn 'examsvc.wsgi:serve()'`."""

from examsvc.app import serve

__all__ = ["serve"]
