"""Who acts: the services around the log, the node that runs them together, and the commands."""
