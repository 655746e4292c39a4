"""The distance from the others in a unit that those far away do not set."""

import numpy as np
import pytest

from scoring import drift, linking
from scoring.errors import InvalidParameters
from scoring.robust import robust_z


def test_robust_z_is_the_distance_from_the_median_in_scaled_quartiles() -> None:
    d = np.array([0.0, 1.0, 2.0, 3.0, 10.0])
    assert robust_z(d) == pytest.approx((d - 2.0) / (0.74 * 2.0))
    assert robust_z(d + 0.7) == pytest.approx(robust_z(d))


def test_unknown_differences_do_not_count() -> None:
    assert np.isnan(robust_z([0.0, 1.0, 2.0, np.nan])).tolist() == [False, False, False, True]
    assert np.isnan(robust_z([np.nan, np.nan])).all()
    assert robust_z([]).size == 0
    with_some = robust_z([0.0, np.nan, 1.0, 2.0, 3.0, 10.0, 99.0], np.arange(7) != 6)
    assert np.delete(with_some, [1, 6]) == pytest.approx(robust_z([0.0, 1.0, 2.0, 3.0, 10.0]))
    assert with_some[6] == pytest.approx((99.0 - 2.0) / (0.74 * 2.0))


def test_without_a_spread_rounding_is_nothing_and_a_difference_is_enormous() -> None:
    z = robust_z([0.0, 1e-15, 0.0, -1e-15, 0.5])
    assert np.abs(z[:4]).max() < 1e-6
    assert z[4] == pytest.approx(0.5e6)


def test_there_is_one_robust_z() -> None:
    assert linking.robust_z is robust_z
    assert drift.robust_z is robust_z


def test_other_shapes_are_refused() -> None:
    with pytest.raises(InvalidParameters, match="one length"):
        robust_z([0.0, 1.0], np.array([True]))
    with pytest.raises(InvalidParameters, match="one length"):
        robust_z([[0.0]])
