"""From responses to a released result: marks, estimates, levels, a second opinion, and who may publish."""
