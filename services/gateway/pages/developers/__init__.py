"""The pages for those who build on Cairn."""
