"""Personio's formats as structs, as documented and as seen. Pure, lenient."""
