"""The one loop behind every projection: follow the log, project, write rows and checkpoint together."""
