"""The model endpoint: the SDK makes the request, our own decoders read the bytes of the answer."""
