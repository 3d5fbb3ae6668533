"""Durable queues of orders, outcomes and events, kept by SQLite, PostgreSQL, Redis, SQS, Pub/Sub or Service Bus."""
