"""The life of an integration: connect, enable, disable, delete. Knows connectors, store and model."""
