"""Beliefs about Personio: against the simulator in every run, against a real account with `make live`."""
