"""What people press: buttons, thumbs and forms."""
