"""Pictures: from numbers and days to points and shapes. The templates in `templates/pictures/` draw them."""
