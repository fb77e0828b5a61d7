"""The command line: what people see, what programs read."""
