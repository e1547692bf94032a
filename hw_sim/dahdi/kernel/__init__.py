"""What the kernel driver does, without any I/O: spans, channels, ioctls, conferences, and the files beside them."""
