"""The timeline of a history that is exported with its proof."""
