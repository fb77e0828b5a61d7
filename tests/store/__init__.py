"""The store's promises, each on both engines."""
