"""Linking two scales by the moments of the common items' parameters."""

import numpy as np

from scoring.errors import InvalidAnchors
from scoring.linking.link import Link, LinkMethod, check_common_items
from scoring.params import ItemParams
from scoring.responses import FloatArray


def mean_mean(new: ItemParams, old: ItemParams) -> Link:
    """Mean–mean linking: A = mean(a_new) / mean(a_old), B = mean(b_old) - A mean(b_new).

    Parameters
    ----------
    new, old : the common items, in one order, on the new and on the old scale. Every threshold of a
        polytomous item counts as one b, every item as one a.

    Raises
    ------
    InvalidAnchors : not the same items, or mean discriminations of opposite sign. NotCalibrated.

    With slopes fixed at 1 (Rasch, PCM, RSM) A is 1 and B the difference of the mean difficulties.

    References: Loyd & Hoover (1980); Kolen & Brennan (2014), ch. 6.
    """
    return _linked(new, old, LinkMethod.MEAN_MEAN)


def mean_sigma(new: ItemParams, old: ItemParams) -> Link:
    """Mean–sigma linking: A = sd(b_old) / sd(b_new), B = mean(b_old) - A mean(b_new).

    Parameters and errors as in mean_mean; two different difficulties are needed in each set. For the Rasch
    family, whose unit is fixed, mean_mean is the proper choice.

    References: Marco (1977); Kolen & Brennan (2014), ch. 6.
    """
    return _linked(new, old, LinkMethod.MEAN_SIGMA)


def geometric_mean(new: ItemParams, old: ItemParams) -> Link:
    """Mean–geometric-mean linking: A = exp(mean(log a_new - log a_old)), B as in mean_mean.

    Unlike mean_mean it treats new and old alike: exchanging them gives 1 / A.

    Parameters and errors as in mean_mean; InvalidAnchors also where the two slopes of an item differ in sign.

    References: Mislevy & Bock (1990).
    """
    return _linked(new, old, LinkMethod.GEOMETRIC_MEAN)


def _linked(new: ItemParams, old: ItemParams, method: LinkMethod) -> Link:
    check_common_items(new, old, least=2 if method is LinkMethod.MEAN_SIGMA and new.is_dichotomous else 1)
    check_moments(new, old, method)
    slope, intercept = moment_constants(method, (new.a, new.thresholds), (old.a, old.thresholds))
    return Link(slope, intercept, method, new.n_items)


def check_moments(new: ItemParams, old: ItemParams, method: LinkMethod) -> None:
    """Refuse parameters whose moments give no positive, finite slope."""
    if method is LinkMethod.MEAN_SIGMA:
        spreads = [float(np.nanstd(part.thresholds)) for part in (new, old)]
        if not min(spreads) > 1e-12:
            raise InvalidAnchors("mean-sigma needs two different difficulties in each set")
    elif method is LinkMethod.MEAN_MEAN:
        if not new.a.mean() * old.a.mean() > 0:
            raise InvalidAnchors("mean-mean needs mean discriminations of one sign")
    elif not (new.a * old.a > 0).all():
        raise InvalidAnchors("discriminations must have one sign in both sets",
                             np.flatnonzero(~(new.a * old.a > 0)).tolist())  # fmt: skip


def moment_constants(
    method: LinkMethod, new: tuple[FloatArray, FloatArray], old: tuple[FloatArray, FloatArray]
) -> tuple[float, float]:
    """Slope and intercept from (a, thresholds) of each set; no checks."""
    (a_new, b_new), (a_old, b_old) = new, old
    if method is LinkMethod.MEAN_SIGMA:
        slope = float(np.nanstd(b_old) / np.nanstd(b_new))
    elif method is LinkMethod.MEAN_MEAN:
        slope = float(a_new.mean() / a_old.mean())
    else:
        slope = float(np.exp(np.mean(np.log(a_new / a_old))))
    return slope, float(np.nanmean(b_old) - slope * np.nanmean(b_new))
