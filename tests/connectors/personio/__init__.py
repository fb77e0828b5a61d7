"""Tests of the Personio connector: built from Personio's documentation, never from the simulator."""
