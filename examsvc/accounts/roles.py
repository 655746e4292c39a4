"""The roles of the exam, as the rules of the house name them."""

from enum import StrEnum


class Role(StrEnum):
    """What a user may be; one user may hold several, where the rules allow it."""

    OFFICER = "officer"
    AUTHOR = "author"
    REVIEWER = "reviewer"
    BANK_MANAGER = "bank_manager"
    EXAM_MANAGER = "exam_manager"
    PROCTOR = "proctor"
    CHAIRMAN = "chairman"
    EXAMINER = "examiner"
    HR = "hr"
    LEADER = "leader"
    AUDITOR = "auditor"
    ADMIN = "admin"


# Nobody holds two roles in sequential or secret steps. Staff may also be officers who sit exams.
INCOMPATIBLE: frozenset[frozenset[Role]] = frozenset(
    frozenset(pair)
    for pair in [
        (Role.AUTHOR, Role.EXAM_MANAGER),
        (Role.AUTHOR, Role.PROCTOR),
        (Role.REVIEWER, Role.EXAM_MANAGER),
        (Role.AUTHOR, Role.BANK_MANAGER),
        (Role.REVIEWER, Role.BANK_MANAGER),
        (Role.PROCTOR, Role.EXAMINER),
        (Role.PROCTOR, Role.CHAIRMAN),
        (Role.EXAM_MANAGER, Role.CHAIRMAN),
        (Role.EXAM_MANAGER, Role.EXAMINER),
        (Role.EXAMINER, Role.CHAIRMAN),
        (Role.EXAMINER, Role.HR),
        (Role.EXAM_MANAGER, Role.BANK_MANAGER),
        (Role.AUTHOR, Role.CHAIRMAN),  # an author never sees final forms
        (Role.PROCTOR, Role.REVIEWER),  # a proctor never sees items
        (Role.PROCTOR, Role.BANK_MANAGER),
        (Role.PROCTOR, Role.EXAM_MANAGER),
        (Role.EXAMINER, Role.LEADER),  # an examiner never sees whose results they are
        *((Role.AUDITOR, other) for other in Role if other not in (Role.AUDITOR, Role.OFFICER)),
        *((Role.ADMIN, other) for other in Role if other not in (Role.ADMIN, Role.OFFICER)),
    ]
)


def clashes(roles: frozenset[Role]) -> list[tuple[Role, Role]]:
    """Pairs among `roles` that one person may not hold."""
    found = []
    for pair in INCOMPATIBLE:
        if pair <= roles and len(pair) == 2:
            first, second = sorted(pair)
            found.append((first, second))
    return sorted(found)
