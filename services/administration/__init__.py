"""What operators did about the log: adopted it as it is, restored it, voided a message of it."""
