"""All that the gpu-node says to Redis; nothing else imports the client library."""
