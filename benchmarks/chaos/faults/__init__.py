"""The faults: each breaks one thing as it breaks in life, and mends what an operator's platform would mend.

Data is never mended: what a fault took from the boards, they must find again themselves.
"""
