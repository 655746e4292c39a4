"""Provisional parameters of items that nobody has answered yet, from experts' judgement."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from scoring.errors import InvalidParameters
from scoring.params import ItemParams


def params_from_expected_shares(shares: npt.ArrayLike, *, discrimination: float = 1.0) -> ItemParams:
    """2PL parameters under which the judged share of a N(0, 1) population answers right.

    Parameters
    ----------
    shares : (n_items,) judged shares of right answers, each strictly between 0 and 1
    discrimination : the one slope assumed of all, since a judgement of difficulty says nothing of it

    Returns
    -------
    n_items rows, logistic metric

    Raises
    ------
    InvalidParameters : a share outside (0, 1).

    The logistic curve averaged over a normal population is again nearly logistic, flattened by
    sqrt(1 + pi a^2 / 8): MacKay (1992), "The evidence framework applied to classification networks", eq. 11.
    """
    judged = np.asarray(shares, dtype=np.float64)
    if not bool(np.all((judged > 0) & (judged < 1))):
        raise InvalidParameters("judged shares must lie strictly between 0 and 1")
    logits = np.log(judged / (1 - judged))
    flattening = math.sqrt(1 + math.pi * discrimination**2 / 8)
    return ItemParams.two_pl(np.full(judged.shape, discrimination), -logits * flattening / discrimination)
