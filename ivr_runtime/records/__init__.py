"""What is kept: calls and their steps, products, orders, messages. Django models without a web server."""
