"""The surfaces of Personio, one client each: its authentication, paging and limits (station 1)."""
