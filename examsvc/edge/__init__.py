"""What every HTTP room shares: the actor, the guard, the error pages, the headers."""
