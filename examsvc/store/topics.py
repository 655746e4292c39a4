"""Queries about topics: what items are about and blueprints count."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.store.models import TopicRow


def list_topics(session: Session) -> list[TopicRow]:
    """Every topic, by code."""
    return list(session.scalars(sa.select(TopicRow).order_by(TopicRow.code)))
