"""Live calls on behalf of a caller. Knows the engine, connectors and store."""
