"""One module per page: its rows in the route table and its view; `contents.py` lists them."""
