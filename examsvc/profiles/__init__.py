"""An officer's competency profile: evidence, standing against the position, gaps of a unit."""
