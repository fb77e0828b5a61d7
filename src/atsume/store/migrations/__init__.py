"""Schema migrations. What a release has published is never edited, only added to."""
