"""The console: what an operator sees and does, one page after the other."""
