"""Tests: tables and laws, against real databases and the simulator."""
