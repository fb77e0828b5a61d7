"""The connection flow: its API, its pages, in a real browser too."""
