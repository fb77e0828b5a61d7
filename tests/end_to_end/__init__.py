"""The simulator, the server and the clients together."""
