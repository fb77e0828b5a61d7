"""Mapping tables, one per unified model (station 4). Pure and total."""
