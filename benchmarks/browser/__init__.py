"""The seat map in a real browser: what its drawing costs, frame by frame, and how soon it is there."""
