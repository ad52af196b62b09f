"""What stands between the services and their stores: links that break as networks do, and a queue as AWS has it."""
