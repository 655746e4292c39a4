"""Links that STUIRT (Kim & Kolen 2004) printed for its two worked examples, D = 1.7.

Example 1: the 12 common 3PL items of Kolen & Brennan (2004), table 6.5. Example 2: 12 3PL and 5 GPCM items.
STUIRT prints six decimals; its Haebara search stops at about 1e-4, and it divides that loss by the number of
categories and counts every category in full.
"""

import numpy as np
import pytest

from scoring.linking import CurveOptions, LinkMethod, linker_of
from scoring.params import ItemParams
from scoring.quadrature import Quadrature

NAN = float("nan")
D = 1.7


def three_pl(text):
    rows = np.array(text.split(), dtype=float).reshape(-1, 3)
    return ItemParams(D * rows[:, 0], rows[:, 1], rows[:, 2])


def gpcm(*rows):
    """Of a, b and the d_k of Muraki's b - d_k."""
    steps = [[b - d for d in deviations] + [NAN] * (3 - len(deviations)) for _, b, deviations in rows]
    return ItemParams.polytomous([D * a for a, _, _ in rows], steps)


NEW_1 = three_pl(
    """0.4551 -0.7101 0.2087  0.5839 -0.8567 0.2038  0.7544 0.0212 0.1600  0.6633 0.0506 0.1240
    1.0690 0.9610 0.2986  0.9672 0.1950 0.0535  0.3479 2.2768 0.1489  1.4579 1.0241 0.2453
    1.8811 1.4062 0.1992  0.7020 2.2401 0.0853  1.4080 1.5556 0.0789  1.2993 2.1589 0.1075"""
)
OLD_1 = three_pl(
    """0.4416 -1.3349 0.1559  0.5730 -1.3210 0.1913  0.5987 -0.7098 0.1177  0.6041 -0.3539 0.0818
    0.9902 0.5320 0.3024  0.8081 -0.1156 0.0648  0.4140 2.5538 0.2410  1.3554 0.5811 0.2243
    1.0417 0.9392 0.1651  0.6336 1.8960 0.0794  1.1347 1.0790 0.0630  0.9255 2.1337 0.1259"""
)
NODES_1 = np.array([-4.0, -3.111, -2.222, -1.333, -0.4444, 0.4444, 1.333, 2.222, 3.111, 4.0])
ON_NEW = np.array([0.0001008, 0.00276, 0.03021, 0.142, 0.3149, 0.3158, 0.1542, 0.03596, 0.003925, 0.0001862])
ON_OLD = np.array([0.0001173, 0.003242, 0.03449, 0.1471, 0.3148, 0.311, 0.1526, 0.03406, 0.00251, 0.0001116])
OPTIONS_1 = CurveOptions(
    Quadrature(NODES_1, ON_OLD / ON_OLD.sum()),
    symmetric=True,
    quadrature_new=Quadrature(NODES_1, ON_NEW / ON_NEW.sum()),
)

NEW_2 = ItemParams.concat([
    three_pl(
        """0.751335 -0.897391 0.244001  0.955947 -0.811477 0.242883  0.497206 -0.858681 0.260893
        0.724000 -0.123911 0.243497  0.865200 0.205889 0.319135  0.658129 0.555228 0.277826
        1.082118 0.950549 0.157979  0.988294 1.377501 0.084828  1.248923 1.614355 0.181874
        1.116682 2.353932 0.246856  0.438171 3.217965 0.309243  1.082206 4.441864 0.192339"""
    ),
    gpcm(
        (0.269994, 0.003998, (1.097268, -1.097268)),
        (0.972506, 1.632662, (0.106514, -0.106514)),
        (0.378812, 3.464657, (2.102301, -2.102301)),
        (0.537706, 1.010053, (-0.476513, 1.081282, -0.604770)),
        (0.554506, 2.432938, (1.007525, -0.197767, -0.809758)),
    ),
])  # fmt: skip
OLD_2 = ItemParams.concat([
    three_pl(
        """0.887276 -1.334798 0.134406  1.184412 -1.129004 0.237765  0.609412 -1.464546 0.151393
        0.923812 -0.576435 0.240097  0.822776 -0.476357 0.192369  0.707818 -0.235189 0.189557
        1.306976 0.242986 0.165553  1.295471 0.598029 0.090557  1.366841 0.923206 0.172993
        1.389624 1.380666 0.238008  0.293806 2.028070 0.203448  0.885347 3.152928 0.195473"""
    ),
    gpcm(
        (0.346324, -0.494115, (0.893232, -0.893232)),
        (1.252012, 0.856264, (0.099750, -0.099750)),
        (0.392282, 2.825801, (1.850498, -1.850498)),
        (0.660841, 0.342977, (-0.300428, 0.761846, -0.461417)),
        (0.669612, 1.643267, (1.001974, -0.107221, -0.894753)),
    ),
])  # fmt: skip
OPTIONS_2 = CurveOptions(Quadrature(np.linspace(-3, 3, 25), np.full(25, 1 / 25)), symmetric=True)

EXAMPLES = {"3PL": (NEW_1, OLD_1, OPTIONS_1), "3PL and GPCM": (NEW_2, OLD_2, OPTIONS_2)}


@pytest.mark.parametrize(
    ("example", "method", "slope", "intercept", "precision"),
    [
        ("3PL", LinkMethod.MEAN_SIGMA, 1.168891, -0.515543, 1e-6),
        ("3PL", LinkMethod.MEAN_MEAN, 1.217266, -0.557156, 1e-6),
        ("3PL", LinkMethod.HAEBARA, 1.067800, -0.471281, 1e-5),
        ("3PL", LinkMethod.STOCKING_LORD, 1.083417, -0.487619, 1e-6),
        ("3PL and GPCM", LinkMethod.MEAN_SIGMA, 0.887294, -0.560159, 1e-6),
        ("3PL and GPCM", LinkMethod.MEAN_MEAN, 0.875095, -0.543611, 1e-6),
        ("3PL and GPCM", LinkMethod.HAEBARA, 0.805049, -0.446101, 1e-5),
        ("3PL and GPCM", LinkMethod.STOCKING_LORD, 0.815445, -0.456487, 1e-6),
    ],
)
def test_slope_and_intercept_are_those_printed(example, method, slope, intercept, precision):
    new, old, options = EXAMPLES[example]
    link = linker_of(method, options)(new, old)
    assert (link.slope, link.intercept) == pytest.approx((slope, intercept), abs=precision)


@pytest.mark.parametrize(("example", "loss"), [("3PL", 0.009666), ("3PL and GPCM", 0.057876)])
def test_the_stocking_lord_loss_is_that_printed(example, loss):
    new, old, options = EXAMPLES[example]
    assert linker_of(LinkMethod.STOCKING_LORD, options)(new, old).criterion == pytest.approx(loss, abs=1e-6)


@pytest.mark.parametrize(("example", "loss"), [("3PL", 0.001506), ("3PL and GPCM", 0.001070)])
def test_the_haebara_loss_is_that_printed(example, loss):
    new, old, options = EXAMPLES[example]
    mine = linker_of(LinkMethod.HAEBARA, options)(new, old).criterion
    assert 2 * mine / new.n_categories.sum() == pytest.approx(loss, abs=1e-6)
