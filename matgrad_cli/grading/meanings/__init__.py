"""What people mean without saying it: derivatives by expressions, names that only the prose explains,
letters of their own."""
