"""The message port: SMS and WeChat template messages, with an outbox that survives everything."""
