"""Synthetic fleets: worlds and the files that match them, from parameters, in any size."""
