"""The pages on which an end user connects a tool. Rendered on the server; they work without JavaScript."""
