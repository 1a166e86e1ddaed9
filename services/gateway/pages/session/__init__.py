"""The sheets for a talk, on paper and as PDF."""
