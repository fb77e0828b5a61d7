"""The way out: events, signatures, deliveries. Knows store and model, not the engine."""
