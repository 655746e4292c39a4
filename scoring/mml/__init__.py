"""Marginal maximum likelihood: the engine behind `scoring.calibrate`."""
