"""What we speak: the unified vocabulary. Pure data and pure functions; imports only the base modules."""
