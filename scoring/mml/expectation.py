"""The E-step: what is to be expected of every item and population, given the responses.

A response to a partial-credit item (2PL, Rasch, GPCM …) enters the likelihood only through mark times slope,
so that its share of a person's posterior is one number instead of a row of the nodes, and what its M-step
needs of the persons is their posterior mean. Graded and guessing items need the two full products over the
nodes. All results are sums over persons: those of blocks, processes or hosts add up. References:
Bock & Aitkin (1981), Woodruff & Hanson (1996).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np

from scoring.mml.blocks import Block, ItemPlaces
from scoring.responses import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """The curves at one point of the iteration, laid out for the E-step.

    base : (n_items, n_nodes) log probability of mark 0
    slope : (n_items,) of slope items, 0 elsewhere
    ratio : (n_rows, n_nodes) log probability of a table item's mark k less that of mark 0
    log_weights : (n_populations, n_nodes)
    """

    nodes: FloatArray
    base: FloatArray
    slope: FloatArray
    ratio: FloatArray
    log_weights: FloatArray


@dataclass(slots=True, eq=False)
class Expectation:
    """What the E-step hands to the M-step, all summed over persons.

    log_likelihood : without the intercepts of slope items, which do not depend on ability
    mark_theta : (n_items,) sum of mark times E[theta | responses]
    at_node : (n_items, n_nodes) expected number of persons at the node who met the item
    earned_at_node : (n_rows, n_nodes) of whom earned the table item's mark
    population_at_node : (n_populations, n_nodes)
    """

    log_likelihood: float
    mark_theta: FloatArray
    at_node: FloatArray
    earned_at_node: FloatArray
    population_at_node: FloatArray

    @classmethod
    def none(cls, places: ItemPlaces, n_populations: int, n_nodes: int) -> Self:
        return cls(
            0.0,
            np.zeros(places.n_items),
            np.zeros((places.n_items, n_nodes)),
            np.zeros((places.n_rows, n_nodes)),
            np.zeros((n_populations, n_nodes)),
        )

    def __iadd__(self, other: "Expectation") -> Self:
        self.log_likelihood += other.log_likelihood
        self.mark_theta += other.mark_theta
        self.at_node += other.at_node
        self.earned_at_node += other.earned_at_node
        self.population_at_node += other.population_at_node
        return self


def expect(blocks: Iterable[Block], places: ItemPlaces, tables: Tables) -> Expectation:
    """Sum over blocks."""
    total = Expectation.none(places, len(tables.log_weights), tables.nodes.size)
    for block in blocks:
        _add_block(total, block, tables)
    return total


def posterior_of(block: Block, tables: Tables) -> tuple[FloatArray, FloatArray]:
    """(n, n_nodes) posterior weights of each line, and (n,) log likelihoods less slope items' intercepts."""
    density, peak = _density(block, tables)
    total = density.sum(axis=1)
    density /= total[:, None]
    return density, np.log(total) + peak


def _density(block: Block, tables: Tables) -> tuple[FloatArray, FloatArray]:
    """(n, n_nodes) posterior up to a factor a line, the largest value 1, and (n,) the factor's logarithm."""
    base, nodes = tables.base[block.items], tables.nodes
    prior = tables.log_weights[block.population]
    if block.met is None and not block.rows.size:
        weighted = block.marks @ tables.slope[block.slope_items]
        log_joint, peak = _of_slopes(weighted, base.sum(axis=0) + prior, nodes)
        return np.exp(log_joint, out=log_joint), peak
    log_joint = (base.sum(axis=0) if block.met is None else block.met @ base) + prior
    if block.slope_items.size:
        weighted = np.asarray(block.marks @ tables.slope[block.slope_items])
        log_joint = log_joint + np.multiply.outer(weighted, nodes)
    if block.rows.size:
        log_joint = log_joint + block.earned @ tables.ratio[block.rows]
    peak = log_joint.max(axis=1)
    log_joint -= peak[:, None]
    return np.exp(log_joint, out=log_joint), peak


def _of_slopes(weighted: FloatArray, base: FloatArray, nodes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """weighted theta + base less its largest value in each row, in one pass, and that value.

    The base is concave where the population is normal, a sum of log P_0 and a log density, so that the
    largest value moves up the nodes as the weighted marks grow: where it lies is looked up, not searched.
    """
    falls = (base[:-1] - base[1:]) / np.diff(nodes)
    if (np.diff(falls) < -1e-6 * np.abs(falls).max()).any():
        log_joint = np.multiply.outer(weighted, nodes) + base
        highest = log_joint.max(axis=1)
        log_joint -= highest[:, None]
        return log_joint, highest
    at = np.searchsorted(np.maximum.accumulate(falls), weighted)
    peak = weighted * nodes[at] + base[at]
    lines = np.column_stack([weighted, np.ones_like(weighted), -peak])
    return lines @ np.stack([nodes, base, np.ones_like(nodes)]), peak


def _add_block(total: Expectation, block: Block, tables: Tables) -> None:
    density, peak = _density(block, tables)
    sums = density @ np.column_stack([np.ones_like(tables.nodes), tables.nodes])
    mass = sums[:, 0]
    share = 1.0 / mass if block.weights is None else block.weights / mass
    logs = np.log(mass) + peak
    total.log_likelihood += float(logs.sum() if block.weights is None else block.weights @ logs)
    everybody = share @ density
    total.population_at_node[block.population] += everybody
    if block.slope_items.size:
        total.mark_theta[block.slope_items] += block.marks.T @ (share * sums[:, 1])
    if block.met is None:
        total.at_node[block.items] += everybody
    if block.met is not None or block.rows.size:
        density *= share[:, None]
    if block.met is not None:
        total.at_node[block.items] += block.met.T @ density
    if block.rows.size:
        total.earned_at_node[block.rows] += block.earned.T @ density


Summing = Callable[[Tables], Expectation]
"""How the E-step is done: in this process, or spread over several."""
