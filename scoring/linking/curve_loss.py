"""The loss of a link by curves: differences between curves carried over and curves that stay."""

from dataclasses import dataclass, field

import numpy as np

from scoring.errors import InvalidAnchors
from scoring.information import category_slopes
from scoring.linking.link import LinkMethod
from scoring.models import category_probabilities
from scoring.params import ItemParams
from scoring.quadrature import Quadrature, normal_quadrature
from scoring.responses import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class CurveOptions:
    """Where, and in which direction, the curves are compared.

    quadrature : weights of the comparison on the old scale; by default N(0, 1) on 61 nodes in [-6, 6]
    symmetric : False (default): the new items, carried to the old scale, against the old ones there. True:
        add the old items, carried to the new scale, against the new ones on `quadrature_new`
    quadrature_new : weights on the new scale; when None, those of `quadrature` taken as abilities there
    fixed_slope : hold the slope, as at 1 for the Rasch family, and find the intercept only
    """

    quadrature: Quadrature = field(default_factory=normal_quadrature)
    symmetric: bool = False
    quadrature_new: Quadrature | None = None
    fixed_slope: float | None = None

    def __post_init__(self) -> None:
        if self.fixed_slope is not None and not 0 < self.fixed_slope < np.inf:
            raise InvalidAnchors("fixed_slope must be positive and finite")


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """One direction of the loss.

    still : (n_nodes, n_items, n_columns) of the items that stay: category probabilities times sqrt(1/2), or
        expected marks in one column
    moving : the same of the items carried over, whose derivatives in log slope and intercept are
        derivatives : (2, n_nodes, n_items, n_columns)
    weights : (n_nodes,)
    """

    still: FloatArray
    moving: FloatArray
    derivatives: FloatArray
    weights: FloatArray


class CurveLoss:
    """The loss of one method between two sets of the same items, as a function of slope and intercept."""

    def __init__(self, new: ItemParams, old: ItemParams, method: LinkMethod, options: CurveOptions) -> None:
        self.new, self.old, self.method, self.options = new, old, method, options
        self._still = [self._values(category_probabilities(options.quadrature.nodes, old))]
        self._grid = options.quadrature_new or options.quadrature
        if options.symmetric:
            self._still.append(self._values(category_probabilities(self._grid.nodes, new)))

    def comparisons(self, slope: float, intercept: float) -> list[Comparison]:
        """One direction, or two. A carried curve is the curve itself at the ability carried the other way."""
        nodes = self.options.quadrature.nodes
        back = (nodes - intercept) / slope
        moved = np.stack([-back, np.full_like(back, -1.0 / slope)])
        found = [self._compared(0, (back, self.new), moved, self.options.quadrature)]
        if self.options.symmetric:
            onto = slope * self._grid.nodes
            moved = np.stack([onto, np.ones_like(onto)])
            found.append(self._compared(1, (onto + intercept, self.old), moved, self._grid))
        return found

    def residuals(self, slope: float, intercept: float) -> tuple[FloatArray, FloatArray]:
        """Differences whose squares add up to the loss, (n_values,), and their Jacobian (n_values, 2) in the
        logarithm of the slope and in the intercept."""
        values, jacobians = [], []
        for part in self.comparisons(slope, intercept):
            differences, derivatives = part.moving - part.still, part.derivatives
            if self.method is LinkMethod.STOCKING_LORD:
                differences, derivatives = differences.sum(axis=1), derivatives.sum(axis=2)
            scale = np.sqrt(part.weights).reshape(-1, *(1,) * (differences.ndim - 1))
            values.append((scale * differences).ravel())
            jacobians.append((scale * derivatives).reshape(2, -1).T)
        return np.concatenate(values), np.vstack(jacobians)

    def _compared(
        self, side: int, carried: tuple[FloatArray, ItemParams], moved: FloatArray, grid: Quadrature
    ) -> Comparison:
        probabilities, slopes = category_slopes(*carried)
        derivatives = self._values(slopes) * moved[:, :, None, None]
        return Comparison(self._still[side], self._values(probabilities), derivatives, grid.weights)

    def _values(self, curves: FloatArray) -> FloatArray:
        values: FloatArray
        if self.method is LinkMethod.HAEBARA:
            values = np.sqrt(0.5) * curves
        else:
            values = (curves @ np.arange(curves.shape[2], dtype=np.float64))[:, :, None]
        return values
