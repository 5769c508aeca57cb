"""What scenarios do with the customer's machine: read, print, count, hand out; over XFS4IoT."""
