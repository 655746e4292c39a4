"""LSAT section 7 with the fit another program printed, and simulated data of known truth."""

from dataclasses import dataclass

import numpy as np
import pytest

from scoring import ItemParams, simulate_responses
from scoring.responses import FloatArray, ResponseMatrix


@dataclass(frozen=True)
class Lsat7:
    """Responses of 1000 persons to five items: Bock & Lieberman (1970), Psychometrika 35, 179-197.

    Everything else was printed by mirt 1.45.1 (R) for the 2PL without priors: 61 equally spaced nodes on
    [-6, 6], EM tolerance 1e-7, standard errors by Oakes' identity. `patterns` hold the 32 patterns from 00000
    to 11111 in binary order, as do `eap` and `eap_se`.
    """

    patterns: ResponseMatrix
    frequencies: np.ndarray
    params: ItemParams
    se_a: FloatArray
    se_d: FloatArray
    log_likelihood: float
    eap: FloatArray
    eap_se: FloatArray
    theta: FloatArray
    information: FloatArray
    expected_score: FloatArray

    @property
    def responses(self) -> ResponseMatrix:
        return np.repeat(self.patterns, self.frequencies, axis=0)


def _numbers(text: str) -> FloatArray:
    return np.array(text.split(), dtype=np.float64)


@pytest.fixture(scope="session")
def lsat7() -> Lsat7:
    return Lsat7(
        patterns=((np.arange(32)[:, None] >> np.arange(4, -1, -1)) & 1).astype(np.int8),
        frequencies=_numbers(
            """
            12 19 1 7 3 19 3 17 10 5 3 7 7 23 8 28 7 39 11 34 14 51 15 90 6 25 7 35 18 136 32 308
            """
        ).astype(np.intp),
        params=ItemParams.two_pl(
            [0.987546284, 1.080837192, 1.707475955, 0.764990075, 0.735672848],
            [-1.879259617, -0.747540523, -1.057236087, -0.635302104, -2.520764020],
        ),
        se_a=np.array([0.177194880, 0.168763941, 0.321076288, 0.134120321, 0.151133971]),
        se_d=np.array([0.131450168, 0.091246995, 0.204824708, 0.074913441, 0.114408730]),
        log_likelihood=-2658.80511363235,
        eap=_numbers(
            """
            -1.86978355 -1.52725831 -1.51396577 -1.18550421 -1.0940404 -0.7661803 -0.75292573
            -0.41127915 -1.37195992 -1.045801 -1.03282132 -0.70343689 -0.60861368 -0.25739128
            -0.24283011 0.14114934 -1.41369938 -1.08707761 -1.07410964 -0.74579935 -0.65155412
            -0.30339996 -0.2889941 0.0902716 -0.9340651 -0.60133831 -0.58776671 -0.23499007
            -0.13058903 0.26541833 0.28210409 0.72718488
            """
        ),
        eap_se=_numbers(
            """
            0.69269969 0.67362695 0.67308117 0.66517431 0.66502373 0.67212551 0.67265764 0.6922045
            0.66830421 0.66532046 0.66544481 0.67480424 0.6795989 0.70414803 0.70535983 0.74101932
            0.66950281 0.66505047 0.66511473 0.67295127 0.67731919 0.70040699 0.70156365 0.73597925
            0.66700795 0.68000249 0.68076855 0.70601763 0.71510859 0.75356583 0.75526966 0.80093207
            """
        ),
        theta=np.array([-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0]),
        information=np.array(
            [0.28740616, 1.08152226, 1.46082660, 0.91805783, 0.40236969, 0.16892587, 0.03059606]
        ),
        expected_score=np.array(
            [0.46784186, 1.69712138, 2.84547454, 3.89908450, 4.49233734, 4.77234591, 4.95472981]
        ),
    )


@dataclass(frozen=True)
class Campaign:
    """600 persons in five forms of 30 items from a bank of 230; neighbouring forms and a core overlap."""

    params: ItemParams
    theta: FloatArray
    responses: ResponseMatrix


@pytest.fixture(scope="session")
def campaign() -> Campaign:
    rng = np.random.default_rng(20260)
    params = ItemParams.two_pl(rng.lognormal(0.1, 0.3, 230), rng.normal(0.0, 1.0, 230))
    theta = rng.normal(size=600)
    forms = [np.unique(np.r_[0:6, 6 + 20 * k : 30 + 20 * k]) for k in range(5)]
    presented = np.zeros((600, 230), dtype=bool)
    for person in range(600):
        presented[person, forms[person % 5]] = True
    return Campaign(params, theta, simulate_responses(theta, params, rng, presented=presented))
