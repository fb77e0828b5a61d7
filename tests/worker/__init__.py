"""The worker: durable work, replicas, takeover."""
