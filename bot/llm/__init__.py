"""The model endpoint: the SDK makes the request, our decoder reads the bytes."""
