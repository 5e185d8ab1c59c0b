"""What runs: conversations, one answer, its delivery."""
