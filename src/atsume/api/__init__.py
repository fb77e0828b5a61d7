"""The Kombo wire: requests in, wire records out. Source: docs.kombo.dev and the official SDKs."""
