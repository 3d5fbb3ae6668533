"""Durable queues of orders, outcomes and events, stored in SQLite, PostgreSQL, Redis, SQS, Pub/Sub or Service Bus."""
