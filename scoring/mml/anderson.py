"""Anderson acceleration of a fixed-point iteration."""

from collections import deque

import numpy as np

from scoring.responses import FloatArray


class Anderson:
    """Proposes the next point from the last few points and their images.

    It looks for the combination of recent steps whose residual G(x) - x would vanish if the map were linear.
    Residuals are weighed by `scale`, so that a parameter known to two digits does not drown one known to
    four. References: Walker & Ni (2011), Anderson's type II; Henderson & Varadhan (2019) for EM.
    """

    def __init__(self, scale: FloatArray, depth: int = 6) -> None:
        self._scale = scale
        self._points: deque[FloatArray] = deque(maxlen=depth + 1)
        self._images: deque[FloatArray] = deque(maxlen=depth + 1)

    def forget(self) -> None:
        """Start again: what was learned far from here misleads."""
        self._points.clear()
        self._images.clear()

    def propose(self, point: FloatArray, image: FloatArray) -> FloatArray:
        """The accelerated successor of `point`; its plain image while there is no history."""
        self._points.append(point)
        self._images.append(image)
        if len(self._points) < 2:
            return image
        images = np.array(self._images)
        residuals = images - np.array(self._points)
        changes = np.diff(residuals, axis=0).T * self._scale[:, None]
        weights, *_ = np.linalg.lstsq(changes, residuals[-1] * self._scale, rcond=1e-8)
        proposal: FloatArray = image - np.diff(images, axis=0).T @ weights
        return proposal
