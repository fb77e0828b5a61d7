"""Write actions: what a caller wants comes in, the exact requests to Personio go out. Only `clients/` sends them."""
