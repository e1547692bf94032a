"""The virtual /dev/dahdi: unmodified programs use the office's cards as their hardware. See docs/virtual-dahdi.md."""
