"""Everything that happened, by whom and when, and what each revision changed."""
