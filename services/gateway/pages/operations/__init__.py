"""The page Operations: whether everything is shown, and if not, what to do."""
