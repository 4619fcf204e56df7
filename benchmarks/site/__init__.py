"""The casework site: loading a run, searching the registry, serving pages under load. Needs Doudi's own packages and, for pages, `wrk`."""
