"""The county conference (一事一议): from the referred items to the signed minutes."""
