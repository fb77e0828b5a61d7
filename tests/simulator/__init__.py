"""Tests of the Personio simulator, through HTTP only."""
