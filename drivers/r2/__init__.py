"""MFC-R2 (ITU-T Q.400 to Q.490, China No.1 and other national variants) for all circuits of a span, over libopenr2."""
