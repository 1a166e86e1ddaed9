"""engagement_by_week: how much each patient takes part, week by week. docs/projections.md walks through it."""
