"""The general endpoints: keys, syncs, integrations, tools. They may send PLATFORM codes only."""
