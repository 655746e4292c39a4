"""Forms that measure the same: blueprints, constraints, and the solver between them."""
