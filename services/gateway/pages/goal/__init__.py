"""A goal's page: its words, where it stands and stood, its diary, its way until now."""
