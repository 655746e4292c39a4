"""QTI 1.2 of Canvas, Blackboard, Brightspace and of who writes for them: read, never written."""
