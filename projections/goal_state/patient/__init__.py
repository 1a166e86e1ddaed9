"""What one patient's plan and goals show together. Pure, so that today and an earlier moment read the same."""
