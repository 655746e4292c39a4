"""The organisation, its positions, and the competencies they require."""
