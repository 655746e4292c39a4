"""A room of the HTTP surface: no route without a permission from the one table."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Blueprint, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.accounts.permissions import TABLE, allowed
from examsvc.services import Services
from examsvc.store import StoreBusy

PUBLIC = "public"  # said explicitly: pages that a stranger may open
View = TypeVar("View", bound=Callable[..., Any])


class RowId(IntegerConverter):
    """A row's identity in a path: a number that no row can bear is a page that does not exist."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, min=1, max=2**31 - 1)


class Room(Blueprint):
    """A Flask blueprint whose views each name their action (called a room: a blueprint is a form's)."""

    def view(
        self, rule: str, *, permission: str, methods: tuple[str, ...] = ("GET",), guard: str = "edge"
    ) -> Callable[[View], View]:
        """Register a view for `rule`; `permission` is an action of the table, or PUBLIC.

        With `guard="service"` the service itself finds out whose login it is, in the one read that it makes
        anyway: for the routes that every candidate takes every few seconds. What else it refuses is told to
        nobody whose role does not allow him to ask.
        """
        if permission != PUBLIC and permission not in TABLE:
            raise KeyError(f"{permission} is not in the permission table")

        def register(function: View) -> View:
            @functools.wraps(function)
            def guarded(*args: Any, **kwargs: Any) -> Any:
                if guard == "service":
                    return _guarded_within(permission, function, args, kwargs)
                if permission != PUBLIC:
                    if not current_user.is_authenticated and _is_page():
                        return _to_login()
                    require_role(permission)
                return function(*args, **kwargs)

            guarded.permission = permission  # type: ignore[attr-defined]
            self.add_url_rule(rule, endpoint=function.__name__, view_func=guarded, methods=list(methods))
            return cast(View, guarded)

        return register


def _guarded_within(
    permission: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    try:
        return function(*args, **kwargs)
    except Forbidden as refusal:
        if refusal.code == "login" and _is_page():
            return _to_login()
        raise
    except StoreBusy:  # of a database that does not answer no more is asked
        raise
    except Exception:
        require_role(permission)
        raise


def _is_page() -> bool:
    return not request.path.startswith("/api/")


def _to_login() -> Response:
    return redirect(url_for("account.log_in", next=request.full_path.rstrip("?")))


def require_role(permission: str) -> None:
    """Raise Forbidden unless somebody is logged in and one of his roles may do this at all."""
    if not current_user.is_authenticated:
        raise Forbidden(permission, "login")
    if not allowed(current_actor(), permission):
        raise Forbidden(permission)


def deps() -> Services:
    """The services of this application."""
    return cast(Services, current_app.extensions["examsvc"])


def current_actor() -> Actor:
    """Who is logged in; only called behind the guard."""
    return cast(Actor, current_user.actor)
