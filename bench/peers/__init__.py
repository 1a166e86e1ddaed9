"""What people would use instead, measured in the same run: one module for each."""
