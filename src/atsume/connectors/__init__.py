"""Where records come from and where writes go. Knows tools and the unified model, no database."""
