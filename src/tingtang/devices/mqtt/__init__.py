"""MQTT: the embedded broker, the client for another one, and what the platform says over both."""
