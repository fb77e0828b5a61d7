"""The connect endpoints: links for end users, and what came of them. They may send PLATFORM codes only."""
