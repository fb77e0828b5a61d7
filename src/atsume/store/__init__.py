"""Where records rest. Knows rows and the unified model, no tools. One query set for SQLite and PostgreSQL."""
