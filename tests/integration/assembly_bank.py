"""A bank, a position and staff laid straight into the tables: what an assembly starts from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from examsvc.accounts.actor import Actor
from examsvc.accounts.roles import Role
from examsvc.services import Services
from examsvc.store import Session, database_now
from examsvc.store.models import (
    CalibrationRow,
    ItemEnemyRow,
    ItemParameterRow,
    LevelScaleRow,
    PositionRow,
    TopicRow,
    TopicWeightRow,
    UserRoleRow,
    UserRow,
)
from tests.integration.laid_items import Made, lay_item

LEVELS = ("recall", "apply", "situation")
TOPICS = {  # names, then how many operational items of each cognitive level
    "T01": ("Thủ tục, kiểm tra, giám sát hải quan", "Procedures and supervision", (12, 18, 9)),
    "T02": ("Phân loại hàng hóa, mã HS", "Classification", (7, 10, 6)),
    "T03": ("Trị giá hải quan", "Valuation", (6, 12, 6)),
    "T04": ("Xuất xứ hàng hóa", "Origin", (6, 9, 5)),
    "T05": ("Chính sách thuế, miễn, giảm, hoàn", "Duties and relief", (6, 13, 6)),
    "T06": ("Quản lý rủi ro, phân luồng", "Risk and channels", (12, 14, 7)),
    "T07": ("Kiểm tra sau thông quan", "Post-clearance audit", (7, 10, 7)),
    "T08": ("Chống buôn lậu, gian lận thương mại", "Anti-smuggling", (9, 12, 9)),
    "T09": ("Xử lý vi phạm hành chính", "Violations", (6, 10, 6)),
    "T10": ("Đạo đức công vụ, văn bản hành chính", "Ethics and drafting", (4, 4, 4)),
}
GSQL = {"T01": 18, "T02": 8, "T03": 6, "T04": 6, "T05": 6, "T06": 5, "T07": 2, "T08": 3, "T09": 4, "T10": 2}


@dataclass(frozen=True, slots=True)
class Laid:
    """Who acts."""

    secretary: Actor
    second: Actor
    chairman: Actor
    author: Actor


def add_actor(session: Session, username: str, *roles: Role, password_hash: str | None = None) -> Actor:
    """An account and the actor behind it."""
    user = UserRow(
        username=username,
        display_name=username.replace("_", " ").title(),
        password_hash=password_hash,
        locale="en",
        created_at=database_now(session),
    )
    session.add(user)
    session.flush()
    session.add_all(UserRoleRow(user_id=user.id, role=role.value) for role in roles)
    return Actor(user.id, username, user.display_name, frozenset(roles))


def lay_bank(deps: Services, *, adopted: bool = True, password_hash: str | None = None) -> Laid:
    """Topics, GSQL with its weights, 250 operational items with an adopted calibration, some enemies."""
    with deps.store.begin() as session:
        laid = Laid(
            add_actor(session, "secretary", Role.EXAM_MANAGER, password_hash=password_hash),
            add_actor(session, "second_secretary", Role.EXAM_MANAGER, password_hash=password_hash),
            add_actor(session, "chairman", Role.CHAIRMAN, password_hash=password_hash),
            add_actor(session, "author", Role.AUTHOR, password_hash=password_hash),
        )
        now = database_now(session)
        topics = [TopicRow(code=code, name_vi=vi, name_en=en) for code, (vi, en, _n) in TOPICS.items()]
        position = PositionRow(
            code="GSQL",
            version=1,
            name_vi="Kiểm tra viên về giám sát quản lý hải quan",
            name_en="Customs supervision inspector",
            created_at=now,
        )
        scale = LevelScaleRow(
            code="CUSTOMS",
            version=1,
            name_vi="Thang hải quan",
            name_en="Customs scale",
            cut_percents=[50, 66, 83],
        )
        calibration = CalibrationRow(
            code="JUDGED-1",
            method="judgement",
            model="2PL",
            state="proposed",
            n_persons=0,
            n_items=0,
            summary={},
            checksum="0" * 64,
            created_by=laid.second.user_id,
            created_at=now,
            adopted_by=laid.chairman.user_id,
            adopted_at=now,
        )
        session.add_all([*topics, position, scale, calibration])
        session.flush()
        session.add_all(
            TopicWeightRow(position_id=position.id, topic_id=topic.id, n_items=GSQL[topic.code])
            for topic in topics
        )
        items = [item for topic in topics for item in _add_items(session, laid, topic, calibration)]
        session.flush()
        session.add_all(
            ItemEnemyRow(item_a_id=one, item_b_id=other)
            for one, other in zip(items[::17], items[1::17], strict=False)
        )
        calibration.state = "adopted" if adopted else "proposed"  # sealed from here on
    return laid


def _add_items(session: Session, laid: Laid, topic: TopicRow, calibration: CalibrationRow) -> list[int]:
    rng = np.random.default_rng(topic.id)
    now = database_now(session)
    item_ids = []
    for level, n_items in zip(LEVELS, TOPICS[topic.code][2], strict=True):
        for number in range(1, n_items + 1):
            code = f"{topic.code}-{level[0].upper()}{number:02d}"
            version = lay_item(
                session,
                code,
                topic.id,
                Made(laid.author.user_id, now),
                cognitive_level=level,
                stem=f"Item {code}: which of these holds?",
                options=[{"id": option, "content": f"Option {option} of {code}"} for option in "ABCD"],
            )
            session.add(
                ItemParameterRow(
                    calibration_id=calibration.id,
                    item_version_id=version.id,
                    a=float(rng.lognormal(0.0, 0.25)),
                    b=float(rng.normal(-0.3, 1.0)),
                    c=0.0,
                    n_responses=0,
                    options=[],
                    flags=[],
                )
            )
            item_ids.append(version.item_id)
    return item_ids
