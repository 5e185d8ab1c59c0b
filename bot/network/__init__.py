"""How hosts are reached: through which proxy, and which certificates are trusted."""
