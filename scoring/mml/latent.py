"""The distribution of ability in each population: normal, with what is free estimated."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from scoring.quadrature import Quadrature
from scoring.responses import BoolArray, FloatArray

_NEWTON_STEPS: Final = 3
_LOWEST_LOG: Final = -700.0
LOWEST_LOG_SD: Final = float(np.log(0.05))
"""Below, a population's spread cannot be told from none; its likelihood has no maximum in log SD."""


@dataclass(frozen=True, slots=True, eq=False)
class Populations:
    """Means and standard deviations (n_populations,), and which of them are free.

    A population with nothing free keeps the weights of the quadrature as given.
    """

    mean: FloatArray
    log_sd: FloatArray
    free_mean: BoolArray
    free_sd: BoolArray

    @property
    def sd(self) -> FloatArray:
        spread: FloatArray = np.exp(self.log_sd)
        return spread

    def log_weights(self, quadrature: Quadrature) -> FloatArray:
        """(n_populations, n_nodes) logarithms of weights that sum to 1."""
        z = (quadrature.nodes - self.mean[:, None]) / self.sd[:, None]
        logs = -0.5 * z**2
        logs -= logs.max(axis=1, keepdims=True)
        logs -= np.log(np.exp(logs).sum(axis=1, keepdims=True))
        given = np.maximum(quadrature.log_weights, _LOWEST_LOG)  # weights of 0 are allowed
        return np.maximum(np.where((self.free_mean | self.free_sd)[:, None], logs, given), _LOWEST_LOG)

    def scores(self, quadrature: Quadrature) -> tuple[FloatArray, FloatArray]:
        """Derivatives of log_weights in each mean and log SD, each (n_populations, n_nodes).

        The weights sum to 1 on the nodes, hence the centring.
        """
        weights = np.exp(self.log_weights(quadrature))
        z = (quadrature.nodes - self.mean[:, None]) / self.sd[:, None]
        of_mean, of_log_sd = z / self.sd[:, None], z**2
        of_mean = of_mean - (weights * of_mean).sum(axis=1, keepdims=True)
        of_log_sd = of_log_sd - (weights * of_log_sd).sum(axis=1, keepdims=True)
        return of_mean, of_log_sd

    def slopes(self, at_node: FloatArray, quadrature: Quadrature) -> tuple[FloatArray, FloatArray]:
        """Gradient (2, n_populations) and expected information (2, n_populations) in mean and log SD."""
        of_mean, of_log_sd = self.scores(quadrature)
        persons = np.maximum(at_node.sum(axis=1), 1e-10)
        gradient = np.stack([(at_node * of_mean).sum(axis=1), (at_node * of_log_sd).sum(axis=1)])
        free = np.stack([self.free_mean, self.free_sd & ~(self.without_spread & (gradient[1] < 0))])
        return gradient * free, np.stack([persons / self.sd**2, 2.0 * persons])

    @property
    def without_spread(self) -> BoolArray:
        """(n_populations,) whose SD has run into its lower bound."""
        at_bound: BoolArray = self.free_sd & (self.log_sd <= LOWEST_LOG_SD)
        return at_bound

    def settled(self) -> "Populations":
        """With an SD at its bound taken as fixed there."""
        return replace(self, free_sd=self.free_sd & ~self.without_spread)

    def reach(self) -> tuple[float, float, float]:
        """Lowest and highest ability that free populations stretch to, and the smallest free SD."""
        free = self.free_mean | self.free_sd
        if not free.any():
            return 0.0, 0.0, np.inf
        mean, sd = self.mean[free], self.sd[free]
        return float((mean - 4.0 * sd).min()), float((mean + 4.0 * sd).max()), float(sd.min())

    def maximised(self, at_node: FloatArray, quadrature: Quadrature) -> "Populations":
        """The M-step: moments of the expected distribution, then Newton's method for the finite grid."""
        persons = np.maximum(at_node.sum(axis=1), 1e-10)
        mean = np.where(self.free_mean, at_node @ quadrature.nodes / persons, self.mean)
        square = (at_node * (quadrature.nodes - mean[:, None]) ** 2).sum(axis=1) / persons
        moment = np.maximum(0.5 * np.log(np.maximum(square, 1e-6)), LOWEST_LOG_SD)
        best = replace(self, mean=mean, log_sd=np.where(self.free_sd, moment, self.log_sd))
        if not (self.free_mean | self.free_sd).any():
            return best
        for _ in range(_NEWTON_STEPS):
            gradient, information = best.slopes(at_node, quadrature)
            step = np.clip(gradient / information, -0.5, 0.5)
            log_sd = np.where(self.free_sd, np.maximum(best.log_sd + step[1], LOWEST_LOG_SD), self.log_sd)
            best = replace(best, mean=best.mean + step[0], log_sd=log_sd)
        return best
