"""Cards on /dev/dahdi: analog FXO ports and B channels, through the DAHDI user-space interface."""

from drivers.dahdi.card import DahdiCard

__all__ = ["DahdiCard"]
