"""The engine: one sync run, station by station. Knows connectors, store and model; never a tool by name."""
