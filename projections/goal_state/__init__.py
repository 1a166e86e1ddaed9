"""What every goal and plan is now."""
