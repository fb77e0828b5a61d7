"""Personio: three surfaces (v2 API, v1 recruiting API, career site) behind one connector."""
