"""What stands before every endpoint: who asks, what is asked for, and whether the policy allows it."""
